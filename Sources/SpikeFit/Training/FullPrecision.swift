import SpikeData
import SpikeEngine
import SpikeGraph

extension SpikeFitter {
  /// The result of a fit without codebooks and integers: a spiking model in normal form (threshold
  /// 1 in every driven population, the neurons of the target) with real weights.
  ///
  /// Fitted again with the same window, target and bits, the model is its own normal form: the
  /// thresholds divide by 1, the encoding names its bits, and no threshold factor is searched for.
  /// So the second fit starts at exactly the accuracy that the first one ended with.
  static func realModel(
    _ network: TrainableNetwork, of model: Model, options: FitOptions
  ) -> Model {
    var network = network
    network.writeGraph()
    return Model(
      graph: network.settlingLeaks(network.form.graph), stage: .spiking,
      encoding: InputEncoding(
        scale: [network.form.inputScale], offset: [0], bits: network.form.inputBits),
      timeSteps: options.timeSteps, history: model.history)
  }
}
