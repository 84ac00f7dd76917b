import SpikeBytes
import SpikeDiagnostics
import SpikeGraph
import SpikeModelFile
import SpikeTestSupport
import Testing

@Suite("A damaged model file")
struct ModelFileHostileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The error of reading `bytes`; nil where they are accepted.
  func error(_ bytes: [UInt8]) throws -> ModelFileError? {
    let path = directory.file("hostile.sfm")
    try AtomicFile.write(bytes, to: path)
    do throws(ModelFileError) {
      let model = try ModelFile.read(path: path)
      // Whatever is accepted is canonical: it is written again as the same bytes.
      let again = try ModelFile.encode(model)
      #expect(again == bytes || bytes[10] != 0 || bytes[11] != 0)
      return nil
    } catch {
      #expect(error.location.file == path)
      #expect(error.fix != nil)
      return error
    }
  }

  @Test("is refused wherever it is cut")
  func truncation() throws {
    let bytes = try ModelFile.encode(SampleModels.small())
    #expect(try error([])?.code == .notAModel)
    for count in 1..<bytes.count {
      #expect(try error(Array(bytes[..<count]))?.code == .truncated, "cut after \(count) bytes")
      #expect(try error(ModelDamage.repaired(Array(bytes[..<count]))) != nil, "cut, \(count)")
    }
  }

  @Test("with one wrong bit is refused")
  func bitFlips() throws {
    let bytes = try ModelFile.encode(SampleModels.small())
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      #expect(try error(damaged) != nil, "byte \(place)")
    }
  }

  @Test("ends in an error or in another valid model, never in a trap")
  func mutations() throws {
    for (name, model) in [
      ("small", SampleModels.small()), ("everything", SampleModels.everything()),
    ] {
      let bytes = try ModelFile.encode(model)
      for seed in 0..<2_000 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        if let error = try error(ModelDamage.damaged(bytes, &random)) {
          #expect(error.code != .unreadable && error.code != .unwritable, "\(name), seed \(seed)")
        }
      }
    }
  }

  @Test("with surplus bytes behind it is refused")
  func surplus() throws {
    let bytes = try ModelFile.encode(SampleModels.small())
    #expect(try error(bytes + [0])?.code == .invalidStructure)
    #expect(try error(ModelDamage.repaired(bytes + [0]))?.code == .invalidStructure)
  }

  @Test("with bytes in the padding is refused")
  func padding() throws {
    var bytes = try ModelFile.encode(SampleModels.small())
    let summary = try {
      try AtomicFile.write(bytes, to: directory.file("a.sfm"))
      return try ModelFile.inspect(path: directory.file("a.sfm"))
    }()
    bytes[summary.constants[0].offset - 1] = 1
    #expect(try error(ModelDamage.repaired(bytes))?.code == .invalidStructure)
  }

  @Test("that is no protobuf, or not the shortest one, is refused")
  func messages() throws {
    #expect(try error(ModelDamage.file(message: [0x0A]))?.code == .invalidMessage)
    #expect(try error(ModelDamage.file(message: []))?.code == .unsupportedVersion)
    #expect(try error(ModelDamage.file(message: [0x08, 0x02]))?.code == .unsupportedVersion)
    // ir_version 1 in two bytes, then an unknown field.
    #expect(try error(ModelDamage.file(message: [0x08, 0x81, 0x00]))?.code == .invalidMessage)
    #expect(
      try error(ModelDamage.file(message: [0x08, 1, 0xA0, 0x06, 1]))?.code == .invalidMessage)
  }

  @Test("that claims a huge message is refused before memory is taken")
  func hugeMessage() throws {
    var bytes = ModelDamage.file(message: [0x08, 1])
    for size in [UInt64(65 << 20), 1 << 40, .max, UInt64(Int.max)] {
      ModelDamage.set(size, 8, at: 16, in: &bytes)
      #expect(try error(ModelDamage.repaired(bytes))?.code == .tooLarge, "\(size)")
    }
  }

  @Test("that unpacks to far more than it has is refused")
  func amplification() throws {
    // 16 million empty history records: two bytes in the file, a structure and a pointer each.
    let bomb = [UInt8](repeating: 0, count: 32 << 20).indices.map { UInt8($0 & 1 == 0 ? 0x42 : 0) }
    #expect(try error(ModelDamage.file(message: [0x08, 1] + bomb))?.code == .tooLarge)
  }

  @Test("nested deeply is refused without a deep stack: the schema has no recursion")
  func nesting() throws {
    var message: [UInt8] = []
    for _ in 0..<2_000 {
      message = [0x22] + Varint.encode(UInt64(message.count)) + message
    }
    #expect(try error(ModelDamage.file(message: [0x08, 1] + message)) != nil)
  }
}
