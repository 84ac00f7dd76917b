import SpikeGraph

// `ReduceMean` over spatial axes: global average pooling as some exporters write it.
extension ONNXOperator {
  /// `ReduceMean` with axes as an attribute, before operator set 18.
  static let reduceMean7 = ONNXOperator(
    "ReduceMean", versions: 7...17, inputs: 1...1, attributes: ["axes", "keepdims"],
    becomes: "AveragePool over spatial axes, and Reshape where axes vanish"
  ) { node throws(ImportError) in
    try node.meanOverSpace(axes: try node.integers("axes"))
  }

  /// `ReduceMean` with axes as an input, since operator set 18.
  static let reduceMean18 = ONNXOperator(
    "ReduceMean", versions: 18...newest, inputs: 1...2,
    attributes: ["keepdims", "noop_with_empty_axes"],
    becomes: "AveragePool over spatial axes, and Reshape where axes vanish"
  ) { node throws(ImportError) in
    let axes = try node.integers(input: 1) ?? []
    if axes.isEmpty, try node.flag("noop_with_empty_axes") { return .operand(0) }
    return try node.meanOverSpace(axes: axes.isEmpty ? nil : axes)
  }
}

extension ONNXNode {
  fileprivate func meanOverSpace(axes: [Int]?) throws(ImportError) -> ONNXTranslation {
    let input = try activation(0)
    let rank = input.shape.rank
    guard let axes, !axes.isEmpty else { throw batchError("takes the mean over the batch axis") }
    var reduced: [Int] = []
    for axis in try self.axes(axes, rank: rank + 1) {
      reduced.append(try sampleAxis(axis, of: input))
    }
    guard (2...3).contains(rank), !reduced.contains(0), !input.shape.dimensions.contains(0) else {
      throw error(
        .unsupportedUse,
        "The mean over axes \(axes) of \(input.shape) (without batch) is not a mean over space.",
        fix: "reduce spatial axes of [N, C, L] or [N, C, H, W] only")
    }
    let kernel = (1..<rank).map { reduced.contains($0) ? input.shape[$0] : 1 }
    var layers = [ONNXLayer(.averagePool(Pooling(kernel: kernel)))]
    if try !flag("keepdims", default: true) {
      let kept = (0..<rank).filter { !reduced.contains($0) }
      layers.append(ONNXLayer(.reshape(Shape(kept.map { input.shape[$0] }))))
    }
    return .layers(layers, reading: [input])
  }
}
