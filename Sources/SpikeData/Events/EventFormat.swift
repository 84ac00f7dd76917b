public import SpikeDiagnostics

/// A format of recordings: to add one is to write a file and a row here.
public struct EventFormat: Sendable {
  /// Name for people.
  public let name: String
  /// How the names of its files end, without the dot, in lower case.
  public let endings: [String]
  /// Whether bytes of that ending are of this format; the first format that says so reads them.
  let recognises: @Sendable ([UInt8]) -> Bool
  /// Reads the bytes of a file, with the size of the sensor where the user gave one.
  let read: @Sendable ([UInt8], SensorSize?) throws(DataError) -> EventRecording

  /// All formats.
  public static let all = [
    EventFormat(
      name: "N-MNIST", endings: ["bin"], recognises: { _ in true },
      read: { bytes, _ throws(DataError) in try NMNISTFile.recording(bytes) }),
    EventFormat(
      name: "AEDAT 2.0", endings: ["aedat"], recognises: AEDAT2File.recognises,
      read: AEDAT2File.recording),
    EventFormat(
      name: "AEDAT 3.1", endings: ["aedat"], recognises: AEDAT3File.recognises,
      read: AEDAT3File.recording),
    EventFormat(
      name: "AEDAT 4", endings: ["aedat4", "aedat"], recognises: AEDAT4File.recognises,
      read: AEDAT4File.recording),
    EventFormat(
      name: "EVT 2.0", endings: ["raw"], recognises: { PropheseeHeader.format($0) == .evt2 },
      read: EVT2File.recording),
    EventFormat(
      name: "EVT 3.0", endings: ["raw"], recognises: { PropheseeHeader.format($0) == .evt3 },
      read: EVT3File.recording),
    EventFormat(
      name: "DAT", endings: ["dat"], recognises: { PropheseeHeader.format($0) == .dat },
      read: DATFile.recording),
    EventFormat(
      name: "Event Stream", endings: ["es"], recognises: EventStreamFile.recognises,
      read: EventStreamFile.recording),
  ]

  /// Bytes of a file of events.
  private static let byteLimit = 1 << 30

  /// Reads the recording at `path`.
  /// - Parameter sensor: columns and rows for files that do not say them.
  /// - Throws: `data.not-found`, `data.not-readable`, `data.bad-magic` (no format of this ending),
  ///   `data.empty`, `data.truncated`, `data.corrupt` (a place outside the sensor, time that runs
  ///   backwards), `data.unsupported`, `data.too-large`.
  /// - Complexity: O(bytes + events).
  public static func read(
    path: String, sensor: SensorSize? = nil
  ) throws(DataError) -> EventRecording {
    do throws(DataError) {
      return try recording(
        DataFile.bytes(of: path, limit: byteLimit), ending: FileEnding.of(path), sensor: sensor)
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Reads the bytes of a file whose name ends so.
  package static func recording(
    _ bytes: [UInt8], ending: String, sensor: SensorSize?
  ) throws(DataError) -> EventRecording {
    let candidates = all.filter { $0.endings.contains(ending) }
    guard let format = candidates.first(where: { $0.recognises(bytes) }) else {
      let names = candidates.map(\.name).joined(separator: ", ")
      throw DataError(
        .badMagic,
        bytes.isEmpty
          ? "The file has no bytes."
          : "This is no recording that is read as '.\(ending)': \(names).",
        fix: "check the header of the file, and that its name ends as its format says")
    }
    return try format.read(bytes, sensor)
  }
}

/// How names of files end.
package enum FileEnding {
  /// What follows the last dot, in lower case; empty where there is none.
  package static func of(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}

/// Integers at places of bytes that the caller has checked.
extension Array where Element == UInt8 {
  /// Two bytes, the low one first.
  func little16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  /// Four bytes, the low one first, as an unsigned number.
  func little32(_ offset: Int) -> Int { little16(offset) | little16(offset + 2) << 16 }

  /// Four bytes, the high one first, as an unsigned number.
  func big32(_ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(self[offset + $1]) }
  }

  /// Whether the bytes begin with a text.
  func begin(with text: String) -> Bool { starts(with: text.utf8) }
}
