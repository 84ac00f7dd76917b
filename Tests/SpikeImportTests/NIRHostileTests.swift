import Foundation
import SpikeContainers
import SpikeDiagnostics
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Bad NIR files")
struct NIRHostileTests {
  private static func expected() throws -> [String: String] {
    try JSONDecoder().decode(
      [String: String].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path("nir/bad/expected.json"))))
  }

  private var options: NIRImportOptions {
    var options = NIRImportOptions()
    options.timeStep = 0.001
    return options
  }

  @Test("every crafted file gives the one error that it should, with place and remedy")
  func crafted() throws {
    let expected = try Self.expected()
    let files = try FileManager.default.contentsOfDirectory(
      atPath: FixtureLocation.path("nir/bad")
    ).filter { $0.hasSuffix(".nir") }
    #expect(files.sorted() == expected.keys.sorted())
    for (name, code) in expected.sorted(by: { $0.key < $1.key }) {
      let path = FixtureLocation.path("nir/bad/\(name)")
      let error = #expect(throws: NIRError.self, "\(name)") {
        _ = try NIRImporter.read(path: path, options: options)
      }
      let found = error?.cause?.codeText ?? error?.codeText
      #expect(found == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil && error?.location.file == path, "\(name)")
      #expect(error?.cause == nil || error?.code == .corrupt, "\(name)")
    }
    #expect(expected.count >= 50)
  }

  @Test("a missing file is a missing input")
  func missing() {
    let error = #expect(throws: NIRError.self) {
      _ = try NIRImporter.read(path: "no/such/file.nir")
    }
    #expect(error?.code == .unreadable)
    #expect(error?.category == .missingInput)
  }

  @Test("2,000 changed trees end in an error of the importer or in a network, never in a trap")
  func mutations() throws {
    let names = ["cnn", "dense", "nested", "old", "residual", "sound"]
    let trees = try names.map {
      try HDF5Reader.read(
        [UInt8](Data(contentsOf: URL(filePath: FixtureLocation.path("nir/\($0).nir")))))
    }
    var codes: [NIRErrorCode: Int] = [:]
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let tree = TreeDamage.damaged(trees[seed % trees.count], &random)
      do throws(NIRError) {
        _ = try NIRImporter.read(tree, options: options)
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        codes[error.code, default: 0] += 1
      }
    }
    #expect(read > 50 && read < 1900, "\(read) of 2000 were read")
    #expect(codes.count >= 8, "\(codes)")
  }
}

/// Trees of HDF5 files with something wrong in them.
enum TreeDamage {
  static func damaged(_ tree: HDF5Group, _ random: inout SeededGenerator) -> HDF5Group {
    var tree = tree
    for _ in 0..<Int.random(in: 1...3, using: &random) { change(&tree, &random) }
    return tree
  }

  /// Walks down at random and changes what it meets.
  private static func change(_ group: inout HDF5Group, _ random: inout SeededGenerator) {
    let names = group.members.keys.sorted()
    guard let name = names.randomElement(using: &random) else { return }
    switch group[name] {
    case .group(var inner):
      if random.chance(1, in: 20) {
        group[name] = nil
      } else if random.chance(1, in: 20) {
        group[name + "2"] = group[name]
      } else {
        change(&inner, &random)
        group[name] = .group(inner)
      }
    case .dataset(let dataset): group[name] = changed(dataset, &random)
    case nil: break
    }
  }

  private static func changed(
    _ dataset: HDF5Dataset, _ random: inout SeededGenerator
  ) -> HDF5Group.Member? {
    let odd: [Double] = [0, -1, 1e9, -1e9, 0.5, .nan, .infinity, 3, 1e-30, 1e300]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return nil
    case 1: return .group(HDF5Group())
    case 2: return .dataset(HDF5Dataset(shape: [], .strings(["same"])))
    case 3:
      let value = odd.randomElement(using: &random) ?? 0
      return .dataset(
        HDF5Dataset(
          shape: dataset.shape,
          .float64(Array(repeating: value, count: dataset.values.count))))
    default:
      let sizes = [0, 1, 2, 3, 5, 17]
      let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        sizes.randomElement(using: &random) ?? 1
      }
      let count = shape.reduce(1, *)
      return .dataset(
        HDF5Dataset(
          shape: shape, .float32((0..<count).map { _ in Float.random(in: -2...2, using: &random) }))
      )
    }
  }
}
