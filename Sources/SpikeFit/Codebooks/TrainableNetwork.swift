import SpikeCompute
import SpikeEngine
import SpikeGraph

/// Which rows of which layer a codebook serves.
struct CodebookMember: Hashable, Sendable {
  var layer: Int
  var rows: Range<Int>
}

/// A network in normal form with everything that is learned: latent weights, codebooks, biases, and
/// the integers that stand for them once they are chosen.
struct TrainableNetwork: Sendable {
  /// The graph; its weights are the real values at the start and are replaced in the engine.
  var form: NormalForm
  var structure: NetworkStructure
  var layers: [TrainableLayer]
  /// Empty until the codebooks start, and where any integer is allowed.
  var codebooks: [Codebook] = []
  /// Members of each codebook.
  var members: [[CodebookMember]] = []
  /// Units of the integers; nil before they are chosen.
  var integers: IntegerUnits?
  let options: FitOptions
  /// Optimiser steps so far.
  var steps = 0

  init(_ form: NormalForm, options: FitOptions) throws(FitError) {
    self.form = form
    self.options = options
    structure = try NetworkStructure(form.graph, inputUnit: Double(form.inputScale))
    layers = []
    for site in structure.projections {
      guard let weight = form.graph.constants[site.weight] else { continue }
      let population = structure.populations.first { $0.group == site.group }
      let isAlone = structure.projections.filter { $0.group == site.group }.count == 1
      let hasScales =
        options.target.hasChannelThresholds && population?.spikes == true && isAlone
        && !structure.branches.contains { $0.group == site.group }
      layers.append(
        TrainableLayer(
          site: site, weight: weight, bias: site.bias.flatMap { form.graph.constants[$0] },
          unit: nil, hasChannelScales: hasScales))
    }
    spreadThresholds()
    if options.scope == .network { shareUnits() }
  }

  /// Behind rows with factors of their own integer 1 means something else in every channel: their
  /// population gets a threshold for each.
  private mutating func spreadThresholds() {
    for population in structure.populations where population.spikes {
      guard
        layers.contains(where: {
          $0.site.group == population.group && $0.channelScales.contains { $0 != 1 }
        }),
        let name = form.graph.nodes[population.node].parameters[.threshold],
        let threshold = form.graph.constants[name], threshold.count == 1
      else { continue }
      let values = Array(repeating: threshold.floats()[0], count: population.channels)
      form.graph.constants[name] = Tensor(values, shape: [population.channels])
    }
  }

  /// With one codebook for the network, projections whose currents meet must agree on their unit.
  private mutating func shareUnits() {
    for group in 0..<structure.groupCount {
      let peers = layers.indices.filter { layers[$0].site.group == group }
      guard peers.count > 1, let first = peers.first else { continue }
      let unit = layers[first].scale * Float(layers[first].site.inputUnit)
      for peer in peers.dropFirst() {
        let scale = unit / Float(layers[peer].site.inputUnit)
        let factor = layers[peer].scale / scale
        layers[peer].latent.values = layers[peer].latent.values.map { $0 * factor }
        layers[peer].scale = scale
      }
    }
  }

  // MARK: Codebooks

  /// Starts the codebooks: the values that are best for the latent weights as they are.
  mutating func startCodebooks() {
    guard let count = options.uniqueWeights, codebooks.isEmpty else { return }
    switch options.scope {
    case .network:
      members = [layers.indices.map { CodebookMember(layer: $0, rows: 0..<layers[$0].rows) }]
    case .layer:
      members = layers.indices.map { [CodebookMember(layer: $0, rows: 0..<layers[$0].rows)] }
    case .channel:
      members = layers.indices.flatMap { layer in
        (0..<layers[layer].rows).map { [CodebookMember(layer: layer, rows: $0..<$0 + 1)] }
      }
    }
    codebooks = members.map { members in
      let points = members.flatMap { elements(of: $0).map { layers[$0.0].latent.values[$0.1] } }
      let found = KMeans1D(points, count: count, freeZero: options.hasFreeZero)
      return Codebook(
        values: found.centroids.map { Float($0) },
        hasZero: options.hasFreeZero && found.centroids.contains(0))
    }
    quantise()
  }

  private func range(of member: CodebookMember) -> Range<Int> {
    layers[member.layer].elements(of: member.rows)
  }

  private func elements(of member: CodebookMember) -> [(Int, Int)] {
    range(of: member).map { (member.layer, $0) }
  }

  /// Brings `quantised` of every layer up to date.
  mutating func quantise() {
    if codebooks.isEmpty {
      for index in layers.indices {
        if let integers {
          layers[index].snap(step: integers.steps[index], limits: options.weightRange)
        } else {
          layers[index].release()
        }
      }
      return
    }
    for book in codebooks.indices {
      var counts = [Int32](repeating: 0, count: codebooks[book].values.count)
      for member in members[book] {
        layers[member.layer].quantise(
          rows: member.rows, middles: codebooks[book].middles,
          values: realisedValues(of: book, in: member.layer), counts: &counts)
      }
      codebooks[book].counts = counts
    }
  }

  /// The values of a codebook as a layer uses them, in latent units: snapped once integers are
  /// chosen.
  private func realisedValues(of book: Int, in layer: Int) -> [Float] {
    guard let integers else { return codebooks[book].values }
    return entries(of: book, in: layer).map { integers.steps[layer] * Float($0) }
  }

  /// The integers of a codebook in a layer, one for each value, not descending.
  func entries(of book: Int, in layer: Int) -> [Int32] {
    guard let integers else { return [] }
    let limits = options.weightRange
    var entries = codebooks[book].values.map { value in
      let k = (value / integers.steps[layer]).rounded(.toNearestOrEven)
      return Int32(max(Float(limits.lowerBound), min(Float(limits.upperBound), k)))
    }
    if options.target.avoidsSignModeTraps { SignMode.repair(&entries, limits: limits) }
    return entries
  }

  // MARK: Learning

  /// One optimiser step along the gradients of the quantised weights and biases.
  mutating func learn(rate: Float, weightGradients: [[Float]], biasGradients: [[Float]]) {
    steps += 1
    let learning = options.learning
    var step = FitKernels.AdamStep(
      rate: rate, beta1: learning.beta1, beta2: learning.beta2,
      correction1: 1 - power(learning.beta1, steps), correction2: 1 - power(learning.beta2, steps),
      epsilon: 1e-12, decay: learning.weightDecay)
    var latentGradients = weightGradients
    learnCodebooks(step, weightGradients, &latentGradients)
    for index in layers.indices { layers[index].learn(latentGradients[index], step) }
    step.decay = 0
    for index in layers.indices {
      step.rate = rate * learning.biasShare * layers[index].scale
      layers[index].learnBias(biasGradients[index], step)
    }
    quantise()
  }

  private mutating func learnCodebooks(
    _ step: FitKernels.AdamStep, _ gradients: [[Float]], _ latentGradients: inout [[Float]]
  ) {
    let everywhere = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    if codebooks.isEmpty {
      for index in layers.indices {
        var unused = [Double](repeating: 0, count: 256)
        FitKernels.codebookGradient(
          gradients[index], latent: layers[index].latent.values, indices: layers[index].indices,
          range: 0..<gradients[index].count, columns: layers[index].columns,
          scales: layers[index].rowScales[...], inside: everywhere,
          into: &latentGradients[index], centroids: &unused)
      }
      return
    }
    var step = step
    step.decay = 0
    step.rate *= options.learning.centroidShare
    for book in codebooks.indices {
      var sums = [Double](repeating: 0, count: 256)
      for member in members[book] {
        FitKernels.codebookGradient(
          gradients[member.layer], latent: layers[member.layer].latent.values,
          indices: layers[member.layer].indices, range: range(of: member),
          columns: layers[member.layer].columns,
          scales: layers[member.layer].rowScales[member.rows], inside: codebooks[book].passBand,
          into: &latentGradients[member.layer], centroids: &sums)
      }
      let lost = codebooks[book].update(gradient: sums, step: step, smallestGap: 1e-4)
      for index in lost.prefix(1) { reseed(book, index) }
    }
  }

  /// Places a lost value at the mean of the further half of the cluster with the largest error.
  private mutating func reseed(_ book: Int, _ index: Int) {
    var errors = [Double](repeating: 0, count: codebooks[book].values.count)
    let points = members[book].flatMap { elements(of: $0) }
    for (layer, element) in points {
      let cluster = Int(layers[layer].indices[element])
      let distance = Double(
        layers[layer].latent.values[element] - codebooks[book].values[cluster])
      errors[cluster] += distance * distance
    }
    guard let worst = errors.indices.max(by: { errors[$0] < errors[$1] }), errors[worst] > 0 else {
      return
    }
    let inside = points.filter { Int(layers[$0.0].indices[$0.1]) == worst }
      .map { layers[$0.0].latent.values[$0.1] }
    let split = KMeans1D(inside, count: 2)
    let center = Double(codebooks[book].values[worst])
    guard let place = split.centroids.max(by: { abs($0 - center) < abs($1 - center) }) else {
      return
    }
    codebooks[book].place(index, at: Float(place))
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var result: Float = 1
    var factor = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
