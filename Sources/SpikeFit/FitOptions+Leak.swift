extension FitOptions {
  /// What happens to the leak of potentials.
  public struct Leak: Hashable, Sendable {
    /// Where the leak of a fitted network comes from.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
      /// The leak of the model, or ``Leak/initial``; training does not change it.
      case keep
      /// Parametric LIF (Fang et al., ICCV 2021, arXiv 2007.05558): one leak for each population is
      /// learned, the factor per step is the sigmoid of what is learned.
      case learn
      /// No leak: neurons integrate and fire, the read-out sums.
      case none
    }

    /// Where the leak comes from.
    public var mode: Mode
    /// Share of the potential that spiking neurons lose in each step at the start, 0..<1; nil for
    /// that of the model. The read-out keeps its own.
    public var initial: Float?
    /// Rate of the learned leaks as a share of that of the weights.
    public var rateShare: Float

    /// The start of a learned leak where the model has none and ``initial`` does not say.
    public static let defaultStart: Float = 0.1

    /// Makes a choice; the default keeps the leak of the model.
    public init(mode: Mode = .keep, initial: Float? = nil, rateShare: Float = 1) {
      self.mode = mode
      self.initial = initial
      self.rateShare = rateShare
    }
  }
}

extension FitOptions.Leak {
  /// Name, value and range of every number, for the check of options.
  var numbers: [(String, Double, ClosedRange<Double>)] {
    [
      ("initial leak", Double(initial ?? 0), 0...0.9999),
      ("leak rate", Double(rateShare), 0...100),
    ]
  }

  /// What differs from the default, for the history of the model.
  var texts: [String: String] {
    var texts: [String: String] = [:]
    if mode != .keep { texts["leak"] = mode.rawValue }
    if let initial { texts["initialLeak"] = "\(initial)" }
    if mode == .learn { texts["leakRate"] = "\(rateShare)" }
    return texts
  }
}
