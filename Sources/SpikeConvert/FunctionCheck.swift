import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// Proof on real samples that the passes kept the function of the network.
enum FunctionCheck {
  /// Largest difference allowed, as a share of the largest output.
  static let tolerance: Float = 1e-3

  /// - Throws: `convert.function-changed`: a defect of sfconv, never of the input.
  static func check(
    _ before: Graph, _ beforeData: CalibrationData, _ after: Graph, _ afterData: CalibrationData,
    threads: Int
  ) throws(ConvertError) {
    let first = try outputs(of: before, beforeData, threads)
    let second = try outputs(of: after, afterData, threads)
    let largest = first.reduce(Float(0)) { max($0, abs($1)) }
    let difference = zip(first, second).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    guard first.count == second.count, difference <= tolerance * max(largest, 1e-6) else {
      throw ConvertError(
        .functionChanged,
        "Preparing the network changed its outputs by \(difference) of \(largest); nothing was "
          + "converted.", fix: "report this with the model; it is a defect of sfconv")
    }
  }

  private static func outputs(
    of graph: Graph, _ data: CalibrationData, _ threads: Int
  ) throws(ConvertError) -> [Float] {
    let network = try Network.running(graph, timeSteps: 1, threads: threads)
    var result: [Float] = []
    try data.forEachChunk(of: 8) { range, inputs in
      if result.isEmpty { result = network.infer(inputs, count: range.count) }
    }
    return result
  }
}
