extension TrainableNetwork {
  /// Removes the smallest synapses for good: their latent weights are 0 and stay there, so that a
  /// codebook with a free zero stores no synapse.
  ///
  /// Magnitudes are compared over all layers in units of each layer's root mean square; synapses that
  /// are gone stay gone.
  /// - Parameter share: Share of all weights that is gone afterwards.
  mutating func maskSmallest(_ share: Double) {
    let total = layers.reduce(0) { $0 + $1.latent.values.count }
    let count = Int((share * Double(total)).rounded())
    guard count > 0 else { return }
    var magnitudes: [Float] = []
    magnitudes.reserveCapacity(total)
    for layer in layers { magnitudes += layer.latent.values.map { abs($0) } }
    magnitudes.sort()
    let limit = magnitudes[min(count, total) - 1]
    for index in layers.indices {
      layers[index].mask = layers[index].latent.values.map { abs($0) <= limit }
      layers[index].applyMask()
    }
    quantise()
  }
}
