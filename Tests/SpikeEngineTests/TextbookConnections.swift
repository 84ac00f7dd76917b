import SpikeGraph

/// A linear operator as the list of all its connections: slow, and hard to get wrong.
struct TextbookConnections {
  /// `y[output] += factor · x[input]`, with `factor` the weight of that index where there is one.
  struct Connection {
    var output: Int
    var operand = 0
    var input: Int
    var weight: Int?
    var factor = 1.0
  }

  var list: [Connection] = []
  /// Number of outputs.
  var count: Int

  /// All positions of a shape in row-major order.
  static func positions(_ shape: [Int]) -> [[Int]] {
    var result: [[Int]] = [[]]
    for size in shape { result = result.flatMap { head in (0..<size).map { head + [$0] } } }
    return result
  }

  /// Row-major index of a position.
  static func index(_ position: [Int], _ shape: [Int]) -> Int {
    zip(position, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// The connections of a node, or nil where it is not linear in its inputs.
  init?(
    _ node: Node, inputs: [Shape], output: Shape, weight: Shape?, indices: [Int64]? = nil
  ) {
    count = output.elementCount
    let x = inputs[0].dimensions
    let y = output.dimensions
    switch node.operator {
    case .convolution(let geometry):
      let shape = weight?.dimensions ?? []
      let outputsPerGroup = shape[0] / geometry.groups
      for to in Self.positions(y) {
        for tap in Self.positions(Array(shape.dropFirst(1))) {
          let channel = to[0] / outputsPerGroup * shape[1] + tap[0]
          var from: [Int] = []
          for axis in geometry.kernel.indices {
            let start = to[axis + 1] * geometry.strides[axis] - geometry.padsBefore[axis]
            from.append(start + tap[axis + 1] * geometry.dilations[axis])
          }
          guard zip(from, x.dropFirst()).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
          list.append(
            Connection(
              output: Self.index(to, y), input: Self.index([channel] + from, x),
              weight: Self.index([to[0]] + tap, shape)))
        }
      }
    case .linear:
      let shape = weight?.dimensions ?? []
      for to in Self.positions(y) {
        for i in 0..<shape[1] {
          list.append(
            Connection(
              output: Self.index(to, y), input: Self.index(to.dropLast() + [i], x),
              weight: (to.last ?? 0) * shape[1] + i))
        }
      }
    case .averagePool(let pooling): addWindows(pooling, x, y, isMean: true)
    case .sumPool(let pooling): addWindows(pooling, x, y, isMean: false)
    case .reshape:
      for i in 0..<count { list.append(Connection(output: i, input: i)) }
    case .transpose(let order):
      for to in Self.positions(y) {
        var from = to
        for axis in order.indices { from[order[axis]] = to[axis] }
        list.append(Connection(output: Self.index(to, y), input: Self.index(from, x)))
      }
    case .pad(let before, _, _):
      for to in Self.positions(y) {
        let from = zip(to, before).map { $0 - $1 }
        guard zip(from, x).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
        list.append(Connection(output: Self.index(to, y), input: Self.index(from, x)))
      }
    case .concatenate(let axis):
      var start = 0
      for (operand, shape) in inputs.enumerated() {
        for from in Self.positions(shape.dimensions) {
          var to = from
          to[axis] += start
          list.append(
            Connection(
              output: Self.index(to, y), operand: operand,
              input: Self.index(from, shape.dimensions)))
        }
        start += shape[axis]
      }
    case .gather(let axis):
      let slices = indices ?? []
      for to in Self.positions(y) {
        var from = to
        from[axis] = Int(slices[to[axis]])
        guard from[axis] >= 0 else { continue }
        list.append(Connection(output: Self.index(to, y), input: Self.index(from, x)))
      }
    case .add:
      for operand in inputs.indices {
        for i in 0..<count { list.append(Connection(output: i, operand: operand, input: i)) }
      }
    default: return nil
    }
  }

  private mutating func addWindows(_ pooling: Pooling, _ x: [Int], _ y: [Int], isMean: Bool) {
    for to in Self.positions(y) {
      let window = Self.window(pooling, at: to, x)
      let divisor = isMean ? Double(pooling.countsPadding ? window.padded : window.inside.count) : 1
      for from in window.inside {
        list.append(
          Connection(
            output: Self.index(to, y), input: Self.index(from, x), factor: 1 / divisor))
      }
    }
  }

  /// The positions of a pooling window, and how many it has with the border.
  static func window(
    _ pooling: Pooling, at to: [Int], _ x: [Int]
  ) -> (inside: [[Int]], padded: Int) {
    var inside: [[Int]] = []
    var padded = 0
    for tap in positions(pooling.kernel) {
      var from: [Int] = []
      for axis in tap.indices {
        let start = to[axis + 1] * pooling.strides[axis] - pooling.padsBefore[axis]
        from.append(start + tap[axis] * pooling.dilations[axis])
      }
      let sizes = Array(x.dropFirst())
      if from.indices.allSatisfy({ from[$0] < sizes[$0] + pooling.padsAfter[$0] }) { padded += 1 }
      if zip(from, sizes).allSatisfy({ $0 >= 0 && $0 < $1 }) { inside.append([to[0]] + from) }
    }
    return (inside, padded)
  }
}
