import SpikeBytes

/// Range coding of the symbols of one projection: near their order-0 entropy at a gigabyte a second.
///
///     parameters           u8                     bits 0-3 log2 of lanes, bits 4-7 precision - 12
///     frequencies          varint × (symbols - 1) the last one completes them to 2^precision
///     states and words     see entropy_coding.h
package enum EntropyCoding {
  /// What stands in front of states and words.
  package struct Table: Hashable {
    /// 256 frequencies that add up to 2^precision.
    package var frequencies: [UInt16]
    /// 12, or 14 where many symbols are rare.
    package var precision: Int
    /// Interleaved states: more are faster, and cost four bytes each.
    package var lanesLog2: Int

    /// Makes a table.
    package init(frequencies: [UInt16], precision: Int, lanesLog2: Int) {
      self.frequencies = frequencies
      self.precision = precision
      self.lanesLog2 = lanesLog2
    }

    /// The best table for symbols that occur `counts` times.
    init(_ counts: [Int], _ symbolCount: Int) {
      let tables = [12, 14].map { precision in
        Table(
          frequencies: Table.quantized(counts, precision), precision: precision, lanesLog2: 0)
      }
      let bits = tables.map { $0.bits(counts) + Double(8 * $0.encoded(symbolCount).count) }
      // The shorter table decodes faster: the longer one must earn a thousandth.
      let best = bits[1] < 0.999 * bits[0] ? 1 : 0
      self = tables[best]
      // States may cost half a hundredth: 800 bytes of words for each.
      lanesLog2 = bits[best] >= 8 * 800 * 32 ? 5 : bits[best] >= 8 * 800 * 8 ? 3 : 0
    }

    /// The bytes in front of states and words.
    func encoded(_ symbolCount: Int) -> [UInt8] {
      var writer = ByteWriter()
      writer.append(UInt8(lanesLog2 | (precision - 12) << 4))
      for frequency in frequencies.prefix(symbolCount - 1) {
        writer.append(varint: UInt64(frequency))
      }
      return writer.bytes
    }

    /// Bits of symbols that occur `counts` times.
    private func bits(_ counts: [Int]) -> Double {
      zip(counts, frequencies).reduce(0) { sum, row in
        row.0 == 0
          ? sum : sum + Double(row.0) * (Double(precision) - Entropy.log2(Double(row.1)))
      }
    }

    /// Counts scaled to 2^precision: rounded to nearest, at least 1 for symbols that occur; the
    /// rest is added to or taken from whatever is largest at the time, the first of equal ones.
    private static func quantized(_ counts: [Int], _ precision: Int) -> [UInt16] {
      let total = 1 << precision
      let sum = max(1, counts.reduce(0, +))
      var frequencies = counts.map { $0 == 0 ? 0 : max(1, ($0 * total + sum / 2) / sum) }
      var surplus = frequencies.reduce(0, +) - total
      while surplus != 0 {
        var largest = 0
        for symbol in frequencies.indices where frequencies[symbol] > frequencies[largest] {
          largest = symbol
        }
        frequencies[largest] -= surplus.signum()
        surplus -= surplus.signum()
      }
      return frequencies.map { UInt16($0) }
    }
  }

  /// Most bytes that a piece of `count` symbols can have.
  static func maximumSize(_ count: Int) -> Int { 1 + 3 * 255 + 4 * 32 + 2 * count }

  /// The bytes of `symbols`, each below `symbolCount`; `counts` says how often each occurs.
  /// - Complexity: O(symbols).
  package static func encode(_ symbols: [UInt8], _ counts: [Int], _ symbolCount: Int) -> [UInt8] {
    let table = Table(counts, symbolCount)
    return table.encoded(symbolCount) + IndexStreams.entropyEncode(symbols, table)
  }

  /// The inverse of ``encode(_:_:_:)``; nil if the bytes are damaged.
  package static func decode(
    _ bytes: ArraySlice<UInt8>, count: Int, _ symbolCount: Int
  ) -> [UInt8]? {
    // A frequency has at most three bytes.
    var reader = ByteReader(Array(bytes.prefix(1 + 3 * symbolCount)))
    guard let parameters = try? reader.read(UInt8.self), parameters & 0x0F <= 5,
      parameters >> 4 == 0 || parameters >> 4 == 2
    else { return nil }
    var table = Table(
      frequencies: [UInt16](repeating: 0, count: 256), precision: 12 + Int(parameters >> 4),
      lanesLog2: Int(parameters & 0x0F))
    var rest = 1 << table.precision
    for symbol in 0..<symbolCount - 1 {
      guard let frequency = try? reader.readVarint(), frequency <= UInt64(rest) else { return nil }
      table.frequencies[symbol] = UInt16(frequency)
      rest -= Int(frequency)
    }
    table.frequencies[symbolCount - 1] = UInt16(rest)
    return IndexStreams.entropyDecode(bytes.dropFirst(reader.offset), table, count: count)
  }
}
