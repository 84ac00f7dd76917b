import SpikeGraph

// Axes. An ONNX activation has the batch as axis 0; the graph leaves it out. Everything that would
// move, merge or reduce the batch axis is refused here.
extension ONNXNode {
  /// An axis counted from the front; `axis` may count from the back.
  func axis(_ axis: Int, rank: Int) throws(ImportError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw error(
        .invalidAttribute, "Axis \(axis) is outside a value of rank \(rank).",
        fix: "export the model again")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// An axis of an activation as an axis of its sample (without batch).
  func sampleAxis(_ axis: Int, of activation: ONNXActivation) throws(ImportError) -> Int {
    let full = try self.axis(axis, rank: activation.shape.rank + 1)
    guard full > 0 else {
      throw batchError("works along the batch axis (axis 0)")
    }
    return full - 1
  }

  /// The error for a node that does not treat every sample by itself.
  func batchError(_ what: String) -> ImportError {
    error(
      .batchAxis, "The node \(what); sfconv handles each sample by itself.",
      fix: "export the model with the batch as axis 0 of every activation, or cut it with --until")
  }

  /// Axes without repetition, counted from the front.
  func axes(_ axes: [Int], rank: Int) throws(ImportError) -> [Int] {
    var result: Set<Int> = []
    guard axes.count <= rank else {
      throw wrongValue("axes", "\(axes.count) axes", "at most \(rank)")
    }
    for axis in axes {
      guard result.insert(try self.axis(axis, rank: rank)).inserted else {
        throw wrongValue("axes", "\(axes)", "each axis once")
      }
    }
    return result.sorted()
  }
}
