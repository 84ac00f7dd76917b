/// A bundle as the neurons and weight matrices of a Xylo core.
///
/// Hidden neurons are those of all populations but the last, in their order; the last population is
/// the outputs. Weights lie by source, then target.
package struct XyloCore: Hashable, Sendable {
  /// A neuron's numbers.
  package struct Neuron: Hashable, Sendable {
    /// Position in the bundle, and index in C, H, W order.
    package let population: Int, index: Int
    package let threshold: Int32
    package let bias: Int32
    package let membraneDash: Int32
    package let currentDash: Int32
  }

  /// Hidden neurons, then outputs.
  package private(set) var neurons: [Neuron] = []
  /// Number of hidden neurons.
  package private(set) var hiddenCount = 0
  /// Number of outputs.
  package var outputCount: Int { neurons.count - hiddenCount }
  /// Weights from the input lines to the hidden neurons.
  package private(set) var input: [[Int32]]
  /// Weights between hidden neurons.
  package private(set) var hidden: [[Int32]] = []
  /// Weights from the hidden neurons to the outputs.
  package private(set) var output: [[Int32]] = []

  /// The core of a bundle of ``Arithmetic/xylo``, whatever the chip; sizes are ``check(on:)``'s work.
  package init(_ bundle: Bundle) throws(XyloProblem) {
    guard bundle.populations.count >= 2 else {
      throw XyloProblem(
        kind: .wiring,
        message: "It has \(bundle.populations.count) populations; Xylo needs hidden neurons and "
          + "outputs.", node: bundle.name, fix: "use a network with a hidden layer")
    }
    guard bundle.input.bits <= 4 else {
      throw XyloProblem(
        kind: .number,
        message: "The input has \(bundle.input.bits) bits; a line takes at most "
          + "\(XyloChip.mostInputSpikes) spikes a step.", node: bundle.name,
        fix: "fit with --input-bits 4 or less")
    }
    var first: [Int] = []
    for (index, population) in bundle.populations.enumerated() {
      if index == bundle.populations.count - 1 { hiddenCount = neurons.count }
      first.append(neurons.count)
      neurons += try XyloCore.neurons(
        population, at: index, isOutput: index == bundle.populations.count - 1)
    }
    let inputs = bundle.input.shape.reduce(1, *)
    guard neurons.count <= 1 << 12, inputs <= 1 << 12 else {
      throw XyloProblem(
        kind: .number,
        message: "It has \(neurons.count) neurons and \(inputs) input lines; Xylo has about 1000 "
          + "and 16.", node: bundle.name, fix: "use a smaller network")
    }
    input = Array(repeating: Array(repeating: 0, count: hiddenCount), count: inputs)
    hidden = Array(repeating: Array(repeating: 0, count: hiddenCount), count: hiddenCount)
    output = Array(
      repeating: Array(repeating: 0, count: neurons.count - hiddenCount), count: hiddenCount)
    for projection in bundle.projections { try add(projection, bundle, first) }
  }

  /// - Throws: what a chip of this size does not hold.
  package func check(on chip: XyloChip, _ name: String) throws(XyloProblem) {
    var counts = [
      ("input lines", input.count, chip.inputs), ("hidden neurons", hiddenCount, chip.hidden),
      ("outputs", outputCount, chip.outputs),
    ]
    if let expansion = chip.expansion {
      counts.append(("first hidden neurons, which the input reaches,", inputReach, expansion))
      counts.append(("last hidden neurons, which reach the outputs,", outputReach, expansion))
    }
    for (what, found, allowed) in counts where found > allowed {
      throw XyloProblem(
        kind: .number, message: "It needs \(found) \(what); \(chip.name) has \(allowed).",
        node: name, fix: "fit with --target \(chip.name), which prunes to the chip")
    }
    _ = try shifts(name)
  }

  /// How many of the first hidden neurons hold all that the input reaches, at least 1.
  package var inputReach: Int {
    max(1, (0..<hiddenCount).last { n in input.contains { $0[n] != 0 } }.map { $0 + 1 } ?? 0)
  }

  /// How many of the last hidden neurons hold all that reach an output, at least 1.
  package var outputReach: Int {
    max(1, output.firstIndex { $0.contains { $0 != 0 } }.map { hiddenCount - $0 } ?? 0)
  }

  /// Shifts of the three groups of weights: input, hidden, output.
  package func shifts(_ name: String) throws(XyloProblem) -> [Int] {
    var result: [Int] = []
    for group in [input, hidden, output] {
      let values = group.flatMap { $0 }
      let shift = (0...XyloChip.mostShift).first { shift in
        values.allSatisfy { value in
          value & ((1 << Int32(shift)) - 1) == 0
            && XyloChip.weights.contains(value >> Int32(shift))
        }
      }
      guard let shift else {
        throw XyloProblem(
          kind: .number,
          message:
            "Weights of \(values.min() ?? 0)…\(values.max() ?? 0) are no 8-bit numbers times "
            + "one power of two.", node: name, fix: "fit with --bits 8 or less")
      }
      result.append(shift)
    }
    return result
  }

  private static func neurons(
    _ population: Population, at position: Int, isOutput: Bool
  ) throws(XyloProblem) -> [Neuron] {
    func problem(_ message: String, _ kind: XyloProblem.Kind = .neuron) -> XyloProblem {
      XyloProblem(
        kind: kind, message: message, node: population.name, fix: "fit with --target xylo-audio3")
    }
    let spikes = population.model != "LI"
    guard spikes || isOutput else {
      throw problem("A read-out is not the last population.", .wiring)
    }
    guard !spikes || (population.reset == .bySubtraction && !population.spikesAboveOnly) else {
      throw problem("Xylo's neurons spike at their threshold and subtract it.")
    }
    guard population.initialPotentials.allSatisfy({ $0 == 0 }) else {
      throw problem("Xylo's potentials start at 0.")
    }
    let (membrane, current) = (population.membraneDecay, population.currentDecay)
    guard XyloChip.dashes.contains(membrane), XyloChip.dashes.contains(current) else {
      throw problem("The dashes are \(membrane) and \(current); allowed are 0…15.", .number)
    }
    let thresholds = spikes ? population.thresholds : [XyloChip.silentThreshold]
    guard !thresholds.isEmpty, thresholds.allSatisfy(XyloChip.thresholds.contains),
      population.biases.allSatisfy(XyloChip.states.contains)
    else {
      throw problem(
        "Thresholds are \(thresholds.min() ?? 0)…\(thresholds.max() ?? 0), biases "
          + "\(population.biases.min() ?? 0)…\(population.biases.max() ?? 0); allowed are 1…32767 and "
          + "16 bits.", .number)
    }
    let perChannel = max(1, population.neuronCount / max(1, population.shape.first ?? 1))
    return (0..<population.neuronCount).map { index in
      func value(_ list: [Int32]) -> Int32 {
        list.count > 1 ? list[index / perChannel] : list.first ?? 0
      }
      return Neuron(
        population: position, index: index, threshold: value(thresholds),
        bias: value(population.biases), membraneDash: membrane, currentDash: current)
    }
  }

  private mutating func add(
    _ projection: Projection, _ bundle: Bundle, _ first: [Int]
  ) throws(XyloProblem) {
    func problem(_ message: String, _ fix: String) -> XyloProblem {
      XyloProblem(kind: .wiring, message: message, node: projection.name, fix: fix)
    }
    guard projection.kind == .dense else {
      throw problem("It is a convolution; Xylo has weight matrices.", "use linear layers")
    }
    guard projection.delay == 0 else {
      throw problem("It has a delay of \(projection.delay) steps; Xylo has none.", "remove it")
    }
    guard !projection.isRecurrent || projection.target < bundle.populations.count - 1 else {
      throw problem(
        "Its synapses lead from outputs to outputs; only hidden neurons reach other neurons.",
        "put a layer behind the recurrent one")
    }
    let weights = projection.weights(from: bundle.codebooks)
    // Bounded before several are added up.
    guard weights.allSatisfy({ (-16384...16256).contains($0) }) else {
      throw XyloProblem(
        kind: .number,
        message:
          "Weights are \(weights.min() ?? 0)…\(weights.max() ?? 0); allowed are 8-bit numbers "
          + "times at most 128.", node: projection.name, fix: "fit with --bits 8 or less")
    }
    let targets = projection.weightShape[0]
    let columns = projection.weightShape[1]
    let isOutput = projection.target == bundle.populations.count - 1
    for source in projection.sources {
      let shape: [Int]
      switch source {
      case .input:
        guard !isOutput else {
          throw problem(
            "It leads from the input to the outputs; only hidden neurons read the input.",
            "remove the branch around the hidden layers")
        }
        shape = bundle.input.shape
      case .population(let position): shape = bundle.populations[position].shape
      }
      for element in 0..<shape.reduce(1, *) {
        guard let column = XyloCore.column(element, shape, projection.pooling?.size) else {
          continue
        }
        for target in 0..<targets {
          let weight = weights[target * columns + column]
          switch (source, isOutput) {
          case (.input, _): input[element][first[projection.target] + target] += weight
          case (.population(let position), false):
            hidden[first[position] + element][first[projection.target] + target] += weight
          case (.population(let position), true):
            output[first[position] + element][target] += weight
          }
        }
      }
    }
  }

  /// Where an element of a source arrives behind a sum pool; nil for what no window holds.
  private static func column(_ element: Int, _ shape: [Int], _ window: [Int]?) -> Int? {
    guard let window, shape.count == 3 else { return element }
    let (rows, columns) = (shape[1] / window[0], shape[2] / window[1])
    let channel = element / (shape[1] * shape[2])
    let y = element / shape[2] % shape[1] / window[0]
    let x = element % shape[2] / window[1]
    guard y < rows, x < columns else { return nil }
    return (channel * rows + y) * columns + x
  }
}
