import SpikeBundle
import SpikeDiagnostics

/// A bundle that has been checked and named for an ONNX file.
struct ONNXNetwork {
  let bundle: Bundle
  let populations: [ONNXPopulation]
  /// Projections into each population.
  let projections: [[ONNXProjection]]

  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-…`,
  ///   `export.wrong-arithmetic`.
  init(_ bundle: Bundle) throws(ExportError) {
    guard bundle.arithmetic == .plain || bundle.arithmetic == .loihiCuba else {
      throw ExportError(
        .wrongArithmetic,
        "The bundle was lowered for '\(bundle.target)' (\(bundle.arithmetic.rawValue)); ONNX files "
          + "are written for plain and loihi-cuba.",
        fix: "export the fitted model with --target c or --target loihi2")
    }
    try CBundleCheck.check(bundle)
    for projection in bundle.projections {
      try WholeBundleCheck.refuseRecurrence(projection)
    }
    var names = ONNXNames()
    let populationNames = bundle.populations.map { names.unique($0.name) }
    var projections = Array(repeating: [ONNXProjection](), count: bundle.populations.count)
    for projection in bundle.projections {
      projections[projection.target].append(
        try ONNXProjection(projection, name: names.unique(projection.name), bundle))
    }
    var populations: [ONNXPopulation] = []
    for (index, population) in bundle.populations.enumerated() {
      populations.append(
        try ONNXPopulation(
          population, name: populationNames[index], isLoihi: bundle.arithmetic == .loihiCuba,
          projections: projections[index], steps: bundle.timeSteps))
    }
    self.bundle = bundle
    self.populations = populations
    self.projections = projections
  }

  /// The functions that occur, each once, by name.
  var functions: [ONNXFunctionMessage] {
    let used = Dictionary(
      populations.map { ($0.function.name, $0.function) }, uniquingKeysWith: { first, _ in first })
    return used.sorted { $0.key < $1.key }.map(\.value.message)
  }
}

/// A population with the constants of its neuron function.
struct ONNXPopulation {
  let name: String
  let shape: [Int]
  let function: ONNXNeuronFunction
  /// Units of a state per integer of the bundle.
  let unit: Int32
  private let population: Population

  /// - Throws: `export.limit-exceeded` where 32 bits do not hold a state.
  init(
    _ population: Population, name: String, isLoihi: Bool, projections: [ONNXProjection],
    steps: Int
  ) throws(ExportError) {
    self.population = population
    self.name = name
    shape = population.shape
    unit = isLoihi ? 64 : 1
    let isConvolved = projections.contains { $0.projection.kind != .dense }
    function = ONNXNeuronFunction(
      population, isLoihi: isLoihi, receivesConvolution: isConvolved)
    var neuron = CStateRange.Neuron(population, steps: steps)
    for projection in projections { neuron.events = neuron.events + projection.sums }
    neuron.scale(by: Int64(unit))
    let range =
      isLoihi
      ? CStateRange(loihi: neuron, receivesConvolution: isConvolved) : CStateRange(plain: neuron)
    // Half of 32 bits for sums: parts of a weight may pass their sum on the way to it.
    let room = Int64(1) << (isLoihi ? 24 : 30)
    guard range != nil, (-room...room).contains(neuron.events),
      constants.allSatisfy({ $0.magnitude <= UInt32(Int32.max / unit) })
    else { throw CBundleCheck.tooWide("Sums or potentials", population.name) }
  }

  private var constants: [Int32] {
    var result = population.thresholds + population.biases + population.initialPotentials
    if case .toValue(let value) = population.reset { result.append(value) }
    return result
  }

  /// Adds thresholds, biases and initial potentials to the outer graph.
  func addConstants(to graph: inout ONNXGraphBuilder) {
    graph.constant("\(name)/bias", tensor(population.biases))
    graph.constant("\(name)/initial", tensor(population.initialPotentials))
    if function.spikes { graph.constant("\(name)/threshold", tensor(population.thresholds)) }
  }

  /// One number, or one for each channel in the shape that is stretched over a map.
  private func tensor(_ values: [Int32]) -> ONNXTensorMessage {
    let scaled = values.map { $0 * unit }
    if Set(scaled).count <= 1 { return .int32([scaled.first ?? 0], []) }
    return .int32(scaled, [shape[0]] + shape.dropFirst().map { _ in 1 })
  }

  /// What a time step leaves behind.
  struct State {
    /// float32, nil for a read-out.
    var spikes: String?
    /// int32, nil where the current is forgotten.
    var current: String?
    /// int32.
    var potential: String
  }

  /// Adds one time step.
  func step(
    from state: State, sum: String, place: String, in graph: inout ONNXGraphBuilder
  ) -> State {
    var next = State(spikes: nil, current: nil, potential: "\(place)/potential")
    var inputs = [sum]
    var outputs: [String] = []
    var attributes: [ONNXAttributeMessage] = []
    if function.spikes {
      next.spikes = "\(place)/spikes"
      outputs.append("\(place)/spikes")
    }
    if function.keepsCurrent {
      inputs.append(state.current ?? graph.integer(0))
      next.current = "\(place)/current"
      outputs.append("\(place)/current")
      attributes.append(
        .init("current_keep", .integer(4096 - Int(population.currentDecay))))
    }
    inputs += [state.potential, "\(name)/bias"]
    if function.spikes { inputs.append("\(name)/threshold") }
    outputs.append(next.potential)
    if function.leaks {
      attributes.append(
        .init("membrane_keep", .integer(4096 - Int(population.membraneDecay))))
    }
    if case .toValue(let value) = population.reset, function.subtracts == false {
      attributes.append(.init("reset", .integer(Int(value) * Int(unit))))
    }
    graph.add(
      ONNXNodeMessage(
        operation: function.name, domain: ONNXLayout.neuronDomain, name: place, inputs: inputs,
        outputs: outputs, attributes: attributes))
    return next
  }
}

extension CStateRange.Neuron {
  /// A population that no synapses reach yet.
  fileprivate init(_ population: Population, steps: Int) {
    let spikes = population.model != "LI"
    var resetValue: Int64?
    if case .toValue(let value) = population.reset { resetValue = Int64(value) }
    self.init(
      initial: ClosedRange(of: population.initialPotentials),
      biases: ClosedRange(of: population.biases),
      thresholds: spikes ? ClosedRange(of: population.thresholds) : nil,
      spikesAboveOnly: population.spikesAboveOnly, resetValue: resetValue,
      membraneKeep: Int64(4096 - population.membraneDecay),
      currentKeep: Int64(4096 - population.currentDecay), steps: steps, events: 0...0,
      constants: 0...0)
  }
}

/// Names of values: letters, digits, `_`, `-` and `.`, each once. Everything else of the file has
/// a `/` in its name.
struct ONNXNames {
  private var used: Set<String> = ["input", "readout", "prediction"]

  mutating func unique(_ wanted: String) -> String {
    let kept = wanted.unicodeScalars.prefix(120).map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": Character(scalar)
      default: "_"
      }
    }
    let base = kept.isEmpty ? "unnamed" : String(kept)
    var name = base
    var number = 2
    while !used.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }
}
