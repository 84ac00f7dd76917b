public import SpikeDiagnostics

/// A recording of N-MNIST (`.bin`): 5 bytes an event.
///
/// Byte 0 is the column, byte 1 the row; of the other three, big-endian, bit 23 is the polarity and
/// bits 22 to 0 are the time in microseconds. An event of row 240 is none: it says that the clock ran
/// over, 8192 µs for all that follow (Orchard et al., "Converting Static Image Datasets to Spiking
/// Neuromorphic Datasets Using Saccades", 2015, and its reader).
public enum NMNISTFile {
  /// Columns and rows of the sensor's window.
  public static let size = 34
  /// Row that stands for an overflow of the clock.
  private static let overflowRow: UInt8 = 240
  private static let overflowMicroseconds = 8192

  /// Reads the file at `path`.
  /// - Throws: `data.not-found`, `data.not-readable`, `data.empty`, `data.truncated`,
  ///   `data.corrupt` (a place outside the window, time that runs backwards), `data.too-large`.
  /// - Complexity: O(events).
  public static func read(path: String) throws(DataError) -> EventRecording {
    do throws(DataError) {
      return try recording(DataFile.bytes(of: path))
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Reads the bytes of a file.
  package static func recording(_ bytes: [UInt8]) throws(DataError) -> EventRecording {
    guard bytes.count % 5 == 0 else {
      throw DataError(
        .truncated, "The file has \(bytes.count) bytes; an event has 5.",
        fix: "check that this is a recording of N-MNIST, and get a fresh copy of it")
    }
    var events = EventCollector(
      SensorSize(known: size, size), of: "a recording of N-MNIST", expected: bytes.count / 5)
    var clock = 0
    for start in stride(from: 0, to: bytes.count, by: 5) {
      if bytes[start + 1] == overflowRow {
        clock += overflowMicroseconds
        continue
      }
      let word = Int(bytes[start + 2]) << 16 | Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
      try events.add(
        Int(bytes[start]), Int(bytes[start + 1]), isOn: word >> 23 != 0,
        microseconds: word & 0x7F_FFFF + clock, at: start)
    }
    return try events.recording()
  }
}
