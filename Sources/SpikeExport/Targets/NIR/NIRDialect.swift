/// Whose conventions a NIR file follows where readers contradict each other.
///
/// Source: the readers of norse 1.1.0, spikingjelly 2.0.0 and sinabs 3.1.3
/// (docs/formats/nir.md says which of them were executed).
enum NIRDialect: String, CaseIterable {
  case norse, spikingjelly, sinabs

  /// The dialect of a format's name, `nir` or `nir-DIALECT`.
  init?(target: String) {
    if target == "nir" {
      self = .norse
    } else if target.hasPrefix("nir-") {
      self.init(rawValue: String(target.dropFirst(4)))
    } else {
      return nil
    }
  }

  /// Membrane resistance `r` of an `IF` node that makes the reader add its input unscaled.
  var resistance: Float { self == .spikingjelly ? 10_000 : 1 }

  /// What the reader does to a potential after a spike.
  var subtractsThreshold: Bool { self == .sinabs }

  /// Whether the reader takes sum pools, grouped convolutions and a threshold per neuron.
  var takesAllNodes: Bool { self != .spikingjelly }
}
