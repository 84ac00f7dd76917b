/// The threshold of one population, in the units of the ANN's activation.
package enum LayerThreshold: Hashable, Sendable {
  /// One for all neurons.
  case layer(Float)
  /// One for each channel.
  case channels([Float])

  /// The values, one or one for each channel.
  package var values: [Float] {
    switch self {
    case .layer(let value): [value]
    case .channels(let values): values
    }
  }
}
