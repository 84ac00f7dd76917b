public import SpikeDiagnostics

/// Recordings of event cameras, cochleas and microphones as labelled samples over time: what `--data`
/// takes for networks that have an input for every step.
///
/// A folder (``LabelledFolder``) of files in the formats of ``EventFormat`` or of `.wav`, or HDF5 files as
/// the Spiking Heidelberg Digits have them.
public enum Recordings {
  /// Bytes of all samples.
  private static let sampleLimit = 1 << 34
  private static let sound = "wav"
  private static let endings = Set(EventFormat.all.flatMap(\.endings) + [sound])

  /// Whether a path holds recordings.
  public static func recognises(_ path: String) -> Bool {
    LabelledFolder(path, endings: endings) != nil
      || DataSplit.allCases.contains { SHDFile.path(path, split: $0) != nil }
  }

  /// Reads a split as frames: samples of shape `[steps] + shape`.
  ///
  /// - Parameters:
  ///   - limit: at most so many recordings; nil for all.
  ///   - seed: where it is given, the limited recordings are drawn by it over all classes; else they are
  ///     the first ones.
  ///   - shape: what the network takes in a step: `[C, H, W]`, `[H, W]` or a flat one; nil for both
  ///     polarities of the whole sensor. Sounds need one, its elements are bands.
  ///   - sensor: columns and rows for files that do not say them.
  ///   - binning: steps and bits; its frame follows from `shape`.
  /// - Throws: any `data.…` code.
  /// - Complexity: O(events + recordings · steps · elements), all in memory.
  public static func load(
    _ path: String, split: DataSplit, limit: Int? = nil, seed: UInt64? = nil,
    shape: [Int]? = nil, sensor: SensorSize? = nil, binning: EventBinning
  ) throws(DataError) -> Dataset {
    do throws(DataError) {
      var frames = FrameStack(shape: shape, binning: binning, limit: sampleLimit)
      var labels: [Int] = []
      if let folder = LabelledFolder(path, endings: endings) {
        let (items, notes) = try folder.items(split)
        let chosen = try chosen(items, labels: items.map(\.label), limit, seed)
        frames.notes = notes
        for item in chosen {
          do throws(DataError) {
            if FileEnding.of(item.file) == sound {
              try frames.add(WAVFile(DataFile.bytes(of: item.file)), of: chosen.count)
            } else {
              try frames.add(EventFormat.read(path: item.file, sensor: sensor), of: chosen.count)
            }
          } catch {
            throw error.located(in: Location(file: item.file))
          }
        }
        labels = chosen.map(\.label)
      } else if let found = SHDFile.path(path, split: split) {
        let file = try SHDFile(path: found)
        let chosen = try chosen(Array(file.labels.indices), labels: file.labels, limit, seed)
        for index in chosen {
          try frames.add(file.recording(index, sensor: sensor), of: chosen.count)
        }
        labels = chosen.map { file.labels[$0] }
      }
      guard !labels.isEmpty else {
        throw DataError(
          .empty, "There are no \(split.rawValue) recordings.",
          fix: "give a folder with Train/CLASS and Test/CLASS, or with labels.tsv")
      }
      return try Dataset(
        name: "\(path.split(separator: "/").last ?? "recordings") (\(split.rawValue))",
        sampleShape: [binning.steps] + frames.sampleShape, samples: .bytes(frames.samples),
        labels: labels
      ).noting(frames.notes)
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  private static func chosen<Item>(
    _ all: [Item], labels: [Int], _ limit: Int?, _ seed: UInt64?
  ) throws(DataError) -> [Item] {
    guard let limit, limit < all.count else { return all }
    guard let seed else { return Array(all.prefix(limit)) }
    // A data set of the recordings' numbers is drawn from as others are; float32 holds them exactly.
    let numbers = try Dataset(
      name: "recordings", sampleShape: [1], samples: .floats(all.indices.map { Float($0) }),
      labels: labels)
    return numbers.drawn(limit, seed: seed).encoded(scale: [1], offset: [0], bits: nil).map {
      all[Int($0)]
    }
  }
}
