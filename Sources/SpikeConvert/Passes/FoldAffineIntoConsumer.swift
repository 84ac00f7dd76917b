import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// W (r x + s) + b in front of a convolution or linear layer: columns of W times r, and b + W s.
  ///
  /// For maps that no projection in front could take: a batch normalisation behind an activation, or
  /// a normalisation of the input per pixel. With a shift and padding the border would change, so
  /// that shift stays where it is.
  static let foldAffineIntoConsumer = Pass(
    "fold-affine-into-consumer",
    summary: "moves scale and shift in front of a projection into its weights and bias",
    after: ["fold-affine-into-projection", "fold-input-affine"]
  ) { state throws(ConvertError) in
    var index = 0
    while index < state.graph.nodes.count {
      if try !foldForward(index, &state) { index += 1 }
    }
  }

  private static func foldForward(
    _ index: Int, _ state: inout ConversionState
  ) throws(ConvertError) -> Bool {
    let node = state.graph.nodes[index]
    guard case .affine = node.operator, let shape = try state.shapes()[node.output],
      let reader = state.graph.soleReader(of: node.output)
    else { return false }
    let next = state.graph.nodes[reader]
    let scale = state.graph.constant(.scale, of: node).map { Broadcasting.expand($0, to: shape) }
    let shift = state.graph.constant(.shift, of: node).map { Broadcasting.expand($0, to: shape) }
    if case .reshape(let target) = next.operator {
      // The same elements in the same order: the constants take the new shape.
      state.graph.swap(index, reader)
      for (role, values) in [(ParameterRole.scale, scale), (.shift, shift)] {
        guard let values else { continue }
        state.graph.setConstant(role, of: reader, to: Tensor(values, shape: target))
      }
      return true
    }
    guard next.isProjection, let weight = state.graph.constant(.weight, of: next),
      let factors = inputFactors(scale, shape, next, absent: 1),
      let summands = inputFactors(shift, shape, next, absent: 0)
    else { return false }
    if case .convolution(let geometry) = next.operator, summands.contains(where: { $0 != 0 }),
      (geometry.padsBefore + geometry.padsAfter).contains(where: { $0 != 0 })
    {
      return false
    }
    let folded = columns(of: weight, next, times: factors)
    let added = products(of: weight, next, with: summands)
    let bias = state.graph.constant(.bias, of: next)?.floats()
    if factors.contains(where: { $0 != 1 }) {
      state.graph.setConstant(.weight, of: reader, to: folded)
      if factors.contains(where: { $0 != factors[0] }) {
        state.report(
          .weightsScaled, at: next,
          "The weights were multiplied by a scale per input channel from '\(node.name)': more "
            + "unique values.", fix: "fit the network; its codebook is learnt afterwards")
      }
    }
    if summands.contains(where: { $0 != 0 }) {
      let sums = added.indices.map { Float(Double(bias?[$0] ?? 0) + added[$0]) }
      state.graph.setConstant(.bias, of: reader, to: Tensor(sums, shape: [sums.count]))
    }
    state.graph.bypass(index)
    state.graph.dropUnusedConstants()
    return true
  }

  /// One number for each input channel of a projection, or nil where it would need more.
  static func inputFactors(
    _ values: [Float]?, _ shape: Shape, _ node: Node, absent: Float
  ) -> [Float]? {
    if case .linear = node.operator {
      let count = shape.dimensions.last ?? 1
      guard let values else { return [Float](repeating: absent, count: count) }
      let first = Array(values.prefix(count))
      for start in stride(from: 0, to: values.count, by: count)
      where Array(values[start..<start + count]) != first {
        return nil
      }
      return first
    }
    guard let values else { return [Float](repeating: absent, count: shape[0]) }
    return Broadcasting.channels(values, of: shape)
  }

  /// Weights with every input channel multiplied by its factor.
  static func columns(of weight: Tensor, _ node: Node, times factors: [Float]) -> Tensor {
    var values = weight.floats()
    visitInputs(of: weight, node, channels: factors.count) { index, _, channel in
      values[index] *= factors[channel]
    }
    return Tensor(values, shape: weight.shape)
  }

  /// Σ W s over inputs and kernel, one for each output channel.
  private static func products(
    of weight: Tensor, _ node: Node, with summands: [Float]
  ) -> [Double] {
    let values = weight.floats()
    var sums = [Double](repeating: 0, count: weight.shape[0])
    visitInputs(of: weight, node, channels: summands.count) { index, output, channel in
      sums[output] += Double(values[index]) * Double(summands[channel])
    }
    return sums
  }

  /// Calls `body` with element index, output channel and input channel of every weight.
  private static func visitInputs(
    of weight: Tensor, _ node: Node, channels: Int, _ body: (Int, Int, Int) -> Void
  ) {
    let outputs = weight.shape[0]
    let perGroup = weight.shape[1]
    let area = weight.count / max(1, outputs * perGroup)
    var groups = 1
    if case .convolution(let geometry) = node.operator { groups = geometry.groups }
    let outputsPerGroup = outputs / groups
    for output in 0..<outputs {
      let firstChannel = output / outputsPerGroup * perGroup
      for input in 0..<perGroup {
        for tap in 0..<area {
          body((output * perGroup + input) * area + tap, output, firstChannel + input)
        }
      }
    }
  }
}
