import SpikeBytes
import SpikeDiagnostics

/// The bytes of a pickle, read from front to back.
struct PickleInput {
  private let bytes: [UInt8]
  /// Next byte, from 0.
  private(set) var position: Int

  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    position = start
  }

  /// Bytes in all.
  var count: Int { bytes.count }

  var place: Location { Location(byteOffset: position) }

  mutating func byte() throws(PickleError) -> UInt8 {
    guard position < bytes.count else { throw ended(1) }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws(PickleError) -> [UInt8] {
    guard count >= 0, count <= bytes.count - position else { throw ended(count) }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// An unsigned little-endian number; of eight bytes, those from 2⁶³ on come out negative.
  mutating func number(_ size: Int) throws(PickleError) -> Int {
    var value: UInt64 = 0
    for (index, byte) in try take(size).enumerated() { value |= UInt64(byte) << (8 * index) }
    return Int(truncatingIfNeeded: value)
  }

  mutating func text(_ size: Int) throws(PickleError) -> String {
    let place = place
    guard let text = String(validating: try take(size), as: UTF8.self) else {
      throw PickleError(
        .corrupt, "A text is not UTF-8.", at: place, fix: "get a fresh copy of the file")
    }
    return text
  }

  /// Text up to the end of the line.
  mutating func line() throws(PickleError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else { throw ended(1) }
    let text = try text(end - position)
    position = end + 1
    return text
  }

  private func ended(_ count: Int) -> PickleError {
    PickleError(
      .truncated,
      "The pickle ends here; \(count) more byte\(count == 1 ? "" : "s") must follow, and "
        + "\(bytes.count - position) do.", at: place, fix: "get a fresh copy of the file")
  }
}
