import SpikeGraph

extension Pass {
  /// Pooling commutes with a scale and shift per channel (the maximum with positive scales only),
  /// so that they meet the convolution in front of the pool.
  static let moveAffineBeforePooling = Pass(
    "move-affine-before-pooling",
    summary: "moves scale and shift per channel from behind a pool to its front",
    after: ["merge-affines"]
  ) { state throws(ConvertError) in
    let shapes = try state.shapes()
    var isDone = false
    while !isDone {
      isDone = true
      for index in state.graph.nodes.indices {
        let node = state.graph.nodes[index]
        guard case .affine = node.operator,
          let poolIndex = state.graph.producer(of: node.inputs[0]),
          state.graph.soleReader(of: node.inputs[0]) == index,
          let shape = shapes[node.inputs[0]],
          commutes(state.graph.nodes[poolIndex], with: node, shape, state.graph),
          let source = state.graph.producer(of: state.graph.nodes[poolIndex].inputs[0]),
          state.graph.nodes[source].isProjection,
          state.graph.soleReader(of: state.graph.nodes[source].output) == poolIndex
        else { continue }
        state.graph.swap(poolIndex, index)
        isDone = false
        break
      }
    }
  }

  private static func commutes(
    _ pool: Node, with affine: Node, _ shape: Shape, _ graph: Graph
  ) -> Bool {
    let scaleTensor = graph.constant(.scale, of: affine)
    let shiftTensor = graph.constant(.shift, of: affine)
    guard let scale = Broadcasting.channels(scaleTensor, of: shape, absent: 1),
      let shift = Broadcasting.channels(shiftTensor, of: shape, absent: 0),
      // Constants per position would not fit in front of the pool.
      (scaleTensor.map { isPerChannel($0, shape) } ?? true),
      (shiftTensor.map { isPerChannel($0, shape) } ?? true)
    else { return false }
    switch pool.operator {
    case .maxPool: return scale.allSatisfy { $0 > 0 }
    case .averagePool(let geometry):
      let isPadded =
        geometry.padsBefore.contains { $0 > 0 }
        || geometry.padsAfter.contains { $0 > 0 } || geometry.roundsUp
      return !(isPadded && geometry.countsPadding) || shift.allSatisfy { $0 == 0 }
    default: return false
    }
  }

  /// Whether the axes behind the channels have size 1, so that the constant fits any picture size.
  private static func isPerChannel(_ tensor: Tensor, _ shape: Shape) -> Bool {
    tensor.count == 1
      || (tensor.shape.rank == shape.rank
        && tensor.shape.dimensions.dropFirst().allSatisfy { $0 == 1 })
  }
}

extension Graph {
  /// Exchanges a node with the only reader of its value: x → first → second becomes
  /// x → second → first. Value names stay with their places in the chain.
  mutating func swap(_ first: Int, _ second: Int) {
    let middle = nodes[first].output
    let input = nodes[first].inputs
    let output = nodes[second].output
    nodes.swapAt(first, second)
    nodes[first].inputs = input
    nodes[first].output = middle
    nodes[second].inputs = [middle]
    nodes[second].output = output
  }
}
