import SpikeDiagnostics

/// An ONNX file as plain values: what `ONNXModelReader` makes of the C structs. No meaning yet.
struct ONNXModel: Sendable {
  var irVersion: Int = 0
  var producer = ""
  var opsets: [(domain: String, version: Int)] = []
  var graphName = ""
  var nodes: [ONNXRawNode] = []
  var initializers: [ONNXTensorRecord] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
  var hasSparseInitializers = false
}

/// A node as the file has it.
struct ONNXRawNode: Sendable {
  var name: String
  var operatorName: String
  var domain: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [(name: String, value: ONNXAttribute)]

  /// The operator as people write it, with its domain where that is not the standard one.
  var qualifiedName: String { domain.isEmpty ? operatorName : "\(domain).\(operatorName)" }
  var location: Location { Location(node: name, operator: qualifiedName) }
}

/// The value of an attribute.
package enum ONNXAttribute: Sendable {
  case float(Float)
  case integer(Int)
  case text(String)
  case tensor(ONNXTensorRecord)
  case floats([Float])
  case integers([Int])
  case texts([String])
  /// A graph inside a node: control flow.
  case subgraph
  /// A type that no supported operator has.
  case other

  /// Name of the type for people.
  var kind: String {
    switch self {
    case .float: "a float"
    case .integer: "an integer"
    case .text: "a string"
    case .tensor: "a tensor"
    case .floats: "a list of floats"
    case .integers: "a list of integers"
    case .texts: "a list of strings"
    case .subgraph: "a graph"
    case .other: "of an unknown type"
    }
  }
}

/// A declared input or output of the graph.
struct ONNXValueInfo: Sendable {
  enum Size: Hashable, Sendable {
    case fixed(Int)
    case open(String)
  }

  var name: String
  /// Element type by its ONNX number; nil where the value is not a tensor.
  var elementType: Int?
  /// Sizes with the batch axis; nil where the file does not say.
  var sizes: [Size]?
}

/// A tensor as the file has it; ``ONNXTensorReader`` turns it into numbers.
package struct ONNXTensorRecord: Sendable {
  /// Where the numbers are.
  package enum Content: Sendable {
    /// Nothing was given.
    case none
    /// Elements as little-endian bytes, in memory.
    case raw([UInt8])
    /// Elements as little-endian bytes in the model file.
    case rawPayload(Range<Int>)
    case floats([Float])
    case doubles([Double])
    /// Integers of any width, and float16 as bit patterns.
    case integers([Int64])
    /// Field number and place of packed numbers in the model file.
    case packedPayload(field: Int, Range<Int>)
    /// Data in another file, by the keys of `external_data`.
    case external([String: String])
    /// Text, or several contents at once.
    case contradictory(String)
  }

  package var name: String
  package var dimensions: [Int]
  package var dataType: Int
  package var content: Content
}
