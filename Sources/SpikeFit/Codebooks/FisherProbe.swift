import SpikeData
import SpikeEngine
package import SpikeGraph

extension SpikeFitter {
  /// The Fisher information of every weight of a model, layer by layer, in real units of the normal form.
  /// - Parameter inputs: `count` encoded samples.
  package static func fisherWeights(
    _ model: Model, options: FitOptions, inputs: [Float], count: Int
  ) throws(FitError) -> [[Float]] {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var network = try TrainableNetwork(form, options: options)
    let engine = try Network.make(network.form.graph, TrainingRun.configuration(options))
    FisherWeights.measure(&network, engine: engine, inputs: inputs, count: count)
    return network.layers.map { layer in
      let scales = layer.rowScales
      let columns = max(1, layer.columns)
      return layer.squares.enumerated().map { index, square in
        square / (scales[index / columns] * scales[index / columns])
      }
    }
  }
}
