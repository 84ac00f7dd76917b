public import SpikeDiagnostics

/// What can be wrong with a graph.
public enum GraphErrorCode: String, ErrorCode {
  case shapeMismatch = "graph.shape-mismatch"
  case undefinedValue = "graph.undefined-value"
  case duplicateValue = "graph.duplicate-value"
  case missingParameter = "graph.missing-parameter"
  case invalidAttribute = "graph.invalid-attribute"
  case tooLarge = "graph.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a graph, with the node where it was found.
public typealias GraphError = DiagnosedError<GraphErrorCode>
