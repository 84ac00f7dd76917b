import SpikeGraph

/// What weights take in memory: an index for each, and the values of each codebook.
///
///     bits = weights · ⌈log2 levels⌉ + codebooks · M · value bits
///
/// with 0 among the levels where absent synapses are allowed; without codebooks every weight takes its
/// value bits. This is the dense format that index memories of chips have, without sparse or entropy
/// coding. With axon types an input has one index for all outputs.
struct StoredSize: Hashable, Sendable {
  /// Weights of a projection as they are.
  var weights: Int
  /// Output channels, and inputs of one of them.
  var rows: Int
  /// Distinct non-zero values; nil for any integer.
  var uniqueWeights: Int?
  var hasFreeZero: Bool
  /// Bits of a value.
  var valueBits: Int
  var scope: CodebookScope
  var tie: CodebookTie

  /// Bits of all indices, or of all weights where there is no codebook.
  var indexBits: Int {
    guard let uniqueWeights else { return weights * valueBits }
    let bits = max(1, ChipDemand.ceilLog2(uniqueWeights + (hasFreeZero ? 1 : 0)))
    return tie == .axon ? weights / max(1, rows) * bits : weights * bits
  }

  /// Codebooks: 0 where one of the network is counted elsewhere.
  private var books: Int {
    switch (scope, tie) {
    case (.network, _): 0
    case (.layer, _): 1
    case (.channel, .core(let channels)): ChipDemand.parts(rows, of: max(1, channels))
    case (.channel, _): rows
    }
  }

  /// Bits of the values.
  var tableBits: Int { (uniqueWeights ?? 0) * books * valueBits }

  /// Whether every output channel brings a codebook of its own.
  var hasTableForEachRow: Bool { scope == .channel }
}

extension FitOptions {
  /// The size of the weights of a projection.
  func storedSize(of node: String, weights: Int, rows: Int) -> StoredSize {
    let range = weightRange(of: node)
    return StoredSize(
      weights: weights, rows: rows, uniqueWeights: uniqueWeights(of: node),
      hasFreeZero: hasFreeZero && uniqueWeights != nil,
      valueBits: ChipDemand.ceilLog2(range.count), scope: scope, tie: codebook.tie)
  }
}

extension TrainableNetwork {
  /// Bytes of the weights of a network of these widths as they are stored.
  func storedBytes(_ map: NetworkMap) -> Double {
    var bits = 0
    for index in layers.indices {
      guard let wiring = map.wirings.first(where: { $0.name == name(of: index) }) else { continue }
      let size = options.storedSize(
        of: wiring.name, weights: wiring.stored(map.widths), rows: wiring.outputs.count(map.widths))
      bits += size.indexBits + size.tableBits
    }
    if options.scope == .network, let count = options.uniqueWeights {
      bits += count * ChipDemand.ceilLog2(options.weightRange.count)
    }
    return Double(bits) / 8
  }
}
