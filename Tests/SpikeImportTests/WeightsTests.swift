import Foundation
import SpikeBytes
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Files of `safetensors`, `numpy` and `torch`, joined to an architecture of `torch.onnx`.
@Suite("Weights without a graph")
struct WeightsTests {
  struct Expected: Decodable {
    var images: [[Int]]
    var logits: [[Float]]
  }

  private func fixture(_ name: String) -> String { FixtureLocation.path("weights/\(name)") }

  private func architecture(_ name: String = "net") throws -> Graph {
    try ONNXImporter.read(path: fixture("\(name).onnx")).model.graph
  }

  private static let names = [
    "0.weight", "1.bias", "1.running_mean", "1.running_var", "1.weight", "5.bias", "5.weight",
  ]

  @Test(
    "noise with the weights of another program computes what onnxruntime recorded",
    arguments: [
      "weights.safetensors", "module.safetensors", "weights.npz", "weights.pt", "legacy.pt",
      "checkpoint.pth", "script.pt", "views.pt",
    ])
  func logits(_ name: String) throws {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(filePath: fixture("expected.json"))))
    let joined = try WeightsJoin.join(architecture(), with: WeightsFile(path: fixture(name)))
    #expect(joined.taken == Self.names)
    #expect(joined.findings.map(\.code) == ["weights.taken"])
    #expect(joined.findings[0].message.hasPrefix("7 tensors"))
    #expect(joined.findings[0].message.contains("'module.'") == name.hasPrefix("module"))
    for (image, logits) in zip(expected.images, expected.logits) {
      let computed = try TextbookExecutor.run(joined.graph, image.map { Float($0) / 255 })
      try checkCloseToLargest(computed, logits)
    }
    #expect(expected.images.count == 16)
  }

  @Test("an architecture in which the exporter merged equal tensors is refused")
  func merged() throws {
    let graph = try architecture("merged")
    let file = try WeightsFile(path: fixture("weights.safetensors"))
    let error = #expect(throws: WeightsError.self) { _ = try WeightsJoin.join(graph, with: file) }
    #expect(error?.code == .sharedConstant)
    #expect(error?.message.contains("'1.running_") == true, "\(error?.message ?? "")")
  }

  /// Two vectors through a linear layer: weight `[2, 2]` and bias `[2]`, and a factor.
  private let tiny = Graph(
    inputs: [GraphInput(name: "x", shape: [2])], outputs: ["z"],
    nodes: [
      Node(
        name: "fc", operator: .linear, inputs: ["x"],
        parameters: [.weight: "net.fc.weight", .bias: "net.fc.bias"], output: "y"),
      Node(
        name: "mul", operator: .affine, inputs: ["y"], parameters: [.scale: "factor"], output: "z"),
    ],
    constants: [
      "net.fc.weight": Tensor([9, 9, 9, 9], shape: [2, 2]),
      "net.fc.bias": Tensor([9, 9], shape: [2]), "factor": Tensor([2], shape: [1]),
    ])

  /// A safetensors file of float32 tensors, or of another type of four bytes.
  private func weights(
    _ tensors: [(String, [Int], [Float])], type: String = "F32"
  ) throws -> WeightsFile {
    var header: [String] = []
    var data: [UInt8] = []
    for (name, shape, values) in tensors {
      let start = data.count
      for value in values { data += TinyONNX.littleEndian(value.bitPattern) }
      header.append(
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(start),\#(data.count)]}"#
      )
    }
    let text = Array("{\(header.joined(separator: ","))}".utf8)
    let folder = try TemporaryFolder()
    return try WeightsFile(
      path: try folder.write(
        TinyONNX.littleEndian(UInt64(text.count)) + text + data, "w.safetensors"))
  }

  private func code(_ tensors: [(String, [Int], [Float])], type: String = "F32") throws
    -> WeightsErrorCode?
  {
    let file = try weights(tensors, type: type)
    do throws(WeightsError) {
      _ = try WeightsJoin.join(tiny, with: file)
      return nil
    } catch {
      #expect(error.fix != nil && error.location.file != nil)
      return error.code
    }
  }

  @Test("a prefix of the network is stripped; factors of the arithmetic are kept with a note")
  func prefix() throws {
    let joined = try WeightsJoin.join(
      tiny, with: try weights([("fc.weight", [2, 2], [1, 2, 3, 4]), ("fc.bias", [2], [5, 6])]))
    #expect(joined.taken == ["net.fc.bias", "net.fc.weight"])
    #expect(joined.findings.map(\.code) == ["weights.taken", "weights.kept"])
    #expect(try TextbookExecutor.run(joined.graph, [1, 10]) == [52, 98])
  }

  @Test("missing tensors are named all at once")
  func missing() throws {
    let error = #expect(throws: WeightsError.self) {
      _ = try WeightsJoin.join(tiny, with: try weights([("other", [1], [1])]))
    }
    #expect(error?.code == .missingTensor)
    for name in ["'net.fc.weight'", "'net.fc.bias'", "'other'"] {
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("surplus tensors are numbered warnings; the counter of batches is none of them")
  func surplus() throws {
    let joined = try WeightsJoin.join(
      tiny,
      with: try weights([
        ("net.fc.weight", [2, 2], [1, 2, 3, 4]), ("net.fc.bias", [2], [5, 6]),
        ("net.bn.num_batches_tracked", [], [7]), ("net.head", [1], [1]), ("net.aux", [1], [1]),
      ]))
    let warnings = joined.findings.filter { $0.severity == .warning }
    #expect(warnings.map(\.location.tensor) == ["net.aux", "net.head"])
    #expect(warnings.map(\.code) == ["weights.surplus", "weights.surplus"])
    #expect(warnings.first?.message.contains("1 of 2") == true)
  }

  @Test("wrong shapes, integers, NaN and infinity are refused")
  func refused() throws {
    let bias: (String, [Int], [Float]) = ("fc.bias", [2], [5, 6])
    #expect(try code([("fc.weight", [2, 2], [1, 2, 3, 4]), bias]) == nil)
    #expect(try code([("fc.weight", [4], [1, 2, 3, 4]), bias]) == .shapeMismatch)
    #expect(try code([("fc.weight", [2, 3], [1, 2, 3, 4, 5, 6]), bias]) == .shapeMismatch)
    #expect(try code([("fc.weight", [2, 2], [1, .nan, 3, 4]), bias]) == .invalidNumbers)
    #expect(try code([("fc.weight", [2, 2], [1, 2, 3, -.infinity]), bias]) == .invalidNumbers)
    #expect(
      try code([("fc.weight", [2, 2], [1, 2, 3, 4]), bias], type: "I32") == .unsupportedType)
    #expect(try code([("fc.weight", [2, 2], [1, 2, 3, 4])]) == .missingTensor)
  }

  @Test("a file of another kind and a missing one are refused")
  func otherFiles() throws {
    func code(_ path: String) -> WeightsErrorCode? {
      do throws(WeightsError) {
        _ = try WeightsFile(path: path)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code(fixture("net.onnx")) == .unknownFormat)
    #expect(code(fixture("none.safetensors")) == .unreadable)
    let folder = try TemporaryFolder()
    #expect(code(try folder.write([], "empty")) == .corrupt)
    let npz = Array(try Data(contentsOf: URL(filePath: fixture("weights.npz"))))
    #expect(code(try folder.write(Array(npz.dropLast(30)), "cut.npz")) == .corrupt)
    // The same entry under another name, and under that which a file of PyTorch has inside.
    for (name, found) in [
      ("arch/another", WeightsErrorCode.unknownFormat), ("arc/data.pkl", .corrupt),
    ] {
      let pickle = Data(npz).replacing(Data("0.weight.npy".utf8), with: Data(name.utf8))
      #expect(code(try folder.write(Array(pickle), "model.pt")) == found)
    }
  }

  @Test("two thousand mutations of an archive and of a safetensors file neither trap nor hang")
  func mutations() throws {
    let graph = try architecture()
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 0x0A11)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    for name in ["weights.npz", "weights.safetensors"] {
      let original = Array(try Data(contentsOf: URL(filePath: fixture(name))))
      for _ in 0..<1_000 {
        var bytes = original
        for _ in 0...below(3) {
          let place = below(bytes.count)
          switch below(4) {
          case 0: bytes[place] ^= 1 << UInt8(below(8))
          case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
          case 2: bytes.remove(at: place)
          default: bytes.insert(UInt8(below(256)), at: place)
          }
        }
        let path = try folder.write(bytes, "mutant")
        do throws(WeightsError) {
          let joined = try WeightsJoin.join(graph, with: try WeightsFile(path: path))
          for tensor in joined.graph.constants.values {
            #expect(!tensor.floats().contains { !$0.isFinite })
          }
        } catch {
          #expect(!error.message.isEmpty)
        }
      }
    }
  }
}
