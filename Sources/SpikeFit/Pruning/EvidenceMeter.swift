import Foundation
import SpikeEngine
import SpikeGraph

/// Measures on calibration samples what channel scores need.
struct EvidenceMeter {
  /// Samples of which singular values are taken.
  static let spectrumSamples = 64

  let network: TrainableNetwork
  let engine: Network
  let inputs: [Float]
  let count: Int
  /// True labels of the samples, for scores that need them.
  var labels: [Int] = []

  /// Temperature of the labels: with the sharp output of a trained network almost all Fisher
  /// information would be lost (spikefit design notes, 1.3).
  private var labelTemperature: Double { network.options.pruning.labelTemperature }

  /// What a score needs, of every spiking population in node order.
  func evidence(for score: any ChannelScore) -> [ChannelEvidence] {
    evidence(
      withAdjoints: score.needsAdjoints, withLabels: score.needsLabels,
      withSpectra: score.needsSpectra)
  }

  /// Evidence of every spiking population, in node order.
  func evidence(
    withAdjoints: Bool, withLabels: Bool = false, withSpectra: Bool = false
  ) -> [ChannelEvidence] {
    let weights = classWeights()
    let hasLabels = withLabels && labels.count == count
    var passes = engine.adjointStatistics(inputs, count: count) { logits in
      (withAdjoints ? gradients(logits, weights) : [logits.map { _ in 0 }])
        + (hasLabels ? [lossGradient(logits)] : [])
    }
    let labelled = hasLabels ? passes.popLast() : nil
    guard let first = passes.first else { return [] }
    let spectra =
      withSpectra
      ? SpikeSpectra(network, engine: engine, inputs, count: min(count, Self.spectrumSamples)) : nil
    let squares = readoutSquares(weights, withAdjoints)
    var result: [ChannelEvidence] = []
    for (index, adjoints) in first.enumerated() {
      let area = neuronsPerChannel(adjoints)
      let (rates, variances) = rateMoments(adjoints, area: area)
      var evidence = ChannelEvidence(
        node: adjoints.node, rates: rates, rateVariances: variances,
        incoming: incoming(adjoints.node, channels: adjoints.channels))
      if withAdjoints {
        let all = passes.map { $0[index] }
        evidence.fisher = fisher(all, centre: rates.map { _ in 0 })
        evidence.fisherCentred = fisher(all, centre: rates)
        evidence.fisherFactored = factored(adjoints, passes, variances, squares)
        evidence.fisherRate = factored(adjoints, passes, rates, squares)
        evidence.fisherSteps = fisherSteps(all)
      }
      if let labelled { evidence.taylor = squaredMeans(labelled[index]) }
      if let spectra { evidence.spectra = spectra.sums[adjoints.node] ?? [] }
      result.append(evidence)
    }
    return result
  }

  // MARK: Labels

  /// Class probabilities of each sample at the label temperature, filled by the first pass.
  private final class ClassWeights {
    var probabilities: [[Double]] = []
    var seeds: [[Float]] = []
  }
  private func classWeights() -> ClassWeights { ClassWeights() }

  /// One gradient for each class c: √p_c · d log p_c / d logits, whose squares add up to the exact
  /// expectation over labels. Logits of the network are potentials; the loss reads them times
  /// `logitScale / T`.
  private func gradients(_ logits: [Float], _ weights: ClassWeights) -> [[Float]] {
    let classes = logits.count / max(1, count)
    let scale = Double(network.options.logitScale ?? 1) / Double(network.options.timeSteps)
    var seeds = (0..<classes).map { _ in [Float](repeating: 0, count: logits.count) }
    for sample in 0..<count {
      let row = logits[sample * classes..<(sample + 1) * classes].map {
        Double($0) * scale / labelTemperature
      }
      let peak = row.max() ?? 0
      let powers = row.map { exp($0 - peak) }
      let sum = powers.reduce(0, +)
      let p = powers.map { $0 / sum }
      for label in 0..<classes {
        for output in 0..<classes {
          let slope = ((label == output ? 1 : 0) - p[output]) / labelTemperature
          seeds[label][sample * classes + output] = Float(p[label].squareRoot() * slope * scale)
        }
      }
    }
    weights.seeds = seeds
    return seeds
  }

  /// Gradient of the cross-entropy with the true labels.
  private func lossGradient(_ logits: [Float]) -> [Float] {
    let classes = logits.count / max(1, count)
    let scale = Double(network.options.logitScale ?? 1) / Double(network.options.timeSteps)
    var seed = [Float](repeating: 0, count: logits.count)
    for sample in 0..<count {
      let row = logits[sample * classes..<(sample + 1) * classes].map { Double($0) * scale }
      let peak = row.max() ?? 0
      let powers = row.map { exp($0 - peak) }
      let sum = powers.reduce(0, +)
      for output in 0..<classes {
        let truth = output == labels[sample] ? 1.0 : 0
        seed[sample * classes + output] = Float((powers[output] / sum - truth) * scale)
      }
    }
    return seed
  }

  /// Σ_t E[e²] of the read-out's neurons: their adjoint is the seed, the same in every step.
  private func readoutSquares(_ weights: ClassWeights, _ isNeeded: Bool) -> [Double] {
    guard isNeeded, let width = weights.seeds.first.map({ $0.count / max(1, count) }) else {
      return []
    }
    return (0..<width).map { output in
      var sum = 0.0
      for seed in weights.seeds {
        for sample in 0..<count {
          let value = Double(seed[sample * width + output])
          sum += value * value
        }
      }
      return sum / Double(count) * Double(network.options.timeSteps)
    }
  }

  // MARK: Sums

  private func neuronsPerChannel(_ adjoints: NeuronAdjoints) -> Int {
    guard let node = network.form.graph.nodes.first(where: { $0.name == adjoints.node }),
      let shape = network.structure.shapes[node.output]
    else { return 1 }
    return max(1, shape.elementCount / max(1, adjoints.channels))
  }

  private func rateMoments(_ adjoints: NeuronAdjoints, area: Int) -> ([Double], [Double]) {
    let neurons = Double(area * network.options.timeSteps)
    var sums = [Double](repeating: 0, count: adjoints.channels)
    var squares = sums
    for (index, value) in adjoints.spikeSum.enumerated() {
      let rate = Double(value) / neurons
      sums[index % adjoints.channels] += rate
      squares[index % adjoints.channels] += rate * rate
    }
    let means = sums.map { $0 / Double(count) }
    return (means, zip(squares, means).map { max(0, $0 / Double(count) - $1 * $1) })
  }

  private func fisher(_ passes: [NeuronAdjoints], centre: [Double]) -> [Double] {
    var sums = centre.map { _ in 0.0 }
    for pass in passes {
      for index in pass.contribution.indices {
        let channel = index % pass.channels
        let value =
          Double(pass.contribution[index]) - centre[channel] * Double(pass.adjointSum[index])
        sums[channel] += value * value
      }
    }
    return sums.map { 0.5 * $0 / Double(count) }
  }

  private func fisherSteps(_ passes: [NeuronAdjoints]) -> [Double] {
    var sums = [Double](repeating: 0, count: passes.first?.channels ?? 0)
    for pass in passes {
      for (index, value) in pass.stepSquare.enumerated() {
        sums[index % pass.channels] += Double(value)
      }
    }
    return sums.map { 0.5 * $0 / Double(count) }
  }

  private func squaredMeans(_ pass: NeuronAdjoints) -> [Double] {
    var sums = [Double](repeating: 0, count: pass.channels)
    for (index, value) in pass.contribution.enumerated() {
      sums[index % pass.channels] += Double(value)
    }
    return sums.map { ($0 / Double(count)) * ($0 / Double(count)) }
  }

  private func incoming(_ name: String, channels: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    guard let population = population(name) else { return sums }
    for layer in network.layers where layer.site.group == population.group {
      let columns = max(1, layer.columns)
      for (index, weight) in layer.quantised.enumerated() where index / columns < channels {
        sums[index / columns] += Double(abs(weight))
      }
    }
    return sums
  }

  private func population(_ name: String) -> PopulationSite? {
    network.structure.populations.first { network.form.graph.nodes[$0.node].name == name }
  }

  /// ½ Σ_i w_ij² F_i Var(r_j) over everything that channel j reaches.
  private func factored(
    _ adjoints: NeuronAdjoints, _ passes: [[NeuronAdjoints]], _ variances: [Double],
    _ readout: [Double]
  ) -> [Double] {
    var result = [Double](repeating: 0, count: adjoints.channels)
    guard let site = population(adjoints.node),
      let position = network.structure.populations.firstIndex(of: site),
      let group = ChannelGroup.all(of: network).first(where: { $0.populations.contains(position) })
    else { return result }
    for consumer in group.consumers {
      let layer = network.layers[consumer.layer]
      guard
        let target = network.structure.populations.first(where: { $0.group == layer.site.group })
      else { continue }
      let squares = currentSquares(target, passes, readout)
      let columns = layer.columns
      let block = consumer.width * (columns / max(1, layer.shape[1]))
      for (index, weight) in layer.quantised.enumerated() {
        let channel = index % columns / block
        guard channel < result.count, index / columns < squares.count else { continue }
        result[channel] += Double(weight) * Double(weight) * squares[index / columns]
      }
    }
    return zip(result, variances).map { 0.5 * $0 * $1 }
  }

  private func currentSquares(
    _ target: PopulationSite, _ passes: [[NeuronAdjoints]], _ readout: [Double]
  ) -> [Double] {
    guard target.spikes else { return readout }
    let name = network.form.graph.nodes[target.node].name
    var sums = [Double](repeating: 0, count: target.channels)
    for pass in passes {
      guard let adjoints = pass.first(where: { $0.node == name }) else { continue }
      for (index, value) in adjoints.currentSquare.enumerated() {
        sums[index % adjoints.channels] += Double(value)
      }
    }
    return sums.map { $0 / Double(count) }
  }
}
