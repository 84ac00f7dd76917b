import SpikeGraph

extension NIRPrimitive {
  /// `Conv1d`: cross-correlation over one axis.
  static let convolution1 = NIRPrimitive(
    "Conv1d", becomes: "Convolution",
    inputShape: { node throws(NIRError) in try convolutionInput(node, axes: 1) }
  ) { node, shape, _ throws(NIRError) in try convolution(node, shape, axes: 1) }

  /// `Conv2d`: cross-correlation over two axes.
  static let convolution2 = NIRPrimitive(
    "Conv2d", becomes: "Convolution",
    inputShape: { node throws(NIRError) in try convolutionInput(node, axes: 2) }
  ) { node, shape, _ throws(NIRError) in try convolution(node, shape, axes: 2) }

  private static func convolutionInput(_ node: NIRNode, axes: Int) throws(NIRError) -> Shape? {
    let weight = try node.array("weight").shape
    guard node.has("input_shape"), weight.rank == axes + 2 else { return nil }
    let groups = try node.integer("groups", from: 1, default: 1)
    return Shape(
      [weight[1] * groups] + (try node.integers("input_shape", axes: axes, from: 1)))
  }

  private static func convolution(
    _ node: NIRNode, _ input: Shape, axes: Int
  ) throws(NIRError) -> NIRTranslation {
    let weight = try node.tensor("weight")
    guard weight.shape.rank == axes + 2, weight.shape.elementCount > 0 else {
      throw node.error(
        .invalidField,
        "The weight has shape \(weight.shape); allowed are \(axes + 2) axes, [out, in / groups, k…].",
        fix: "write the file with nir.write")
    }
    guard input.rank == axes + 1 else {
      throw node.error(
        .shapeMismatch,
        "The input has shape \(input); \(node.type) takes channels and \(axes) more axes.",
        fix:
          "take a batch axis away from the input, or use the convolution for \(input.rank - 1) axes"
      )
    }
    if node.has("input_shape") {
      let sizes = try node.integers("input_shape", axes: axes, from: 1)
      guard sizes == Array(input.dimensions.dropFirst()) else {
        throw node.error(
          .shapeMismatch,
          "The field 'input_shape' is \(sizes); the layers before give an input of shape \(input).",
          fix: "make the shape of the Input node fit the convolution")
      }
    }
    let kernel = Array(weight.shape.dimensions.dropFirst(2))
    var geometry = Convolution(
      kernel: kernel, strides: try integers(node, "stride", axes, from: 1, default: 1),
      dilations: try integers(node, "dilation", axes, from: 1, default: 1),
      groups: try node.integer("groups", from: 1, default: 1))
    (geometry.padsBefore, geometry.padsAfter) = try pads(node, geometry)
    var parameters: [ParameterRole: Tensor] = [.weight: weight]
    if node.has("bias") {
      parameters[.bias] = try bias(node, outputs: weight.shape[0])
    }
    return NIRTranslation(NIRLayer(operator: .convolution(geometry), parameters: parameters))
  }

  /// Zeros in front of and behind each axis: numbers, `valid` (none) or `same` (as PyTorch: the
  /// output is as large as the input, an odd zero goes behind).
  private static func pads(
    _ node: NIRNode, _ geometry: Convolution
  ) throws(NIRError) -> ([Int], [Int]) {
    let axes = geometry.kernel.count
    switch node.text("padding") {
    case nil:
      let pads = try integers(node, "padding", axes, from: 0, default: 0)
      return (pads, pads)
    case "valid":
      let none = Array(repeating: 0, count: axes)
      return (none, none)
    case "same":
      guard geometry.strides.allSatisfy({ $0 == 1 }) else {
        throw node.error(
          .invalidField,
          "The padding is 'same' with strides \(geometry.strides); allowed is stride 1.",
          fix: "give the padding as numbers")
      }
      let all = geometry.kernel.indices.map { (geometry.kernel[$0] - 1) * geometry.dilations[$0] }
      return (all.map { $0 / 2 }, all.map { $0 - $0 / 2 })
    case let other?:
      throw node.error(
        .invalidField,
        "The padding is '\(other.prefix(32))'; allowed are numbers, 'same' and 'valid'.",
        fix: "give the padding as numbers")
    }
  }

  static func integers(
    _ node: NIRNode, _ field: String, _ axes: Int, from minimum: Int, default value: Int
  ) throws(NIRError) -> [Int] {
    guard node.has(field) else { return Array(repeating: value, count: axes) }
    return try node.integers(field, axes: axes, from: minimum)
  }
}
