import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph

/// What a plan does to the currents of a network, before any training: noise-to-signal ratios, summed
/// over projections.
///
/// Quantisation: the least weighted error of exact one-dimensional clustering, Σ E[x²] (w - q)², as a
/// share of Σ E[x²] w². Removal of channels: the share of the same sum that the least of them carry,
/// with their variance in place of E[x²], because their means are folded into biases. Ratios of
/// independent errors add up from layer to layer (Lin, Talathi and Annapureddy, ICML 2016,
/// arXiv 1511.06393), so one sum compares values with channels. Inputs are measured on noise: a plan
/// is made before there are data, and within a layer only ratios of inputs count.
struct PlanDamage {
  /// Names of the projections, in order.
  let names: [String]
  private let network: TrainableNetwork
  private let moments: InputMoments
  private let scope: CodebookScope
  private let hasFreeZero: Bool
  /// By projection: group of its input channels, and shares of the signal of channels, ascending.
  private let shares: [(group: Int, ascending: [Double])?]
  private var known: [String: Double] = [:]

  /// Samples of noise, and their seed: a plan is the same for every seed of a fit.
  private static let samples = 128
  private static let seed: UInt64 = 1

  init(
    _ model: Model, options: FitOptions, scope: CodebookScope, hasFreeZero: Bool
  ) throws(FitError) {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var plain = options
    plain.layers = FitOptions.Layers()
    var network = try TrainableNetwork(form, options: plain)
    network.quantise()
    network.writeGraph()
    let shape = form.graph.inputs.first?.shape.dimensions ?? []
    let noise: Dataset
    do throws(DataError) {
      noise = try NoiseData.make(shape: shape, count: PlanDamage.samples, seed: PlanDamage.seed)
    } catch {
      throw FitError(.unsuitableData, error.message, fix: error.fix, cause: error)
    }
    let inputs = noise.encoded(scale: [form.inputScale], offset: [0], bits: form.inputBits)
    var configuration = TrainingRun.configuration(options)
    configuration.training = false
    // Noise is the same in all steps.
    configuration.inputPerStep = false
    let engine = try Network.make(network.form.graph, configuration)
    moments = InputMoments(network, engine: engine, inputs: inputs, count: noise.count)
    self.network = network
    self.scope = scope
    self.hasFreeZero = hasFreeZero
    names = network.layers.indices.map(network.name)
    let moments = moments
    let groups = ChannelGroup.all(of: network)
    shares = network.layers.indices.map { index in
      PlanDamage.shares(of: index, network, moments, groups)
    }
  }

  /// Noise-to-signal ratio of a projection with M values.
  mutating func quantisation(_ index: Int, _ count: Int) -> Double {
    let key = "\(index) \(count)"
    if let found = known[key] { return found }
    let layer = network.layers[index]
    let columns = max(1, layer.columns)
    let weights = PlanDamage.weights(of: layer, moments.squares[index])
    let values = layer.latent.values
    var signal = 0.0
    for (weight, value) in zip(weights, values) {
      signal += Double(weight) * Double(value) * Double(value)
    }
    var noise = 0.0
    let block = scope == .channel ? columns : values.count
    for start in stride(from: 0, to: values.count, by: max(1, block)) {
      let part = start..<min(start + block, values.count)
      noise +=
        KMeans1D(
          Array(values[part]), weights: Array(weights[part]), count: count, freeZero: hasFreeZero
        ).cost
    }
    let ratio = signal > 0 ? noise / signal : 0
    known[key] = ratio
    return ratio
  }

  /// Noise-to-signal ratio of a projection whose inputs have fewer channels.
  func removal(_ index: Int, _ widths: [Int]) -> Double {
    guard let (group, ascending) = shares[index], widths.indices.contains(group) else { return 0 }
    return ascending.prefix(max(0, ascending.count - widths[group])).reduce(0, +)
  }

  /// Of all projections.
  mutating func total(_ demand: ChipDemand, _ widths: [Int]) -> Double {
    var sum = 0.0
    for index in names.indices {
      sum += removal(index, widths)
      guard let wiring = demand.map.wirings.first(where: { $0.name == names[index] }),
        let count = demand.uniqueWeights(of: wiring)
      else { continue }
      sum += quantisation(index, count)
    }
    return sum
  }

  /// Importance of latent weights: the second moment of the input, in units of the row.
  private static func weights(of layer: TrainableLayer, _ squares: [Double]) -> [Float] {
    guard !squares.isEmpty else { return layer.latent.values.map { _ in 1 } }
    let columns = max(1, layer.columns)
    let taps = max(1, columns / max(1, layer.shape[1]))
    let floor = 1e-3 * max(1e-12, squares.max() ?? 1)
    let scales = layer.rowScales
    return layer.latent.values.indices.map { element in
      let scale = Double(scales[element / columns])
      return Float(max(floor, squares[element % columns / taps]) * scale * scale)
    }
  }

  private static func shares(
    of index: Int, _ network: TrainableNetwork, _ moments: InputMoments, _ groups: [ChannelGroup]
  ) -> (group: Int, ascending: [Double])? {
    let layer = network.layers[index]
    let squares = moments.squares[index]
    let means = moments.means[index]
    for (number, group) in groups.enumerated() {
      guard let consumer = group.consumers.first(where: { $0.layer == index }), !squares.isEmpty
      else { continue }
      let columns = max(1, layer.columns)
      let taps = max(1, columns / max(1, layer.shape[1]))
      var carried = [Double](repeating: 0, count: group.channels)
      var signal = 0.0
      for (element, weight) in layer.quantised.enumerated() {
        let input = element % columns / taps
        let channel = input / max(1, consumer.width)
        guard carried.indices.contains(channel) else { continue }
        let power = Double(weight) * Double(weight)
        signal += power * squares[input]
        carried[channel] += power * max(0, squares[input] - means[input] * means[input])
      }
      guard signal > 0 else { return nil }
      return (number, carried.map { $0 / signal }.sorted())
    }
    return nil
  }
}
