import SpikeCompute
import SpikeGraph

/// Elements in another order, by a map that is made once: transposes, borders, and reshapes whose
/// reader needs the other order.
struct GatherPlan: LayerPlan {
  /// For each place of the output, the place in the input, or -1 for the constant.
  var map: MovementMap
  var constant: Float

  init(_ map: [Int32], inputElements: Int, constant: Float = 0) {
    self.map = MovementMap(map.map(Int.init), sourceBlocks: inputElements)
    self.constant = constant
  }

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    GatherLayer(plan: self, memory: memory)
  }

  /// The map of a transposition: output axis i is input axis `order[i]`.
  static func transposing(_ shape: Shape, order: [Int]) -> [Int32] {
    let strides = rowMajorStrides(shape)
    let target = Shape(order.map { shape[$0] })
    return map(from: shape, to: target) { index in
      zip(index, order).reduce(0) { $0 + $1.0 * strides[$1.1] }
    }
  }

  /// The map of slices of one axis; -1 is a slice of the constant.
  static func taking(_ slices: [Int], of shape: Shape, axis: Int) -> [Int32] {
    let strides = rowMajorStrides(shape)
    var sizes = shape.dimensions
    sizes[axis] = slices.count
    return map(from: shape, to: Shape(sizes)) { index in
      var source = 0
      for (place, position) in index.enumerated() {
        let slice = place == axis ? slices[position] : position
        guard slice >= 0 else { return nil }
        source += slice * strides[place]
      }
      return source
    }
  }

  /// The map of a border; negative pads cut.
  static func padding(_ shape: Shape, to target: Shape, before: [Int]) -> [Int32] {
    let strides = rowMajorStrides(shape)
    return map(from: shape, to: target) { index in
      var source = 0
      for axis in index.indices {
        let position = index[axis] - before[axis]
        guard (0..<shape[axis]).contains(position) else { return nil }
        source += position * strides[axis]
      }
      return source
    }
  }

  private static func rowMajorStrides(_ shape: Shape) -> [Int] {
    var strides = shape.dimensions.map { _ in 1 }
    for axis in strides.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// A map in memory order from a function on row-major positions.
  private static func map(
    from source: Shape, to target: Shape, _ sourceIndex: ([Int]) -> Int?
  ) -> [Int32] {
    let places = MemoryOrder.places(of: source)
    let strides = rowMajorStrides(target)
    return MemoryOrder.rowMajorIndices(of: target).map { flat in
      let index = strides.indices.map { Int(flat) / strides[$0] % max(target[$0], 1) }
      return sourceIndex(index).map { places[$0] } ?? -1
    }
  }
}

private final class GatherLayer: Layer {
  private let plan: GatherPlan
  private let memory: LayerMemory
  private let rows: Int

  init(plan: GatherPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    rows = memory.output.count / max(plan.map.entries, 1)
  }

  func forward() {
    Kernels.gather(
      plan.map, rows: rows, from: memory.inputs[0], into: memory.output, constant: plan.constant)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    result.fill(0)
    Kernels.scatterAdd(plan.map, rows: rows, from: gradient, into: result)
  }
}
