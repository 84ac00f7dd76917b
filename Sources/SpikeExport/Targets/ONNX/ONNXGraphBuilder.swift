import SpikeBytes

/// A graph that grows node by node; every value has one name and one maker.
struct ONNXGraphBuilder {
  private(set) var graph: ONNXGraphMessage
  /// In front of names of constants, so that a body has none of the graph around it.
  private let prefix: String
  private var made: Set<String> = []

  init(name: String, prefix: String = "") {
    graph = ONNXGraphMessage(name: name)
    self.prefix = prefix
  }

  /// Appends an operator with one output, which gets the node's name, and returns that name.
  @discardableResult
  mutating func add(
    _ operation: String, _ inputs: [String], as name: String,
    _ attributes: [ONNXAttributeMessage] = []
  ) -> String {
    graph.nodes.append(
      ONNXNodeMessage(
        operation: operation, name: name, inputs: inputs, outputs: [name],
        attributes: attributes))
    return name
  }

  /// Appends a node as it is.
  mutating func add(_ node: ONNXNodeMessage) { graph.nodes.append(node) }

  /// Whether a name has been asked for before; the first answer is false.
  mutating func isKnown(_ name: String) -> Bool { !made.insert(name).inserted }

  /// A constant; one of the same name is there once.
  @discardableResult
  mutating func constant(_ name: String, _ tensor: ONNXTensorMessage) -> String {
    let name = prefix + name
    if made.insert(name).inserted {
      var named = tensor
      named.name = name
      graph.initializers.append(named)
    }
    return name
  }

  /// An int32 of the same name as its value, for arithmetic.
  mutating func integer(_ value: Int32) -> String {
    constant("int32/\(value)", .int32([value], []))
  }

  /// A vector of int64, for shapes and axes.
  mutating func vector(_ values: [Int]) -> String {
    constant("int64/\(values.map { "\($0)" }.joined(separator: ","))", .int64(values))
  }

  /// Integers of another type.
  mutating func cast(_ value: String, to type: ONNXLayout.ElementType, as name: String) -> String {
    add("Cast", [value], as: name, [.init("to", .integer(Int(type.rawValue)))])
  }

  mutating func addInput(_ value: ONNXValueMessage) { graph.inputs.append(value) }

  /// Declares an output; the value of that name must exist.
  mutating func addOutput(_ value: ONNXValueMessage) { graph.outputs.append(value) }
}

extension ONNXAttributeMessage {
  init(_ name: String, _ value: Value) { self.init(name: name, value: value) }
}

extension ONNXTensorMessage {
  /// Integers of at most 2^24 as float32.
  static func float32(_ values: [Int32], _ shape: [Int]) -> ONNXTensorMessage {
    .init(type: .float32, shape: shape, bytes: little(values.map { Float($0).bitPattern }))
  }

  static func int32(_ values: [Int32], _ shape: [Int]) -> ONNXTensorMessage {
    .init(type: .int32, shape: shape, bytes: little(values))
  }

  static func int64(_ values: [Int]) -> ONNXTensorMessage {
    .init(type: .int64, shape: [values.count], bytes: little(values.map { Int64($0) }))
  }

  static func int64Scalar(_ value: Int) -> ONNXTensorMessage {
    .init(type: .int64, shape: [], bytes: little([Int64(value)]))
  }

  static func uint8(_ values: [UInt8], _ shape: [Int]) -> ONNXTensorMessage {
    .init(type: .uint8, shape: shape, bytes: values)
  }

  private static func little<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
    var writer = ByteWriter()
    for value in values { writer.append(value) }
    return writer.bytes
  }
}
