import SpikeGraph

// Pooling over one or two spatial axes.
extension ONNXOperator {
  /// `MaxPool`; the second output (indices) is not supported.
  static let maxPool = ONNXOperator(
    "MaxPool", versions: 7...newest, inputs: 1...1,
    attributes: ONNXWindow.attributes + ["ceil_mode", "storage_order"],
    becomes: "MaxPool, 1-D and 2-D"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    guard try !node.flag("storage_order") else { throw node.wrongValue("storage_order", "1", "0") }
    return .layer(.maxPool(try node.pooling(input)), reading: input)
  }

  /// `AveragePool`, with or without the border in the mean.
  static let averagePool = ONNXOperator(
    "AveragePool", versions: 7...newest, inputs: 1...1,
    attributes: ONNXWindow.attributes + ["ceil_mode", "count_include_pad"],
    becomes: "AveragePool, 1-D and 2-D"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    return .layer(.averagePool(try node.pooling(input)), reading: input)
  }

  /// `GlobalAveragePool`: the mean over all spatial axes, which stay with size 1.
  static let globalAveragePool = ONNXOperator(
    "GlobalAveragePool", versions: 7...newest, inputs: 1...1,
    becomes: "AveragePool of the whole map"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    return .layer(.averagePool(try node.wholeMap(input)), reading: input)
  }

  /// `GlobalMaxPool`: the maximum over all spatial axes, which stay with size 1.
  static let globalMaxPool = ONNXOperator(
    "GlobalMaxPool", versions: 7...newest, inputs: 1...1, becomes: "MaxPool of the whole map"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    return .layer(.maxPool(try node.wholeMap(input)), reading: input)
  }
}

extension ONNXNode {
  fileprivate func pooling(_ input: ONNXActivation) throws(ImportError) -> Pooling {
    let window = try ONNXWindow(of: self, kernel: nil, input: input.shape)
    return Pooling(
      kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter, dilations: window.dilations,
      roundsUp: try flag("ceil_mode"), countsPadding: try flag("count_include_pad"))
  }

  fileprivate func wholeMap(_ input: ONNXActivation) throws(ImportError) -> Pooling {
    guard (2...3).contains(input.shape.rank), !input.shape.dimensions.contains(0) else {
      throw error(
        .unsupportedUse,
        "The input has the shape \(input.shape) (without batch); [C, L] or [C, H, W] is allowed.",
        fix: "use inputs with one or two spatial axes")
    }
    return Pooling(kernel: Array(input.shape.dimensions.dropFirst()))
  }
}
