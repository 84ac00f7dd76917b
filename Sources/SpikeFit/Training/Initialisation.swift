import SpikeBytes
import SpikeData
import SpikeEngine
import SpikeGraph

/// A start from nothing but the architecture.
///
/// Weights are drawn from a normal distribution of variance 2 / fan-in (He et al. 2015, arXiv
/// 1502.01852), biases are 0. Binary spikes carry less than the activations for which that rule was
/// made, and how much less depends on pooling and window; so the weights into each population, in
/// the order of the network, are then multiplied by the power of √2 that brings its rate nearest to
/// a rate that trains well.
enum Initialisation {
  /// Spikes per neuron and step after the start.
  static let targetRate = 0.15
  /// Samples that the rates are measured on.
  static let samples = 128
  /// Number of the stream of random numbers, apart from those of epochs.
  private static let stream: UInt64 = 0x5C2A_7C11

  static func apply(
    to form: inout NormalForm, options: FitOptions, data: Dataset
  ) throws(FitError) {
    let structure = try NetworkStructure(form.graph, inputUnit: Double(form.inputScale))
    let source = SplitMix64(seed: options.seed).stream(stream)
    for (index, site) in structure.projections.enumerated() {
      guard let old = form.graph.constants[site.weight] else { continue }
      var draws = source.stream(UInt64(index))
      let fanIn = max(1, old.count / max(1, old.shape[0]))
      let deviation = (2 / Double(fanIn)).squareRoot()
      form.graph.constants[site.weight] = Tensor(
        (0..<old.count).map { _ in Float(draws.normal() * deviation) }, shape: old.shape)
      if let bias = site.bias, let old = form.graph.constants[bias] {
        form.graph.constants[bias] = Tensor(
          Array(repeating: 0, count: old.count), shape: old.shape)
      }
    }
    var inputs: [Float] = []
    let some = data.calibration(samples, seed: options.seed)
    some.fillBatch(
      0..<some.count, scale: [form.inputScale], offset: [0], bits: form.inputBits, into: &inputs)
    for population in structure.populations where population.spikes {
      try settle(population, structure, &form, options, inputs, some.count)
    }
  }

  /// Brings the rate of one population near the target.
  private static func settle(
    _ population: PopulationSite, _ structure: NetworkStructure, _ form: inout NormalForm,
    _ options: FitOptions, _ inputs: [Float], _ count: Int
  ) throws(FitError) {
    var configuration = TrainingRun.configuration(options)
    configuration.training = false
    let name = form.graph.nodes[population.node].name
    let drawn = form.graph
    var best: (distance: Double, graph: Graph) = (.infinity, drawn)
    var gain = Float(0.25)
    for _ in 0..<13 {
      var graph = drawn
      for site in structure.projections where site.group == population.group {
        guard let old = drawn.constants[site.weight] else { continue }
        graph.constants[site.weight] = Tensor(old.floats().map { $0 * gain }, shape: old.shape)
      }
      let engine = try Network.make(graph, configuration)
      let rate =
        engine.spikeStatistics(inputs, count: count).populations.first { $0.node == name }?.rate
        ?? 0
      if abs(rate - targetRate) < best.distance { best = (abs(rate - targetRate), graph) }
      if rate > 2 * targetRate { break }
      gain *= Float(2).squareRoot()
    }
    form.graph = best.graph
  }
}
