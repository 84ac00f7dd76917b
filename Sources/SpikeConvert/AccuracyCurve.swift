public import SpikeData
public import SpikeDiagnostics
import SpikeEngine
public import SpikeGraph

extension Converter {
  /// Accuracy after several numbers of time steps, from one run over the data.
  ///
  /// - Parameters:
  ///   - model: An ANN or an SNN; an ANN gives one point, at 1.
  ///   - dataset: Labelled samples in the shape of the network's input.
  ///   - steps: Time steps to look at, for example 1, 2, 4, 8, 16, 32.
  ///   - threads: Threads to use; the result does not depend on them.
  ///   - progress: Called with the number of samples done.
  /// - Throws: `convert.calibration-mismatch`, `convert.invalid-option`, `convert.engine-failed`.
  public static func accuracyCurve(
    _ model: Model, _ dataset: Dataset, steps: [Int], threads: Int,
    progress: (ConversionProgress) -> Void = { _ in }
  ) throws(ConvertError) -> [AccuracyPoint] {
    guard let last = steps.max(), steps.allSatisfy({ (1...65_536).contains($0) }) else {
      throw ConvertError(
        .invalidOption, "The time steps are \(steps); allowed are one or more of 1…65536.",
        fix: "use 1, 2, 4, 8, 16, 32")
    }
    guard let input = model.graph.inputs.first else {
      throw ConvertError(.unsupportedGraph, "The network has no input.")
    }
    let network = try Network.running(model.graph, timeSteps: last, threads: threads)
    let data = try CalibrationData(dataset, model.encoding, input: input.shape)
    do throws(DataError) {
      try dataset.checkLabels(outputs: network.outputCount)
    } catch {
      throw ConvertError(
        .calibrationMismatch, "The labels do not fit the outputs of the network.", fix: error.fix,
        cause: error)
    }
    var correct = [Int](repeating: 0, count: network.timeSteps)
    try data.forEachChunk(of: 512) { range, inputs in
      let outputs = network.inferEveryStep(inputs, count: range.count)
      for (step, values) in outputs.enumerated() {
        for (position, sample) in range.enumerated() {
          let row = values[position * network.outputCount..<(position + 1) * network.outputCount]
          if largest(row) == dataset.labels[sample] { correct[step] += 1 }
        }
      }
      progress(
        ConversionProgress(step: "accuracy", completed: range.upperBound, total: dataset.count))
    }
    let looked = network.timeSteps == 1 ? [1] : Set(steps).sorted()
    return looked.map {
      AccuracyPoint(
        timeSteps: $0, accuracy: Double(correct[$0 - 1]) / Double(dataset.count))
    }
  }

  /// Index of the largest number, the first of equal ones.
  private static func largest(_ row: ArraySlice<Float>) -> Int {
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] { best = index }
    return best - row.startIndex
  }
}
