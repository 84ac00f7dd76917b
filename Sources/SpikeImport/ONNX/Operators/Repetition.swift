import SpikeGraph

// `Expand` and `Tile`: elements repeated along axes.
extension ONNXOperator {
  /// `Expand` to a shape that the input broadcasts to.
  static let expand = ONNXOperator(
    "Expand", versions: 8...newest, inputs: 2...2,
    becomes: "Gather along the repeated axes; folded for constants"
  ) { node throws(ImportError) in
    guard let target = try node.integers(input: 1), target.count <= ONNXLimits.rank,
      target.allSatisfy({ $0 >= 0 })
    else { throw node.error(.invalidNode, "The target shape is missing or has negative sizes.") }
    if case .constant(let constant)? = node.operand(0) {
      guard let shape = constant.tensor.shape.broadcast(with: Shape(target)) else {
        throw node.error(
          .shapeMismatch, "\(constant.tensor.shape) does not broadcast to \(target).")
      }
      try node.checkFolded(shape, from: [constant])
      return .constant(ConstantFolding.broadcast(constant.tensor, to: shape))
    }
    let input = try node.activation(0)
    let rank = input.shape.rank
    guard target.count <= rank + 1,
      target.count <= rank || [1, node.batchSize ?? 1].contains(target[0])
    else { throw node.batchError("expands the batch to \(target)") }
    guard let shape = input.shape.broadcast(with: Shape(Array(target.suffix(rank)))) else {
      throw node.error(.shapeMismatch, "\(input.shape) does not broadcast to \(target).")
    }
    var sketch = ONNXSketch(for: node)
    return sketch.translation(sketch.expanded(ONNXSketch.Value(input), to: shape))
  }

  /// `Tile` with a number of repetitions along one axis, before operator set 6.
  static let tile1 = ONNXOperator(
    "Tile", versions: 1...5, inputs: 3...3,
    becomes: "Gather along the repeated axis; folded for constants"
  ) { node throws(ImportError) in
    guard let count = try node.integers(input: 1)?.first,
      let axis = try node.integers(input: 2)?.first
    else { throw node.error(.invalidNode, "Tiles or axis are missing.") }
    let rank = try node.fullRank(of: 0)
    var repeats = Array(repeating: 1, count: rank)
    repeats[try node.axis(axis, rank: rank)] = count
    return try node.tiled(repeats)
  }

  /// `Tile` with a number of repetitions for every axis.
  static let tile6 = ONNXOperator(
    "Tile", versions: 6...newest, inputs: 2...2,
    becomes: "Gather along the repeated axes; folded for constants"
  ) { node throws(ImportError) in
    try node.tiled(try node.integers(input: 1) ?? [])
  }
}

extension ONNXNode {
  /// Number of axes of an operand with the batch.
  func fullRank(of index: Int) throws(ImportError) -> Int {
    if case .constant(let constant)? = operand(index) { return constant.tensor.shape.rank }
    return try activation(index).shape.rank + 1
  }

  fileprivate func tiled(_ repeats: [Int]) throws(ImportError) -> ONNXTranslation {
    guard repeats.count == (try fullRank(of: 0)),
      repeats.allSatisfy({ (1...ONNXLimits.window).contains($0) })
    else { throw wrongValue("repeats", "\(repeats)", "one number of 1 or more for each axis") }
    func slices(_ size: Int, _ count: Int) throws(ImportError) -> [Int] {
      guard size.multipliedReportingOverflow(by: count).partialValue <= ONNXLimits.foldedElements
      else {
        throw error(.tooLarge, "An axis of \(size) is repeated \(count) times.")
      }
      return (0..<size * count).map { $0 % size }
    }
    if case .constant(let constant)? = operand(0) {
      var tensor = constant.tensor
      for (axis, count) in repeats.enumerated() where count > 1 {
        let part = try slices(tensor.shape[axis], count)
        var sizes = tensor.shape.dimensions
        sizes[axis] = part.count
        try checkFolded(Shape(sizes), from: [constant])
        tensor = ConstantFolding.taken(tensor, indices: part, shape: [part.count], axis: axis)
      }
      return .constant(tensor)
    }
    guard repeats[0] == 1 else { throw batchError("repeats the batch") }
    var sketch = ONNXSketch(for: self)
    var value = ONNXSketch.Value(try activation(0))
    for (axis, count) in repeats.dropFirst().enumerated() where count > 1 {
      value = sketch.taken(value, axis: axis, try slices(value.shape[axis], count))
    }
    return sketch.translation(value)
  }
}
