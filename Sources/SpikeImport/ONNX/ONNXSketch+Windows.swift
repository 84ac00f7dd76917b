import SpikeGraph

// Convolutions and pools over any number of axes, in the one- and two-dimensional ones of the graph.
extension ONNXSketch {
  /// A convolution over one, two or three axes.
  ///
  /// A third axis in front is folded into the channels: a weight over `[kD, kH, kW]` becomes one over
  /// `[kH, kW]` between all pairs of depths, 0 where they are too far apart.
  mutating func convolution(
    _ x: Value, _ geometry: Convolution, weight: ONNXConstant, bias: ONNXConstant?,
    for node: ONNXNode
  ) throws(ImportError) -> Value {
    var parameters = [ParameterRole.weight: weight]
    parameters[.bias] = bias
    let outputs = weight.tensor.shape[0]
    guard let sizes = geometry.outputSizes(for: Array(x.shape.dimensions.dropFirst())) else {
      throw node.error(
        .shapeMismatch, "The kernel \(geometry.kernel) does not fit \(x.shape).",
        fix: "check the --input-shape")
    }
    guard geometry.kernel.count == 3 else {
      return add(
        .convolution(geometry), parameters, x, shape: Shape([outputs] + sizes))
    }
    let depth = x.shape[1]
    let folded = Shape(
      [outputs * sizes[0], weight.tensor.shape[1] * depth] + geometry.kernel.dropFirst())
    try node.checkFolded(folded, from: [weight])
    let wide = weight.derived(
      "depth\(depth)", ONNXSketch.unrolled(weight.tensor, geometry, depth, sizes[0], folded))
    parameters[.weight] = wide
    if let bias {
      let values = bias.tensor.floats().flatMap { Array(repeating: $0, count: sizes[0]) }
      parameters[.bias] = bias.derived(
        "depth\(sizes[0])", Tensor(values, shape: [values.count]))
    }
    let plane = reshaped(x, to: Shape([x.shape[0] * depth] + x.shape.dimensions.dropFirst(2)))
    let flat = add(
      .convolution(
        Convolution(
          kernel: Array(geometry.kernel.dropFirst()), strides: Array(geometry.strides.dropFirst()),
          padsBefore: Array(geometry.padsBefore.dropFirst()),
          padsAfter: Array(geometry.padsAfter.dropFirst()),
          dilations: Array(geometry.dilations.dropFirst()), groups: geometry.groups)),
      parameters, plane, shape: Shape([outputs * sizes[0]] + sizes.dropFirst()))
    return reshaped(flat, to: Shape([outputs] + sizes))
  }

  /// `[O, I, kD, …]` as `[O · outputs, I · depth, …]`.
  private static func unrolled(
    _ weight: Tensor, _ geometry: Convolution, _ depth: Int, _ outputs: Int, _ shape: Shape
  ) -> Tensor {
    let taps = geometry.kernel.dropFirst().reduce(1, *)
    let values = weight.floats()
    var result = Array(repeating: Float(0), count: shape.elementCount)
    for pair in 0..<weight.shape[0] * weight.shape[1] {
      let (output, input) = (pair / weight.shape[1], pair % weight.shape[1])
      for target in 0..<outputs {
        for tap in 0..<geometry.kernel[0] {
          let source =
            target * geometry.strides[0] - geometry.padsBefore[0] + tap * geometry.dilations[0]
          guard (0..<depth).contains(source) else { continue }
          let from = (pair * geometry.kernel[0] + tap) * taps
          let row = output * outputs + target
          let to = (row * shape[1] + input * depth + source) * taps
          for place in 0..<taps { result[to + place] = values[from + place] }
        }
      }
    }
    return Tensor(result, shape: shape)
  }

  /// A pool over any number of axes: the last two together, those in front one by one. Maxima, sums
  /// and means of windows are separable; so are the numbers of elements in them.
  mutating func pooled(
    _ x: Value, _ pooling: Pooling, _ pool: (Pooling) -> Operator, for node: ONNXNode
  ) throws(ImportError) -> Value {
    guard let sizes = pooling.outputSizes(for: Array(x.shape.dimensions.dropFirst())) else {
      throw node.error(
        .shapeMismatch, "The window \(pooling.kernel) does not fit \(x.shape).",
        fix: "check the --input-shape")
    }
    let axes = pooling.kernel.count
    if axes <= 2 {
      return add(pool(pooling), [:], x, shape: Shape([x.shape[0]] + sizes))
    }
    let front = x.shape.dimensions.dropLast(2)
    let plane = reshaped(x, to: Shape([front.reduce(1, *)] + x.shape.dimensions.suffix(2)))
    var result = add(
      pool(pooling.part(axes - 2..<axes)), [:], plane,
      shape: Shape([plane.shape[0]] + sizes.suffix(2)))
    var shape = Array(front) + sizes.suffix(2)
    for axis in 0..<axes - 2 {
      let outer = shape[...axis].reduce(1, *)
      let inner = shape[(axis + 2)...].reduce(1, *)
      let lines = reshaped(result, to: [outer, shape[axis + 1], inner])
      var line = pooling.part(axis..<axis + 1)
      line.kernel.append(1)
      line.strides.append(1)
      line.padsBefore.append(0)
      line.padsAfter.append(0)
      line.dilations.append(1)
      result = add(pool(line), [:], lines, shape: [outer, sizes[axis], inner])
      shape[axis + 1] = sizes[axis]
    }
    return reshaped(result, to: Shape(shape))
  }
}

extension Pooling {
  /// The same over some of the axes.
  fileprivate func part(_ axes: Range<Int>) -> Pooling {
    Pooling(
      kernel: Array(kernel[axes]), strides: Array(strides[axes]),
      padsBefore: Array(padsBefore[axes]), padsAfter: Array(padsAfter[axes]),
      dilations: Array(dilations[axes]), roundsUp: roundsUp, countsPadding: countsPadding)
  }
}
