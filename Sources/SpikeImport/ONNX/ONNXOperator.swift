package import SpikeGraph

/// What a node becomes.
package enum ONNXTranslation: Sendable {
  /// The value is known now.
  case constant(Tensor)
  /// The value is the operand of this index, unchanged.
  case operand(Int)
  /// The values of all outputs are known now.
  case constants([Tensor])
  /// A small graph, and which of its values the outputs of the node are.
  case sketch(ONNXSketch, outputs: [ONNXSketch.Value])
  /// A chain of layers; the first reads the given activations, each other one the layer before.
  case layers([ONNXLayer], reading: [ONNXActivation])

  /// One layer.
  package static func layer(
    _ operator: Operator, _ parameters: [ParameterRole: ONNXConstant] = [:],
    reading activations: ONNXActivation...
  ) -> ONNXTranslation {
    .layers([ONNXLayer(`operator`, parameters)], reading: activations)
  }
}

/// An operator of the graph with its constants.
package struct ONNXLayer: Sendable {
  package var `operator`: Operator
  package var parameters: [ParameterRole: ONNXConstant]

  package init(_ operator: Operator, _ parameters: [ParameterRole: ONNXConstant] = [:]) {
    self.operator = `operator`
    self.parameters = parameters
  }
}

/// A row of the operator table: one ONNX operator in a range of operator sets.
package struct ONNXOperator: Sendable {
  /// Newest operator set whose changes were compared with the rows (ONNX 1.23.2). A row that ends
  /// with it is also used for newer sets, with a warning.
  package static let newest = 28

  /// Name in the file.
  package var name: String
  /// Domain; empty is the standard one.
  package var domain: String
  /// Operator sets in which the operator means what `build` does.
  package var versions: ClosedRange<Int>
  /// Allowed number of inputs.
  package var inputs: ClosedRange<Int>
  /// Names of the attributes that it may have; others are an error, never ignored.
  package var attributes: [String]
  /// What it becomes, for the documentation.
  package var becomes: String
  /// Makes the translation.
  package var build: @Sendable (ONNXNode) throws(ImportError) -> ONNXTranslation

  /// Makes a row.
  package init(
    _ name: String, domain: String = "", versions: ClosedRange<Int>, inputs: ClosedRange<Int>,
    attributes: [String] = [], becomes: String,
    build: @escaping @Sendable (ONNXNode) throws(ImportError) -> ONNXTranslation
  ) {
    self.name = name
    self.domain = domain
    self.versions = versions
    self.inputs = inputs
    self.attributes = attributes
    self.becomes = becomes
    self.build = build
  }
}
