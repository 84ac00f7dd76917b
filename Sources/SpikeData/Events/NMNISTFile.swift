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
  /// Events of a file: 0.3 s of recording have some thousands.
  private static let eventLimit = 16_000_000

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
    guard !bytes.isEmpty else {
      throw DataError(.empty, "The file has no events.", fix: "get a fresh copy of the file")
    }
    guard bytes.count % 5 == 0 else {
      throw DataError(
        .truncated, "The file has \(bytes.count) bytes; an event has 5.",
        fix: "check that this is a recording of N-MNIST, and get a fresh copy of it")
    }
    guard bytes.count / 5 <= eventLimit else {
      throw DataError(
        .tooLarge, "The file has \(bytes.count / 5) events; read are up to \(eventLimit).",
        fix: "check that this is a recording of N-MNIST")
    }
    var events: [EventRecording.Event] = []
    events.reserveCapacity(bytes.count / 5)
    var clock = 0
    var last = 0
    for start in stride(from: 0, to: bytes.count, by: 5) {
      let (x, y) = (Int(bytes[start]), Int(bytes[start + 1]))
      if bytes[start + 1] == overflowRow {
        clock += overflowMicroseconds
        continue
      }
      let word = Int(bytes[start + 2]) << 16 | Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
      let time = word & 0x7F_FFFF + clock
      guard x < size, y < size, time >= last else {
        throw DataError(
          .corrupt,
          "An event at column \(x), row \(y) and \(time) µs after one at \(last) µs; the window is "
            + "\(size) x \(size), and time does not run backwards.",
          at: Location(byteOffset: start),
          fix: "check that this is a recording of N-MNIST, and get a fresh copy of it")
      }
      last = time
      events.append(
        EventRecording.Event(x: x, y: y, isOn: word >> 23 != 0, microseconds: time))
    }
    guard !events.isEmpty else {
      throw DataError(.empty, "The file has no events.", fix: "get a fresh copy of the file")
    }
    return EventRecording(width: size, height: size, events: events)
  }
}
