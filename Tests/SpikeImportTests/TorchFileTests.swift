import Foundation
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import SpikeImport
import SpikeTestSupport
import Testing

/// Files of `torch.save`: real ones are in `Fixtures/weights`, these are made to do harm.
@Suite("Files of PyTorch")
struct TorchFileTests {
  // MARK: A small assembler of pickles

  private static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + TinyONNX.littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  private static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  private static func number(_ value: Int32) -> [UInt8] {
    [UInt8(ascii: "J")] + TinyONNX.littleEndian(UInt32(bitPattern: value))
  }

  /// A number of eight bytes.
  private static func long(_ value: Int) -> [UInt8] {
    [0x8A, 8] + TinyONNX.littleEndian(UInt64(bitPattern: Int64(value)))
  }

  private static func tuple(_ items: [[UInt8]]) -> [UInt8] {
    Array("(".utf8) + items.joined() + Array("t".utf8)
  }

  private static func tensor(
    _ sizes: [Int], _ strides: [Int], offset: Int32 = 0, storage: String = "FloatStorage",
    key: String = "0", count: Int = 4
  ) -> [UInt8] {
    let identifier = tuple([
      text("storage"), global("torch", storage), text(key), text("cpu"), long(count),
    ])
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple([
        identifier + [UInt8(ascii: "Q")], number(offset), tuple(sizes.map(long)),
        tuple(strides.map(long)), [0x89], Array("}".utf8),
      ]) + Array("R".utf8)
  }

  private static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    Array("}(".utf8) + entries.flatMap { text($0.0) + $0.1 } + Array("u".utf8)
  }

  /// A file of PyTorch before 1.6 with one storage of four numbers.
  private static func file(_ main: [UInt8]) -> [UInt8] {
    func pickle(_ body: [UInt8]) -> [UInt8] { [0x80, 2] + body + Array(".".utf8) }
    let magic = TorchFile.legacyMagic + Array(".".utf8)
    let numbers = [Float(1), 2, 3, 4].flatMap { TinyONNX.littleEndian($0.bitPattern) }
    return magic + pickle([UInt8(ascii: "M"), 0xE9, 0x03]) + pickle(Array("}".utf8)) + pickle(main)
      + pickle(Array("](".utf8) + text("0") + Array("e".utf8))
      + TinyONNX.littleEndian(UInt64(4)) + numbers
  }

  private func read(_ bytes: [UInt8]) throws -> TorchFile {
    let folder = try TemporaryFolder()
    return try TorchFile(MappedFile(path: try folder.write(bytes, "w.pt")))
  }

  // MARK: What is read

  @Test("Views are gathered row-major, whatever their strides")
  func views() throws {
    let file = try read(
      Self.file(
        Self.dictionary([
          ("whole", Self.tensor([4], [1])), ("turned", Self.tensor([2, 2], [1, 2])),
          ("every.second", Self.tensor([2, 1], [2, 7], offset: 1)),
          ("none", Self.tensor([0, 9], [9, 1], offset: 4)), ("one", Self.tensor([], [], offset: 3)),
        ])))
    func numbers(_ name: String) throws -> [Float] {
      let bytes = file.bytes(of: try #require(file.entries.first { $0.name == name }))
      return stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
      }
    }
    #expect(try numbers("whole") == [1, 2, 3, 4])
    #expect(try numbers("turned") == [1, 3, 2, 4])
    #expect(try numbers("every.second") == [2, 4])
    #expect(try numbers("none") == [])
    #expect(try numbers("one") == [4])
    #expect(file.entries.map(\.isContiguous) == [true, false, false, true, true])
  }

  @Test("The only group of tensors of a checkpoint is its state dict; an optimiser's is none")
  func section() throws {
    let weights = Self.dictionary([("w", Self.tensor([4], [1]))])
    let optimizer = Self.dictionary([
      ("param_groups", Array("]".utf8)), ("state", Self.dictionary([("m", Self.tensor([4], [1]))])),
    ])
    let file = try read(
      Self.file(
        Self.dictionary([("epoch", Self.number(3)), ("optim", optimizer), ("net", weights)])))
    #expect(file.section == "net")
    #expect(file.entries.map(\.name) == ["w"])
    let checkpoint = try WeightsFile(path: FixtureLocation.path("weights/checkpoint.pth"))
    #expect(checkpoint.section == "model_state_dict")
    #expect(checkpoint.format == .pytorch)
  }

  // MARK: What is refused

  /// A pickle that must be refused, and how.
  struct Bad: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var pickle: [UInt8]
    var code: TorchErrorCode
    var cause: PickleErrorCode?

    init(_ name: String, _ pickle: [UInt8], _ code: TorchErrorCode, _ cause: PickleErrorCode? = nil)
    {
      testDescription = name
      self.pickle = pickle
      self.code = code
      self.cause = cause
    }
  }

  private static func shared(levels: Int) -> [UInt8] {
    // Level n holds level n - 1 twice, by the memo.
    var bytes = dictionary([("x", number(1))]) + Array("q\0".utf8)
    for level in 1...levels {
      let inner = [UInt8(ascii: "h"), UInt8(level - 1)]
      bytes += dictionary([("a", inner), ("b", inner)]) + [UInt8(ascii: "q"), UInt8(level)]
    }
    return tuple([bytes]) + Array("0h".utf8) + [UInt8(levels)]
  }

  static let bad: [Bad] = [
    Bad(
      "a call of the shell", global("posix", "system") + tuple([text("true")]) + Array("R".utf8),
      .badPickle, .forbiddenGlobal),
    Bad("an evaluation", global("builtins", "eval"), .badPickle, .forbiddenGlobal),
    Bad(
      "a name by two texts", text("os") + text("remove") + [0x93], .badPickle, .forbiddenGlobal),
    Bad("a class by instance", Array("(ios\nsystem\n".utf8), .badPickle, .unsupported),
    Bad("an extension", [0x82, 1], .badPickle, .unsupported),
    Bad("a protocol of the future", [0x80, 9], .badPickle, .unsupported),
    Bad(
      "a text longer than the file", [UInt8(ascii: "X"), 255, 255, 255, 255], .badPickle, .truncated
    ),
    Bad(
      "a text of more than 63 bits", [0x8D] + [UInt8](repeating: 255, count: 8), .badPickle,
      .truncated),
    Bad("a value from an empty stack", Array("0".utf8), .badPickle, .corrupt),
    Bad("a tuple without a mark", Array("t".utf8), .badPickle, .corrupt),
    Bad("a memo that was never filled", Array("h\u{7}".utf8), .badPickle, .corrupt),
    Bad(
      "an entry of a number", number(1) + text("a") + text("b") + Array("s".utf8), .badPickle,
      .corrupt),
    Bad("a call of a number", number(1) + Array(")R".utf8), .badPickle, .corrupt),
    Bad("two values", number(1) + number(2), .badPickle, .corrupt),
    Bad(
      "a key without a value", Array("}(".utf8) + text("a") + Array("u".utf8), .badPickle, .corrupt),
    Bad("no tensors", dictionary([("epoch", number(1))]), .noStateDict),
    Bad(
      "two groups of tensors",
      dictionary([
        ("a", dictionary([("w", tensor([4], [1]))])), ("b", dictionary([("w", tensor([4], [1]))])),
      ]), .noStateDict),
    Bad(
      "tuples 200,000 deep", Array(")".utf8) + [UInt8](repeating: 0x85, count: 200_000),
      .noStateDict),
    Bad("a list in itself", Array("]q\0h\0a".utf8), .noStateDict),
    Bad(
      "a dictionary in itself",
      dictionary([("m", Array("}q\0".utf8) + text("a") + Array("h\0s".utf8))]), .corrupt),
    Bad("dictionaries that share 2^40 ways", shared(levels: 40), .corrupt),
    Bad(
      "one name twice", dictionary([("w", tensor([4], [1])), ("w", tensor([4], [1]))]), .corrupt),
    Bad("more elements than the storage", dictionary([("w", tensor([5], [1]))]), .badShape),
    Bad(
      "an offset behind the storage", dictionary([("w", tensor([1], [1], offset: 4))]), .badShape),
    Bad(
      "an offset before the storage", dictionary([("w", tensor([1], [1], offset: -1))]), .badShape),
    Bad("a stride behind the storage", dictionary([("w", tensor([2], [4]))]), .badShape),
    Bad("a stride backwards", dictionary([("w", tensor([2], [-1], offset: 1))]), .badShape),
    Bad("a negative size", dictionary([("w", tensor([-1, -1], [1, 1]))]), .badShape),
    Bad(
      "sizes beyond 64 bits", dictionary([("w", tensor([1 << 40, 1 << 40], [0, 0]))]), .badShape),
    Bad("sizes far beyond the storage", dictionary([("w", tensor([1 << 20], [0]))]), .badShape),
    Bad("a storage of another size", dictionary([("w", tensor([4], [1], count: 3))]), .corrupt),
    Bad("a storage that is not there", dictionary([("w", tensor([4], [1], key: "7"))]), .corrupt),
    Bad(
      "complex numbers", dictionary([("w", tensor([2], [1], storage: "ComplexFloatStorage"))]),
      .unsupported),
    Bad(
      "a tensor of nothing",
      dictionary([
        ("w", global("torch._utils", "_rebuild_tensor_v2") + tuple([number(1)]) + Array("R".utf8))
      ]), .corrupt),
  ]

  @Test("What could do harm is refused by its code", arguments: bad)
  func refused(_ bad: Bad) throws {
    let error = #expect(throws: TorchError.self) { _ = try read(Self.file(bad.pickle)) }
    #expect(error?.code == bad.code, "\(error?.message ?? "")")
    #expect((error?.cause as? PickleError)?.code == bad.cause)
    #expect(error?.location.file != nil && error?.fix != nil || bad.cause != nil)
  }

  @Test(
    "A whole module, two networks and a cut file are refused",
    arguments: [("module.pt", TorchErrorCode.badPickle), ("two.pt", .noStateDict)])
  func realRefusals(_ name: String, _ code: TorchErrorCode) throws {
    let path = FixtureLocation.path("weights/\(name)")
    let error = #expect(throws: TorchError.self) { _ = try TorchFile(MappedFile(path: path)) }
    #expect(error?.code == code)
    for whole in ["weights.pt", "legacy.pt"] {
      let bytes = Array(
        try Data(contentsOf: URL(filePath: FixtureLocation.path("weights/\(whole)"))))
      for count in [15, 40, bytes.count / 2, bytes.count - 1] {
        #expect(throws: TorchError.self) { _ = try read(Array(bytes.prefix(count))) }
      }
    }
  }

  @Test("Two thousand mutations of a file without checksums neither trap nor hang")
  func mutations() throws {
    let path = FixtureLocation.path("weights/views.pt")
    let archive = try ZIPArchive(MappedFile(path: path))
    let entry = try #require(archive.entries.first { $0.name.hasSuffix("data.pkl") })
    let pickle = try archive.contents(of: entry, limit: 1 << 20)
    let legacy = Array(
      try Data(contentsOf: URL(filePath: FixtureLocation.path("weights/legacy.pt"))))
    var random = SplitMix64(seed: 0x70C4)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    var read = 0
    for round in 0..<2_000 {
      // The pickle of an archive in a frame without one, and an old file, changed where pickles are.
      var bytes =
        round.isMultiple(of: 2) ? legacy : Self.file(Array(pickle.dropFirst(2).dropLast()))
      for _ in 0...below(3) {
        let place = below(min(bytes.count, 1_400))
        switch below(4) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x71, 0x85][below(7)]
        case 2: bytes.remove(at: place)
        default: bytes.insert(UInt8(below(256)), at: place)
        }
      }
      do {
        let file = try self.read(bytes)
        for entry in file.entries { _ = file.bytes(of: entry) }
        read += 1
      } catch let error as TorchError {
        #expect(!error.message.isEmpty)
      }
    }
    #expect(read > 0)
  }
}
