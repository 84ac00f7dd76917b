import SpikeData

/// Readers of recordings over time; the ending of a file decides which formats are tried.
extension Reader {
  static let recordings =
    ["bin", "aedat", "aedat4", "raw", "dat", "es"].map { ending in
      Reader(name: "events-\(ending)") { bytes in
        _ = try EventFormat.read(path: InputFile.holding(bytes, named: "input.\(ending)"))
      }
    } + [
      Reader(name: "spikes") { bytes in
        _ = try Recordings.load(
          InputFile.holding(bytes, named: "input.h5"), split: .test, shape: [16],
          binning: EventBinning(steps: 4, step: .microseconds(1000)))
      },
      Reader(name: "wav") { bytes in
        _ = try Recordings.load(
          InputFile.folder("sounds", holding: ["Test/0/input.wav": bytes]), split: .test,
          shape: [16], binning: EventBinning(steps: 4, step: .microseconds(1000)))
      },
    ]
}
