import SpikeGraph

/// Builds graphs in tests, one node behind the other.
struct GraphSketch {
  private(set) var graph = Graph()
  var dice: Dice
  /// The value that the next node reads.
  var last: ValueName = "x"

  init(input: Shape, seed: UInt64) {
    graph.inputs = [GraphInput(name: "x", shape: input)]
    dice = Dice(seed)
  }

  /// Shape of a value.
  func shape(_ name: ValueName) -> Shape {
    var copy = graph
    copy.outputs = []
    return (try? copy.inferredShapes())?[name] ?? []
  }

  var lastShape: Shape { shape(last) }

  @discardableResult
  mutating func add(
    _ operation: Operator, inputs: [ValueName]? = nil,
    _ constants: [ParameterRole: Tensor] = [:]
  ) -> ValueName {
    let index = graph.nodes.count
    var names: [ParameterRole: ValueName] = [:]
    for (role, tensor) in constants {
      names[role] = "\(role.rawValue)\(index)"
      graph.constants["\(role.rawValue)\(index)"] = tensor
    }
    graph.nodes.append(
      Node(
        name: "n\(index)", operator: operation, inputs: inputs ?? [last], parameters: names,
        output: "v\(index)"))
    last = "v\(index)"
    graph.outputs = [last]
    return last
  }

  @discardableResult
  mutating func convolution(
    _ outputs: Int, _ geometry: Convolution, bias: Bool = true
  ) -> ValueName {
    let weight = Shape([outputs, lastShape[0] / geometry.groups] + geometry.kernel)
    var constants = [
      ParameterRole.weight: Tensor(dice.eighths(weight.elementCount), shape: weight)
    ]
    if bias { constants[.bias] = Tensor(dice.eighths(outputs), shape: [outputs]) }
    return add(.convolution(geometry), constants)
  }

  @discardableResult
  mutating func linear(_ outputs: Int, bias: Bool = true) -> ValueName {
    let width = lastShape.dimensions.last ?? 1
    let weight: Shape = [outputs, width]
    var constants = [
      ParameterRole.weight: Tensor(dice.eighths(weight.elementCount), shape: weight)
    ]
    if bias { constants[.bias] = Tensor(dice.eighths(outputs), shape: [outputs]) }
    return add(.linear, constants)
  }

  @discardableResult
  mutating func neuron(_ neuron: Neuron, perChannel: Bool = false) -> ValueName {
    guard neuron.spikes else { return add(.neuron(neuron)) }
    let channels = lastShape.dimensions.first ?? 1
    let threshold =
      perChannel
      ? Tensor((0..<channels).map { _ in Float(dice.whole(3...10)) / 8 }, shape: [channels])
      : Tensor.scalar(Float(dice.whole(4...9)) / 8)
    return add(.neuron(neuron), [.threshold: threshold])
  }

  @discardableResult
  mutating func affine(scale: Shape?, shift: Shape?) -> ValueName {
    var constants: [ParameterRole: Tensor] = [:]
    if let scale {
      constants[.scale] = Tensor(dice.eighths(scale.elementCount), shape: scale)
    }
    if let shift {
      constants[.shift] = Tensor(dice.eighths(shift.elementCount), shape: shift)
    }
    return add(.affine, constants)
  }

  @discardableResult
  mutating func flatten() -> ValueName { add(.reshape([lastShape.elementCount])) }

  /// All neuron models, resets and comparators with decays that are exact in binary.
  static let spikingNeurons: [Neuron] = {
    var all: [Neuron] = []
    for model in [Neuron.Model.integrateAndFire, .leakyIntegrateAndFire, .currentBased] {
      for reset in [Neuron.Reset.bySubtraction, .toValue(0), .toValue(-0.25)] {
        for comparator in Neuron.Comparator.allCases {
          all.append(
            Neuron(
              model, reset: reset, comparator: comparator, membraneDecay: 0.5, currentDecay: 0.5,
              initialShare: all.count % 2 == 0 ? 0 : 0.5))
        }
      }
    }
    return all
  }()
}
