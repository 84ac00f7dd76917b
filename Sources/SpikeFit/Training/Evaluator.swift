import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// Accuracy and work of a graph on labelled data.
struct Evaluator {
  let graph: Graph
  let configuration: EngineConfiguration
  let scale: Float
  let offset: [Float]
  let bits: Int?
  /// Who infers together.
  var processes: any ProcessRing = OneProcess()

  /// Samples per call of the engine, and the numbers that they may be together.
  private static let chunk = 500
  private static let chunkNumbers = 64 << 20

  func accuracy(on data: Dataset) throws(FitError) -> Double {
    let engine = try Network.make(graph, configuration, processes)
    return accuracy(of: engine, on: data)
  }

  func accuracy(of engine: Network, on data: Dataset) -> Double {
    var batch: [Float] = []
    var correct = 0
    let chunk = min(Evaluator.chunk, max(1, Evaluator.chunkNumbers / max(1, data.sampleSize)))
    for start in stride(from: 0, to: data.count, by: chunk) {
      let range = start..<min(start + chunk, data.count)
      data.fillBatch(range, scale: [scale], offset: offset, bits: bits, into: &batch)
      let outputs = engine.infer(batch, count: range.count)
      let width = outputs.count / range.count
      for (row, sample) in range.enumerated() {
        var best = row * width
        for index in row * width..<(row + 1) * width where outputs[index] > outputs[best] {
          best = index
        }
        if best - row * width == data.labels[sample] { correct += 1 }
      }
    }
    return Double(correct) / Double(max(1, data.count))
  }

  func operations(on data: Dataset) throws(FitError) -> FitResult.Operations {
    let engine = try Network.make(graph, configuration)
    var batch: [Float] = []
    data.fillBatch(0..<data.count, scale: [scale], offset: offset, bits: bits, into: &batch)
    let statistics = engine.spikeStatistics(batch, count: data.count)
    return FitResult.Operations(
      accumulations: statistics.effectiveACs, multiplyAccumulations: statistics.effectiveMACs,
      spikes: statistics.spikes)
  }
}

extension Network {
  /// As the initialiser, with errors in the words of this station.
  static func make(
    _ graph: Graph, _ configuration: EngineConfiguration,
    _ processes: any ProcessRing = OneProcess()
  ) throws(FitError) -> Network {
    do throws(EngineError) {
      return try Network(graph, configuration, processes: processes)
    } catch {
      throw FitError(.engine, error.message, at: error.location, fix: error.fix, cause: error)
    }
  }
}
