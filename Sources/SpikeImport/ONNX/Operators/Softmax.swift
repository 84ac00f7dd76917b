import SpikeGraph

// `Softmax` and `LogSoftmax`, allowed at the end of a network only (the importer checks that).
extension ONNXOperator {
  /// `Softmax` before operator set 13: over everything from an axis on, by default axis 1.
  static let softmax1 = flattening("Softmax", logarithm: false)
  /// `LogSoftmax` before operator set 13.
  static let logSoftmax1 = flattening("LogSoftmax", logarithm: true)
  /// `Softmax` since operator set 13: along one axis, by default the last.
  static let softmax13 = alongAxis("Softmax", logarithm: false)
  /// `LogSoftmax` since operator set 13.
  static let logSoftmax13 = alongAxis("LogSoftmax", logarithm: true)

  private static func flattening(_ name: String, logarithm: Bool) -> ONNXOperator {
    ONNXOperator(
      name, versions: 1...12, inputs: 1...1, attributes: ["axis"],
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
      let given = try node.integer("axis", default: -1)
      if case .constant(let constant)? = node.operand(0) {
        let axis = try node.axis(given, rank: constant.tensor.shape.rank)
        return .constant(shares(constant.tensor, axis, logarithm: logarithm))
      }
      let input = try node.activation(0)
      let axis = try node.sampleAxis(given, of: input)
      return .layer(.softmax(axis: axis, logarithm: logarithm), reading: input)
    }
  }

  /// Softmax of a constant along an axis.
  private static func shares(_ tensor: Tensor, _ axis: Int, logarithm: Bool) -> Tensor {
    let exponential = Pointwise(.exponential)
    let top = ConstantFolding.reduced(tensor, axes: [axis]) { $0.max() ?? 0 }
    func minus(_ a: Tensor, _ b: Tensor) -> Tensor {
      ConstantFolding.combined(
        a, b, shape: tensor.shape, floats: { $0 - $1 }, integers: { $0 &- $1 })
    }
    let centred = minus(Tensor(tensor.floats(), shape: tensor.shape), top)
    let sums = ConstantFolding.reduced(centred.mapped { exponential($0) }, axes: [axis]) {
      $0.reduce(0, +)
    }
    let result = minus(centred, sums.mapped { Pointwise(.logarithm)($0) })
    return logarithm ? result : result.mapped { exponential($0) }
  }
}
