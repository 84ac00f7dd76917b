import Foundation
import SpikeBytes
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Files that were damaged or made to harm: each ends in an error, or imports, and nothing else.
@Suite("Hostile ONNX files")
struct HostileFileTests {
  typealias Tiny = TinyONNX

  /// Imports the bytes from one file that is written again and again.
  private struct Target {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// The code of the error, or nil where the bytes import.
    @discardableResult
    func code(of bytes: [UInt8]) throws -> ImportErrorCode? {
      let path = try folder.write(bytes, "model.onnx")
      do throws(ImportError) {
        let result = try ONNXImporter.read(path: path)
        // What imports must be whole: reading every number may not trap either.
        for tensor in result.model.graph.constants.values { _ = tensor.floats() }
        _ = try? result.model.graph.inferredShapes()
        return nil
      } catch {
        return error.code
      }
    }
  }

  private func fixture(_ name: String) throws -> [UInt8] {
    Array(
      try Data(contentsOf: URL(filePath: FixtureLocation.path("onnx/operators/\(name)/model.onnx")))
    )
  }

  @Test("a model cut at any byte is refused")
  func everyTruncation() throws {
    let bytes = try fixture("gemm-trans-b-1")
    let target = try Target()
    #expect(try target.code(of: bytes) == nil)
    for length in 0..<bytes.count {
      let code = try #require(
        try target.code(of: Array(bytes.prefix(length))), "cut at \(length) imports")
      #expect(
        [.notONNX, .truncated, .noNetwork, .unsupportedVersion].contains(code),
        "cut at \(length): \(code.rawValue)")
    }
  }

  @Test(
    "two thousand mutations end in an error or a whole graph",
    arguments: ["cnn-opset-13", "resnet-small", "squeeze-unsqueeze-opset-11", "pad-opset-13-value"])
  func mutations(_ name: String) throws {
    let original = try fixture(name)
    let target = try Target()
    var random = SplitMix64(seed: 0x5EED)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    for _ in 0..<500 {
      var bytes = original
      for _ in 0...below(3) {
        let place = below(bytes.count)
        switch below(5) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8(below(256)), at: place)
        default:
          let length = min(below(32), bytes.count - place)
          bytes.insert(contentsOf: bytes[place..<place + length], at: below(bytes.count))
        }
      }
      try target.code(of: bytes)
    }
  }

  @Test("deep nesting is harmless wherever it stands", arguments: [1_000, 100_000])
  func deepNesting(_ depth: Int) throws {
    // Messages inside each other, built from the inside with 5-byte lengths.
    func nested(_ tag: UInt8) -> [UInt8] {
      var reversed: [UInt8] = []
      for _ in 0..<depth {
        let length = UInt64(reversed.count)
        let padded = (0..<5).map {
          UInt8(truncatingIfNeeded: length >> (7 * $0)) & 0x7F | ($0 < 4 ? 0x80 : 0)
        }
        reversed += padded.reversed() + [tag]
      }
      return reversed.reversed()
    }
    let target = try Target()
    // Graph in attribute in node in graph … : the recursion of the full ONNX schema.
    var model = Tiny.one("If")
    model.nodes = [
      Tiny.node(
        "If", ["x"], ["y"], attributes: [Tiny.attribute("then_branch", graph: nested(0x32))])
    ]
    #expect(try target.code(of: model.bytes) == .unsupportedOperator)
    // Sequences of sequences in the type of an input.
    model = Tiny.one("Relu")
    model.inputs = [
      Tiny.field(1, Array("x".utf8)) + Tiny.field(2, nested(0x22)), Tiny.value("x2", ["N", 4]),
    ]
    #expect(try target.code(of: model.bytes) == .dynamicShape)
    // Graphs in graphs at the top.
    #expect(try target.code(of: Tiny.field(1, 8) + nested(0x3A)) != nil)
  }

  @Test(
    "lengths past the end, overlapping or endless are refused",
    arguments: [
      (
        Tiny.field(1, 8) + [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .truncated
      ),
      (Tiny.field(1, 8) + [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], .truncated),
      (Tiny.field(1, 8) + [0x3A] + [UInt8](repeating: 0xFF, count: 40), .malformed),
      (
        Tiny.field(1, 8) + Tiny.field(7, [0x0A, 0x10, 0, 0]) + [UInt8](repeating: 0, count: 64),
        .malformed
      ),
      (Tiny.field(1, 8) + Tiny.field(7, []) + Tiny.field(7, []), .malformed),
      (Tiny.field(1, 8) + Tiny.field(7, [0x0B, 0x0C]), .malformed),
      (Tiny.field(1, 8) + Tiny.field(7, [0x00, 0x00]), .malformed),
    ] as [([UInt8], ImportErrorCode)])
  func lengths(_ bytes: [UInt8], _ code: ImportErrorCode) throws {
    #expect(try Target().code(of: bytes) == code)
  }

  @Test("a file cannot place a payload itself")
  func forgedPayload() throws {
    // Field 1001 is how the scanner names places in the file; one in the file is dropped.
    let place = Tiny.field(1, 9) + Tiny.field(2, 1 << 40) + Tiny.field(3, 16)
    var model = Tiny.one("Relu")
    model.initializers = [Tiny.tensor("w", [4], type: 1, data: Tiny.field(1001, place))]
    model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"])]
    #expect(try Target().code(of: model.bytes) == .invalidTensor)
  }

  @Test("a small file that asks for huge constants is refused quickly")
  func hugeConstants() throws {
    var model = Tiny.one("Relu")
    model.initializers = [Tiny.tensor("size", [2], integers: [1 << 20, 1 << 20])]
    model.nodes = [
      Tiny.node("ConstantOfShape", ["size"], ["c"]), Tiny.node("Add", ["x", "c"], ["y"]),
    ]
    #expect(try Target().code(of: model.bytes) == .tooLarge)
    // Each node doubles its constant: sixty of them would fill any memory.
    model.initializers = [Tiny.tensor("c0", [1024], integers: Array(0..<1024))]
    model.nodes = (0..<60).map { index in
      Tiny.node(
        "Concat", ["c\(index)", "c\(index)"], ["c\(index + 1)"],
        attributes: [Tiny.attribute("axis", 0)])
    }
    model.nodes.append(Tiny.node("Add", ["x", "c60"], ["y"]))
    #expect(try Target().code(of: model.bytes) == .tooLarge)
  }

  @Test("windows and shapes whose arithmetic would overflow are refused")
  func overflow() throws {
    let big = 1 << 62
    let image: [any Sendable] = ["N", 1, 4, 4]
    let attributes: [[[UInt8]]] = [
      [Tiny.attribute("kernel_shape", [big, big])],
      [Tiny.attribute("kernel_shape", [2, 2]), Tiny.attribute("strides", [big, 1])],
      [Tiny.attribute("kernel_shape", [2, 2]), Tiny.attribute("strides", [0, 1])],
      [Tiny.attribute("kernel_shape", [2, 2]), Tiny.attribute("dilations", [big, big])],
      [Tiny.attribute("kernel_shape", [2, 2]), Tiny.attribute("pads", [big, big, big, big])],
      [Tiny.attribute("kernel_shape", [2, 2]), Tiny.attribute("pads", [-1, 0, 0, 0])],
      [Tiny.attribute("kernel_shape", [2]), Tiny.attribute("pads", [0, 0])],
    ]
    for list in attributes {
      let model = Tiny.one("MaxPool", attributes: list, input: image)
      let code = try Target().code(of: model.bytes)
      #expect(code == .invalidAttribute || code == .unsupportedUse)
    }
    for sizes in [[big, big], [-big, 4], [Int.min, -1], [big, 4]] {
      var model = Tiny.one("Relu")
      model.initializers = [Tiny.tensor("shape", [sizes.count], integers: sizes)]
      model.nodes = [Tiny.node("Reshape", ["x", "shape"], ["y"])]
      #expect(try Target().code(of: model.bytes) != nil)
    }
    for axis in [Int.min, Int.max, big] {
      let model = Tiny.one("Softmax", attributes: [Tiny.attribute("axis", axis)])
      #expect(try Target().code(of: model.bytes) == .invalidAttribute)
    }
    var model = Tiny.one("Relu", input: ["N", 1 << 40, 1 << 40])
    #expect(try Target().code(of: model.bytes) == .tooLarge)
    model = Tiny.one("Relu", input: (0..<40).map { _ in 1 })
    #expect(try Target().code(of: model.bytes) == .tooLarge)
  }

  @Test("extremes in slices, shapes and pads end in an error or an empty constant")
  func extremes() throws {
    for (from, to) in [(Int.min, Int.max), (Int.max, Int.min), (5, -5), (-1, Int.max)] {
      var model = Tiny.one("Relu")
      model.initializers = [
        Tiny.tensor("c", [4], floats: [1, 2, 3, 4]), Tiny.tensor("from", [1], integers: [from]),
        Tiny.tensor("to", [1], integers: [to]), Tiny.tensor("axis", [1], integers: [Int.min]),
      ]
      model.nodes = [
        Tiny.node("Slice", ["c", "from", "to"], ["s"]), Tiny.node("Add", ["x", "s"], ["y"]),
      ]
      try Target().code(of: model.bytes)
      model.nodes[0] = Tiny.node("Slice", ["c", "from", "to", "axis"], ["s"])
      #expect(try Target().code(of: model.bytes) == .invalidAttribute)
      model.nodes[0] = Tiny.node(
        "Shape", ["c"], ["s"],
        attributes: [Tiny.attribute("start", from), Tiny.attribute("end", to)])
      try Target().code(of: model.bytes)
      model.nodes[0] = Tiny.node("Gather", ["c", "from"], ["s"])
      try Target().code(of: model.bytes)
    }
  }

  @Test("integer arithmetic on constants wraps instead of trapping")
  func integerArithmetic() throws {
    for operatorName in ["Add", "Sub", "Mul", "Div"] {
      var model = Tiny.one("Relu")
      model.initializers = [
        Tiny.tensor("a", [2], integers: [Int.min, Int.max]),
        Tiny.tensor("b", [2], integers: [-1, -1]), Tiny.tensor("zero", [2], integers: [0, 0]),
      ]
      model.nodes = [
        Tiny.node(operatorName, ["a", "b"], ["s"]), Tiny.node("Reshape", ["x", "s"], ["y"]),
      ]
      try Target().code(of: model.bytes)
      model.nodes[0] = Tiny.node(operatorName, ["a", "zero"], ["s"])
      try Target().code(of: model.bytes)
    }
  }
}
