import SpikeBundle
import SpikeBytes
import Testing

@Suite("Index streams")
struct IndexStreamsTests {
  static let lengths = [0, 1, 7, 8, 9, 15, 16, 63, 64, 65, 255, 256, 257, 1_000, 4_099]

  func numbers(_ count: Int, below bound: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(random.integer(below: bound)) }
  }

  /// Symbols of which a share is 0.
  func symbols(_ count: Int, below bound: Int, zeros: Double, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      random.uniform() < zeros ? 0 : UInt8(random.integer(below: bound))
    }
  }

  @Test("pack as the plain form does, at every width and word edge", arguments: 1...8)
  func packing(width: Int) throws {
    for count in Self.lengths {
      let numbers = numbers(count, below: 1 << width, seed: UInt64(count))
      let packed = IndexStreams.pack(numbers, width: width)
      #expect(packed == BitPacking.pack(numbers.map { UInt16($0) }, width: width), "\(count)")
      #expect(IndexStreams.unpack(packed[...], count: count, width: width) == numbers)
      // A slice that does not start at 0, with bytes around that must not matter.
      let framed = [0xFF] + packed + [0xFF]
      #expect(
        IndexStreams.unpack(framed[1..<framed.count - 1], count: count, width: width) == numbers)
    }
  }

  @Test("with surplus bits or of a wrong length are refused", arguments: 1...8)
  func surplusBits(width: Int) {
    for count in 1...65 {
      let packed = IndexStreams.pack(numbers(count, below: 1 << width, seed: 1), width: width)
      #expect(IndexStreams.unpack(packed.dropLast(), count: count, width: width) == nil)
      #expect(IndexStreams.unpack((packed + [0])[...], count: count, width: width) == nil)
      for bit in (count * width % 8)..<8 where count * width % 8 != 0 {
        var damaged = packed
        damaged[packed.count - 1] |= 1 << UInt8(bit)
        #expect(
          IndexStreams.unpack(damaged[...], count: count, width: width) == nil,
          "width \(width), count \(count), bit \(bit)")
      }
    }
  }

  @Test("of width 0 take no bytes")
  func widthZero() {
    #expect(IndexStreams.pack([0, 0, 0], width: 0) == [])
    #expect(IndexStreams.unpack([], count: 3, width: 0) == [0, 0, 0])
  }

  @Test("are split into bitmap and nonzeros and joined again", arguments: [0, 0.5, 0.9, 1])
  func bitmaps(zeros: Double) {
    for count in Self.lengths {
      let symbols = symbols(count, below: 256, zeros: zeros, seed: UInt64(count))
      let (bitmap, nonzeros) = IndexStreams.splitBitmap(symbols)
      #expect(nonzeros == symbols.filter { $0 != 0 }.map { $0 - 1 })
      #expect(bitmap == BitPacking.pack(symbols.map { $0 == 0 ? 0 : 1 }, width: 1))
      #expect(IndexStreams.joinBitmap(bitmap[...], nonzeros: nonzeros, count: count) == symbols)
      #expect(
        IndexStreams.joinBitmap(bitmap[...], nonzeros: nonzeros + [0], count: count) == nil)
      if !nonzeros.isEmpty {
        #expect(
          IndexStreams.joinBitmap(bitmap[...], nonzeros: nonzeros.dropLast(), count: count) == nil)
      }
    }
  }

  @Test("are split into zero runs and nonzeros and joined again", arguments: [0, 0.5, 0.99, 0.999])
  func runs(zeros: Double) {
    for count in Self.lengths + [100_000] {
      let symbols = symbols(count, below: 256, zeros: zeros, seed: UInt64(count) + 1)
      let (runs, nonzeros) = IndexStreams.splitRuns(symbols)
      var expected: [UInt8] = []
      var run = 0
      for symbol in symbols {
        if symbol == 0 {
          run += 1
        } else {
          expected += [UInt8](repeating: 255, count: run / 255) + [UInt8(run % 255)]
          run = 0
        }
      }
      #expect(runs == expected, "count \(count)")
      #expect(IndexStreams.joinRuns(runs[...], nonzeros: nonzeros, count: count) == symbols)
      #expect(IndexStreams.joinRuns((runs + [0])[...], nonzeros: nonzeros, count: count) == nil)
      if !runs.isEmpty {
        #expect(IndexStreams.joinRuns(runs.dropLast(), nonzeros: nonzeros, count: count) == nil)
        let last = symbols.lastIndex { $0 != 0 } ?? 0
        #expect(IndexStreams.joinRuns(runs[...], nonzeros: nonzeros, count: last) == nil)
      }
    }
  }

  @Test("move the zero of each channel to the front and back")
  func zeroToFront() {
    let zeros: [UInt8] = [0, 3, 255, 7]
    let indices = numbers(4 * 1_000, below: 256, seed: 5)
    var symbols = IndexStreams.zeroToFront(indices, zeros: zeros)
    for (place, index) in indices.enumerated() {
      let zero = zeros[place / 1_000]
      #expect(symbols[place] == (index == zero ? 0 : index < zero ? index + 1 : index))
    }
    IndexStreams.zeroFromFront(&symbols, zeros: zeros)
    #expect(symbols == indices)
  }

  @Test("have the largest number and the counts of a plain loop")
  func statistics() {
    for count in Self.lengths {
      let numbers = numbers(count, below: 200, seed: UInt64(count))
      #expect(IndexStreams.largest(numbers[...]) == numbers.max() ?? 0)
      var counts = [Int](repeating: 0, count: 256)
      for number in numbers { counts[Int(number)] += 1 }
      #expect(IndexStreams.histogram(numbers) == counts)
    }
  }
}

@Suite("Range coding")
struct EntropyCodingTests {
  /// The decoder of docs/format.md, word for word.
  func decodedByDefinition(
    _ bytes: [UInt8], _ table: EntropyCoding.Table, count: Int
  ) -> [UInt8] {
    let total = 1 << table.precision
    var slots: [Int] = []
    var starts: [Int] = []
    for (symbol, frequency) in table.frequencies.enumerated() {
      starts.append(slots.count)
      slots += [Int](repeating: symbol, count: Int(frequency))
    }
    let lanes = 1 << table.lanesLog2
    func word(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    var states = (0..<lanes).map { word(4 * $0) | word(4 * $0 + 2) << 16 }
    var next = 4 * lanes
    return (0..<count).map { index in
      let x = states[index % lanes]
      let symbol = slots[x % total]
      var after = Int(table.frequencies[symbol]) * (x / total) + x % total - starts[symbol]
      if after < 1 << 16 {
        after = after << 16 | word(next)
        next += 2
      }
      states[index % lanes] = after
      return UInt8(symbol)
    }
  }

  /// Frequencies of `count` symbols that add up to the total, each at least 1.
  func frequencies(_ count: Int, precision: Int, _ random: inout SplitMix64) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: 256)
    for symbol in 0..<count { result[symbol] = 1 }
    var rest = 1 << precision - count
    for symbol in 0..<count - 1 {
      let share = random.integer(below: rest + 1)
      result[symbol] += UInt16(share)
      rest -= share
    }
    result[count - 1] += UInt16(rest)
    return result
  }

  @Test(
    "comes back with every number of lanes, on every path, as the document says",
    arguments: [12, 14], 0...5)
  func roundTrip(precision: Int, lanesLog2: Int) {
    var random = SplitMix64(seed: UInt64(precision * 10 + lanesLog2))
    for count in [1, 2, 31, 32, 33, 63, 64, 65, 1_000, 5_000] {
      for symbolCount in [1, 2, 3, 16, 256] {
        let table = EntropyCoding.Table(
          frequencies: frequencies(symbolCount, precision: precision, &random),
          precision: precision, lanesLog2: lanesLog2)
        let symbols = (0..<count).map { _ in UInt8(random.integer(below: symbolCount)) }
        let coded = IndexStreams.entropyEncode(symbols, table)
        #expect(decodedByDefinition(coded, table, count: count) == symbols)
        for isPortable in [false, true] {
          #expect(
            IndexStreams.entropyDecode(coded[...], table, count: count, isPortable: isPortable)
              == symbols, "count \(count), symbols \(symbolCount)")
          #expect(
            IndexStreams.entropyDecode(
              coded.dropLast(2), table, count: count, isPortable: isPortable) == nil)
          #expect(
            IndexStreams.entropyDecode(
              (coded + [0, 0])[...], table, count: count, isPortable: isPortable) == nil)
        }
      }
    }
  }

  @Test("reads damaged bytes the same way on both paths, without a trap")
  func damage() {
    var random = SplitMix64(seed: 77)
    let table = EntropyCoding.Table(
      frequencies: frequencies(16, precision: 12, &random), precision: 12, lanesLog2: 5)
    let symbols = (0..<3_000).map { _ in UInt8(random.integer(below: 16)) }
    let coded = IndexStreams.entropyEncode(symbols, table)
    for _ in 0..<500 {
      var damaged = coded
      damaged[random.integer(below: coded.count)] ^= 1 << UInt8(random.integer(below: 8))
      let fast = IndexStreams.entropyDecode(damaged[...], table, count: 3_000)
      let portable = IndexStreams.entropyDecode(
        damaged[...], table, count: 3_000, isPortable: true)
      #expect(fast == portable)
      #expect(fast != symbols)
    }
  }

  @Test(
    "comes within a hundredth of the entropy, however skewed the symbols are",
    arguments: [2, 4, 16, 256], [0, 0.5, 0.9, 0.99])
  func ratio(symbolCount: Int, zeros: Double) {
    var random = SplitMix64(seed: 3)
    let symbols = (0..<1 << 20).map { _ in
      random.uniform() < zeros ? 0 : UInt8(random.integer(below: symbolCount))
    }
    let counts = IndexStreams.histogram(symbols)
    let coded = EntropyCoding.encode(symbols, counts, symbolCount)
    #expect(EntropyCoding.decode(coded[...], count: symbols.count, symbolCount) == symbols)
    // A table of 256 symbols costs 255 bytes and more, which very sparse symbols feel.
    let allowance = Double(8 * 2 * symbolCount)
    #expect(Double(8 * coded.count) < 1.01 * Entropy.bits(counts) + allowance)
  }

  @Test("of one symbol that never changes takes a state and nothing else")
  func constant() {
    let coded = EntropyCoding.encode(
      [UInt8](repeating: 0, count: 1_000), [1_000] + [Int](repeating: 0, count: 255), 1)
    #expect(coded == [0x00, 0x00, 0x00, 0x01, 0x00])
    #expect(
      EntropyCoding.decode(coded[...], count: 1_000, 1) == [UInt8](repeating: 0, count: 1_000))
  }

  @Test("with a table that does not add up is refused")
  func wrongTable() {
    for parameters in [0x06, 0x10, 0x30, 0x40] as [UInt8] {
      #expect(EntropyCoding.decode([parameters, 0, 0, 1, 0], count: 1, 1) == nil)
    }
    // Two symbols, the first with a frequency of 4097.
    #expect(EntropyCoding.decode([0, 0x81, 0x20, 0, 0, 1, 0], count: 1, 2) == nil)
  }
}
