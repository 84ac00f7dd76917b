import SpikeContainers
import SpikeDiagnostics

/// Recordings of the Spiking Heidelberg Digits and data like them (`.h5`): spikes of many recordings in
/// one HDF5 file.
///
/// `spikes/times` holds for each recording its times in seconds, `spikes/units` the channels, both of
/// varying length; `labels` one class each (Cramer et al. 2020, arXiv 1910.07407). A recording is one
/// row of 700 columns, all of whose events are brighter ones.
package struct SHDFile {
  /// Label of each recording.
  package let labels: [Int]
  private let times: [HDF5Dataset.Values]
  private let units: [HDF5Dataset.Values]

  /// Channels of the cochlea model.
  static let channels = 700
  private static let endings: Set<String> = ["h5", "hdf5"]
  /// Bytes of a file.
  private static let byteLimit = 1 << 30

  /// The file of a split: `path` itself, or in the folder `path` the one file that names the split.
  package static func path(_ path: String, split: DataSplit) -> String? {
    if endings.contains(FileEnding.of(path)), DataFile.exists(path) { return path }
    guard DataFile.isDirectory(path) else { return nil }
    let names = LabelledFolder.contents(of: path).filter {
      endings.contains(FileEnding.of($0)) && $0.lowercased().contains(split.rawValue)
    }
    return names.count == 1 ? "\(path)/\(names[0])" : nil
  }

  /// Reads the file at `path`.
  /// - Throws: `data.bad-magic`, `data.corrupt` (the cause says what is wrong with the HDF5 file),
  ///   `data.missing-array`, `data.count-mismatch`, `data.too-large`.
  package init(path: String) throws(DataError) {
    do throws(DataError) {
      try self.init(DataFile.bytes(of: path, limit: SHDFile.byteLimit))
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Reads the bytes of a file.
  package init(_ bytes: [UInt8]) throws(DataError) {
    let root: HDF5Group
    do throws(HDF5Error) {
      root = try HDF5Reader.read(bytes)
    } catch {
      throw DataError(
        error.code == .tooLarge ? .tooLarge : error.code == .notHDF5 ? .badMagic : .corrupt,
        "The HDF5 file cannot be read.", fix: error.fix, cause: error)
    }
    guard case .group(let spikes)? = root["spikes"] else { throw SHDFile.missing("spikes") }
    times = try SHDFile.sequences(spikes, "times")
    units = try SHDFile.sequences(spikes, "units")
    guard case .dataset(let labels)? = root["labels"], let classes = labels.values.numbers else {
      throw SHDFile.missing("labels")
    }
    guard times.count == units.count, times.count == classes.count else {
      throw DataError(
        .countMismatch,
        "There are \(times.count) lists of times, \(units.count) of units and \(classes.count) "
          + "labels.", fix: "write the file again")
    }
    self.labels = classes.map { Int(exactly: $0) ?? -1 }
  }

  /// The recording of a number.
  /// - Parameter given: columns and rows where they are not 700 x 1.
  /// - Throws: `data.corrupt`, `data.empty`, `data.too-large`.
  package func recording(
    _ index: Int, sensor given: SensorSize?
  ) throws(DataError) -> EventRecording {
    let place = Location(node: "recording \(index)")
    do throws(DataError) {
      guard let seconds = times[index].numbers, let places = units[index].numbers,
        seconds.count == places.count
      else {
        throw DataError(
          .corrupt,
          "There are \(times[index].count) times and \(units[index].count) units.",
          fix: "write the file again")
      }
      var events = EventCollector(
        given ?? SensorSize(known: SHDFile.channels, 1), of: "data as SHD's",
        expected: seconds.count)
      for (time, unit) in zip(seconds, places) {
        guard let x = Int(exactly: unit),
          let microseconds = Int(exactly: (time * 1e6).rounded(.toNearestOrEven))
        else {
          throw DataError(
            .corrupt, "There is a spike of unit \(unit) at \(time) s.", fix: "write the file again")
        }
        try events.add(x, 0, isOn: true, microseconds: microseconds, at: nil)
      }
      return try events.recording()
    } catch {
      throw error.located(in: place)
    }
  }

  private static func sequences(
    _ group: HDF5Group, _ name: String
  ) throws(DataError) -> [HDF5Dataset.Values] {
    guard case .dataset(let data)? = group[name], case .sequences(let lists) = data.values else {
      throw missing("spikes/\(name)")
    }
    return lists
  }

  private static func missing(_ name: String) -> DataError {
    DataError(
      .missingArray, "The file has no '\(name)' as the Spiking Heidelberg Digits have it.",
      fix: "store spikes/times and spikes/units as lists of varying length, and labels")
  }
}
