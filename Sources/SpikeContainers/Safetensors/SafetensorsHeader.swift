import SpikeDiagnostics

/// The header of a safetensors file: JSON (RFC 8259) of one fixed form.
///
/// `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}` and `__metadata__`
/// with texts. Read by a parser for just that: nothing nests deeper than three levels, so there is no
/// recursion, and whatever has another form is refused where it stands.
struct SafetensorsHeader {
  /// What the header says of one tensor, unchecked.
  struct Record {
    var name: String
    var type = ""
    var shape: [Int] = []
    var begin = 0
    var end = 0
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All tensors in the order of the header.
  mutating func records() throws(SafetensorsError) -> [Record] {
    guard bytes.first == UInt8(ascii: "{") else { throw bad("does not begin with '{'") }
    var records: [Record] = []
    var names: Set<String> = []
    try members { (reader, name) throws(SafetensorsError) in
      guard names.insert(name).inserted else { throw reader.twice(name) }
      if name == "__metadata__" {
        try reader.metadata()
      } else {
        records.append(try reader.record(name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw bad("goes on behind its last '}'") }
    return records
  }

  private mutating func metadata() throws(SafetensorsError) {
    var keys: Set<String> = []
    try members { (reader, key) throws(SafetensorsError) in
      guard keys.insert(key).inserted else { throw reader.twice(key) }
      _ = try reader.text()
    }
  }

  private mutating func record(_ name: String) throws(SafetensorsError) -> Record {
    var record = Record(name: name)
    var missing: Set = ["dtype", "shape", "data_offsets"]
    do throws(SafetensorsError) {
      try members { (reader, key) throws(SafetensorsError) in
        guard missing.remove(key) != nil else {
          throw ["dtype", "shape", "data_offsets"].contains(key)
            ? reader.twice(key) : reader.bad("has an unknown field '\(key.prefix(64))'")
        }
        switch key {
        case "dtype": record.type = try reader.text()
        case "shape": record.shape = try reader.numbers(atMost: SafetensorsFile.rankLimit)
        default:
          let offsets = try reader.numbers(atMost: 2)
          guard offsets.count == 2 else {
            throw reader.bad("has \(offsets.count) data_offsets where 2 must stand")
          }
          record.begin = offsets[0]
          record.end = offsets[1]
        }
      }
      guard missing.isEmpty else { throw bad("lacks '\(missing.sorted()[0])'") }
    } catch {
      throw error.located(in: Location(tensor: name))
    }
    return record
  }

  /// Walks the members of an object; `body` reads the value of each.
  private mutating func members(
    _ body: (inout SafetensorsHeader, String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try text()
      try expect(":")
      try body(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// A list of whole numbers from 0 up to 2^63 - 1.
  private mutating func numbers(atMost limit: Int) throws(SafetensorsError) -> [Int] {
    var result: [Int] = []
    try expect("[")
    if accept("]") { return result }
    repeat {
      guard result.count < limit else { throw bad("has a list of more than \(limit) numbers") }
      skipSpace()
      let start = position
      var value = 0
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
        let (product, first) = value.multipliedReportingOverflow(by: 10)
        let (sum, second) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
        guard !first, !second else {
          throw SafetensorsError(
            .shapeOverflow, "The header has a number of more than 63 bits.",
            at: Location(byteOffset: 8 + start), fix: SafetensorsFile.getAgain)
        }
        value = sum
        position += 1
      }
      guard position > start, position == start + 1 || bytes[start] != 0x30 else {
        throw bad("has something else where a whole number, 0 or more, must stand")
      }
      result.append(value)
    } while accept(",")
    try expect("]")
    return result
  }

  private mutating func text() throws(SafetensorsError) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw bad("has a text that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): content += try escaped()
      case 0..<0x20: throw bad("has a control character in a text")
      default: content.append(byte)
      }
    }
    throw bad("ends inside of a text")
  }

  /// What stands behind a backslash, as UTF-8.
  private mutating func escaped() throws(SafetensorsError) -> [UInt8] {
    guard position < bytes.count else { throw bad("ends inside of a text") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var value = try hexadecimal()
      if (0xD800..<0xDC00).contains(value), bytes[position...].starts(with: Array("\\u".utf8)) {
        position += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw bad("has half a surrogate pair") }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw bad("has half a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw bad("has an unknown escape in a text")
    }
  }

  private mutating func hexadecimal() throws(SafetensorsError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw bad("ends inside of a text") }
    var value: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw bad("has an escape without four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func accept(_ token: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: token) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ token: Unicode.Scalar) throws(SafetensorsError) {
    guard accept(token) else { throw bad("has no '\(token)' where one must stand") }
  }

  private func bad(_ what: String) -> SafetensorsError {
    SafetensorsError(
      .badHeader, "The header \(what).", at: Location(byteOffset: 8 + position),
      fix: SafetensorsFile.getAgain)
  }

  private func twice(_ name: String) -> SafetensorsError {
    SafetensorsError(
      .duplicateName, "The name '\(name.prefix(256))' is there twice; once is allowed.",
      at: Location(byteOffset: 8 + position, tensor: name), fix: SafetensorsFile.getAgain)
  }
}
