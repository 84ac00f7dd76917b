import SpikeDiagnostics
import SpikeGraph

extension TrainableNetwork {
  /// Name of a layer: that of its projection's node.
  func name(of layer: Int) -> String { form.graph.nodes[layers[layer].site.node].name }

  /// Distinct non-zero weights of the codebooks of a layer; nil for any integer.
  func uniqueWeights(of layer: Int) -> Int? { options.uniqueWeights(of: name(of: layer)) }

  /// Integers that a weight of a layer may be.
  func weightRange(of layer: Int) -> ClosedRange<Int> {
    options.layers.numbers.isEmpty
      ? options.weightRange : options.weightRange(of: name(of: layer))
  }

  /// Proves that numbers of single layers name layers that are there.
  func checkLayerNames() throws(FitError) {
    let names = layers.indices.map(name)
    guard let unknown = options.layers.numbers.first(where: { !names.contains($0.node) }) else {
      return
    }
    throw FitError(
      .invalidOption, "There is no layer '\(unknown.node)'.",
      fix: "layers with weights are \(names.joined(separator: ", "))")
  }
}
