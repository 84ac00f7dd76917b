import Foundation
import SpikeCompute
import SpikeGraph

extension TrainableNetwork {
  /// Whether values that lost their weights are placed anew: only where each is its own parameter.
  var canPlaceAnew: Bool {
    let method = options.codebook.method
    return (method == .cat || method == .catSoft) && options.codebook.effectiveFamily == .free
      && options.codebook.tie != .axon
  }

  /// Distance below which two values are one: half an integer, so that both would round to the same.
  func smallestGap(of book: Int) -> Float {
    let values = codebooks[book].values
    let limits = members[book].first.map { weightRange(of: $0.layer) } ?? options.weightRange
    let smallest: Float = 1e-4
    guard canPlaceAnew, 4 * values.count <= limits.count else { return smallest }
    if let integers, let member = members[book].first {
      return max(smallest, integers.steps[member.layer] / 2)
    }
    let largest = values.reduce(0) { max($0, abs($1)) }
    return max(smallest, largest / Float(2 * max(1, -limits.lowerBound, limits.upperBound)))
  }

  /// Places a lost value at the mean of the further half of the cluster with the largest error.
  mutating func reseed(_ book: Int, _ index: Int) {
    var errors = [Double](repeating: 0, count: codebooks[book].values.count)
    let points = members[book].flatMap { elements(of: $0) }
    let importance = importance(of: members[book])
    for (position, (layer, element)) in points.enumerated() {
      let cluster = Int(layers[layer].indices[element])
      let distance = Double(
        layers[layer].latent.values[element] - codebooks[book].values[cluster])
      errors[cluster] += Double(importance?[position] ?? 1) * distance * distance
    }
    guard let worst = errors.indices.max(by: { errors[$0] < errors[$1] }), errors[worst] > 0 else {
      return
    }
    let inside = points.indices.filter {
      Int(layers[points[$0].0].indices[points[$0].1]) == worst
    }
    let split = KMeans1D(
      inside.map { layers[points[$0].0].latent.values[points[$0].1] },
      weights: importance.map { all in inside.map { all[$0] } }, count: 2)
    let center = Double(codebooks[book].values[worst])
    guard let place = split.centroids.max(by: { abs($0 - center) < abs($1 - center) }) else {
      return
    }
    codebooks[book].place(index, at: Float(place))
  }

  /// Pulls latent weights towards their values: decoupled from the optimiser like weight decay,
  /// w ← w - η λ F (w - c), with F of mean 1 in each layer and λ from 0 along half a cosine. It
  /// keeps weights from swinging between two values (Nagel et al., arXiv 2203.11086).
  mutating func commit(rate: Float) {
    let most = options.codebook.commitment
    let start = options.schedule.codebookStart
    guard most > 0, !codebooks.isEmpty, !options.codebook.method.isDerived, progress > start else {
      return
    }
    let part = min(1, (progress - start) / max(1e-9, 1 - start))
    let strength = most * Float(0.5 * (1 - cos(Double.pi * part)))
    for book in codebooks.indices where temperature(of: book) == nil {
      for member in members[book] {
        layers[member.layer].commit(
          rows: member.rows, values: codebooks[book].values, rate: rate * strength)
      }
    }
  }

  /// One step of the factors of output channels, where these are learned.
  ///
  /// Once integers are in, factors stay where thresholds are in range: θ / (r u) is the integer.
  mutating func learnChannelScales(_ step: FitKernels.AdamStep, _ gradients: [[Float]]) {
    var step = step
    step.decay = 0
    step.rate *= options.codebook.channelScaleShare
    for index in layers.indices where layers[index].channelMoments != nil {
      var limits: ClosedRange<Float> = 1e-6...1e6
      if let bounds = channelScaleLimits(of: index) { limits = bounds }
      layers[index].learnChannelScales(gradients[index], step, limits: limits)
    }
  }

  private func channelScaleLimits(of index: Int) -> ClosedRange<Float>? {
    let group = layers[index].site.group
    guard let integers, let population = structure.populations.first(where: { $0.group == group })
    else { return nil }
    let thresholds =
      form.graph.constant(.threshold, of: form.graph.nodes[population.node])?.floats() ?? []
    guard let low = thresholds.min(), let high = thresholds.max(), low > 0 else { return nil }
    let unit = Float(integers.groups[group] * population.factor)
    let range = options.target.thresholdRange
    // Half an integer of room for rounding; a quantum of the initial share may need more.
    let least = high / unit / (Float(range.upperBound) - 0.5)
    let most = low / unit / (Float(max(1, range.lowerBound)) + 0.5)
    return least < most ? least...most : nil
  }
}
