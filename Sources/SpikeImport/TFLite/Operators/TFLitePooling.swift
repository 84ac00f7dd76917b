import SpikeGraph

extension TFLiteOperator {
  /// `AVERAGE_POOL_2D`; a border does not count.
  static let averagePool = TFLiteOperator(
    "AVERAGE_POOL_2D", 1, options: 5, inputs: 1...1, becomes: "AveragePool"
  ) { translator, node throws(TFLiteError) in
    try translator.pooled(node) { .averagePool($0) }
  }

  /// `MAX_POOL_2D`.
  static let maxPool = TFLiteOperator(
    "MAX_POOL_2D", 17, options: 5, inputs: 1...1, becomes: "MaxPool"
  ) { translator, node throws(TFLiteError) in
    try translator.pooled(node) { .maxPool($0) }
  }

  /// `MEAN` over axes of space.
  static let mean = TFLiteOperator(
    "MEAN", 40, options: 27, inputs: 2...2, becomes: "AveragePool, and Reshape where axes vanish"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let rank = x.value.shape.rank
    var kernel = Array(repeating: 1, count: max(0, rank - 1))
    for axis in try node.integers(1) {
      let place = try translator.sampleAxis(axis, rank: rank, node)
      guard (2...3).contains(rank), place < rank - 1 else {
        throw node.error(
          .unsupportedUse,
          "The mean over axis \(axis) of \(x.value.shape) (without batch) is not one over space.",
          fix: "take the mean over the axes of an image only")
      }
      kernel[place] = x.value.shape[place]
    }
    let keepsAxes = try node.byte(0, "keep_dims", in: 0...1) == 1
    let kept = x.value.shape.dimensions.indices.filter { $0 == rank - 1 || kernel[$0] == 1 }
    let shape = Shape(kept.map { x.value.shape[$0] })
    let made = try translator.build(node) { builder throws(GraphError) in
      let pooled = try builder.appendSpatial(
        .averagePool(Pooling(kernel: kernel)), node.name, reading: x.value)
      return keepsAxes ? pooled : try builder.reshape(pooled, to: shape, "\(node.name).flat")
    }
    return try translator.settle(made, factors: x.step.map { [$0] }, isMovement: true, node)
  }
}

extension TFLiteTranslator {
  fileprivate mutating func pooled(
    _ node: TFLiteNode, _ operation: (Pooling) -> Operator
  ) throws(TFLiteError) -> TFLiteValue {
    let x = try node.activation(0)
    guard x.value.shape.rank == 3 else {
      throw node.error(
        .shapeMismatch,
        "The input has the shape \(x.value.shape) (without batch); allowed is an image.",
        fix: "convert the model again")
    }
    let sizes = 1...65_536
    let window = try node.window(
      x,
      kernel: [
        try node.integer(4, "window", in: sizes), try node.integer(3, "window", in: sizes),
      ], dilationField: nil)
    let pooling = Pooling(
      kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter)
    let bounds = try node.fusedActivation(5)
    let made = try build(node) { builder throws(GraphError) in
      try builder.appendSpatial(operation(pooling), node.name, reading: x.value)
    }
    if bounds == .none, case .maxPool = operation(pooling) {
      return try settleMoved(made, like: x, node)
    }
    return try settle(
      made, factors: x.step.map { [$0] }, bounds: bounds, isMovement: true, node)
  }
}
