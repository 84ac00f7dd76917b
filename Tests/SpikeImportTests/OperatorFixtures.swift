import Foundation
import SpikeTestSupport
import Testing

/// A folder below `Fixtures/onnx/operators`: a model, an input batch and the recorded output.
struct OperatorFixture: CustomTestStringConvertible, Sendable {
  let name: String
  var testDescription: String { name }

  struct Expected: Decodable {
    var inputShape: [Int]
    var outputShape: [Int]
    var opset: Int
  }

  var model: String { path("model.onnx") }
  func expected() throws -> Expected {
    try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(filePath: path("expected.json"))))
  }
  func input() throws -> [Float] { try floats("input.bin") }
  func output() throws -> [Float] { try floats("output.bin") }

  private func path(_ file: String) -> String {
    FixtureLocation.path("onnx/operators/\(name)/\(file)")
  }

  private func floats(_ file: String) throws -> [Float] {
    let data = try Data(contentsOf: URL(filePath: path(file)))
    return stride(from: 0, to: data.count, by: 4).map { offset in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[offset + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: bits)
    }
  }

  /// All fixtures, by name.
  static let all: [OperatorFixture] = {
    let folder = FixtureLocation.path("onnx/operators")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { OperatorFixture(name: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.model) }
  }()
}
