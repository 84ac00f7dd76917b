import Foundation
import SpikeGraph

/// A `TensorProto` in a file of its own, as ONNX's test data have them, read by the tests' own parser.
struct TensorFile {
  var dimensions: [Int] = []
  var type = 0
  var values: [Double] = []

  /// The tensor for the importer, floats as float32, all others as int64.
  var tensor: Tensor {
    [1, 10, 11, 16].contains(type)
      ? Tensor(values.map { Float($0) }, shape: Shape(dimensions))
      : Tensor(integers: values.map { Int64($0) }, shape: Shape(dimensions))
  }

  /// Nil where the file is no dense tensor of numbers that sfconv knows.
  init?(path: String) {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
    let bytes = Array(data)
    var raw: [UInt8]?
    var numbers: [UInt64] = []
    var place = 0
    func varint() -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while place < bytes.count {
        let byte = bytes[place]
        place += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { break }
        shift += 7
      }
      return value
    }
    func fixed(_ width: Int) -> UInt64 {
      defer { place += width }
      return (0..<width).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
    while place < bytes.count {
      let key = varint()
      let (field, wire) = (key >> 3, key & 7)
      let end = wire == 2 ? Int(varint()) + place : place + 1
      switch (field, wire) {
      case (1, 0): dimensions.append(Int(varint()))
      case (1, 2): while place < end { dimensions.append(Int(varint())) }
      case (2, 0): type = Int(varint())
      case (9, 2):
        raw = Array(bytes[place..<end])
        place = end
      case (4, 5): numbers.append(fixed(4))
      case (4, 2): while place < end { numbers.append(fixed(4)) }
      case (10, 1): numbers.append(fixed(8))
      case (10, 2): while place < end { numbers.append(fixed(8)) }
      case (5, 0), (7, 0), (11, 0): numbers.append(varint())
      case (5, 2), (7, 2), (11, 2): while place < end { numbers.append(varint()) }
      case (_, 0): _ = varint()
      case (_, 1): place += 8
      case (_, 5): place += 4
      case (_, 2): place = end
      default: return nil
      }
    }
    guard let width = TensorFile.bits[type] else { return nil }
    let count = dimensions.reduce(1, *)
    if let raw { numbers = TensorFile.unpacked(raw, width, count) }
    if raw == nil, width < 8 {
      numbers = TensorFile.unpacked(numbers.map { UInt8($0 & 255) }, width, count)
    }
    guard numbers.count == count else { return nil }
    values = numbers.map { TensorFile.number($0, type) }
  }

  /// Bits of an element by ONNX's number of its type.
  private static let bits = [
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16,
    21: 4, 22: 4, 25: 2, 26: 2,
  ]

  private static func unpacked(_ bytes: [UInt8], _ bits: Int, _ count: Int) -> [UInt64] {
    guard count * bits <= bytes.count * 8 else { return [] }
    return (0..<count).map { index in
      if bits < 8 {
        return UInt64(bytes[index * bits / 8] >> UInt8(index * bits % 8))
          & ((1 << UInt64(bits)) - 1)
      }
      return (0..<bits / 8).reduce(0) {
        $0 | UInt64(bytes[index * bits / 8 + $1]) << UInt64(8 * $1)
      }
    }
  }

  private static func number(_ value: UInt64, _ type: Int) -> Double {
    switch type {
    case 1: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: value)))
    case 11: return Double(bitPattern: value)
    case 16: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: value) << 16))
    case 10: return half(value)
    case 3, 5, 6, 7, 22, 26:
      let unused = UInt64(64 - (bits[type] ?? 64))
      return Double(Int64(bitPattern: value << unused) >> unused)
    default: return Double(value)
    }
  }

  private static func half(_ value: UInt64) -> Double {
    let sign: Double = value & 0x8000 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(value >> 10 & 31), Double(value & 1023))
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    return exponent == 0
      ? sign * fraction * 0x1p-24
      : sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}
