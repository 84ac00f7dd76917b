import SpikeGraph

extension ONNXOperator {
  /// `ConvTranspose`: the convolution with the mirrored kernel over the input with zeros between its
  /// elements (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016).
  static let convTranspose = ONNXOperator(
    "ConvTranspose", versions: 1...newest, inputs: 2...3,
    attributes: ONNXWindow.attributes + ["group", "output_padding", "output_shape"],
    becomes: "Convolution of the input with zeros in between (Gather)"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let weight = try node.constant(1)
    var geometry = try node.convolution(weight, input.shape)
    guard weight.tensor.shape[0] == input.shape[0], input.shape[0] % geometry.groups == 0 else {
      throw node.error(
        .shapeMismatch,
        "The weight '\(weight.name)' \(weight.tensor.shape) does not fit an input \(input.shape).",
        fix: "export the model again")
    }
    let (before, after) = try node.transposedPads(geometry, input.shape)
    var sketch = ONNXSketch(for: node)
    var value = ONNXSketch.Value(input)
    for axis in geometry.kernel.indices {
      let reach = (geometry.kernel[axis] - 1) * geometry.dilations[axis]
      let (front, back) = (reach - before[axis], reach - after[axis])
      let (size, step) = (input.shape[axis + 1], geometry.strides[axis])
      geometry.strides[axis] = 1
      geometry.padsBefore[axis] = step == 1 && front >= 0 && back >= 0 ? front : 0
      geometry.padsAfter[axis] = step == 1 && front >= 0 && back >= 0 ? back : 0
      if step == 1 && front >= 0 && back >= 0 { continue }
      let count = front + (size - 1) * step + 1 + back
      guard (1...ONNXLimits.elements).contains(count) else {
        throw node.error(.shapeMismatch, "Nothing is left of axis \(axis).", fix: "export again")
      }
      value = sketch.taken(
        value, axis: axis + 1,
        (0..<count).map { place in
          let source = place - front
          return source >= 0 && source % step == 0 && source / step < size ? source / step : -1
        })
    }
    return sketch.translation(
      try sketch.convolution(
        value, geometry,
        weight: weight.derived("mirrored", mirrored(weight.tensor, geometry.groups)),
        bias: try node.optionalConstant(2), for: node))
  }

  /// `[I, O/groups, k…]` as `[O, I/groups, k…]` with the kernel back to front.
  private static func mirrored(_ weight: Tensor, _ groups: Int) -> Tensor {
    let (inputs, outputs) = (weight.shape[0] / groups, weight.shape[1])
    let taps = weight.shape.dimensions.dropFirst(2).reduce(1, *)
    let values = weight.floats()
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for group in 0..<groups {
      for output in 0..<outputs {
        for input in 0..<inputs {
          let start = ((group * inputs + input) * outputs + output) * taps
          result += values[start..<start + taps].reversed()
        }
      }
    }
    return Tensor(
      result, shape: Shape([groups * outputs, inputs] + weight.shape.dimensions.dropFirst(2)))
  }
}

extension ONNXNode {
  /// How much of the full result goes away at both ends (ONNX operators, "ConvTranspose").
  fileprivate func transposedPads(
    _ geometry: Convolution, _ input: Shape
  ) throws(ImportError) -> (before: [Int], after: [Int]) {
    let axes = geometry.kernel.count
    let extra = try integers("output_padding") ?? Array(repeating: 0, count: axes)
    guard extra.count == axes, extra.allSatisfy({ (0...ONNXLimits.window).contains($0) }) else {
      throw wrongValue("output_padding", "\(extra)", "\(axes) numbers of 0 or more")
    }
    let automatic = try text("auto_pad", default: "NOTSET")
    var wanted = try integers("output_shape").map { Array($0.suffix(axes)) }
    if wanted == nil, automatic.hasPrefix("SAME") {
      wanted = (0..<axes).map { input[$0 + 1] * geometry.strides[$0] }
    }
    guard let wanted else {
      let before = automatic == "VALID" ? extra.map { _ in 0 } : geometry.padsBefore
      let after = automatic == "VALID" ? extra.map { _ in 0 } : geometry.padsAfter
      return (before, zip(after, extra).map { $0 - $1 })
    }
    guard wanted.count == axes, wanted.allSatisfy({ (1...ONNXLimits.elements).contains($0) }) else {
      throw wrongValue("output_shape", "\(wanted)", "\(axes) sizes of 1 or more")
    }
    var (before, after) = ([Int](), [Int]())
    for axis in 0..<axes {
      let full =
        geometry.strides[axis] * (input[axis + 1] - 1) + extra[axis]
        + (geometry.kernel[axis] - 1) * geometry.dilations[axis] + 1
      let total = full - wanted[axis]
      let first = automatic == "SAME_UPPER" || total < 0 ? total / 2 : total - total / 2
      before.append(max(first, 0))
      after.append(total - max(first, 0) - extra[axis])
    }
    return (before, after)
  }
}
