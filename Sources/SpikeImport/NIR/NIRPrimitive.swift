import SpikeDiagnostics
import SpikeGraph

/// An operator of the graph with its constants.
struct NIRLayer {
  var `operator`: Operator
  var parameters: [ParameterRole: Tensor] = [:]
}

/// What a node of a NIR file becomes: a chain of layers, none for a node that changes nothing.
struct NIRTranslation {
  var layers: [NIRLayer]
  var findings: [Finding] = []

  init(_ layers: NIRLayer...) { self.layers = layers }

  init(_ layers: [NIRLayer], findings: [Finding]) {
    self.layers = layers
    self.findings = findings
  }
}

/// A row of the table: one primitive of NIR.
struct NIRPrimitive: Sendable {
  /// What the primitive says about time, so that the importer can say what it assumed.
  enum Kind: Sendable {
    case layer
    /// Integrates its input, without a time constant.
    case integrator
    /// Has time constants.
    case leaky
  }

  /// Name in the file.
  var name: String
  /// What it says about time.
  var kind: Kind
  /// Whether it spikes.
  var spikes: Bool
  /// What it becomes, for the documentation.
  var becomes: String
  /// Makes the layers for an input of a shape.
  var build:
    @Sendable (NIRNode, _ input: Shape, NIRImportOptions) throws(NIRError) -> NIRTranslation
  /// The shape that the input must have, where the node itself says so; for files without input
  /// nodes.
  var inputShape: @Sendable (NIRNode) throws(NIRError) -> Shape?

  init(
    _ name: String, _ kind: Kind = .layer, spikes: Bool = false, becomes: String,
    inputShape: @escaping @Sendable (NIRNode) throws(NIRError) -> Shape? = {
      _ throws(NIRError) in nil
    },
    build:
      @escaping @Sendable (NIRNode, Shape, NIRImportOptions) throws(NIRError) -> NIRTranslation
  ) {
    self.name = name
    self.kind = kind
    self.spikes = spikes
    self.becomes = becomes
    self.build = build
    self.inputShape = inputShape
  }
}
