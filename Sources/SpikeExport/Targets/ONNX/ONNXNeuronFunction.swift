import SpikeBundle

/// A neuron model as an ONNX function: one time step of a population in plain operators.
///
/// The formulas are those of the integer simulator (docs/formats/onnx.md). States are int32; the
/// products of leaks are int64.
struct ONNXNeuronFunction: Hashable {
  let isLoihi: Bool
  let wrapsSums: Bool
  let keepsCurrent: Bool
  let leaks: Bool
  /// nil for a read-out.
  let subtracts: Bool?
  let spikesAboveOnly: Bool

  /// The function of a population.
  init(_ population: Population, isLoihi: Bool, receivesConvolution: Bool) {
    self.isLoihi = isLoihi
    wrapsSums = isLoihi && receivesConvolution
    keepsCurrent = population.currentDecay < 4096
    leaks = population.membraneDecay > 0
    if population.model == "LI" {
      subtracts = nil
      spikesAboveOnly = true
    } else {
      subtracts = population.reset == .bySubtraction
      spikesAboveOnly = population.spikesAboveOnly
    }
  }

  var spikes: Bool { subtracts != nil }

  /// For example `LIF_Subtract_AtThreshold` or `LoihiIF_Reset_AboveThreshold`.
  var name: String {
    let model: String
    if spikes {
      model = keepsCurrent ? "CubaLIF" : leaks ? "LIF" : "IF"
    } else {
      model = keepsCurrent ? "CubaLI" : leaks ? "LI" : "I"
    }
    var name = (isLoihi ? "Loihi" : "") + model
    if wrapsSums { name += "_24BitSums" }
    if let subtracts {
      name += subtracts ? "_Subtract" : "_Reset"
      name += spikesAboveOnly ? "_AboveThreshold" : "_AtThreshold"
    }
    return name
  }

  var inputs: [String] {
    ["current"] + (keepsCurrent ? ["synapse"] : []) + ["potential", "bias"]
      + (spikes ? ["threshold"] : [])
  }

  var outputs: [String] {
    (spikes ? ["spikes"] : []) + (keepsCurrent ? ["synapse_out"] : []) + ["potential_out"]
  }

  var attributes: [String] {
    (keepsCurrent ? ["current_keep"] : []) + (leaks ? ["membrane_keep"] : [])
      + (subtracts == false ? ["reset"] : [])
  }

  /// Highest threshold of Loihi, which a read-out gets.
  private static let highestThreshold: Int32 = 131_071
  private static let half24: Int32 = 1 << 23

  /// The function.
  var message: ONNXFunctionMessage {
    var body = ONNXGraphBuilder(name: name)
    var current = body.cast("current", to: .int32, as: "sum")
    if isLoihi { current = fixedPoint(current, &body) }
    if keepsCurrent {
      let kept = keep("synapse", "current_keep", &body)
      current = body.add("Add", [current, kept], as: isLoihi ? "synapse_sum" : "synapse_out")
    }
    if isLoihi {
      current = wrapOnce(current, as: keepsCurrent ? "synapse_out" : "wrapped", &body)
    }
    let before = leaks ? keep("potential", "membrane_keep", &body) : "potential"
    let moved = body.add("Add", [before, current], as: "moved")
    let isLast = !spikes && !isLoihi
    var potential = body.add("Add", [moved, "bias"], as: isLast ? "potential_out" : "biased")
    if isLoihi {
      let low = number(1 - ONNXNeuronFunction.half24, "lowest", &body)
      let high = number(ONNXNeuronFunction.half24 - 1, "highest", &body)
      potential = body.add("Clip", [potential, low, high], as: "clipped")
    }
    compare(potential, &body)
    return ONNXFunctionMessage(
      name: name, documentation: documentation, inputs: inputs, outputs: outputs,
      attributes: attributes, nodes: body.graph.nodes)
  }

  private func compare(_ potential: String, _ body: inout ONNXGraphBuilder) {
    guard spikes || isLoihi else { return }
    let threshold =
      spikes
      ? "threshold"
      : number(ONNXNeuronFunction.highestThreshold << 6, "overflow_threshold", &body)
    let fires = body.add(
      spikesAboveOnly ? "Greater" : "GreaterOrEqual", [potential, threshold], as: "fires")
    if spikes { _ = body.cast(fires, to: .float32, as: "spikes") }
    let after: String
    switch subtracts {
    case true?: after = body.add("Sub", [potential, threshold], as: "lowered")
    case false?:
      let value = body.add(
        "Constant", [], as: "reset_value", [.init("value_int", .reference("reset"))])
      after = body.cast(value, to: .int32, as: "reset_int32")
    case nil: after = number(0, "zero", &body)
    }
    body.add("Where", [fires, after, potential], as: "potential_out")
  }

  /// Sums in 1/64, of convolutions wrapped to 24 bits before.
  private func fixedPoint(_ sum: String, _ body: inout ONNXGraphBuilder) -> String {
    var sum = sum
    if wrapsSums {
      let half = number(ONNXNeuronFunction.half24, "half", &body)
      let full = number(2 * ONNXNeuronFunction.half24, "full", &body)
      let raised = body.add("Add", [sum, half], as: "raised")
      let inside = body.add("Mod", [raised, full], as: "inside")
      sum = body.add("Sub", [inside, half], as: "sum24")
    }
    return body.add("Mul", [sum, number(64, "units", &body)], as: "arriving")
  }

  /// A current above 2^23 loses 2^24, one at or below -2^23 gains it, once.
  private func wrapOnce(
    _ current: String, as name: String, _ body: inout ONNXGraphBuilder
  ) -> String {
    let half = number(ONNXNeuronFunction.half24, "wrap_half", &body)
    let lowest = number(-ONNXNeuronFunction.half24, "wrap_lowest", &body)
    let full = number(2 * ONNXNeuronFunction.half24, "wrap_full", &body)
    let isHigh = body.add("Greater", [current, half], as: "is_high")
    let isLow = body.add("LessOrEqual", [current, lowest], as: "is_low")
    let lowered = body.add("Sub", [current, full], as: "wrapped_down")
    let raised = body.add("Add", [current, full], as: "wrapped_up")
    let fromLow = body.add("Where", [isLow, raised, current], as: "from_low")
    return body.add("Where", [isHigh, lowered, fromLow], as: name)
  }

  /// `state * keep / 4096`, rounded towards 0, as integer division does.
  private func keep(
    _ state: String, _ attribute: String, _ body: inout ONNXGraphBuilder
  ) -> String {
    let share = body.add(
      "Constant", [], as: "\(attribute)_int64", [.init("value_int", .reference(attribute))])
    let whole = body.add(
      "Constant", [], as: "\(attribute)_of",
      [
        .init(
          "value",
          .tensor(
            ONNXTensorMessage(
              type: .int64, shape: [], bytes: ONNXTensorMessage.int64([4096]).bytes)))
      ])
    let wide = body.cast(state, to: .int64, as: "\(state)_int64")
    let product = body.add("Mul", [wide, share], as: "\(state)_product")
    let kept = body.add("Div", [product, whole], as: "\(state)_share")
    return body.cast(kept, to: .int32, as: "\(state)_kept")
  }

  private func number(
    _ value: Int32, _ name: String, _ body: inout ONNXGraphBuilder
  ) -> String {
    body.add("Constant", [], as: name, [.init("value", .tensor(.int32([value], [])))])
  }

  private var documentation: String {
    var text = "One time step of a population. current: sums of its synapses (integers, as float32 "
    text += "or int32). potential: before the step"
    text += isLoihi ? ", in 1/64 of an integer. " : ". "
    if keepsCurrent { text += "synapse: current of the step before. " }
    if isLoihi { text += "States have 24 bits, as Loihi's. " }
    if spikes {
      text += "spikes: 1 where the potential is "
      text += spikesAboveOnly ? "above the threshold; " : "at or above the threshold; "
      text += subtracts == true ? "the threshold is subtracted." : "it becomes reset."
    } else {
      text += "Never spikes."
    }
    return text
  }
}
