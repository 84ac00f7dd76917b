import SpikeGraph

extension ArchitectureKind {
  static let integrateAndFire = neuron("if", .integrateAndFire, [])
  static let leakyIntegrateAndFire = neuron(
    "lif", .leakyIntegrateAndFire, ["decay", "tau", "inputScaling"])
  static let currentBased = neuron(
    "cubaLif", .currentBased, ["decay", "tau", "currentDecay", "currentTau"])
  /// Integrates and does not spike: the last layer.
  static let readOut = neuron(
    "readOut", .leakyIntegrator, ["decay", "tau", "currentDecay", "currentTau", "inputScaling"])

  private static func neuron(
    _ name: String, _ model: Neuron.Model, _ keys: Set<String>
  ) -> ArchitectureKind {
    let spikes = model != .leakyIntegrator
    return ArchitectureKind(
      name: name, keys: spikes ? keys.union(["threshold", "reset", "comparator"]) : keys
    ) { layer, inputs, builder throws(ArchitectureError) in
      let found = builder.checkpoint(of: layer)
      let x = inputs[0]
      var neuron = Neuron(model)
      if keys.contains("decay") {
        neuron.membraneDecay = try decay(
          ("decay", "tau"), found?.decay, spikes ? nil : 1, layer, &builder)
      }
      if keys.contains("currentDecay") {
        neuron.currentDecay = try decay(
          ("currentDecay", "currentTau"), found?.currentDecay, spikes ? nil : 0, layer, &builder)
      }
      var input = x
      if keys.contains("inputScaling"),
        try scalesInput(layer, found, &builder), neuron.membraneDecay != 1
      {
        input = builder.put(
          .affine, layer, part: ".current", inputs, shape: x.shape,
          constants: [.scale: .scalar(1 - neuron.membraneDecay)])
      }
      builder.assume("start", "All potentials and currents are 0 before the first step.", nil)
      guard spikes else {
        return builder.put(.neuron(neuron), layer, [input], shape: x.shape)
      }
      neuron.reset = try reset(layer, found, &builder)
      neuron.comparator = try comparator(layer, found, &builder)
      let threshold = try threshold(layer, found, x.shape)
      return builder.put(
        .neuron(neuron), layer, [input], shape: x.shape, constants: [.threshold: threshold])
    }
  }

  /// Factor per step: the stated one, or 1 - 1/tau, or that of the weights file, which replaces any other later.
  private static func decay(
    _ keys: (factor: String, tau: String), _ found: Float?, _ standard: Float?,
    _ layer: ArchitectureLayer, _ builder: inout ArchitectureBuilder
  ) throws(ArchitectureError) -> Float {
    let factor = try layer.object.number(keys.factor, 0...1, "are numbers from 0 to 1")
    let tau = try layer.object.number(keys.tau, 1...1e9, "are numbers of steps from 1 on")
    guard factor == nil || tau == nil else {
      throw layer.object.invalid(keys.tau, allowed: "is either '\(keys.factor)' or '\(keys.tau)'")
    }
    let stated = factor.map { Float($0) } ?? tau.map { Float(1 - 1 / $0) }
    if let found {
      // The join puts the file's in its place, and says so; a factor of 1 leaves no room for input scaling.
      return stated.flatMap { $0 == 1 ? nil : $0 } ?? found
    }
    if let stated {
      if factor == nil {
        builder.assume(
          "tau", "A time constant of tau steps leaves 1 - 1/tau of a state in each step (Euler).",
          "give the factor itself, for example exp(-1/tau), as '\(keys.factor)'")
      }
      return stated
    }
    if let standard { return standard }
    throw layer.object.error(
      .missingKey, keys.factor, "is missing, and the weights do not tell it.",
      fix: "add '\(keys.factor)', the factor per step, or '\(keys.tau)' in steps")
  }

  private static func scalesInput(
    _ layer: ArchitectureLayer, _ found: CheckpointNeuron?, _ builder: inout ArchitectureBuilder
  ) throws(ArchitectureError) -> Bool {
    if let stated = try layer.object.choice("inputScaling", ["none", "decay"]) {
      return stated == "decay"
    }
    let scales = found?.library == .spikingJelly
    builder.assume(
      "input",
      scales
        ? "Inputs of the PLIF neurons are multiplied by 1 - decay (decay_input=True, SpikingJelly's default)."
        : "Inputs of leaking neurons are not scaled: h = decay v + x.",
      "choose with \"inputScaling\": \"none\" or \"decay\"")
    return scales
  }

  private static func reset(
    _ layer: ArchitectureLayer, _ found: CheckpointNeuron?, _ builder: inout ArchitectureBuilder
  ) throws(ArchitectureError) -> Neuron.Reset {
    if layer.object["reset"]?.string == nil,
      let value = try layer.object.number(
        "reset", -1e30...1e30, "are 'subtract', 'zero' and finite numbers")
    {
      return .toValue(Float(value))
    }
    if let stated = try layer.object.choice("reset", ["subtract", "zero"]) {
      return stated == "zero" ? .toValue(0) : .bySubtraction
    }
    // What the file says replaces this.
    if found?.resetMechanism != nil { return .bySubtraction }
    let isHard = found?.library == .spikingJelly
    builder.assume(
      "reset",
      isHard
        ? "A spike of a PLIF neuron sets the potential to 0 (v_reset=0, SpikingJelly's default)."
        : "A spike subtracts the threshold from the potential, in the same step.",
      "choose with \"reset\": \"subtract\", \"zero\" or a number")
    return isHard ? .toValue(0) : .bySubtraction
  }

  private static func comparator(
    _ layer: ArchitectureLayer, _ found: CheckpointNeuron?, _ builder: inout ArchitectureBuilder
  ) throws(ArchitectureError) -> Neuron.Comparator {
    let known = Neuron.Comparator.allCases.map(\.rawValue)
    if let stated = try layer.object.choice("comparator", known) {
      return Neuron.Comparator(rawValue: stated) ?? .greaterOrEqual
    }
    let isAbove = found?.library == .snnTorch
    builder.assume(
      "comparator",
      isAbove
        ? "A neuron spikes where its potential is above the threshold (>), as in snnTorch."
        : "A neuron spikes where its potential is at or above the threshold (>=).",
      "choose with \"comparator\": \">\" or \">=\"")
    return isAbove ? .greater : .greaterOrEqual
  }

  private static func threshold(
    _ layer: ArchitectureLayer, _ found: CheckpointNeuron?, _ shape: Shape
  ) throws(ArchitectureError) -> Tensor {
    let allowed = "are numbers above 0, one or one for each of \(shape[0]) channels"
    if let elements = layer.object["threshold"]?.elements {
      let values = elements.compactMap { element -> Float? in
        switch element {
        case .integer(let value): value > 0 ? Float(value) : nil
        case .number(let value): Float(value) > 0 && value <= 1e30 ? Float(value) : nil
        default: nil
        }
      }
      guard values.count == elements.count, values.count == shape[0] else {
        throw layer.object.invalid("threshold", allowed: allowed)
      }
      return Tensor(values, shape: [values.count])
    }
    if let value = try layer.object.number("threshold", 1e-30...1e30, allowed) {
      return .scalar(Float(value))
    }
    // What the file says replaces this.
    if found?.threshold != nil { return .scalar(1) }
    throw layer.object.error(
      .missingKey, "threshold", "is missing, and the weights have no '\(layer.name).threshold'.",
      fix: "add 'threshold'")
  }
}

extension ArchitectureBuilder {
  /// Notes a decision that the file left open; once for all layers.
  mutating func assume(_ code: String, _ text: String, _ fix: String?) {
    let assumption = ArchitectureAssumption(
      code: "architecture.assumed-\(code)", text: text, fix: fix)
    if !assumptions.contains(assumption) { assumptions.append(assumption) }
  }
}
