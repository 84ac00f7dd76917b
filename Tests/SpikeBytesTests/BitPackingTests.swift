import SpikeBytes
import SpikeDiagnostics
import Testing

@Suite("Bit packing")
struct BitPackingTests {
  /// The definition, bit by bit.
  func packedByDefinition(_ numbers: [UInt16], width: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: (numbers.count * width + 7) / 8)
    for (index, number) in numbers.enumerated() {
      for bit in 0..<width where number >> UInt16(bit) & 1 == 1 {
        let place = index * width + bit
        result[place / 8] |= 1 << UInt8(place % 8)
      }
    }
    return result
  }

  @Test("follows its definition and comes back, at every width and word edge", arguments: 1...16)
  func roundTrip(width: Int) throws {
    var random = SplitMix64(seed: UInt64(width))
    for count in [0, 1, 7, 8, 9, 63, 64, 65, 1_000] {
      let numbers = (0..<count).map { _ in UInt16(random.integer(below: 1 << width)) }
      let packed = BitPacking.pack(numbers, width: width)
      #expect(packed == packedByDefinition(numbers, width: width), "count \(count)")
      #expect(packed.count == BitPacking.byteCount(count, width: width))
      #expect(try BitPacking.unpack(packed, count: count, width: width) == numbers)
    }
  }

  @Test("refuses missing bytes, surplus bytes and surplus bits")
  func refusals() {
    let packed = BitPacking.pack([1, 2, 3], width: 3)
    func code(_ bytes: [UInt8]) -> ReadErrorCode? {
      do throws(ReadError) {
        _ = try BitPacking.unpack(bytes, count: 3, width: 3)
        return nil
      } catch { return error.code }
    }
    #expect(code(packed) == nil)
    #expect(code(packed.dropLast()) == .pastEnd)
    #expect(code(packed + [0]) == .paddingNotZero)
    #expect(code([packed[0], packed[1] | 0x80]) == .paddingNotZero)
  }

  @Test(
    "needs the bits of the largest number",
    arguments: [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (255, 8), (256, 8), (257, 9)])
  func widths(count: Int, width: Int) { #expect(BitPacking.width(for: count) == width) }
}

@Suite("Variable-length integers")
struct VarintTests {
  static let values: [UInt64] = [0, 1, 127, 128, 300, 16_383, 16_384, 1 << 35, .max - 1, .max]

  @Test("come back", arguments: values)
  func roundTrip(value: UInt64) throws {
    let bytes = Varint.encode(value)
    var reader = ByteReader(bytes)
    #expect(try reader.readVarint() == value)
    #expect(reader.isAtEnd)
    #expect(bytes.count == max(1, (64 - value.leadingZeroBitCount + 6) / 7))
  }

  @Test(
    "are refused in a longer form, above 64 bits and without an end",
    arguments: [
      [0x80, 0x00], [0xFF, 0x80, 0x00], [UInt8](repeating: 0xFF, count: 9) + [0x02],
      [UInt8](repeating: 0x80, count: 10) + [0x01],
    ] as [[UInt8]])
  func refusals(bytes: [UInt8]) {
    var reader = ByteReader([0xAA] + bytes, base: 100)
    do throws(ReadError) {
      try reader.skip(1)
      _ = try reader.readVarint()
      Issue.record("accepted")
    } catch {
      #expect(error.code == .invalidVarint)
      #expect(error.location.byteOffset == 101)
    }
  }

  @Test("fold small magnitudes to small numbers")
  func zigzag() {
    #expect([0, -1, 1, -2, 2].map(Varint.zigzag) == [0, 1, 2, 3, 4])
    for value in [Int64.min, .min + 1, -1, 0, 1, .max] {
      #expect(Varint.unzigzag(Varint.zigzag(value)) == value)
    }
  }
}

@Suite("A byte reader")
struct ByteReaderTests {
  @Test("gives back what a writer wrote, little-endian")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.append(UInt8(0x12))
    writer.append(UInt16(0x3456))
    writer.append(Int32(-2))
    writer.append(UInt64.max - 1)
    writer.append(Float(bitPattern: 0x7FC0_0001))
    writer.append(varint: 300)
    writer.align(to: 8)
    #expect(writer.count % 8 == 0)
    #expect(Array(writer.bytes[1...2]) == [0x56, 0x34])
    var reader = ByteReader(writer.bytes)
    #expect(try reader.read(UInt8.self) == 0x12)
    #expect(try reader.read(UInt16.self) == 0x3456)
    #expect(try reader.read(Int32.self) == -2)
    #expect(try reader.read(UInt64.self) == .max - 1)
    #expect(try reader.readFloat().bitPattern == 0x7FC0_0001)
    #expect(try reader.readVarint() == 300)
    #expect(try reader.read(count: reader.remaining).allSatisfy { $0 == 0 })
    #expect(reader.isAtEnd)
  }

  @Test("says where it ended and stays there")
  func pastEnd() {
    var reader = ByteReader([1, 2, 3], base: 40)
    do throws(ReadError) {
      try reader.skip(1)
      _ = try reader.read(UInt32.self)
      Issue.record("accepted")
    } catch {
      #expect(error.code == .pastEnd)
      #expect(error.location.byteOffset == 41)
      #expect(error.message == "4 bytes are needed, 2 are left.")
    }
    #expect(reader.remaining == 2)
  }

  @Test("refuses counts that no file has", arguments: [-1, Int.min, Int.max])
  func absurdCounts(count: Int) {
    var reader = ByteReader([1, 2, 3])
    #expect(throws: ReadError.self) { try reader.skip(count) }
    #expect(throws: ReadError.self) { try reader.read(count: count) }
  }
}

@Suite("Entropy")
struct EntropyTests {
  @Test("is the number of bits that independent symbols need")
  func examples() {
    #expect(Entropy.bits([]) == 0)
    #expect(Entropy.bits([7]) == 0)
    #expect(abs(Entropy.bits([8, 8]) - 16) < 1e-12)
    #expect(abs(Entropy.bits([1, 1, 2]) - 6) < 1e-12)
    #expect(abs(Entropy.bits([Int](repeating: 3, count: 256)) - 6_144) < 1e-9)
  }

  @Test("rests on a logarithm that is right to the last bits")
  func logarithm() {
    for exponent in -60...60 {
      #expect(
        abs(
          Entropy.log2(Double(sign: .plus, exponent: exponent, significand: 1)) - Double(exponent))
          < 1e-12)
    }
    #expect(abs(Entropy.log2(10) - 3.321928094887362) < 1e-15)
    #expect(abs(Entropy.log2(1.4142135623730951) - 0.5) < 1e-15)
  }
}
