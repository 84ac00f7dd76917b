/// Whose conventions a NIR file follows where readers contradict each other.
///
/// Source: the readers of norse 1.1.0, snntorch 1.0.0, spikingjelly 2.0.0, sinabs 3.1.3 and
/// rockpool 3.1.0, each executed (docs/formats/nir.md).
enum NIRDialect: String, CaseIterable {
  case norse, snntorch, spikingjelly, sinabs, rockpool

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

  /// Length of a time step that the reader assumes, in the unit of time constants.
  var timeStep: Double {
    switch self {
    case .norse: 1e-3
    case .snntorch, .spikingjelly: 1e-4
    case .sinabs, .rockpool: 1
    }
  }

  /// Whether spikes subtract the threshold, as often as it fits in; otherwise the potential becomes
  /// 0.
  var subtractsThreshold: Bool { self == .sinabs || self == .rockpool }

  /// Whether thresholds must be positive: one divides by them, snntorch resets twice below 0.
  var needsPositiveThresholds: Bool { subtractsThreshold || self == .snntorch }

  /// Whether a layer must have a single threshold.
  var takesOneThreshold: Bool { self == .snntorch || self == .spikingjelly }

  /// Whether there are maps: convolutions, pools, `Flatten`.
  var takesMaps: Bool { self != .rockpool }

  /// Whether `SumPool2d` is read.
  var takesSumPools: Bool { self == .norse || self == .sinabs }

  /// Whether nodes run in depth-first order, so that most branches cannot meet again.
  var runsDepthFirst: Bool { self == .norse || self == .sinabs || self == .rockpool }

  /// Names of the dialects that keep a property, for error texts.
  static func names(where holds: (NIRDialect) -> Bool) -> String {
    allCases.filter(holds).map(\.rawValue).joined(separator: " or ")
  }
}
