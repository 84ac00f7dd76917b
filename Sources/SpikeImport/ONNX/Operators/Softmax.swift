import SpikeGraph

// `Softmax` and `LogSoftmax`, allowed at the end of a network only (the importer checks that).
extension ONNXOperator {
  /// `Softmax` before operator set 13: over everything from an axis on, by default axis 1.
  static let softmax7 = flattening("Softmax", logarithm: false)
  /// `LogSoftmax` before operator set 13.
  static let logSoftmax7 = flattening("LogSoftmax", logarithm: true)
  /// `Softmax` since operator set 13: along one axis, by default the last.
  static let softmax13 = alongAxis("Softmax", logarithm: false)
  /// `LogSoftmax` since operator set 13.
  static let logSoftmax13 = alongAxis("LogSoftmax", logarithm: true)

  private static func flattening(_ name: String, logarithm: Bool) -> ONNXOperator {
    ONNXOperator(
      name, versions: 7...12, inputs: 1...1, attributes: ["axis"],
      becomes: "\(name), at the end of the network"
    ) { node throws(ImportError) in
      let input = try node.activation(0)
      let axis = try node.sampleAxis(try node.integer("axis", default: 1), of: input)
      if axis == input.shape.rank - 1 {
        return .layer(.softmax(axis: axis, logarithm: logarithm), reading: input)
      }
      let sizes = input.shape.dimensions
      let rows = sizes[..<axis].reduce(1, *)
      let matrix = Shape(
        axis == 0 ? [input.shape.elementCount] : [rows, sizes[axis...].reduce(1, *)])
      return .layers(
        [
          ONNXLayer(.reshape(matrix)),
          ONNXLayer(.softmax(axis: matrix.rank - 1, logarithm: logarithm)),
          ONNXLayer(.reshape(input.shape)),
        ], reading: [input])
    }
  }

  private static func alongAxis(_ name: String, logarithm: Bool) -> ONNXOperator {
    ONNXOperator(
      name, versions: 13...newest, inputs: 1...1, attributes: ["axis"],
      becomes: "\(name), at the end of the network"
    ) { node throws(ImportError) in
      let input = try node.activation(0)
      let axis = try node.sampleAxis(try node.integer("axis", default: -1), of: input)
      return .layer(.softmax(axis: axis, logarithm: logarithm), reading: input)
    }
  }
}
