/// An ONNX model as plain values, field by field what the file holds.
struct ONNXModelMessage {
  var producer: (name: String, version: String)
  var documentation: String
  var graph: ONNXGraphMessage
  var metadata: [(key: String, value: String)]
  var functions: [ONNXFunctionMessage]
}

/// A graph: the network, or the body of a Scan.
struct ONNXGraphMessage {
  var name: String
  var nodes: [ONNXNodeMessage] = []
  var initializers: [ONNXTensorMessage] = []
  var inputs: [ONNXValueMessage] = []
  var outputs: [ONNXValueMessage] = []
}

/// One use of an operator or function.
struct ONNXNodeMessage {
  var operation: String
  var domain = ""
  var name = ""
  var inputs: [String]
  var outputs: [String]
  var attributes: [ONNXAttributeMessage] = []
}

/// An argument of a node that is no tensor of the graph.
struct ONNXAttributeMessage {
  enum Value {
    case integer(Int)
    case integers([Int])
    case text(String)
    case tensor(ONNXTensorMessage)
    case graph(ONNXGraphMessage)
    /// The integer attribute of this name of the function around the node.
    case reference(String)
  }

  var name: String
  var value: Value
}

/// A function: a name for nodes that are used in many places.
struct ONNXFunctionMessage {
  var name: String
  var documentation: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [String]
  var nodes: [ONNXNodeMessage]
}

/// Numbers.
struct ONNXTensorMessage {
  var name = ""
  var type: ONNXLayout.ElementType
  var shape: [Int]
  /// Little-endian.
  var bytes: [UInt8]
}

/// Name, type and shape of a value.
struct ONNXValueMessage {
  var name: String
  var type: ONNXLayout.ElementType
  /// nil is the batch, of any size.
  var shape: [Int?]
  var documentation = ""
}
