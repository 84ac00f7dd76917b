public import SpikeDiagnostics
public import SpikeGraph
public import SpikeHardware

/// The choice of M for every layer under a limit on stored bits.
///
/// Minimises the sum over layers of the noise-to-signal ratio of quantisation, q_l(M_l), with stored
/// bits b_l(M_l) in all at most B: one Lagrangian multiplier λ, q_l + λ b_l least in every layer.
/// Lowering λ from above walks the lower convex hulls of the layers in order of the gain per bit, so
/// the walk until B is full is the solution for the λ at which it stops; what is left over goes to the
/// best single step that still fits. Ties go to the first layer.
package struct LevelChoice {
  /// One number of values for a layer.
  package struct Option: Hashable, Sendable {
    package var count: Int
    package var noise: Double
    /// Bits that count against the budget, and those in the index memory of a chip.
    package var bits: Int
    package var indexBits: Int

    package init(count: Int, noise: Double, bits: Int, indexBits: Int) {
      self.count = count
      self.noise = noise
      self.bits = bits
      self.indexBits = indexBits
    }
  }

  /// Numbers that are tried: those that fill their index bits, with and without a 0 beside them, and
  /// small ones.
  static let counts = [2, 3, 4, 6, 7, 8, 12, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256]

  package private(set) var chosen: [Option]

  /// - Parameters:
  ///   - layers: Options of each layer; each list must hold one.
  ///   - most: Largest sum of ``Option/bits``; nil for no limit.
  ///   - mostIndexBits: Largest sum of ``Option/indexBits``; nil for no limit.
  package init(_ layers: [[Option]], most: Int?, mostIndexBits: Int?) {
    let sorted = layers.map { $0.sorted { ($0.bits, $0.noise) < ($1.bits, $1.noise) } }
    let hulls = sorted.map(LevelChoice.hull)
    chosen = hulls.map { $0[0] }
    var isFull = false
    while !isFull {
      var best: (gain: Double, layer: Int, option: Option)?
      for (layer, hull) in hulls.enumerated() {
        let now = chosen[layer]
        guard let next = hull.first(where: { $0.bits > now.bits && $0.noise < now.noise }) else {
          continue
        }
        let gain = (now.noise - next.noise) / Double(next.bits - now.bits)
        if gain > best?.gain ?? 0 { best = (gain, layer, next) }
      }
      guard let best else { break }
      if fits(best.option, at: best.layer, most, mostIndexBits) {
        chosen[best.layer] = best.option
      } else {
        isFull = true
      }
    }
    while let (layer, option) = rest(sorted, most, mostIndexBits) { chosen[layer] = option }
  }

  private func fits(_ option: Option, at layer: Int, _ most: Int?, _ mostIndexBits: Int?) -> Bool {
    func sum(_ bits: (Option) -> Int) -> Int {
      chosen.reduce(0) { $0 + bits($1) } - bits(chosen[layer]) + bits(option)
    }
    return sum(\.bits) <= most ?? .max && sum(\.indexBits) <= mostIndexBits ?? .max
  }

  /// The best step that fits in what is left.
  private func rest(
    _ layers: [[Option]], _ most: Int?, _ mostIndexBits: Int?
  ) -> (Int, Option)? {
    var best: (gain: Double, layer: Int, option: Option)?
    for (layer, options) in layers.enumerated() {
      let now = chosen[layer]
      for option in options where option.noise < now.noise {
        guard fits(option, at: layer, most, mostIndexBits) else { continue }
        let gain = (now.noise - option.noise) / Double(max(1, option.bits - now.bits))
        if gain > best?.gain ?? 0 { best = (gain, layer, option) }
      }
    }
    return best.map { ($0.layer, $0.option) }
  }

  /// The lower convex hull of noise over bits, from the fewest bits on.
  private static func hull(_ options: [Option]) -> [Option] {
    var hull: [Option] = []
    for option in options {
      if let last = hull.last, option.noise >= last.noise { continue }
      if let last = hull.last, last.bits == option.bits { hull.removeLast() }
      while hull.count > 1 {
        let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
        let first = (a.noise - b.noise) / Double(b.bits - a.bits)
        let second = (b.noise - option.noise) / Double(option.bits - b.bits)
        guard second >= first else { break }
        hull.removeLast()
      }
      hull.append(option)
    }
    return hull
  }
}

extension ChipPlanner {
  /// Chooses M for every layer under a budget of stored bytes, or the index memory of a chip.
  ///
  /// - Parameters:
  ///   - options: The fit's options; `pruning.budgets` may hold one of bytes.
  ///   - spec: The chip; nil for none.
  /// - Returns: numbers for all layers, and what was weighed, in lines; nil where a crossbar with
  ///   axon types makes the choice part of the plan.
  /// - Throws: `fit.invalid-option` where nothing limits the numbers; other `fit.…` codes.
  public static func levels(
    _ model: Model, options: FitOptions, spec: HardwareSpec?
  ) throws(FitError) -> (layers: FitOptions.Layers, lines: [String])? {
    let budget = options.pruning.budgets.filter { $0.kind == .bytes }.map(\.limit).min()
    let memory = spec?[.synapseMemoryBits]
    if spec?.uniqueWeights?.form == "axon-typed", budget == nil { return nil }
    let largest = min(256, options.target.uniqueWeights ?? 256)
    guard budget != nil || memory != nil || options.target.uniqueWeights != nil else {
      throw FitError(
        .invalidOption, "Nothing limits the number of unique weights.",
        fix: "give a budget, for example --budget bytes=20000, or a number: --unique-weights 4")
    }
    guard options.scope != .network else {
      throw FitError(
        .invalidOption, "A codebook for the network has one number of unique weights.",
        fix: "give a number, or --scope layer")
    }
    let hasZero = spec.map { hasFreeZero(options, $0) } ?? options.hasFreeZero
    var damage = try PlanDamage(
      model, options: options, scope: options.scope, hasFreeZero: hasZero)
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    let map = NetworkMap(try TrainableNetwork(form, options: options))
    let widths = map.widths.indices.map { group in
      guard map.isPrunable[group] else { return map.widths[group] }
      let kept = Int((Double(map.widths[group]) * (1 - options.pruneShare)).rounded())
      return max(1, min(kept, options.chip.mostChannels[map.names[group]] ?? kept))
    }
    var lists: [[LevelChoice.Option]] = []
    for (index, name) in damage.names.enumerated() {
      guard let wiring = map.wirings.first(where: { $0.name == name }) else { continue }
      let range = options.weightRange(of: name)
      var list: [LevelChoice.Option] = []
      for count in LevelChoice.counts where count <= min(largest, range.count) {
        guard options.codebook.effectiveFamily.patterns(count: count, freeZero: hasZero) != nil
        else { continue }
        var size = options.storedSize(
          of: name, weights: wiring.stored(widths), rows: wiring.outputs.count(widths))
        size.uniqueWeights = count
        size.hasFreeZero = hasZero
        list.append(
          LevelChoice.Option(
            count: count, noise: damage.quantisation(index, count),
            bits: size.indexBits + size.tableBits, indexBits: size.indexBits))
      }
      guard !list.isEmpty else {
        throw FitError(
          .invalidOption, "No number of unique weights is possible in layer '\(name)'.",
          fix: "allow more bits or another family of values")
      }
      lists.append(list)
    }
    let choice = LevelChoice(
      lists, most: budget.map { Int(min($0 * 8, 1e15)) }, mostIndexBits: memory)
    let names = damage.names
    let bits = choice.chosen.reduce(0) { $0 + $1.bits }
    var lines = [
      "unique weights by layer: "
        + zip(names, choice.chosen).map { "\($0) \($1.count)" }.joined(separator: ", ")
        + ", \((bits + 7) / 8) bytes of indices and codebooks",
      "noise of quantisation by layer: "
        + zip(names, choice.chosen).map { "\($0) \(($1.noise * 1e4).rounded() / 100) %" }
        .joined(separator: ", "),
    ]
    if let budget, Double(bits) > budget * 8 {
      lines.append("the budget of \(Int(budget)) bytes takes channels as well")
    }
    return (
      FitOptions.Layers(
        uniqueWeights: Dictionary(
          uniqueKeysWithValues: zip(names, choice.chosen.map(\.count))),
        bits: options.layers.bitsByNode), lines
    )
  }
}
