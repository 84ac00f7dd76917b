import SpikeGraph

extension ONNXOperator {
  /// `Transpose` that leaves the batch as axis 0.
  static let transpose = ONNXOperator(
    "Transpose", versions: 1...newest, inputs: 1...1, attributes: ["perm"],
    becomes: "Transpose that keeps the batch as axis 0"
  ) { node throws(ImportError) in
    switch node.operand(0) {
    case .constant(let constant)?:
      let rank = constant.tensor.shape.rank
      let order = try node.integers("perm") ?? Array((0..<rank).reversed())
      try node.checkPermutation(order, rank: rank)
      return .constant(ConstantFolding.transposed(constant.tensor, order: order))
    default:
      let input = try node.activation(0)
      let rank = input.shape.rank + 1
      let order = try node.integers("perm") ?? Array((0..<rank).reversed())
      try node.checkPermutation(order, rank: rank)
      guard order[0] == 0 else { throw node.batchError("moves the batch axis (perm \(order))") }
      let inner = order.dropFirst().map { $0 - 1 }
      if inner == Array(0..<inner.count) { return .operand(0) }
      return .layer(.transpose(order: inner), reading: input)
    }
  }
}

extension ONNXNode {
  fileprivate func checkPermutation(_ order: [Int], rank: Int) throws(ImportError) {
    guard order.sorted() == Array(0..<rank) else {
      throw wrongValue("perm", "\(order)", "an order of 0…\(rank - 1)")
    }
  }
}
