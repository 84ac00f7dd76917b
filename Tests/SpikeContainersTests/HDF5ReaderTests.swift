import Foundation
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("HDF5 reader")
struct HDF5ReaderTests {
  private static let forms = [
    "plain", "gzip", "filters", "chunks", "latest", "single", "v110", "userblock",
  ]

  @Test("reads what our writer writes")
  func roundTrip() throws {
    let tree = HDF5Group([
      "a": .dataset(.scalar(7)),
      "group": .group(
        HDF5Group([
          "inner": .group(HDF5Group()),
          "bytes": .dataset(HDF5Dataset(shape: [2, 2], .int8([-128, 0, 1, 127]))),
          "short": .dataset(HDF5Dataset(shape: [2], .int16([-300, 300]))),
          "half": .dataset(HDF5Dataset(shape: [1], .uint16([60_000]))),
          "list": .dataset(.list([1, -2, 3])),
          "word": .dataset(HDF5Dataset(shape: [1], .uint32([4_000_000_000]))),
          "wide": .dataset(HDF5Dataset(shape: [], .int64([-(1 << 40)]))),
          "widest": .dataset(HDF5Dataset(shape: [], .uint64([.max]))),
          "floats": .dataset(HDF5Dataset(shape: [2], .float32([0.5, -1]))),
          "doubles": .dataset(HDF5Dataset(shape: [2], .float64([0.1, -1e300]))),
          "raw": .dataset(HDF5Dataset(shape: [3], .uint8([1, 2, 3]))),
          "type": .dataset(HDF5Dataset(shape: [1], .fixedStrings(["dense"], length: 10))),
          "name": .dataset(HDF5Dataset(shape: [], .strings(["größe"]))),
          "none": .dataset(HDF5Dataset(shape: [0], .int32([]))),
        ])),
    ])
    #expect(try HDF5Reader.read(HDF5Writer.bytes(of: tree)) == tree)
  }

  @Test("reads groups of many members, whose index has several levels")
  func manyMembers() throws {
    var group = HDF5Group()
    for index in 0..<700 { group["member-\(index)"] = .dataset(.scalar(Int32(index))) }
    let tree = HDF5Group(["group": .group(group)])
    #expect(try HDF5Reader.read(HDF5Writer.bytes(of: tree)) == tree)
  }

  @Test("reads what h5py writes, in every form of the file", arguments: forms)
  func foreign(_ form: String) throws {
    let expected = try JSONDecoder().decode(
      [String: [Double]].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path("nir/containers.json"))))
    let file = try MappedFile(path: FixtureLocation.path("nir/container-\(form).h5"))
    let root = try HDF5Reader.read(file)
    #expect(root["empty"] == .group(HDF5Group()))
    #expect(
      root["text"] == .dataset(HDF5Dataset(shape: [], .strings(["größe"]))))
    #expect(
      root["fixed"]
        == .dataset(HDF5Dataset(shape: [2], .fixedStrings(["dense", "conv"], length: 10))))
    #expect(root["names"] == .dataset(HDF5Dataset(shape: [3], .strings(["a", "bc", ""]))))
    var group = HDF5Group()
    for name in ["group", "more"] {
      guard case .group(let part)? = root[name] else {
        Issue.record("there is no group '\(name)'")
        return
      }
      group.members.merge(part.members) { $1 }
    }
    #expect(group.members.keys.sorted() == expected.keys.sorted())
    for (name, values) in expected {
      guard case .dataset(let dataset)? = group[name] else { continue }
      #expect(try #require(dataset.values.numbers) == values, "\(name)")
    }
    if case .dataset(let floats)? = group["floats"] { #expect(floats.shape == [7, 5]) }
  }

  @Test("2,000 damaged files end in an error of this reader or in a tree, never in a trap")
  func mutations() throws {
    let names = HDF5ReaderTests.forms.map { "container-\($0).h5" } + ["dense.nir", "nested.nir"]
    let sources = try names.map {
      [UInt8](try Data(contentsOf: URL(filePath: FixtureLocation.path("nir/\($0)"))))
    }
    var refused: Set<HDF5ErrorCode> = []
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      var bytes = sources[seed % sources.count]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        // Half of the damage where structures are dense.
        let end = random.chance(1, in: 2) ? min(bytes.count, 2048) : bytes.count
        let place = Int.random(in: 0..<end, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2:
          let value: UInt8 = random.chance(1, in: 2) ? 0xFF : 0
          for offset in place..<min(place + 8, bytes.count) { bytes[offset] = value }
        default: bytes.removeLast(Int.random(in: 0...bytes.count / 2, using: &random))
        }
        if bytes.isEmpty { bytes = [0x89] }
      }
      do throws(HDF5Error) {
        _ = try HDF5Reader.read(bytes)
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        #expect(error.category == .badData, "seed \(seed): \(error)")
        refused.insert(error.code)
      }
    }
    // Damage of numbers goes unseen without checksums; damage of structure shows.
    #expect(read > 100 && read < 1900, "\(read) of 2000 were read")
    #expect(refused.isSuperset(of: [.truncated, .malformed, .unsupported]), "\(refused)")
  }

  @Test("a shape that claims more than the file can hold costs no memory")
  func hugeShape() throws {
    let tree = HDF5Group(["x": .dataset(HDF5Dataset(shape: [1, 3], .int32([1, 2, 3])))])
    var bytes = try HDF5Writer.bytes(of: tree)
    // The shape is the one place with 1 and 3 as neighbouring words of 8 bytes.
    let pattern: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
    let place = try #require(
      (0..<bytes.count - 16).first { bytes[$0..<$0 + 16].elementsEqual(pattern) })
    bytes[place + 5] = 0x40
    let error = #expect(throws: HDF5Error.self) { _ = try HDF5Reader.read(bytes) }
    #expect(error?.code == .tooLarge)
    bytes[place + 7] = 0x7F
    bytes[place + 15] = 0x7F
    let overflow = #expect(throws: HDF5Error.self) { _ = try HDF5Reader.read(bytes) }
    #expect(overflow?.code == .tooLarge)
  }
}
