import SpikeHardware

/// What a network of given widths needs of a chip, limit by limit.
struct ChipDemand: Sendable {
  /// A count against a limit.
  struct Item: Sendable {
    var limit: String
    var place: String?
    var needed: Int
    var allowed: Int
    var source: String
    var what: String
    /// Whether fewer channels lower the count.
    var isPrunable: Bool
    var isMet: Bool { needed <= allowed }
  }

  let map: NetworkMap
  let spec: HardwareSpec
  /// Distinct non-zero weights; nil for any integer.
  var uniqueWeights: Int?
  /// Numbers of single layers, by the name of the projection.
  var layers = FitOptions.Layers()
  var hasFreeZero = false
  var timeSteps = 1
  /// Bits of a weight where no codebook is used.
  var weightBits = 8

  /// All counts whose limits the spec states, for a run of consecutive layers (all by default).
  func items(_ widths: [Int], layers chosen: Range<Int>? = nil) -> [Item] {
    let part = chosen ?? 0..<map.layers.count
    var list = Counter(self, widths, part)
    list.count()
    return list.items
  }

  /// How far the counts are above their limits: 0 where everything fits.
  func overload(_ widths: [Int]) -> Double {
    items(widths).reduce(0) { sum, item in
      item.isMet || !item.isPrunable
        ? sum : sum + Double(item.needed - item.allowed) / Double(max(1, item.allowed))
    }
  }

  /// Distinct non-zero weights of a projection; nil for any integer.
  func uniqueWeights(of wiring: NetworkMap.Wiring) -> Int? {
    uniqueWeights.map { layers.uniqueWeights(of: wiring.name) ?? $0 }
  }

  /// Values that an index into the codebook of a projection tells apart, 0 among them where absent
  /// synapses are.
  func levels(of wiring: NetworkMap.Wiring) -> Int {
    let bits = layers.bits(of: wiring.name) ?? weightBits
    return (uniqueWeights(of: wiring) ?? 1 << bits) + (hasFreeZero ? 1 : 0)
  }

  func stored(_ wiring: NetworkMap.Wiring, _ widths: [Int]) -> Int {
    wiring.stored(widths)
  }

  func neurons(_ layer: Int, _ widths: [Int]) -> Int {
    map.layers[layer].channels.count(widths) * map.layers[layer].area
  }

  static func ceilLog2(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
  }

  static func parts(_ count: Int, of size: Int) -> Int { (count + size - 1) / max(1, size) }
}
