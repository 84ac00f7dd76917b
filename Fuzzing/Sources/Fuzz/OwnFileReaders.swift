import SpikeBundle
import SpikeHardware
import SpikeModelFile

/// Readers of the files that sfconv itself defines.
extension Reader {
  static let ownFiles = [
    Reader(name: "model") { bytes in
      _ = try ModelFile.read(path: InputFile.holding(bytes, named: "input.sfm"))
    },
    Reader(name: "bundle") { bytes in
      _ = try BundleFile.read(path: InputFile.holding(bytes, named: "input.sfb"))
    },
    Reader(name: "spec") { bytes in
      _ = try HardwareSpecReader.read(path: InputFile.holding(bytes, named: "input.json"))
    },
  ]
}
