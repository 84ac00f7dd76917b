import SpikeGraph

extension Pass {
  /// max and ReLU commute. The population stands in front of the pool, so that the pool sees spikes
  /// and its output is spikes.
  static let orderMaximumPooling = Pass(
    "order-maximum-pooling",
    summary: "puts activations in front of max pools",
    after: ["settle-activations", "fold-affine-into-projection"]
  ) { state in
    var isDone = false
    while !isDone {
      isDone = true
      for index in state.graph.nodes.indices {
        guard case .maxPool = state.graph.nodes[index].operator else { continue }
        if let reader = state.graph.soleReader(of: state.graph.nodes[index].output),
          state.graph.nodes[reader].isActivation
        {
          state.graph.swap(index, reader)
          isDone = false
          break
        }
      }
    }
  }
}
