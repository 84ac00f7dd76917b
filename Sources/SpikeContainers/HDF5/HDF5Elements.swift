import SpikeDiagnostics

/// Bytes of a data set as typed elements.
struct HDF5Elements {
  private let type: HDF5Datatype
  private let bytes: [UInt8]
  private let count: Int

  /// - Parameter bytes: `count` elements of `type`, one after the other.
  init(_ type: HDF5Datatype, _ bytes: [UInt8], _ count: Int) {
    self.type = type
    self.bytes = bytes
    self.count = count
  }

  /// The elements.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated` where texts lie outside their heap.
  func values(
    _ heap: inout HDF5GlobalHeap, _ widths: HDF5Cursor.Widths
  ) throws(HDF5Error) -> HDF5Dataset.Values {
    switch type.kind {
    case .integer(let isSigned):
      return switch (type.size, isSigned) {
      case (1, false): .uint8(bytes)
      case (1, true): .int8(bytes.map { Int8(bitPattern: $0) })
      case (2, false): .uint16(numbers())
      case (2, true): .int16(numbers())
      case (4, false): .uint32(numbers())
      case (4, true): .int32(numbers())
      case (_, false): .uint64(numbers())
      case (_, true): .int64(numbers())
      }
    case .float:
      return switch type.size {
      case 2: .float32((numbers() as [UInt16]).map(HDF5Elements.wide))
      case 4: .float32((numbers() as [UInt32]).map { Float(bitPattern: $0) })
      default: .float64((numbers() as [UInt64]).map { Double(bitPattern: $0) })
      }
    case .fixedText(let isSpacePadded):
      return .fixedStrings(
        (0..<count).map { index in
          var text = bytes[index * type.size..<(index + 1) * type.size].prefix { $0 != 0 }
          if isSpacePadded { while text.last == UInt8(ascii: " ") { text.removeLast() } }
          return String(decoding: text, as: UTF8.self)
        }, length: type.size)
    case .text:
      try checkSize(widths)
      var texts: [String] = []
      texts.reserveCapacity(count)
      for index in 0..<count {
        // The cursor's addresses are checked against the file, its bytes are the element's.
        texts.append(try heap.text(bytes, at: index * type.size, count: type.size))
      }
      return .strings(texts)
    case .sequence(let base):
      try checkSize(widths)
      var lists: [HDF5Dataset.Values] = []
      lists.reserveCapacity(count)
      for index in 0..<count {
        let found = try heap.bytes(
          bytes, at: index * type.size, count: type.size, itemSize: base.size)
        lists.append(
          try HDF5Elements(base, Array(found), found.count / base.size).values(&heap, widths))
      }
      return .sequences(lists)
    }
  }

  /// Proves that elements of varying length are a length, an address and a number.
  private func checkSize(_ widths: HDF5Cursor.Widths) throws(HDF5Error) {
    guard type.size == 8 + widths.offset else {
      throw HDF5Error(
        .malformed,
        "Elements of varying length take \(type.size) bytes each instead of \(8 + widths.offset).",
        fix: "get a fresh copy of the file")
    }
  }

  private func numbers<Number: FixedWidthInteger>() -> [Number] {
    let size = MemoryLayout<Number>.size
    return unsafe bytes.withUnsafeBytes { buffer in
      (0..<count).map {
        let number = unsafe buffer.loadUnaligned(fromByteOffset: $0 * size, as: Number.self)
        return type.isBigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
      }
    }
  }

  /// float16 as float32, exactly.
  private static func wide(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }
}
