import SpikeDiagnostics

/// A table of a FlatBuffer: fields by their number, every offset checked against the bytes.
///
/// A table starts with the signed distance back to its list of fields: bytes of the list, bytes of the
/// table, then the place of every field in the table, 0 where it is left out (FlatBuffers, "Internals").
struct FlatTable {
  private let bytes: [UInt8]
  private let start: Int
  private let fields: Range<Int>

  /// The root of a buffer that starts with its length, 32 bits; nil where the offsets lie outside.
  /// - Parameter identifier: the four letters that say what the buffer is.
  init?(sized bytes: [UInt8], identifier: String) {
    guard bytes.count >= 12, bytes.little32(0) <= bytes.count - 4,
      bytes[8..<12].elementsEqual(identifier.utf8)
    else { return nil }
    let start = 4 + bytes.little32(4)
    guard start <= bytes.count - 4 else { return nil }
    let distance = Int(Int32(truncatingIfNeeded: bytes.little32(start)))
    let list = start - distance
    guard list >= 0, list <= bytes.count - 4 else { return nil }
    let size = bytes.little16(list)
    guard size >= 4, list + size <= bytes.count else { return nil }
    self.bytes = bytes
    self.start = start
    fields = list + 4..<list + size
  }

  /// Where a field of `size` bytes stands; nil where it is left out or lies outside.
  func place(_ number: Int, size: Int) -> Int? {
    let entry = fields.lowerBound + 2 * number
    guard entry + 2 <= fields.upperBound else { return nil }
    let offset = bytes.little16(entry)
    guard offset > 0, start + offset + size <= bytes.count else { return nil }
    return start + offset
  }

  /// Where the elements of a list are, and how many; nil where it is left out or lies outside.
  func vector(_ number: Int, elementSize: Int) -> (start: Int, count: Int)? {
    guard let field = place(number, size: 4) else { return nil }
    let list = field + bytes.little32(field)
    guard list <= bytes.count - 4 else { return nil }
    let count = bytes.little32(list)
    guard count <= (bytes.count - list - 4) / elementSize else { return nil }
    return (list + 4, count)
  }

  /// Whether a field is there at all.
  func has(_ number: Int) -> Bool {
    let entry = fields.lowerBound + 2 * number
    return entry + 2 <= fields.upperBound && bytes.little16(entry) > 0
  }
}
