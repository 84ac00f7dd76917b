import Foundation
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport

/// One test of ONNX's backend suite: a model, inputs and outputs.
///
/// The first input is the activation, the others are constants of the network. What no network can do
/// (a reduction over the batch, the shape of a value) must be folded from constants.
struct NodeTest {
  let name: String
  let folder: String
  var model: String { "\(folder)/model.onnx" }

  enum Result: Equatable {
    /// The engine computed the outputs.
    case passedAsNetwork
    /// The importer computed the outputs.
    case passedAsConstant
    /// An operator of the model has no row.
    case notInTable
    /// The importer or the engine says no.
    case refused(String)
    /// The numbers differ.
    case wrong(String)
  }

  /// Tests below a folder, by name.
  static func all(in folder: String) -> [NodeTest] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("test_") }.sorted().map {
      NodeTest(name: $0, folder: "\(folder)/\($0)")
    }
  }

  func run() -> Result {
    let contents: ONNXContents
    do {
      contents = try ONNXContents(path: model)
    } catch {
      return .refused("\(error.code.rawValue): \(error.message)")
    }
    guard contents.isInTable, !contents.operators.isEmpty else { return .notInTable }
    var inputs: [(name: String, file: TensorFile)] = []
    for (index, name) in contents.inputs.enumerated() {
      guard let file = TensorFile(path: "\(folder)/test_data_set_0/input_\(index).pb") else {
        return .refused("input \(index) is no tensor of numbers")
      }
      inputs.append((name, file))
    }
    var result = Result.passedAsNetwork
    for (index, name) in contents.outputs.enumerated() {
      guard let expected = TensorFile(path: "\(folder)/test_data_set_0/output_\(index).pb") else {
        return .refused("output \(index) is no tensor of numbers")
      }
      switch run(inputs, output: name, expected) {
      case .passedAsNetwork: break
      case .passedAsConstant: result = .passedAsConstant
      case let other: return other
      }
    }
    return result
  }

  private func run(
    _ inputs: [(name: String, file: TensorFile)], output: String, _ expected: TensorFile
  ) -> Result {
    var options = ONNXImportOptions(until: output)
    var reason = ""
    if let first = inputs.first, let batch = first.file.dimensions.first, !first.file.values.isEmpty
    {
      for input in inputs.dropFirst() { options.constants[input.name] = input.file.tensor }
      do {
        options.inputShape = Array(first.file.dimensions.dropFirst())
        if options.inputShape?.isEmpty == true { options.inputShape = nil }
        let graph = try ONNXImporter.read(path: model, options: options).model.graph
        let network = try Network(graph, EngineConfiguration(batch: batch, threads: 1))
        let computed = network.infer(first.file.values.map { Float($0) }, count: batch)
        let sample = try graph.inferredShapes()[graph.outputs[0]] ?? []
        return compare(
          computed.map { Double($0) }, [batch] + sample.dimensions, expected,
          ignoringShape: graph.nodes.last?.operator.name.hasSuffix("oftmax") == true)
          ?? .passedAsNetwork
      } catch {
        reason = "\(error)"
      }
    }
    options.inputShape = nil
    for input in inputs { options.constants[input.name] = input.file.tensor }
    do {
      let tensor = try ONNXImporter.folded(path: model, options: options)
      let values =
        tensor.elementType.isFloat
        ? tensor.floats().map { Double($0) } : tensor.integers().map { Double($0) }
      return compare(values, tensor.shape.dimensions, expected) ?? .passedAsConstant
    } catch {
      return .refused(
        "\(error.code.rawValue): \(error.message)"
          + (reason.isEmpty ? "" : " (as a network: \(reason))"))
    }
  }

  /// Nil where the numbers are equal as far as their type can show.
  private func compare(
    _ computed: [Double], _ shape: [Int], _ expected: TensorFile, ignoringShape: Bool = false
  ) -> Result? {
    guard ignoringShape || shape == expected.dimensions else {
      return .wrong("shape \(shape), not \(expected.dimensions)")
    }
    guard computed.count == expected.values.count else {
      return .wrong("\(computed.count) numbers, not \(expected.values.count)")
    }
    let tolerance: Double
    switch expected.type {
    case 1, 11: tolerance = 1e-4
    case 10, 16: tolerance = 1e-2
    default: tolerance = 0
    }
    for (index, (found, wanted)) in zip(computed, expected.values).enumerated() {
      if found == wanted || found.isNaN && wanted.isNaN { continue }
      guard abs(found - wanted) <= tolerance * max(1, abs(wanted)) else {
        return .wrong("number \(index) is \(found), not \(wanted)")
      }
    }
    return nil
  }
}
