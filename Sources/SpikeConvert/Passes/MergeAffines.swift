import SpikeGraph

extension Pass {
  /// s₂ (s₁ x + t₁) + t₂ = s₁ s₂ x + (s₂ t₁ + t₂).
  static let mergeAffines = Pass(
    "merge-affines", summary: "joins scales and shifts that follow each other",
    after: ["expand-batch-normalization"]
  ) { state throws(ConvertError) in
    let shapes = try state.shapes()
    var index = 0
    while index < state.graph.nodes.count {
      let node = state.graph.nodes[index]
      guard case .affine = node.operator, let next = state.graph.soleReader(of: node.output),
        case .affine = state.graph.nodes[next].operator, let shape = shapes[node.output]
      else {
        index += 1
        continue
      }
      let outer = state.graph.nodes[next]
      let s1 = state.graph.constant(.scale, of: node)
      let t1 = state.graph.constant(.shift, of: node)
      let s2 = state.graph.constant(.scale, of: outer)
      let t2 = state.graph.constant(.shift, of: outer)
      if let scale = combine(s1, s2, shape, absent: 1, *) {
        state.graph.setConstant(.scale, of: next, to: scale)
      }
      let moved = t1.flatMap { combine($0, s2, shape, absent: 1, *) }
      if let shift = combine(moved, t2, shape, absent: 0, +) {
        state.graph.setConstant(.shift, of: next, to: shift)
      }
      state.graph.bypass(index)
      state.graph.dropUnusedConstants()
    }
  }

  /// One constant from two that broadcast to `shape`; nil where both are absent.
  private static func combine(
    _ first: Tensor?, _ second: Tensor?, _ shape: Shape, absent: Float,
    _ operation: (Float, Float) -> Float
  ) -> Tensor? {
    guard first != nil || second != nil else { return nil }
    let first = first ?? .scalar(absent)
    let second = second ?? .scalar(absent)
    let common = first.shape.broadcast(with: second.shape) ?? shape
    let values = zip(
      Broadcasting.expand(first, to: common), Broadcasting.expand(second, to: common))
    return Tensor(values.map(operation), shape: common)
  }
}
