import SpikeGraph

/// Arithmetic on constants: what exporters emit to compute shapes, and weights that a node
/// rearranges before use. Values are float32 or int64; elements are in row-major order.
enum ConstantFolding {
  /// Axes in another order; `order[i]` is the axis that becomes axis i.
  /// - Complexity: O(elements).
  static func transposed(_ tensor: Tensor, order: [Int]) -> Tensor {
    let shape = Shape(order.map { tensor.shape[$0] })
    let steps = rowMajorSteps(tensor.shape)
    return gathered(tensor, shape: shape, steps: order.map { steps[$0] }, start: 0)
  }

  /// A part of each axis: `starts[i] + k · strides[i]` for k below `shape[i]`, all inside.
  static func strided(
    _ tensor: Tensor, starts: [Int], strides: [Int], shape: Shape
  ) -> Tensor {
    let steps = rowMajorSteps(tensor.shape)
    let start = zip(starts, steps).reduce(0) { $0 + $1.0 * $1.1 }
    return gathered(
      tensor, shape: shape, steps: zip(steps, strides).map { $0 * $1 }, start: start)
  }

  /// The tensor repeated to a shape that it broadcasts to.
  static func broadcast(_ tensor: Tensor, to shape: Shape) -> Tensor {
    if tensor.shape == shape { return tensor }
    let missing = shape.rank - tensor.shape.rank
    let own = rowMajorSteps(tensor.shape)
    let steps = shape.dimensions.indices.map { axis in
      axis < missing || tensor.shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
    return gathered(tensor, shape: shape, steps: steps, start: 0)
  }

  /// Slices `indices` of one axis; all indices are inside.
  static func taken(_ tensor: Tensor, indices: [Int], shape indexShape: Shape, axis: Int) -> Tensor
  {
    let sizes = tensor.shape.dimensions
    let inner = sizes[(axis + 1)...].reduce(1, *)
    let outer = sizes[..<axis].reduce(1, *)
    let shape = Shape(sizes[..<axis] + indexShape.dimensions + sizes[(axis + 1)...])
    func blocks<Element>(_ values: [Element]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(outer * indices.count * inner)
      for block in 0..<outer {
        for index in indices {
          let start = (block * sizes[axis] + index) * inner
          result.append(contentsOf: values[start..<start + inner])
        }
      }
      return result
    }
    return tensor.elementType.isFloat
      ? Tensor(blocks(tensor.floats()), shape: shape)
      : Tensor(integers: blocks(tensor.integers()), shape: shape)
  }

  /// Tensors of equal sizes joined along an axis.
  static func joined(_ tensors: [Tensor], axis: Int) -> Tensor {
    var sizes = tensors[0].shape.dimensions
    sizes[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    let outer = sizes[..<axis].reduce(1, *)
    func blocks<Element>(_ values: [[Element]]) -> [Element] {
      var result: [Element] = []
      for block in 0..<outer {
        for part in values {
          let length = outer == 0 ? 0 : part.count / outer
          result.append(contentsOf: part[block * length..<(block + 1) * length])
        }
      }
      return result
    }
    return tensors.contains { $0.elementType.isFloat }
      ? Tensor(blocks(tensors.map { $0.floats() }), shape: Shape(sizes))
      : Tensor(integers: blocks(tensors.map { $0.integers() }), shape: Shape(sizes))
  }

  /// Elements of two tensors combined after broadcasting to `shape`.
  static func combined(
    _ first: Tensor, _ second: Tensor, shape: Shape, floats: (Float, Float) -> Float,
    integers: (Int64, Int64) -> Int64
  ) -> Tensor {
    let first = broadcast(first, to: shape)
    let second = broadcast(second, to: shape)
    if first.elementType.isFloat || second.elementType.isFloat {
      return Tensor(zip(first.floats(), second.floats()).map(floats), shape: shape)
    }
    return Tensor(
      integers: zip(first.integers(), second.integers()).map(integers), shape: shape)
  }

  /// Distance of neighbours along each axis in row-major order.
  static func rowMajorSteps(_ shape: Shape) -> [Int] {
    var steps = shape.dimensions.map { _ in 1 }
    for axis in shape.dimensions.indices.dropLast().reversed() {
      steps[axis] = steps[axis + 1] * shape[axis + 1]
    }
    return steps
  }

  private static func gathered(
    _ tensor: Tensor, shape: Shape, steps: [Int], start: Int
  ) -> Tensor {
    tensor.elementType.isFloat
      ? Tensor(picked(tensor.floats(), shape, steps, start), shape: shape)
      : Tensor(integers: picked(tensor.integers(), shape, steps, start), shape: shape)
  }

  /// The elements `start + Σ index[i] · steps[i]` for all indices of `shape` in row-major order.
  private static func picked<Element>(
    _ values: [Element], _ shape: Shape, _ steps: [Int], _ start: Int
  ) -> [Element] {
    let count = shape.elementCount
    var result: [Element] = []
    result.reserveCapacity(count)
    guard count > 0 else { return result }
    guard let row = shape.dimensions.last, let step = steps.last else { return [values[start]] }
    var index = shape.dimensions.map { _ in 0 }
    var place = start
    while true {
      for column in 0..<row { result.append(values[place + column * step]) }
      var axis = shape.rank - 2
      while axis >= 0 {
        index[axis] += 1
        place += steps[axis]
        if index[axis] < shape[axis] { break }
        place -= steps[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
