import SpikeGraph

/// Integers of a population or projection with their real values.
struct RealisedValues: Hashable, Sendable {
  /// What the chip stores.
  var integers: [Int32]
  /// What that means in real units.
  var reals: [Float]
  /// How many had to be moved into the allowed range.
  var clipped = 0
}

extension TrainableNetwork {
  /// The biases of a layer as the network uses them: real ones, or rounded to the unit of the
  /// layer once integers are chosen.
  func realisedBias(of layer: Int) -> RealisedValues {
    let site = layers[layer].site
    let biases = layers[layer].bias?.values ?? []
    guard let integers else { return RealisedValues(integers: [], reals: biases) }
    let units = layers[layer].channelScales.map { Double($0) * integers.groups[site.group] }
    return round(biases, units: units, limits: options.target.biasRange, quantum: 1)
  }

  /// The thresholds of a population: one, or one for each channel.
  func realisedThreshold(of population: PopulationSite) -> RealisedValues {
    let node = form.graph.nodes[population.node]
    let thresholds = form.graph.constant(.threshold, of: node)?.floats() ?? []
    guard let integers else { return RealisedValues(integers: [], reals: thresholds) }
    let driver = layers.first { $0.site.group == population.group }
    let unit = integers.groups[population.group] * population.factor
    let units = thresholds.indices.map { channel in
      thresholds.count == 1 ? unit : unit * Double(driver?.channelScales[channel] ?? 1)
    }
    return round(
      thresholds, units: units, limits: options.target.thresholdRange,
      quantum: initialQuantum(of: node))
  }

  /// The factors of a branch.
  func realisedBranch(_ branch: BranchSite) -> RealisedValues {
    let node = form.graph.nodes[branch.node]
    let scales = form.graph.constant(.scale, of: node)?.floats() ?? []
    guard let integers else { return RealisedValues(integers: [], reals: scales) }
    let unit = integers.groups[branch.group] / branch.inputUnit
    return round(
      scales, units: scales.map { _ in unit }, limits: options.weightRange, quantum: 1)
  }

  /// The potential before the first step is a share of the threshold and must be an integer:
  /// thresholds are multiples of the smallest number that makes it one.
  private func initialQuantum(of node: Node) -> Int {
    guard case .neuron(let neuron) = node.operator, neuron.initialShare != 0 else { return 1 }
    return (1...256).first {
      (Float($0) * neuron.initialShare).rounded() == Float($0) * neuron.initialShare
    }
      ?? 1
  }

  private func round(
    _ values: [Float], units: [Double], limits: ClosedRange<Int>, quantum: Int
  ) -> RealisedValues {
    var result = RealisedValues(integers: [], reals: [])
    let step = Double(quantum)
    for (value, unit) in zip(values, units) {
      let exact = (Double(value) / (unit * step)).rounded(.toNearestOrEven) * step
      var kept = max(Double(limits.lowerBound), min(Double(limits.upperBound), exact))
      if quantum > 1 {
        kept = (kept / step).rounded(.towardZero) * step
        if kept < Double(limits.lowerBound) { kept += step }
      }
      if kept != exact { result.clipped += 1 }
      result.integers.append(Int32(kept))
      result.reals.append(Float(kept * unit))
    }
    return result
  }
}
