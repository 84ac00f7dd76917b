import SpikeBundle

/// What both ways of time have in common: the input, constants, sums that never change, the answer.
struct ONNXGraphWriter {
  let network: ONNXNetwork
  let options: ONNXOptions
  var graph: ONNXGraphBuilder
  /// What projections bring in every step, by name.
  private(set) var always: [String: (value: String, isInteger: Bool)] = [:]

  var bundle: Bundle { network.bundle }
  var last: Int { network.populations.count - 1 }
  var countsSpikes: Bool { bundle.readout == .mostSpikes }

  init(_ network: ONNXNetwork, _ options: ONNXOptions) {
    self.network = network
    self.options = options
    graph = ONNXGraphBuilder(name: CName.comment(network.bundle.name))
  }

  /// Declares the input and adds all constants. Without an axis of time, the input becomes graded
  /// spikes, `input/spikes`, and what only it brings is summed here.
  mutating func begin() {
    let bits = bundle.input.bits
    let shape = [nil] + bundle.input.shape.map { Optional($0) }
    if options.hasInputPerStep {
      graph.addInput(
        ONNXValueMessage(
          name: "input", type: .uint8, shape: [bundle.timeSteps] + shape,
          documentation: "graded spikes of each step, 0 to \((1 << bits) - 1)"))
    } else {
      graph.addInput(
        ONNXValueMessage(
          name: "input", type: .uint8, shape: shape,
          documentation: "raw bytes of samples; the network sees their upper \(bits) bits"))
      var value = "input"
      if bits < 8 {
        let shift = graph.constant("input/shift", .uint8([UInt8(8 - bits)], []))
        value = graph.add(
          "BitShift", [value, shift], as: "input/shifted", [.init("direction", .text("RIGHT"))])
      }
      _ = graph.cast(value, to: .float32, as: "input/spikes")
    }
    for (index, population) in network.populations.enumerated() {
      population.addConstants(to: &graph)
      for projection in network.projections[index] {
        projection.addWeights(to: &graph)
        if isConstant(projection) {
          always[projection.name] = projection.deliver(
            projection.projection.sources.map { _ in "input/spikes" },
            place: "\(projection.name)/always", in: &graph)
        }
      }
    }
  }

  /// Whether a projection brings the same in every step.
  private func isConstant(_ projection: ONNXProjection) -> Bool {
    projection.readsInputOnly && !options.hasInputPerStep
  }

  /// A constant stretched to one state for each sample: `[batch] + shape`.
  mutating func stretched(_ value: String, _ shape: [Int], as name: String) -> String {
    let full = "batch/\(shape.map { "\($0)" }.joined(separator: "x"))"
    if !graph.isKnown(full) {
      if !graph.isKnown("batch/size") {
        let sizes = graph.add("Shape", ["input"], as: "batch/input")
        graph.add(
          "Gather", [sizes, graph.vector([options.hasInputPerStep ? 1 : 0])], as: "batch/size")
      }
      graph.add(
        "Concat", ["batch/size", graph.vector(shape)], as: full, [.init("axis", .integer(0))])
    }
    return graph.add("Expand", [value, full], as: name)
  }

  /// Joins what arrives at a population in one step; nil where nothing does.
  static func joined(
    _ parts: [(value: String, isInteger: Bool)], place: String, in graph: inout ONNXGraphBuilder
  ) -> String? {
    guard parts.count > 1 else { return parts.first?.value }
    var total = ""
    for (number, part) in parts.enumerated() {
      let value =
        part.isInteger
        ? part.value : graph.cast(part.value, to: .int32, as: "\(place)/int32.\(number)")
      total =
        number == 0 ? value : graph.add("Add", [total, value], as: "\(place)/sum.\(number)")
    }
    return total
  }

  /// Declares read-out and prediction.
  mutating func answer(_ values: String) {
    let population = network.populations[last]
    let readout = graph.add("Identity", [values], as: "readout")
    var flat = readout
    if population.shape.count == 3 {
      flat = graph.add("Flatten", [readout], as: "readout/flat", [.init("axis", .integer(1))])
    }
    graph.add(
      "ArgMax", [flat], as: "prediction",
      [.init("axis", .integer(1)), .init("keepdims", .integer(0))])
    let unit = countsSpikes ? 1 : population.unit
    graph.addOutput(
      ONNXValueMessage(
        name: "readout", type: .int32, shape: [nil] + population.shape.map { Optional($0) },
        documentation: countsSpikes
          ? "spikes of each class"
          : "potentials after the last step, \(unit) for an integer of the bundle"))
    graph.addOutput(
      ONNXValueMessage(
        name: "prediction", type: .int64, shape: [nil],
        documentation: "the first class with the largest read-out"))
  }

  /// Declares the spikes and potentials of a population in all steps, `[T, N] + shape`.
  mutating func declareTrace(_ population: ONNXPopulation) {
    let shape = [bundle.timeSteps, nil] + population.shape.map { Optional($0) }
    if population.function.spikes {
      graph.addOutput(
        ONNXValueMessage(name: "\(population.name).spikes", type: .uint8, shape: shape))
    }
    graph.addOutput(
      ONNXValueMessage(name: "\(population.name).potential", type: .int32, shape: shape))
  }
}
