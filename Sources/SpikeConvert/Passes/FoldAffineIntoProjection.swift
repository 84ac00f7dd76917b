import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// r (W x + b) + s behind a convolution or linear layer, per channel.
  ///
  /// Into the threshold: the bias becomes b + s / r, the scale r > 0 stays as a node and is later
  /// divided out of the threshold, θ / r; weights are untouched. A negative r negates the weights of
  /// its channel; r = 0 makes the channel the constant s. Where no activation follows, or if asked
  /// for: into the weights, r W and r b + s.
  static let foldAffineIntoProjection = Pass(
    "fold-affine-into-projection",
    summary: "moves shifts behind a projection into its bias, scales into threshold or weights",
    after: [
      "expand-batch-normalization", "merge-affines", "move-affine-before-pooling",
      "settle-activations",
    ]
  ) { state throws(ConvertError) in
    let shapes = try state.shapes()
    var index = 0
    while index < state.graph.nodes.count {
      let node = state.graph.nodes[index]
      guard case .affine = node.operator,
        let source = state.graph.producer(of: node.inputs[0]),
        state.graph.nodes[source].isProjection,
        state.graph.soleReader(of: node.inputs[0]) == index,
        let shape = shapes[node.output],
        let weight = state.graph.constant(.weight, of: state.graph.nodes[source]),
        weight.shape[0] == shape[0],
        let scale = Broadcasting.channels(
          state.graph.constant(.scale, of: node), of: shape, absent: 1),
        let shift = Broadcasting.channels(
          state.graph.constant(.shift, of: node), of: shape, absent: 0)
      else {
        index += 1
        continue
      }
      let bias = state.graph.constant(.bias, of: state.graph.nodes[source])?.floats()
      let keepsScale =
        state.options.batchNormalization == .intoThreshold
        && reachesActivation(node.output, state.graph) && scale.contains { $0 != 1 }
      let folded =
        keepsScale
        ? foldedIntoBias(weight, bias, scale, shift) : foldedIntoWeights(weight, bias, scale, shift)
      if folded.weight != weight {
        state.graph.setConstant(.weight, of: source, to: folded.weight)
      }
      state.graph.setConstant(
        .bias, of: source, to: Tensor(folded.bias, shape: [folded.bias.count]))
      report(folded, keepsScale, at: state.graph.nodes[source], &state)
      if keepsScale {
        state.graph.setConstant(
          .scale, of: index, to: Broadcasting.tensor(folded.scale, rank: shape.rank))
        state.graph.removeConstant(.shift, of: index)
        index += 1
      } else {
        state.graph.bypass(index)
        state.graph.dropUnusedConstants()
      }
    }
  }

  private struct Folded {
    var weight: Tensor
    var bias: [Float]
    var scale: [Float]
    var negated = 0
    var constant = 0
  }

  private static func foldedIntoBias(
    _ weight: Tensor, _ bias: [Float]?, _ scale: [Float], _ shift: [Float]
  ) -> Folded {
    let bias = bias ?? [Float](repeating: 0, count: scale.count)
    var factors = [Float](repeating: 1, count: scale.count)
    var result = Folded(weight: weight, bias: bias, scale: scale)
    for channel in scale.indices {
      if scale[channel] == 0 {
        factors[channel] = 0
        result.bias[channel] = shift[channel]
        result.scale[channel] = 1
        result.constant += 1
        continue
      }
      let shifted = Double(bias[channel]) + Double(shift[channel]) / Double(scale[channel])
      if scale[channel] < 0 {
        factors[channel] = -1
        result.negated += 1
      }
      result.bias[channel] = Float(scale[channel] < 0 ? -shifted : shifted)
      result.scale[channel] = abs(scale[channel])
    }
    if factors.contains(where: { $0 != 1 }) { result.weight = rows(of: weight, times: factors) }
    return result
  }

  private static func foldedIntoWeights(
    _ weight: Tensor, _ bias: [Float]?, _ scale: [Float], _ shift: [Float]
  ) -> Folded {
    var result = Folded(weight: weight, bias: shift, scale: scale)
    if scale.contains(where: { $0 != 1 }) { result.weight = rows(of: weight, times: scale) }
    if let bias {
      for channel in scale.indices {
        result.bias[channel] = Float(
          Double(scale[channel]) * Double(bias[channel]) + Double(shift[channel]))
      }
    }
    return result
  }

  /// Whether a value goes to one activation only, directly or through pools.
  private static func reachesActivation(_ value: ValueName, _ graph: Graph) -> Bool {
    guard let reader = graph.soleReader(of: value) else { return false }
    let node = graph.nodes[reader]
    return node.isActivation || (node.pooling != nil && reachesActivation(node.output, graph))
  }

  private static func report(
    _ folded: Folded, _ keepsScale: Bool, at node: Node, _ state: inout ConversionState
  ) {
    if folded.negated > 0 {
      state.report(
        .channelsNegated, at: node,
        "\(folded.negated) of \(folded.scale.count) channels have a negative scale; their weights "
          + "were negated.",
        fix: "a codebook with both signs of each value keeps its number of unique weights")
    }
    if folded.constant > 0 {
      state.report(
        .channelsConstant, .note, at: node,
        "\(folded.constant) of \(folded.scale.count) channels have scale 0 and are constant; their "
          + "weights became 0.")
    }
  }
}

extension Pass {
  /// Weights with every output channel multiplied by its factor.
  static func rows(of weight: Tensor, times factors: [Float]) -> Tensor {
    var values = weight.floats()
    let size = values.count / max(1, factors.count)
    for index in values.indices { values[index] *= factors[index / size] }
    return Tensor(values, shape: weight.shape)
  }
}
