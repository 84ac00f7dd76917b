import SpikeDiagnostics
import SpikeGraph

/// Turns the layers of a netx file into the nodes of a graph, one after the other.
struct NetxTranslator {
  private(set) var graph: Graph
  private(set) var findings: [Finding] = []
  private var value: (name: ValueName, shape: Shape)
  /// Layers with synapses, each of which takes one step on the chip.
  private(set) var delays = 0

  /// Threshold that a neuron's potential cannot pass: what sfconv writes for a read-out.
  private static let readOutThreshold = 131_071
  private static let decays = 0...4096
  private static let sizes = 1...65_536

  init(input shape: Shape) {
    graph = Graph(inputs: [GraphInput(name: "input", shape: shape)], outputs: ["input"])
    value = ("input", shape)
  }

  /// Translates a layer.
  /// - Parameter isLast: whether it may be the read-out.
  /// - Throws: any `netx.…` code of a layer.
  mutating func add(_ layer: NetxLayer, isLast: Bool) throws(NetxError) {
    switch layer.type {
    case "input": try checkInput(layer)
    case "flatten": try flatten(layer)
    case "dense": try dense(layer, isLast)
    case "conv": try convolve(layer, isLast)
    case "dense_rec":
      throw layer.error(
        .unsupportedLayer, "The layer feeds itself; networks of sfconv run forward only.",
        fix: "train the network without recurrent connections")
    default:
      throw layer.error(
        .unsupportedLayer,
        "Layers of type '\(layer.type.prefix(32))' are not read; read are input, dense, conv and "
          + "flatten.",
        fix: "write pooling as a convolution; lava-dl's reader does not run it either")
    }
  }

  private mutating func checkInput(_ layer: NetxLayer) throws(NetxError) {
    guard layer.index == 0 else {
      throw layer.error(
        .unsupportedLayer, "There is an input behind the first layer.",
        fix: "write one network in each file")
    }
    guard !layer.hasNeuron else {
      throw layer.error(
        .unsupportedNeuron, "The input has neurons; netx does not connect them.",
        fix: "take the neuron out of the input layer")
    }
  }

  private mutating func flatten(_ layer: NetxLayer) throws(NetxError) {
    let shape: Shape = [value.shape.elementCount]
    if shape == value.shape { return }
    append(layer.name, .reshape(shape), [:], shape)
  }

  private mutating func dense(_ layer: NetxLayer, _ isLast: Bool) throws(NetxError) {
    let weight = try weights(layer)
    guard weight.shape.count == 2, weight.shape[0] > 0,
      value.shape == [weight.shape[1]]
    else {
      throw layer.error(
        .shapeMismatch,
        "The weight has shape \(Shape(weight.shape)) ([out, in]); the input has \(value.shape).",
        fix: value.shape.rank > 1 ? "put a flatten layer in front" : "make the sizes fit")
    }
    let steps = try inputDelays(layer, outputs: weight.shape[0], inputs: weight.shape[1])
    if steps != [0] { append("\(layer.name).delay", .delay(steps: steps), [:], value.shape) }
    try append(layer, .linear, weight, output: [weight.shape[0]], isLast)
  }

  private mutating func convolve(_ layer: NetxLayer, _ isLast: Bool) throws(NetxError) {
    var weight = try weights(layer)
    // lava-dl keeps the axis of time.
    if weight.shape.count == 5, weight.shape[4] == 1 { weight.shape.removeLast() }
    guard weight.shape.count == 4, weight.shape.allSatisfy({ $0 > 0 }), value.shape.rank == 3
    else {
      throw layer.error(
        .shapeMismatch,
        "The weight has shape \(Shape(weight.shape)) ([out, in / groups, kH, kW]); the input has "
          + "\(value.shape).", fix: "give the shape [C, H, W] in an input layer")
    }
    try checkDelay(layer)
    var geometry = Convolution(
      kernel: Array(weight.shape[2...]),
      strides: try layer.pair("stride", in: Self.sizes, default: 1),
      padsBefore: try layer.pair("padding", in: 0...65_536, default: 0),
      dilations: try layer.pair("dilation", in: Self.sizes, default: 1),
      groups: try layer.integer("groups", in: Self.sizes, default: 1))
    geometry.padsAfter = geometry.padsBefore
    guard weight.shape[1] * geometry.groups == value.shape[0],
      weight.shape[0] % geometry.groups == 0,
      let sizes = geometry.outputSizes(for: Array(value.shape.dimensions.dropFirst()))
    else {
      throw layer.error(
        .shapeMismatch,
        "A weight of shape \(Shape(weight.shape)) with \(geometry.groups) groups does not fit an "
          + "input of shape \(value.shape).", fix: "make the sizes of the layers fit")
    }
    let output = Shape([weight.shape[0]] + sizes)
    if layer.has("shape") {
      let said = try layer.integers("shape", in: Self.sizes)
      guard said == output.dimensions else {
        throw layer.error(
          .shapeMismatch, "The layer says shape \(Shape(said)); its convolution makes \(output).",
          fix: "write the file with lava-dl's export_hdf5")
      }
    }
    try append(layer, .convolution(geometry), weight, output: output, isLast)
  }

  private mutating func weights(
    _ layer: NetxLayer
  ) throws(NetxError) -> (shape: [Int], values: [Int]) {
    var cuts = false
    let weight = try layer.integers("weight", cuts: &cuts)
    if cuts {
      warn(
        layer, "netx.cut-weights",
        "Weights have fractions, which netx cuts off, and so does sfconv.")
    }
    if weight.values.contains(where: { !(-128...127).contains($0) }) {
      warn(
        layer, "netx.wide-weights",
        "Weights go from \(weight.values.min() ?? 0) to \(weight.values.max() ?? 0); those outside "
          + "-128 to 127 have no 8 bits, and some of them change when Lava loads them.")
    }
    return weight
  }

  private func checkDelay(_ layer: NetxLayer) throws(NetxError) {
    guard layer.has("delay") else { return }
    let delays = try layer.integers("delay", in: 0...62)
    if let delay = delays.max(), delay > 0 {
      throw layer.error(
        .unsupportedDelay,
        "Synapses of a convolution delay by up to \(delay) steps; delays of dense layers are read.",
        fix: "train the network without delays in convolutions")
    }
  }

  /// Steps by which each input of a dense layer is late, or one number for all. netx takes a matrix
  /// `[out, in]`, a number, or a list: for the outputs where it has their number, else for the inputs.
  private func inputDelays(
    _ layer: NetxLayer, outputs: Int, inputs: Int
  ) throws(NetxError) -> [Int] {
    guard layer.has("delay") else { return [0] }
    let delays = try layer.integers("delay", in: 0...62)
    guard let first = delays.first else { return [0] }
    if delays.allSatisfy({ $0 == first }) { return [first] }
    var cuts = false
    let shape = try layer.integers("delay", cuts: &cuts).shape
    if shape.filter({ $0 != 1 }) == [inputs], shape == [1, inputs] || inputs != outputs {
      return delays
    }
    if shape == [outputs, inputs] {
      let row = Array(delays.prefix(inputs))
      if delays.indices.allSatisfy({ delays[$0] == row[$0 % inputs] }) { return row }
    }
    throw layer.error(
      .unsupportedDelay,
      "Synapses of one input delay by different numbers of steps (up to \(delays.max() ?? 0)); "
        + "a network of sfconv has one delay for each input of a layer.",
      fix: "train the network with one delay for each input")
  }

  private mutating func append(
    _ layer: NetxLayer, _ operator: Operator, _ weight: (shape: [Int], values: [Int]),
    output: Shape, _ isLast: Bool
  ) throws(NetxError) {
    var parameters: [ParameterRole: Tensor] = [
      .weight: Tensor(weight.values.map { Float($0) }, shape: Shape(weight.shape))
    ]
    let (neuron, threshold) = try neuron(layer, isLast)
    if layer.has("bias") {
      let bias = try layer.integers("bias", in: -4096...4095)
      guard bias.count == output[0] else {
        throw layer.error(
          .shapeMismatch, "There are \(bias.count) biases for \(output[0]) outputs.",
          fix: "give one bias for each output or channel")
      }
      guard !neuron.keepsCurrent || bias.allSatisfy({ $0 == 0 }) else {
        throw layer.error(
          .unsupportedNeuron,
          "The neurons keep their current and have biases, which the chip adds behind it.",
          fix: "use iDecay 4096, or no biases")
      }
      parameters[.bias] = Tensor(bias.map { Float($0) }, shape: [bias.count])
    }
    append(layer.name, `operator`, parameters, output)
    append(
      "\(layer.name).neuron", .neuron(neuron),
      threshold.map { [.threshold: .scalar(Float($0))] } ?? [:], output)
    delays += 1
  }

  /// The population: Loihi's CUBA neuron, with 6 bits behind the point (docs/formats/loihi2.md).
  private mutating func neuron(
    _ layer: NetxLayer, _ isLast: Bool
  ) throws(NetxError) -> (Neuron, threshold: Int?) {
    guard layer.hasNeuron else {
      throw layer.error(
        .missingField,
        "The layer has no neuron; netx would give it one that never leaks a current.",
        fix: "write the neuron's parameters into the file")
    }
    let type = layer.text("neuron/type") ?? "CUBA"
    guard ["CUBA", "LOIHI"].contains(type) else {
      throw layer.error(
        .unsupportedNeuron,
        "The neurons are of type '\(type.prefix(32))'; read are CUBA and LOIHI.",
        fix: "train the network with CUBA neurons")
    }
    guard try layer.integer("neuron/gradedSpike", in: 0...1, default: 0) == 0 else {
      throw layer.error(
        .unsupportedNeuron, "The neurons send graded spikes; spikes of sfconv are 0 or 1.",
        fix: "train the network with binary spikes")
    }
    if try layer.integer("neuron/refDelay", in: 0...63, default: 1) > 1 {
      warn(
        layer, "netx.refractory-delay",
        "The file names a refractory delay, which Lava's simulator and sfconv ignore.")
    }
    let current = try layer.integer("neuron/iDecay", in: Self.decays)
    let membrane = try layer.integer("neuron/vDecay", in: Self.decays)
    let threshold = try layer.integer("neuron/vThMant", in: 0...Self.readOutThreshold)
    let keeps = current != 4096
    var neuron = Neuron(
      keeps ? .currentBased : membrane == 0 ? .integrateAndFire : .leakyIntegrateAndFire,
      reset: .toValue(0), comparator: .greater,
      membraneDecay: Float(4096 - membrane) / 4096, currentDecay: Float(4096 - current) / 4096)
    if keeps || membrane != 0 { neuron.fractionBits = 6 }
    if isLast, threshold == Self.readOutThreshold {
      findings.append(
        Finding(
          .note, code: "netx.read-out",
          message: "The threshold is the largest that there is: the layer is taken as a read-out, "
            + "whose potential is the answer.", location: layer.location))
      neuron.model = .leakyIntegrator
      return (neuron, nil)
    }
    return (neuron, threshold)
  }

  private mutating func append(
    _ name: String, _ operator: Operator, _ tensors: [ParameterRole: Tensor], _ shape: Shape
  ) {
    var parameters: [ParameterRole: ValueName] = [:]
    for (role, tensor) in tensors {
      parameters[role] = "\(name).\(role.rawValue)"
      graph.constants["\(name).\(role.rawValue)"] = tensor
    }
    graph.nodes.append(
      Node(
        name: name, operator: `operator`, inputs: [value.name], parameters: parameters,
        output: name))
    graph.outputs = [name]
    value = (name, shape)
  }

  private mutating func warn(_ layer: NetxLayer, _ code: String, _ message: String) {
    findings.append(
      Finding(
        .warning, code: code, message: message, location: layer.location,
        fix: "train the network with the ranges of the chip"))
  }
}
