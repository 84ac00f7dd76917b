import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// gamma (x - mean) / sqrt(variance + epsilon) + beta is r x + s for a trained network; the passes
  /// behind this one know affine maps only.
  static let expandBatchNormalization = Pass(
    "expand-batch-normalization",
    summary: "writes batch normalisation as scale and shift per channel"
  ) { state throws(ConvertError) in
    let shapes = try state.shapes()
    for index in state.graph.nodes.indices {
      let node = state.graph.nodes[index]
      guard case .batchNormalization(let epsilon) = node.operator,
        let gamma = state.graph.constant(.scale, of: node)?.floats(),
        let beta = state.graph.constant(.shift, of: node)?.floats(),
        let mean = state.graph.constant(.mean, of: node)?.floats(),
        let variance = state.graph.constant(.variance, of: node)?.floats()
      else { continue }
      // In double precision: the differences of large numbers must not cost the bias.
      var scale: [Float] = []
      var shift: [Float] = []
      for channel in gamma.indices {
        let ratio =
          Double(gamma[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
        guard ratio.isFinite else {
          throw ConvertError(
            .nonFiniteConstant,
            "Channel \(channel) has variance \(variance[channel]) and epsilon \(epsilon); their sum "
              + "must be positive.", at: .init(node: node.name, operator: node.operator.name),
            fix: "check the running statistics of the batch normalisation")
        }
        scale.append(Float(ratio))
        shift.append(Float(Double(beta[channel]) - ratio * Double(mean[channel])))
      }
      let rank = shapes[node.output]?.rank ?? 1
      for role in [ParameterRole.mean, .variance] { state.graph.removeConstant(role, of: index) }
      state.graph.nodes[index].operator = .affine
      state.graph.setConstant(
        .scale, of: index, to: Broadcasting.tensor(scale, rank: rank))
      state.graph.setConstant(
        .shift, of: index, to: Broadcasting.tensor(shift, rank: rank))
    }
  }
}
