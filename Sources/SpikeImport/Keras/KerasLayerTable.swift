import SpikeDiagnostics

/// All layers of Keras that sfconv imports.
///
/// To add one: a file in `Layers/` and a row here. Source: keras.io/api/layers.
package enum KerasLayerTable {
  /// The rows, by name.
  static let rows: [KerasLayerKind] = [
    .activation, .activityRegularization, .add, .alphaDropout, .averagePooling1D, .averagePooling2D,
    .batchNormalization, .concatenate, .conv1D, .conv2D, .dense, .depthwiseConv1D, .depthwiseConv2D,
    .dropout, .flatten, .gaussianDropout, .gaussianNoise, .globalAveragePooling1D,
    .globalAveragePooling2D, .globalMaxPooling1D, .globalMaxPooling2D, .leakyReLU, .maxPooling1D,
    .maxPooling2D, .permute, .reLU, .rescaling, .reshape, .separableConv1D, .separableConv2D,
    .softmax,
    .spatialDropout1D, .spatialDropout2D, .zeroPadding1D, .zeroPadding2D,
  ]

  private static let rowsByName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

  /// The row of a class; nil if there is none.
  static func row(_ name: String) -> KerasLayerKind? { rowsByName[name] }

  /// Names of all rows, for the documentation.
  package static var names: [String] { rows.map(\.name) }

  /// Why a class has no row, and what helps.
  static func refusal(of layer: KerasLayer) -> KerasError {
    if let known = advice[layer.className] {
      return layer.error(.unsupportedLayer, "\(layer.className) \(known.reason).", fix: known.fix)
    }
    let near = Suggestion.nearest(to: layer.className, among: names)
    return layer.error(
      .unsupportedLayer, "\(layer.className.prefix(64)) has no counterpart in sfconv.",
      fix: (near.map { "did you mean \($0)? " } ?? "")
        + "replace it, or save the part of the model before it")
  }

  private typealias Advice = (reason: String, fix: String)

  private static let advice: [String: Advice] = {
    var table: [String: Advice] = [:]
    for name in [
      "LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM2D", "TimeDistributed",
    ] {
      table[name] = (
        "is recurrent or repeated over time, which has no spiking counterpart here",
        "train a network of spiking neurons (their state is the memory), or use convolutions over time"
      )
    }
    for name in ["ELU", "PReLU", "ThresholdedReLU"] {
      table[name] = (
        "has no spiking counterpart; the rate of a spiking neuron is a clipped ReLU",
        "train the network with ReLU, or ReLU(6), in its place"
      )
    }
    for name in [
      "LayerNormalization", "GroupNormalization", "UnitNormalization", "SpectralNormalization",
    ] {
      table[name] = (
        "computes statistics of each sample while it runs, which spikes cannot",
        "train the network with BatchNormalization in its place"
      )
    }
    for name in ["MultiHeadAttention", "Attention", "AdditiveAttention", "Dot", "Multiply"] {
      table[name] = (
        "multiplies activations with each other, which spikes cannot",
        "replace it by layers with constant weights"
      )
    }
    for name in ["Lambda", "TFOpLambda"] {
      table[name] = (
        "holds a program, which sfconv does not run", "replace it by a layer of Keras"
      )
    }
    table["Embedding"] = (
      "looks numbers up, which spikes cannot", "import the part of the model behind it"
    )
    return table
  }()
}
