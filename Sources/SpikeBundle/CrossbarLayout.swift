/// Gives out the addresses of an ``EventCrossbar``.
struct CrossbarLayout {
  let chip: CrossbarChip
  let lineCount: Int
  let neuronCount: Int
  private(set) var neurons: [EventCrossbar.Neuron] = []
  private(set) var inputs: [(line: Int, address: Int)] = []
  /// Source (lines, then neurons) and sign of every address; a sign of 0 takes all weights.
  private var owners: [(source: Int, sign: Int32)] = []

  init(chip: CrossbarChip, lineCount: Int, neuronCount: Int) {
    self.chip = chip
    self.lineCount = lineCount
    self.neuronCount = neuronCount
  }

  /// Adds a neuron, twice where its row would have both signs.
  mutating func add(_ neuron: EventCrossbar.Neuron, source: Int, _ sums: [Int32]) {
    let signs = signs(of: source, sums)
    for (position, sign) in (signs.isEmpty ? [0] : signs).enumerated() {
      var copy = neuron
      copy.isTwin = position > 0
      neurons.append(copy)
      owners.append((source, sign))
    }
  }

  /// Adds the input lines that reach anything; returns the number of addresses in use.
  mutating func addInputs(_ sums: [Int32]) -> Int {
    let signs = (0..<lineCount).map { self.signs(of: $0, sums) }
    // All inhibition of a step is sent before its excitation: fewer neurons spike too early.
    for sign in [Int32(0), -1, 1] {
      for line in 0..<lineCount where signs[line].contains(sign) {
        inputs.append((line, owners.count))
        owners.append((line, sign))
      }
    }
    return owners.count
  }

  /// The row of weights of every address, into all neurons of the chip.
  func rows(_ sums: [Int32]) -> [[Int32]] {
    let targets = neurons.indices.map { owners[$0].source - lineCount }
    return owners.map { owner in
      targets.map { target in
        let weight = sums[owner.source * neuronCount + target]
        return owner.sign == 0 || (weight < 0) == (owner.sign < 0) ? weight : 0
      }
    }
  }

  /// The signs of the rows that a source needs: none without synapses.
  private func signs(of source: Int, _ sums: [Int32]) -> [Int32] {
    let row = sums[source * neuronCount..<(source + 1) * neuronCount]
    guard chip.hasRowSigns else { return row.contains { $0 != 0 } ? [0] : [] }
    return (row.contains { $0 < 0 } ? [-1] : []) + (row.contains { $0 > 0 } ? [1] : [])
  }
}

/// Populations as neurons of a crossbar chip.
enum CrossbarNeurons {
  static func make(
    _ population: Population, _ position: Int, _ chip: CrossbarChip
  ) throws(CrossbarProblem) -> [EventCrossbar.Neuron] {
    let name = chip.name
    func refuse(
      _ kind: CrossbarProblem.Kind, _ message: String, _ fix: String
    ) -> CrossbarProblem {
      CrossbarProblem(kind: kind, message: message, node: population.name, fix: fix)
    }
    let refit = "convert and fit with --target \(name)"
    let isReadout = population.model == "LI"
    guard population.currentDecay == 4096 else {
      throw refuse(.neuron, "The synaptic currents are kept; \(name) has none.", refit)
    }
    guard chip.leaks.contains(Int(population.membraneDecay)) else {
      throw refuse(
        .number,
        "A step takes \(population.membraneDecay) off the potential; \(name) takes "
          + "\(chip.leaks.lowerBound)…\(chip.leaks.upperBound).", refit)
    }
    guard population.biases.allSatisfy({ $0 == 0 }) else {
      throw refuse(.neuron, "The neurons have biases; \(name) has none.", refit)
    }
    guard isReadout || population.reset == .toValue(0) else {
      throw refuse(.neuron, "The reset is not to 0, as that of \(name) is.", refit)
    }
    func number(
      _ values: [Int32], _ channel: Int, _ what: String, _ allowed: ClosedRange<Int>, plus: Int
    ) throws(CrossbarProblem) -> Int32 {
      let value = Int(values.isEmpty ? 0 : values[values.count == 1 ? 0 : channel]) + plus
      guard allowed.contains(value) else {
        throw refuse(
          .number,
          "A \(what) is \(value); \(name) holds \(allowed.lowerBound)…\(allowed.upperBound).",
          refit)
      }
      return Int32(value)
    }
    let channels = population.shape[0]
    let perChannel = population.neuronCount / channels
    var result: [EventCrossbar.Neuron] = []
    for channel in 0..<channels {
      // All numbers are integers: above θ is at θ + 1 or above.
      let threshold =
        isReadout
        ? Int32(chip.silentThreshold)
        : try number(
          population.thresholds, channel, "threshold", chip.thresholds,
          plus: population.spikesAboveOnly ? 1 : 0)
      let initial = try number(
        population.initialPotentials, channel, "potential before the first step",
        chip.potentials, plus: 0)
      for index in 0..<perChannel {
        result.append(
          EventCrossbar.Neuron(
            population: position, index: channel * perChannel + index, threshold: threshold,
            initial: initial, leak: population.membraneDecay, spikes: !isReadout, isTwin: false))
      }
    }
    return result
  }
}
