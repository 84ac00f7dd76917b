import SpikeGraph

/// The choice of integers: how much real current integer 1 means in each group of currents.
///
/// A neuron's equation is scale-equivariant, so every group of currents is free to choose its unit
/// u: a weight behind an input of unit v becomes w / (u / v), a bias b / u, a threshold θ / u, all
/// rounded. Units are chosen by search: the largest weight becomes n, for every n that the weight
/// bits allow, and the n wins that loses least,
///
///     Σ_k N_k (c_k - s round(c_k / s))² / Σ_k N_k c_k²  +  mean ((θ - u round(θ / u)) / θ)²
///
/// among those whose thresholds, biases and potentials are in range.
struct IntegerUnits: Hashable, Sendable, Codable {
  /// Real current of integer 1, for each group.
  var groups: [Double]
  /// Latent weight of integer 1, for each layer.
  var steps: [Float]

  /// Chooses units for a network as it is.
  init(_ network: TrainableNetwork) {
    let search = UnitSearch(network)
    groups = Array(repeating: 1, count: network.structure.groupCount)
    if network.options.scope == .network, !network.codebooks.isEmpty {
      let share = search.bestCommonShare()
      for group in groups.indices { groups[group] = search.unit(of: group, largest: share) }
    } else {
      for group in groups.indices { groups[group] = search.bestUnit(of: group) }
    }
    let units = groups
    steps = network.layers.map {
      Float(units[$0.site.group] / ($0.site.inputUnit * Double($0.scale)))
    }
  }
}

/// One group of currents with what it costs to round it.
struct UnitSearch {
  struct Row {
    /// Largest possible sums of one step, positive and negative parts, in real current.
    var positive: Double
    var negative: Double
    /// Real bias and free factor of the channel.
    var bias: Double
    var channelScale: Double
  }
  struct Group {
    /// Real currents per unit input of every distinct weight value, with how many weights have it.
    var values: [(value: Double, count: Double, range: ClosedRange<Int>)] = []
    /// Largest magnitude that both signs of some weight may have.
    var largest = 1
    var rows: [Row] = []
    /// Real thresholds by channel and the factor of a mean between current and population.
    var thresholds: [Double] = []
    var factor = 1.0
    var spikes = false
    var hasDrivers = false
    var share = 1.0

    /// Takes note of the integers that some of the weights may be.
    mutating func admit(_ range: ClosedRange<Int>) {
      largest = max(
        largest,
        range.lowerBound < 0 ? min(-range.lowerBound, range.upperBound) : range.upperBound)
    }
  }
  private let groups: [Group]
  private let target: FitTarget
  private let timeSteps: Int

  init(_ network: TrainableNetwork) {
    target = network.options.target
    timeSteps = network.options.timeSteps
    groups = (0..<network.structure.groupCount).map { UnitSearch.group($0, network) }
  }

  private static func group(_ number: Int, _ network: TrainableNetwork) -> Group {
    var group = Group()
    guard let site = network.structure.populations.first(where: { $0.group == number }) else {
      return group
    }
    let graph = network.form.graph
    group.factor = site.factor
    group.spikes = site.spikes
    let node = graph.nodes[site.node]
    let thresholds = graph.constant(.threshold, of: node)?.floats() ?? []
    for (index, layer) in network.layers.enumerated() where layer.site.group == number {
      group.hasDrivers = true
      group.admit(network.weightRange(of: index))
      group.share = Double(layer.scale) * layer.site.inputUnit
      if group.rows.isEmpty {
        group.rows = layer.channelScales.map {
          Row(positive: 0, negative: 0, bias: 0, channelScale: Double($0))
        }
      }
      addValues(&group, index, network)
      addSums(&group, layer, network)
    }
    for branch in network.structure.branches where branch.group == number {
      group.hasDrivers = true
      let scales = graph.constant(.scale, of: graph.nodes[branch.node])?.floats() ?? []
      for scale in scales {
        group.admit(network.options.weightRange)
        group.values.append((Double(scale) * branch.inputUnit, 1, network.options.weightRange))
      }
      for row in group.rows.indices {
        let scale = Double(scales.count == 1 ? scales[0] : scales[row])
        group.rows[row].positive += max(0, scale)
        group.rows[row].negative += max(0, -scale)
      }
    }
    group.thresholds = group.rows.indices.map {
      Double(thresholds.isEmpty ? 1 : thresholds[thresholds.count == 1 ? 0 : $0])
    }
    if !group.hasDrivers { group.thresholds = thresholds.map { Double($0) } }
    return group
  }

  private static func addValues(_ group: inout Group, _ index: Int, _ network: TrainableNetwork) {
    let layer = network.layers[index]
    let unit = Double(layer.scale) * layer.site.inputUnit
    let range = network.weightRange(of: index)
    var isCovered = false
    for (book, members) in network.members.enumerated() {
      guard members.contains(where: { $0.layer == index }) else { continue }
      isCovered = true
      if network.options.codebook.effectiveFamily.isRealisedByParameters {
        // Parameters become integers; the values only say how large they may be.
        let book = network.codebooks[book]
        for (parameter, value) in book.parameters.enumerated() {
          let uses = zip(book.patterns, book.counts).reduce(0.0) {
            $0 + Double(abs($1.0[parameter])) * Double($1.1)
          }
          group.values.append((Double(value) * unit, max(1, uses), range))
        }
        for value in book.values { group.values.append((Double(value) * unit, 0, range)) }
        continue
      }
      for (value, count) in zip(network.codebooks[book].values, network.codebooks[book].counts) {
        group.values.append((Double(value) * unit, Double(max(1, count)), range))
      }
    }
    if !isCovered {
      for value in layer.latent.values { group.values.append((Double(value) * unit, 1, range)) }
    }
  }

  private static func addSums(
    _ group: inout Group, _ layer: TrainableLayer, _ network: TrainableNetwork
  ) {
    let columns = max(1, layer.columns)
    // Spikes, their means and sums: at most 1 per unit of input times the window; raw input: 2^b - 1.
    let node = network.form.graph.nodes[layer.site.node]
    let isInput = !network.readsSpikes(node)
    let peak =
      isInput
      ? layer.site.inputUnit * Double((1 << network.form.inputBits) - 1)
      : network.largestInput(of: node)
    for (index, weight) in layer.quantised.enumerated() {
      let current = Double(weight) * peak
      if current > 0 { group.rows[index / columns].positive += current }
      if current < 0 { group.rows[index / columns].negative -= current }
    }
    for (row, bias) in (layer.bias?.values ?? []).enumerated() {
      group.rows[row].bias += Double(bias)
    }
  }

  /// The unit in which the largest weight of a group is the integer `integer`.
  private func unit(of group: Group, integer: Int) -> Double {
    let peak = group.values.reduce(0) { max($0, abs($1.value)) }
    return peak > 0 ? peak / Double(integer) : 1
  }

  /// The unit of a group where latent weights have the given step.
  func unit(of group: Int, largest step: Double) -> Double {
    groups[group].hasDrivers ? step * groups[group].share : 1
  }

  func bestUnit(of number: Int) -> Double {
    let group = groups[number]
    guard group.hasDrivers else { return 1 }
    var best = (rank: Double.infinity, unit: unit(of: group, integer: group.largest))
    for integer in 1...group.largest {
      let unit = unit(of: group, integer: integer)
      let rank = loss(group, unit) + violation(group, unit)
      if rank < best.rank { best = (rank, unit) }
    }
    return best.unit
  }

  /// One step of the latent weights for all layers.
  func bestCommonShare() -> Double {
    let driven = groups.filter(\.hasDrivers)
    let peak = driven.reduce(0.0) { peak, group in
      group.values.reduce(peak) { max($0, abs($1.value) / group.share) }
    }
    let largest = driven.map(\.largest).max() ?? 1
    var best = (rank: Double.infinity, step: peak / Double(largest))
    for integer in 1...largest where peak > 0 {
      let step = peak / Double(integer)
      let rank = driven.reduce(0.0) {
        $0 + loss($1, step * $1.share) + violation($1, step * $1.share)
      }
      if rank < best.rank { best = (rank, step) }
    }
    return best.step
  }

  private func loss(_ group: Group, _ unit: Double) -> Double {
    var error = 0.0
    var energy = 0.0
    for (value, count, range) in group.values {
      let k = (value / unit).rounded(.toNearestOrEven)
      let snapped = max(Double(range.lowerBound), min(Double(range.upperBound), k)) * unit
      error += count * (value - snapped) * (value - snapped)
      energy += count * value * value
    }
    var total = energy > 0 ? error / energy : 0
    if group.spikes, !group.thresholds.isEmpty {
      var sum = 0.0
      for (row, threshold) in zip(group.rows, group.thresholds) {
        let exact = threshold / (row.channelScale * unit * group.factor)
        let off = (exact - exact.rounded(.toNearestOrEven)) / exact
        sum += off * off
      }
      total += sum / Double(group.thresholds.count)
    }
    return total
  }

  /// Largest potential or current in integers, over the neurons of a group, in the worst case.
  func largestPotential(of number: Int, units: IntegerUnits?) -> Double {
    let group = groups[number]
    guard let units else { return 0 }
    return group.rows.indices.reduce(0) {
      max($0, bounds(group, $1, units.groups[number]).magnitude)
    }
  }

  private func bounds(_ group: Group, _ index: Int, _ unit: Double) -> PotentialBounds {
    let row = group.rows[index]
    let unit = unit * row.channelScale
    let bias = row.bias / unit
    // Behind a sum in front of the population the integers of a whole window add up.
    let window = 1 / group.factor
    return PotentialBounds(
      positive: (row.positive / unit + max(0, bias)) * window,
      negative: (row.negative / unit + max(0, -bias)) * window,
      threshold: group.spikes ? group.thresholds[index] / (unit * group.factor) : nil,
      timeSteps: timeSteps)
  }

  /// 0 where everything is in range; thresholds out of range weigh most, potentials least.
  private func violation(_ group: Group, _ groupUnit: Double) -> Double {
    var total = 0.0
    func over(_ value: Double, _ limit: Double, _ weight: Double) {
      if value > limit { total += weight * (1 + (value - limit) / max(limit, 1)) }
    }
    for (index, row) in group.rows.enumerated() {
      let unit = groupUnit * row.channelScale
      let bias = row.bias / unit
      if target.biasRange != 0...0 {
        over(bias, Double(target.biasRange.upperBound), 10)
        over(-bias, Double(-target.biasRange.lowerBound), 10)
      }
      over(bounds(group, index, groupUnit).magnitude, Double(target.potentialLimit), 1)
      if group.spikes {
        let threshold = group.thresholds[index] / (unit * group.factor)
        over(threshold, Double(target.thresholdRange.upperBound), 1_000)
        over(Double(target.thresholdRange.lowerBound), threshold, 1_000)
      }
    }
    return total
  }
}

/// How far the potential of a neuron can go, from sums of weights alone.
struct PotentialBounds: Hashable, Sendable {
  /// Largest magnitude of potential or current.
  var magnitude: Double

  /// - Parameters:
  ///   - positive, negative: largest sums of one step.
  ///   - threshold: above which the potential is reset; nil for a read-out.
  init(positive: Double, negative: Double, threshold: Double?, timeSteps: Int) {
    let low = negative * Double(timeSteps)
    let high = threshold.map { $0 + positive } ?? positive * Double(timeSteps)
    magnitude = max(low, high)
  }
}
