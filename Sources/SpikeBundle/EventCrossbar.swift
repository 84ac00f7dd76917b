/// A bundle laid out on one crossbar: an address for every neuron and every input line, and one row
/// of weights for each address.
///
/// Neurons come first, in the order of the bundle, so that a chip that stops at its highest neuron
/// need not visit the inputs. Where rows have one sign, a source with weights of both signs has two
/// addresses, the inhibitory one first; a neuron then exists twice, with the same synapses, and both
/// spike in the same event.
package struct EventCrossbar: Sendable {
  /// A neuron of the chip.
  package struct Neuron: Hashable, Sendable {
    /// Population of the bundle and position in it.
    package var population: Int, index: Int
    /// Spikes at or above.
    package var threshold: Int32
    /// Potential before the first event.
    package var initial: Int32
    /// What a leak event takes off.
    package var leak: Int32
    /// Whether its spikes leave it; if not, it is reset all the same.
    package var spikes: Bool
    /// Whether it is the second address of a neuron.
    package var isTwin: Bool
  }

  package let chip: CrossbarChip
  /// By address, from 0.
  package let neurons: [Neuron]
  /// Input lines and their addresses in the order in which the spikes of a step are sent.
  package let inputs: [(line: Int, address: Int)]
  /// Weights into all neurons, by address of the source.
  package let rows: [[Int32]]
  /// Number of elements of the input.
  package let lineCount: Int

  /// Whether a step ends with a leak event.
  package var leaks: Bool { neurons.contains { $0.leak != 0 } }

  /// Lays out a bundle whose projections are whole (shapes fit, indices are inside their codebooks).
  package init(_ bundle: Bundle, on chip: CrossbarChip) throws(CrossbarProblem) {
    try EventCrossbar.checkWiring(bundle, chip)
    let counts = bundle.populations.map(\.neuronCount)
    var starts: [Int] = []
    var total = 0
    for (count, population) in zip(counts, bundle.populations) {
      starts.append(total)
      total += count
      guard total <= chip.addresses else {
        throw CrossbarProblem(
          kind: .number,
          message: "There are \(total) neurons or more up to here; \(chip.name) has "
            + "\(chip.addresses) addresses for neurons and inputs.",
          node: population.name, fix: "fit with --target \(chip.name), which narrows layers")
      }
    }
    lineCount = bundle.input.shape.reduce(1, *)
    let sums = try EventCrossbar.sums(bundle, chip, starts: starts, total: total, lineCount)
    var layout = CrossbarLayout(chip: chip, lineCount: lineCount, neuronCount: total)
    for (position, population) in bundle.populations.enumerated() {
      let models = try CrossbarNeurons.make(population, position, chip)
      for index in 0..<counts[position] {
        layout.add(models[index], source: lineCount + starts[position] + index, sums)
      }
    }
    neurons = layout.neurons
    let used = layout.addInputs(sums)
    guard used <= chip.addresses else {
      let twice = chip.hasRowSigns ? " (sources with weights of both signs take two)" : ""
      throw CrossbarProblem(
        kind: .number,
        message: "Neurons and inputs take \(used) addresses\(twice); \(chip.name) has "
          + "\(chip.addresses).", node: bundle.name,
        fix: "fit with --target \(chip.name), or prune more")
    }
    inputs = layout.inputs
    rows = layout.rows(sums)
    self.chip = chip
  }

  private static func checkWiring(
    _ bundle: Bundle, _ chip: CrossbarChip
  ) throws(CrossbarProblem) {
    guard bundle.input.bits == 1 else {
      throw CrossbarProblem(
        kind: .number,
        message: "Input spikes have \(bundle.input.bits) bits; those of \(chip.name) are spikes "
          + "of 1 bit.", node: bundle.name, fix: "fit with --target \(chip.name) or --input-bits 1")
    }
    for projection in bundle.projections where projection.isRecurrent {
      throw CrossbarProblem(
        kind: .wiring,
        message: "Its synapses are recurrent: a spike would arrive at once on \(chip.name), not a "
          + "step later.", node: projection.name, fix: "use a network without recurrence")
    }
    for projection in bundle.projections where projection.delay != 0 {
      throw CrossbarProblem(
        kind: .wiring,
        message: "The synapses are delayed by \(projection.delay) steps; \(chip.name) has no "
          + "delays.", node: projection.name, fix: "remove the delay")
    }
  }

  /// Weight between every source (lines, then neurons) and every neuron: `[source][neuron]`.
  private static func sums(
    _ bundle: Bundle, _ chip: CrossbarChip, starts: [Int], total: Int, _ lineCount: Int
  ) throws(CrossbarProblem) -> [Int32] {
    guard lineCount <= 1 << 16 else {
      throw CrossbarProblem(
        kind: .number,
        message: "There are \(lineCount) input lines; \(chip.name) has "
          + "\(chip.addresses) addresses.", node: bundle.name, fix: "reduce the input")
    }
    var sums = [Int32](repeating: 0, count: (lineCount + total) * total)
    for projection in bundle.projections {
      let target = bundle.populations[projection.target]
      for source in projection.sources {
        let (shape, first): ([Int], Int) =
          switch source {
          case .input: (bundle.input.shape, 0)
          case .population(let index):
            (bundle.populations[index].shape, lineCount + starts[index])
          }
        projection.forEachSynapse(from: shape, to: target.shape, codebooks: bundle.codebooks) {
          let place = (first + $0.source) * total + starts[projection.target] + $0.target
          let (sum, overflow) = sums[place].addingReportingOverflow($0.weight)
          sums[place] = overflow ? Int32.max : sum
        }
      }
    }
    if let bad = sums.firstIndex(where: { !chip.weights.contains(Int($0)) }) {
      let target = starts.lastIndex { $0 <= bad % total } ?? 0
      throw CrossbarProblem(
        kind: .number,
        message: "A weight is \(sums[bad]); \(chip.name) holds \(chip.weights.lowerBound)…"
          + "\(chip.weights.upperBound).", node: bundle.populations[target].name,
        fix: "fit with --target \(chip.name)")
    }
    return sums
  }
}
