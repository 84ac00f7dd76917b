import Foundation
import SpikeEngine
import SpikeGraph
import SpikeTestSupport
import Testing

/// Inputs and outputs of a network, as another program computed them.
struct RecordedNetwork: Decodable {
  var shape: [Int]
  var inputs: [[Float]]
  var outputs: [[Float]]
  /// The grid of the outputs; nil or 0 where they are real numbers.
  var step: Double?

  /// All networks of a file of records, by name.
  static func all(_ path: String) throws -> [String: RecordedNetwork] {
    try JSONDecoder().decode(
      [String: RecordedNetwork].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path(path))))
  }

  /// Runs the graph in the engine and by the textbook, and compares both with the record.
  func check(_ graph: Graph, tolerance: Float, relative: Bool = true) throws {
    #expect(graph.inputs.map(\.shape) == [Shape(shape)])
    let largest = outputs.flatMap { $0 }.map(abs).max() ?? 0
    #expect(largest > 0 && Set(outputs.map { $0[0] }).count > 1, "the record shows nothing")
    let bound = relative ? tolerance * max(largest, 1) : tolerance
    let worst = try differences(graph).max() ?? .infinity
    #expect(worst <= bound, "\(worst) in the engine, allowed is \(bound)")
    let textbook = try TextbookExecutor.run(graph, inputs[0])
    let textbookWorst = zip(textbook, outputs[0]).map { abs($0 - $1) }.max() ?? .infinity
    #expect(textbookWorst <= bound, "\(textbookWorst) by the textbook, allowed is \(bound)")
  }

  /// How far the engine is from the record, number by number.
  func differences(_ graph: Graph) throws -> [Float] {
    // The engine answers with the numbers in front of a softmax: compare their probabilities.
    let ends = graph.nodes.last.map { if case .softmax = $0.operator { true } else { false } }
    let engine = try Network(graph, EngineConfiguration(batch: inputs.count, threads: 1))
    let found = engine.infer(inputs.flatMap { $0 }, count: inputs.count)
    let width = outputs[0].count
    #expect(found.count == inputs.count * width)
    var differences: [Float] = []
    for row in outputs.indices {
      var values = Array(found[row * width..<(row + 1) * width])
      if ends == true, abs(values.reduce(0, +) - 1) > 1e-3 {
        let largest = values.max() ?? 0
        let powers = values.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        values = powers.map { $0 / sum }
      }
      differences += zip(values, outputs[row]).map { abs($0 - $1) }
    }
    return differences
  }
}
