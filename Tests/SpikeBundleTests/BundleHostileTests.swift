import SpikeBundle
import SpikeBytes
import SpikeDiagnostics
import Testing

@Suite("A damaged bundle")
struct BundleHostileTests {
  /// The code that decoding throws; nil where the bytes are accepted.
  func code(_ bytes: [UInt8]) -> BundleErrorCode? {
    do throws(BundleError) {
      _ = try BundleFile.decode(bytes, name: "hostile.sfb")
      return nil
    } catch {
      #expect(error.location.file == "hostile.sfb")
      #expect(error.fix != nil)
      return error.code
    }
  }

  @Test("is refused wherever it is cut")
  func truncation() throws {
    let bytes = try BundleFile.encode(SampleBundles.network)
    #expect(code([]) == .notABundle)
    for count in 1..<bytes.count {
      #expect(code(Array(bytes[..<count])) == .truncated, "cut after \(count) bytes")
    }
  }

  @Test("is refused wherever it is cut even if its checksums are right")
  func repairedTruncation() throws {
    let bytes = try BundleFile.encode(SampleBundles.network)
    for count in 1..<bytes.count {
      #expect(code(BundleDamage.repaired(Array(bytes[..<count]))) != nil, "cut after \(count)")
    }
  }

  @Test("with one wrong bit is refused, but for the unused bits of the header")
  func bitFlips() throws {
    let bytes = try BundleFile.encode(SampleBundles.smallest)
    for place in bytes.indices {
      for bit in 0..<8 as Range<UInt8> {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        // Bits 0…15 of Compatible_Flags are unused, but under the checksum of the header.
        #expect(code(damaged) != nil, "byte \(place), bit \(bit)")
      }
    }
    var flagged = bytes
    flagged[10] = 0xFF
    #expect(code(BundleDamage.repaired(flagged)) == nil)
  }

  @Test(
    "ends in an error or in another valid bundle, never in a trap",
    arguments: [
      SampleBundles.smallest, SampleBundles.network, SampleBundles.recurrent,
      BundleCorpus.bundle(seed: 11),
    ])
  func mutations(bundle: Bundle) throws {
    let bytes = try BundleFile.encode(bundle)
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let damaged = BundleDamage.damaged(bytes, &random)
      guard code(damaged) == nil else { continue }
      let decoded = try BundleFile.decode(damaged, name: "accepted")
      #expect(
        try BundleFile.decode(BundleFile.encode(decoded), name: "again") == decoded, "seed \(seed)")
    }
  }

  @Test("with another manifest version than that of what it uses is refused")
  func manifestVersions() throws {
    let late = SampleBundles.smallest.with {
      $0.input.shape = [2]
      $0.projections[0].weightShape = [1, 2]
      $0.projections[0].indices = [0, 1]
      $0.projections[0].delay = 1
      $0.projections[0].sourceDelays = [1, 0]
    }
    let recurrent = SampleBundles.smallest.with {
      $0.populations[0].model = "IF"
      $0.populations[0].reset = .bySubtraction
      $0.populations[0].thresholds = [1]
      $0.readout = .mostSpikes
      $0.projections[0].sources = [.population(0)]
    }
    for (bundle, version) in [
      (SampleBundles.smallest, 1), (late, 3), (recurrent, 3),
      (late.with { $0.projections[0].sourceDelays = [] }, 1),
      (recurrent.with { $0.projections[0].sources = [.input] }, 1),
    ] as [(Bundle, UInt8)] {
      let bytes = try BundleFile.encode(bundle)
      // The manifest is the first section, here stored as it is, and its version the first field.
      try #require(bytes[26] == 0)
      let place = Int(bytes[28]) + 1
      #expect(bytes[place] == version)
      for other in 0...5 as ClosedRange<UInt8> where other != version {
        var changed = bytes
        changed[place] = other
        let expected: BundleErrorCode =
          (1...3).contains(other) ? .invalidManifest : .unsupportedVersion
        #expect(code(BundleDamage.repaired(changed)) == expected, "\(other)")
      }
    }
  }

  @Test("with surplus bytes behind it is refused")
  func surplus() throws {
    let bytes = try BundleFile.encode(SampleBundles.smallest)
    #expect(code(bytes + [0]) == .invalidStructure)
    #expect(code(BundleDamage.repaired(bytes + [0])) == .invalidStructure)
  }

  @Test("with an unknown section is refused unless the section may be skipped")
  func unknownSections() throws {
    func file(type: UInt16, flags: UInt16) throws -> [UInt8] {
      let bytes = try BundleFile.encode(SampleBundles.smallest)
      let count = Int(bytes[14])
      let tableEnd = 24 + 16 * count
      var table = ByteWriter()
      for row in 0..<count {
        let entry = Array(bytes[24 + 16 * row..<40 + 16 * row])
        var reader = ByteReader(entry)
        table.append(try reader.read(count: 4))
        table.append(try reader.read(UInt32.self) + 16)
        table.append(try reader.read(count: 8))
      }
      table.append(type)
      table.append(flags)
      table.append(UInt32(bytes.count + 16))
      table.append(UInt32(3))
      table.append(UInt32(0))
      var result = Array(bytes[..<24]) + table.bytes + Array(bytes[tableEnd...]) + [1, 2, 3]
      result[14] += 1
      return BundleDamage.repaired(result)
    }
    #expect(code(try file(type: 9, flags: 0)) == .unsupportedVersion)
    #expect(code(try file(type: 9, flags: 2)) == .unsupportedVersion)
    #expect(code(try file(type: 9, flags: 0x8000)) == nil)
    #expect(code(try file(type: 0xFFFF, flags: 0x8001)) == nil)
    #expect(code(try file(type: 1, flags: 0x8000)) == .invalidStructure)
  }

  @Test("that claims sizes beyond all limits is refused before memory is taken")
  func largeClaims() throws {
    // A weight of 2³⁰ entries in one codebook of one entry takes no index bytes at all.
    var bundle = SampleBundles.smallest
    bundle.codebooks = [Codebook(entries: [0], zeroIsAbsent: true, scale: 1)]
    bundle.projections[0].indices = [0]
    let bytes = try BundleFile.encode(bundle)
    #expect(code(bytes) == nil)
    var large = bundle
    large.input.shape = [1 << 30]
    large.projections[0].weightShape = [1, 1 << 30]
    #expect(throws: BundleError.self) { try BundleFile.encode(large) }
  }
}
