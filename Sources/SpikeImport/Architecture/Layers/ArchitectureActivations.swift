import SpikeGraph

extension ArchitectureKind {
  static let relu = ArchitectureKind(name: "relu", keys: []) {
    layer, inputs, builder throws(ArchitectureError) in
    builder.put(.relu, layer, inputs, shape: inputs[0].shape)
  }

  static let leakyRelu = ArchitectureKind(name: "leakyRelu", keys: ["slope"]) {
    layer, inputs, builder throws(ArchitectureError) in
    let slope = try layer.object.number("slope", 0...1, "are numbers from 0 to 1") ?? 0.01
    return builder.put(.leakyRelu(alpha: Float(slope)), layer, inputs, shape: inputs[0].shape)
  }

  static let clip = ArchitectureKind(name: "clip", keys: ["minimum", "maximum"]) {
    layer, inputs, builder throws(ArchitectureError) in
    let numbers = -1e30...1e30
    let minimum = try layer.object.number("minimum", numbers, "are finite numbers") ?? 0
    _ = try layer.object.required("maximum")
    guard let maximum = try layer.object.number("maximum", numbers, "are finite numbers"),
      minimum < maximum
    else { throw layer.object.invalid("maximum", allowed: "are numbers above the minimum") }
    return builder.put(
      .clip(minimum: Float(minimum), maximum: Float(maximum)), layer, inputs,
      shape: inputs[0].shape)
  }

  /// At the end of a network.
  static let softmax = ArchitectureKind(name: "softmax", keys: ["logarithm"]) {
    layer, inputs, builder throws(ArchitectureError) in
    let isLogarithm = try layer.object.flag("logarithm", default: false)
    guard inputs[0].shape.rank == 1 else { throw layer.unfit(inputs[0].shape) }
    return builder.put(
      .softmax(axis: 0, logarithm: isLogarithm), layer, inputs, shape: inputs[0].shape)
  }

  /// Nothing at inference; kept so that the numbers of an `nn.Sequential` are those of its file.
  static let dropout = ArchitectureKind(name: "dropout", keys: []) {
    _, inputs, _ throws(ArchitectureError) in inputs[0]
  }

  /// The same elements as a vector, in row-major order.
  static let flatten = ArchitectureKind(name: "flatten", keys: []) {
    layer, inputs, builder throws(ArchitectureError) in
    let shape: Shape = [inputs[0].shape.elementCount]
    return builder.put(.reshape(shape), layer, inputs, shape: shape)
  }

  /// The sum of two or more layers of one shape.
  static let add = ArchitectureKind(name: "add", keys: [], joins: true) {
    layer, inputs, builder throws(ArchitectureError) in
    for other in inputs where other.shape != inputs[0].shape {
      throw layer.object.error(
        .shapeMismatch, "inputs", "have the shapes \(inputs[0].shape) and \(other.shape).",
        fix: "make the branches equal in shape")
    }
    return builder.put(.add, layer, inputs, shape: inputs[0].shape)
  }

  /// Channels of several layers behind each other.
  static let concatenate = ArchitectureKind(name: "concatenate", keys: [], joins: true) {
    layer, inputs, builder throws(ArchitectureError) in
    let rest = inputs[0].shape.dimensions.dropFirst()
    var channels = 0
    for input in inputs {
      guard input.shape.dimensions.dropFirst() == rest else {
        throw layer.object.error(
          .shapeMismatch, "inputs", "have the shapes \(inputs[0].shape) and \(input.shape).",
          fix: "make them equal in all axes but the first")
      }
      channels += input.shape[0]
    }
    return builder.put(
      .concatenate(axis: 0), layer, inputs, shape: Shape([channels] + rest))
  }
}
