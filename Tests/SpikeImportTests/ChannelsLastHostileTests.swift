import Foundation
import SpikeDiagnostics
import SpikeImport
import SpikeTestSupport
import Testing

/// Bytes of files with something wrong in them.
enum ByteDamage {
  static func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
    case 1:
      let start = Int.random(in: 0..<bytes.count, using: &random)
      bytes.removeSubrange(start..<min(bytes.count, start + Int.random(in: 1...64, using: &random)))
    default:
      let odd: [UInt8] = [0, 1, 2, 4, 0x7F, 0x80, 0xFF]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] =
          random.chance(1, in: 2)
          ? odd.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
    }
    return bytes
  }

  static func file(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: FixtureLocation.path(name))))
  }

  static func codes(_ folder: String) throws -> [String: String] {
    let expected = try JSONDecoder().decode(
      [String: String].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path("\(folder)/expected.json"))))
    let files = try FileManager.default.contentsOfDirectory(
      atPath: FixtureLocation.path(folder)
    ).filter { $0 != "expected.json" }
    #expect(files.sorted() == expected.keys.sorted())
    return expected
  }
}

@Suite("Bad TFLite files")
struct TFLiteHostileTests {
  @Test("every crafted file gives the one error that it should, with place and remedy")
  func crafted() throws {
    let expected = try ByteDamage.codes("tflite/bad")
    for (name, code) in expected.sorted(by: { $0.key < $1.key }) {
      let path = FixtureLocation.path("tflite/bad/\(name)")
      let error = #expect(throws: TFLiteError.self, "\(name)") {
        _ = try TFLiteImporter.read(path: path)
      }
      let found = error?.code == .corrupt ? error?.cause?.codeText : error?.codeText
      #expect(found == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil && error?.location.file == path, "\(name)")
    }
    #expect(expected.count >= 50)
  }

  @Test("every unsupported node is named at once")
  func everyNode() throws {
    let error = #expect(throws: TFLiteError.self) {
      _ = try TFLiteImporter.read(path: FixtureLocation.path("tflite/bad/lstm.tflite"))
    }
    #expect(error?.findings.count == 2)
    #expect(error?.findings.allSatisfy { $0.location.operator == "LSTM" && $0.fix != nil } == true)
  }

  @Test("a missing file is a missing input")
  func missing() {
    let error = #expect(throws: TFLiteError.self) {
      _ = try TFLiteImporter.read(path: "no/such/file.tflite")
    }
    #expect(error?.code == .unreadable && error?.category == .missingInput)
  }

  @Test("2,000 damaged files end in an error of the importer or in a network, never in a trap")
  func mutations() throws {
    let files = try ["cnn-float", "cnn-int8", "residual-int8", "signal-float", "mlp-int8"].map {
      try ByteDamage.file("tflite/\($0).tflite")
    }
    let folder = try TemporaryFolder()
    var codes: [TFLiteErrorCode: Int] = [:]
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let path = try folder.write(
        ByteDamage.damaged(files[seed % files.count], &random), "damaged.tflite")
      do throws(TFLiteError) {
        _ = try TFLiteImporter.read(path: path)
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        codes[error.code, default: 0] += 1
      }
    }
    #expect(read > 50 && read < 1950, "\(read) of 2000 were read")
    #expect(codes.count >= 6, "\(codes)")
  }
}

@Suite("Bad Keras files")
struct KerasHostileTests {
  @Test("every crafted file gives the one error that it should, with place and remedy")
  func crafted() throws {
    let expected = try ByteDamage.codes("keras/bad")
    for (name, code) in expected.sorted(by: { $0.key < $1.key }) {
      let path = FixtureLocation.path("keras/bad/\(name)")
      let error = #expect(throws: KerasError.self, "\(name)") {
        _ = try KerasImporter.read(path: path)
      }
      let found = error?.cause?.codeText ?? error?.codeText
      #expect(found == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil && error?.location.file == path, "\(name)")
    }
    #expect(expected.count >= 50)
  }

  @Test("a missing file is a missing input")
  func missing() {
    let error = #expect(throws: KerasError.self) {
      _ = try KerasImporter.read(path: "no/such/file.keras")
    }
    #expect(error?.code == .unreadable && error?.category == .missingInput)
  }

  @Test("2,000 damaged files end in an error of the importer or in a network, never in a trap")
  func mutations() throws {
    let names = ["cnn-2.h5", "cnn-3.keras", "nested-3.h5", "residual-2.h5", "signal-3.h5"]
    let files = try names.map { try ByteDamage.file("keras/\($0)") }
    let folder = try TemporaryFolder()
    var codes: [KerasErrorCode: Int] = [:]
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let path = try folder.write(
        ByteDamage.damaged(files[seed % files.count], &random), "damaged.h5")
      do throws(KerasError) {
        _ = try KerasImporter.read(path: path)
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        codes[error.code, default: 0] += 1
      }
    }
    #expect(read > 50 && read < 1950, "\(read) of 2000 were read")
    #expect(codes.count >= 4, "\(codes)")
  }

  @Test("2,000 changed configurations end in an error of the importer or in a network")
  func configurations() throws {
    let files = try ["cnn-3.keras", "residual-3.keras", "nested-3.keras", "signal-2.h5"].map {
      try KerasFile(path: FixtureLocation.path("keras/\($0)"))
    }
    var codes: [KerasErrorCode: Int] = [:]
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      var file = files[seed % files.count]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        file.configuration = changed(file.configuration, &random)
      }
      do throws(KerasError) {
        _ = try KerasImporter.read(file, options: KerasImportOptions())
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        codes[error.code, default: 0] += 1
      }
    }
    #expect(read > 50 && read < 1950, "\(read) of 2000 were read")
    #expect(codes.count >= 8, "\(codes)")
  }

  /// Walks down at random and changes what it meets.
  private func changed(_ value: JSONValue, _ random: inout SeededGenerator) -> JSONValue {
    let odd: [JSONValue] = [
      .null, .bool(true), .integer(0), .integer(-1), .integer(1 << 40), .integer(3), .number(1e300),
      .number(-0.5), .text(""), .text("relu"), .text("same"), .list([]), .object([:]),
      .list([.integer(1), .integer(2)]), .integer(.max), .integer(.min),
    ]
    if random.chance(1, in: 12) { return odd.randomElement(using: &random) ?? .null }
    switch value {
    case .object(var members):
      guard let key = members.keys.sorted().randomElement(using: &random) else { return value }
      members[key] = changed(members[key] ?? .null, &random)
      return .object(members)
    case .list(var elements):
      guard let place = elements.indices.randomElement(using: &random) else { return value }
      if random.chance(1, in: 20) {
        elements.remove(at: place)
      } else if random.chance(1, in: 20) {
        elements.append(elements[place])
      } else {
        elements[place] = changed(elements[place], &random)
      }
      return .list(elements)
    default: return odd.randomElement(using: &random) ?? .null
    }
  }
}
