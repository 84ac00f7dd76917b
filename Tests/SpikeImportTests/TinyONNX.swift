/// Writes small ONNX files byte by byte, right or wrong: the tests' own encoder.
struct TinyONNX {
  var irVersion = 8
  var operatorSets: [(domain: String, version: Int)] = [("", 13)]
  var nodes: [[UInt8]] = []
  var initializers: [[UInt8]] = []
  var inputs: [[UInt8]] = [TinyONNX.value("x", ["N", 4])]
  var outputs: [[UInt8]] = [TinyONNX.value("y", ["N", 4])]
  /// Further fields of the graph, for example sparse initialisers.
  var moreOfGraph: [UInt8] = []

  var bytes: [UInt8] {
    let graph =
      nodes.flatMap { TinyONNX.field(1, $0) } + TinyONNX.field(2, Array("tiny".utf8))
      + initializers.flatMap { TinyONNX.field(5, $0) } + inputs.flatMap { TinyONNX.field(11, $0) }
      + outputs.flatMap { TinyONNX.field(12, $0) } + moreOfGraph
    return TinyONNX.field(1, irVersion) + TinyONNX.field(2, Array("tests".utf8))
      + TinyONNX.field(7, graph)
      + operatorSets.flatMap {
        TinyONNX.field(
          8, TinyONNX.field(1, Array($0.domain.utf8)) + TinyONNX.field(2, $0.version))
      }
  }

  /// A model of one node that reads `x` and the named constants and makes `y`.
  static func one(
    _ operatorName: String, _ constants: [(String, [Int], [Float])] = [],
    attributes: [[UInt8]] = [], input: [any Sendable] = ["N", 4], version: Int = 13
  ) -> TinyONNX {
    var model = TinyONNX()
    model.operatorSets = [("", version)]
    model.inputs = [value("x", input)]
    model.initializers = constants.map { tensor($0.0, $0.1, floats: $0.2) }
    model.nodes = [
      node(operatorName, ["x"] + constants.map(\.0), ["y"], attributes: attributes)
    ]
    return model
  }
}

// Messages.
extension TinyONNX {
  static func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String], name: String? = nil,
    domain: String = "", attributes: [[UInt8]] = []
  ) -> [UInt8] {
    inputs.flatMap { field(1, Array($0.utf8)) } + outputs.flatMap { field(2, Array($0.utf8)) }
      + field(3, Array((name ?? operatorName.lowercased()).utf8))
      + field(4, Array(operatorName.utf8)) + field(7, Array(domain.utf8))
      + attributes.flatMap { field(5, $0) }
  }

  static func attribute(_ name: String, _ value: Int) -> [UInt8] {
    field(1, Array(name.utf8)) + field(3, value) + field(20, 2)
  }

  static func attribute(_ name: String, _ values: [Int]) -> [UInt8] {
    field(1, Array(name.utf8)) + values.flatMap { field(8, $0) } + field(20, 7)
  }

  static func attribute(_ name: String, _ value: Float) -> [UInt8] {
    field(1, Array(name.utf8)) + varint(2 << 3 | 5) + littleEndian(value.bitPattern)
      + field(20, 1)
  }

  static func attribute(_ name: String, _ value: String) -> [UInt8] {
    field(1, Array(name.utf8)) + field(4, Array(value.utf8)) + field(20, 3)
  }

  static func attribute(_ name: String, tensor: [UInt8]) -> [UInt8] {
    field(1, Array(name.utf8)) + field(5, tensor) + field(20, 4)
  }

  static func attribute(_ name: String, graph: [UInt8]) -> [UInt8] {
    field(1, Array(name.utf8)) + field(6, graph) + field(20, 5)
  }

  /// A declared value; sizes are numbers or names.
  static func value(_ name: String, _ sizes: [any Sendable], type: Int = 1) -> [UInt8] {
    let shape = sizes.flatMap { size in
      field(1, (size as? Int).map { field(1, $0) } ?? field(2, Array("\(size)".utf8)))
    }
    return field(1, Array(name.utf8)) + field(2, field(1, field(1, type) + field(2, shape)))
  }

  /// A tensor with its data in `float_data`.
  static func tensor(_ name: String, _ sizes: [Int], floats: [Float]) -> [UInt8] {
    tensor(
      name, sizes, type: 1, data: field(4, floats.flatMap { littleEndian($0.bitPattern) }))
  }

  /// A tensor with its data in `int64_data`.
  static func tensor(_ name: String, _ sizes: [Int], integers: [Int]) -> [UInt8] {
    tensor(
      name, sizes, type: 7,
      data: field(7, integers.flatMap { varint(UInt64(bitPattern: Int64($0))) }))
  }

  /// A tensor of any type with any data fields.
  static func tensor(_ name: String, _ sizes: [Int], type: Int, data: [UInt8]) -> [UInt8] {
    sizes.flatMap { field(1, $0) } + field(2, type) + field(8, Array(name.utf8)) + data
  }

  /// A tensor in another file.
  static func tensor(
    _ name: String, _ sizes: [Int], external: [(String, String)]
  ) -> [UInt8] {
    let entries = external.flatMap {
      field(13, field(1, Array($0.0.utf8)) + field(2, Array($0.1.utf8)))
    }
    return tensor(name, sizes, type: 1, data: entries + field(14, 1))
  }
}

// The wire format of protobuf.
extension TinyONNX {
  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func field(_ number: Int, _ value: Int) -> [UInt8] {
    varint(UInt64(number) << 3) + varint(UInt64(bitPattern: Int64(value)))
  }

  static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(UInt64(content.count)) + content
  }

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
