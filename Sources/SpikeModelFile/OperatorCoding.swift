import SpikeDiagnostics
import SpikeGraph

extension Operator {
  /// The attributes of this operator in the file, in the order of docs/model-file.md.
  var fileAttributes: [ModelMessage.Attribute] {
    let values: [(String, AttributeValue)] =
      switch self {
      case .convolution(let geometry):
        [
          ("kernel", .integers(geometry.kernel)), ("strides", .integers(geometry.strides)),
          ("pads_before", .integers(geometry.padsBefore)),
          ("pads_after", .integers(geometry.padsAfter)),
          ("dilations", .integers(geometry.dilations)), ("groups", .integer(geometry.groups)),
        ]
      case .linear, .add, .multiply, .affine, .relu: []
      case .batchNormalization(let epsilon): [("epsilon", .float(epsilon))]
      case .clip(let minimum, let maximum), .quantize(let minimum, let maximum):
        [("minimum", .float(minimum)), ("maximum", .float(maximum))]
      case .leakyRelu(let alpha): [("alpha", .float(alpha))]
      case .maxPool(let pool), .averagePool(let pool), .sumPool(let pool):
        [
          ("kernel", .integers(pool.kernel)), ("strides", .integers(pool.strides)),
          ("pads_before", .integers(pool.padsBefore)), ("pads_after", .integers(pool.padsAfter)),
          ("dilations", .integers(pool.dilations)), ("rounds_up", .integer(pool.roundsUp ? 1 : 0)),
          ("counts_padding", .integer(pool.countsPadding ? 1 : 0)),
          ("is_cumulative", .integer(pool.isCumulative ? 1 : 0)),
        ]
      case .reshape(let shape): [("shape", .integers(shape.dimensions))]
      case .transpose(let order): [("order", .integers(order))]
      case .pad(let before, let after, let value):
        [("before", .integers(before)), ("after", .integers(after)), ("value", .float(value))]
      case .concatenate(let axis): [("axis", .integer(axis))]
      case .pointwise(let pointwise):
        [("alpha", .float(pointwise.alpha)), ("beta", .float(pointwise.beta))]
      case .gather(let axis): [("axis", .integer(axis))]
      case .softmax(let axis, _): [("axis", .integer(axis))]
      case .delay(let steps): [("steps", .integers(steps))]
      case .neuron(let neuron): neuron.fileAttributes
      }
    return values.map { .init(name: $0.0, value: $0.1) }
  }

  /// The operator of a node in the file. Ranges are checked later, by ``ModelCheck``.
  /// - Throws: `model.invalid-value`.
  init(_ node: ModelMessage.Node) throws(ModelFileError) {
    var attributes = try AttributeReader(node)
    switch node.operator {
    case "Convolution":
      self = .convolution(
        Convolution(
          kernel: try attributes.integers("kernel"), strides: try attributes.integers("strides"),
          padsBefore: try attributes.integers("pads_before"),
          padsAfter: try attributes.integers("pads_after"),
          dilations: try attributes.integers("dilations"),
          groups: try attributes.integer("groups")))
    case "Linear": self = .linear
    case "Add": self = .add
    case "Affine": self = .affine
    case "BatchNormalization":
      self = .batchNormalization(epsilon: try attributes.float("epsilon"))
    case "Relu": self = .relu
    case "Clip":
      self = .clip(
        minimum: try attributes.float("minimum"), maximum: try attributes.float("maximum"))
    case "Quantize":
      self = .quantize(
        minimum: try attributes.float("minimum"), maximum: try attributes.float("maximum"))
    case "LeakyRelu": self = .leakyRelu(alpha: try attributes.float("alpha"))
    case "MaxPool": self = .maxPool(try Pooling(&attributes))
    case "AveragePool": self = .averagePool(try Pooling(&attributes))
    case "SumPool": self = .sumPool(try Pooling(&attributes))
    case "Reshape": self = .reshape(Shape(try attributes.integers("shape")))
    case "Transpose": self = .transpose(order: try attributes.integers("order"))
    case "Pad":
      self = .pad(
        before: try attributes.integers("before"), after: try attributes.integers("after"),
        value: try attributes.float("value"))
    case "Concatenate": self = .concatenate(axis: try attributes.integer("axis"))
    case "Multiply": self = .multiply
    case "Gather": self = .gather(axis: try attributes.integer("axis"))
    case "Softmax": self = .softmax(axis: try attributes.integer("axis"), logarithm: false)
    case "Delay": self = .delay(steps: try attributes.integers("steps"))
    case "LogSoftmax": self = .softmax(axis: try attributes.integer("axis"), logarithm: true)
    default:
      if let function = Pointwise.Function(rawValue: node.operator) {
        self = .pointwise(
          Pointwise(
            function, alpha: try attributes.float("alpha"), beta: try attributes.float("beta")))
        break
      }
      guard let model = Neuron.Model(rawValue: node.operator) else {
        throw attributes.error("The operator '\(node.operator)' is unknown.")
      }
      self = .neuron(try Neuron(model, &attributes))
    }
    try attributes.finish()
  }
}

extension Graph {
  /// First version of the operator set that has all that the graph uses.
  var operatorSetVersion: Int32 {
    let hasDelays = nodes.contains { if case .delay = $0.operator { true } else { false } }
    return hasDelays || nodes.contains { $0.parameters[.recurrence] != nil } ? 2 : 1
  }
}

extension Pooling {
  fileprivate init(_ attributes: inout AttributeReader) throws(ModelFileError) {
    self.init(
      kernel: try attributes.integers("kernel"), strides: try attributes.integers("strides"),
      padsBefore: try attributes.integers("pads_before"),
      padsAfter: try attributes.integers("pads_after"),
      dilations: try attributes.integers("dilations"),
      roundsUp: try attributes.flag("rounds_up"),
      countsPadding: try attributes.flag("counts_padding"),
      isCumulative: try attributes.flag("is_cumulative"))
  }
}

extension Neuron {
  fileprivate var fileAttributes: [(String, AttributeValue)] {
    let reset: [(String, AttributeValue)] =
      switch self.reset {
      case .bySubtraction: [("reset", .text("by-subtraction"))]
      case .toValue(let value): [("reset", .text("to-value")), ("reset_value", .float(value))]
      }
    return reset + [
      ("comparator", .text(comparator.rawValue)), ("membrane_decay", .float(membraneDecay)),
      ("current_decay", .float(currentDecay)), ("initial_share", .float(initialShare)),
    ] + (fractionBits.map { [("fraction_bits", .integer($0))] } ?? [])
  }

  fileprivate init(
    _ model: Model, _ attributes: inout AttributeReader
  ) throws(ModelFileError) {
    let reset: Reset
    switch try attributes.text("reset") {
    case "by-subtraction": reset = .bySubtraction
    case "to-value": reset = .toValue(try attributes.float("reset_value"))
    case let other:
      throw attributes.error(
        "The reset is '\(other)'; allowed are 'by-subtraction' and 'to-value'.")
    }
    let text = try attributes.text("comparator")
    guard let comparator = Comparator(rawValue: text) else {
      throw attributes.error("The comparator is '\(text)'; allowed are '>' and '>='.")
    }
    self.init(
      model, reset: reset, comparator: comparator,
      membraneDecay: try attributes.float("membrane_decay"),
      currentDecay: try attributes.float("current_decay"),
      initialShare: try attributes.float("initial_share"),
      fractionBits: attributes.has("fraction_bits") ? try attributes.integer("fraction_bits") : nil)
  }
}
