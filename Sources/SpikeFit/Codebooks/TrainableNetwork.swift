import SpikeCompute
import SpikeEngine
import SpikeGraph

/// Which rows of which layer a codebook serves.
struct CodebookMember: Hashable, Sendable, Codable {
  var layer: Int
  var rows: Range<Int>
}

/// A network in normal form with everything that is learned: latent weights, codebooks, biases, and
/// the integers that stand for them once they are chosen.
struct TrainableNetwork: Sendable, Codable {
  /// The graph; its weights are the real values at the start and are replaced in the engine.
  var form: NormalForm
  var structure: NetworkStructure
  var layers: [TrainableLayer]
  /// Empty until the codebooks start, and where any integer is allowed.
  var codebooks: [Codebook] = []
  /// Members of each codebook.
  var members: [[CodebookMember]] = []
  /// Learned leaks of populations, in node order.
  var leaks: [TrainableLeak]
  /// Units of the integers; nil before they are chosen.
  var integers: IntegerUnits?
  @FromRun private(set) var options: FitOptions
  /// Optimiser steps so far.
  var steps = 0
  /// Share of the planned training that is done.
  var progress = 0.0

  init(_ form: NormalForm, options: FitOptions) throws(FitError) {
    self.form = form
    self.options = options
    structure = try NetworkStructure(form.graph, inputUnit: Double(form.inputScale))
    layers = []
    leaks = TrainableNetwork.leaks(of: form.graph)
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
          channelScales: hasScales ? options.codebook.channelScales : .off,
          addsSquares: options.codebook.importance == .gradients))
    }
    try checkLayerNames()
    spreadThresholds()
    if options.scope == .network { shareUnits() }
  }

  /// Behind rows with factors of their own integer 1 means something else in every channel: their
  /// population gets a threshold for each.
  private mutating func spreadThresholds() {
    for population in structure.populations where population.spikes {
      guard
        layers.contains(where: {
          $0.site.group == population.group
            && ($0.channelMoments != nil || $0.channelScales.contains { $0 != 1 })
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

  func range(of member: CodebookMember) -> Range<Int> {
    layers[member.layer].elements(of: member.rows)
  }

  func elements(of member: CodebookMember) -> [(Int, Int)] {
    range(of: member).map { (member.layer, $0) }
  }

  /// Brings `quantised` of every layer up to date.
  mutating func quantise() {
    if codebooks.isEmpty {
      for index in layers.indices {
        if let integers {
          layers[index].snap(step: integers.steps[index], limits: weightRange(of: index))
        } else {
          layers[index].release()
        }
      }
      return
    }
    deriveValues()
    if options.codebook.tie == .axon, options.codebook.method != .frozen { assignAxonTypes() }
    for book in codebooks.indices {
      var counts = [Int32](repeating: 0, count: codebooks[book].values.count)
      for member in members[book] {
        layers[member.layer].quantise(
          rows: member.rows, by: codebooks[book],
          values: realisedValues(of: book, in: member.layer),
          temperature: temperature(of: book), counts: &counts)
      }
      codebooks[book].counts = counts
    }
  }

  /// The values of a codebook as a layer uses them, in latent units: snapped once integers are
  /// chosen.
  func realisedValues(of book: Int, in layer: Int) -> [Float] {
    guard let integers else { return codebooks[book].values }
    return entries(of: book, in: layer).map { integers.steps[layer] * Float($0) }
  }

  /// The integers of a codebook in a layer, one for each value, in the order of the values.
  func entries(of book: Int, in layer: Int) -> [Int32] {
    guard let integers else { return [] }
    let limits = weightRange(of: layer)
    var entries = codebooks[book].integers(
      step: integers.steps[layer], limits: limits,
      byParameters: options.codebook.effectiveFamily.isRealisedByParameters)
    guard options.target.avoidsSignModeTraps else { return entries }
    let order = entries.indices.sorted { (entries[$0], $0) < (entries[$1], $1) }
    var ascending = order.map { entries[$0] }
    SignMode.repair(&ascending, limits: limits)
    for (place, index) in order.enumerated() { entries[index] = ascending[place] }
    return entries
  }

  // MARK: Learning

  /// One optimiser step along the gradients of the quantised weights, the biases and the decays of
  /// learned leaks.
  mutating func learn(
    rate: Float, weightGradients: [[Float]], biasGradients: [[Float]], decayGradients: [Float] = []
  ) {
    steps += 1
    let learning = options.learning
    var step = FitKernels.AdamStep(
      rate: rate, beta1: learning.beta1, beta2: learning.beta2,
      correction1: 1 - power(learning.beta1, steps), correction2: 1 - power(learning.beta2, steps),
      epsilon: 1e-12, decay: learning.weightDecay)
    var latentGradients = weightGradients
    if codebooks.isEmpty {
      addSquares(weightGradients)
      scaleGradients(&latentGradients)
    } else {
      addSquares(weightGradients)
      learnCodebooks(step, weightGradients, &latentGradients)
      learnChannelScales(step, weightGradients)
    }
    if options.codebook.method != .frozen || codebooks.isEmpty {
      for index in layers.indices { layers[index].learn(latentGradients[index], step) }
      commit(rate: rate)
    }
    step.decay = 0
    learnLeaks(decayGradients, step)
    for index in layers.indices {
      step.rate = rate * learning.biasShare * layers[index].scale
      layers[index].learnBias(biasGradients[index], step)
    }
    quantise()
  }

  /// Without codebooks every latent weight has its own gradient.
  private mutating func scaleGradients(_ gradients: inout [[Float]]) {
    for index in layers.indices {
      var unused = [Double](repeating: 0, count: 256)
      FitKernels.codebookGradient(
        gradients[index], latent: layers[index].latent.values, indices: layers[index].indices,
        range: 0..<gradients[index].count, columns: layers[index].columns,
        scales: layers[index].rowScales[...], inside: Codebook.everywhere,
        into: &gradients[index], centroids: &unused)
    }
  }

  private mutating func addSquares(_ gradients: [[Float]]) {
    guard options.codebook.importance == .gradients else { return }
    for index in layers.indices where !layers[index].squares.isEmpty {
      layers[index].addSquares(gradients[index])
    }
  }

  /// 1 - β^t needs β^t; products of a fixed order are the same on every machine.
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
