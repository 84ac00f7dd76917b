/// How the values of a codebook come about: our method and its rivals, equal in everything else
/// (epochs, factors of channels, integers in the forward pass, first and last layer obey M).
///
/// `docs/fit.md` has the formulas with their sources and says where a rival is approximate.
public enum CodebookMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// Learnable values, hard assignment, straight-through gradients.
  case cat
  /// As ``cat``, but mixtures of all values at first, colder and colder until they are hard.
  case catSoft = "cat-soft"
  /// Exact clustering once, after training without a codebook.
  case postHoc = "post-hoc"
  /// Deep Compression (Han et al., arXiv 1510.00149): which weight has which value is settled when
  /// codebooks start; the values are trained.
  case frozen
  /// Values stay where exact clustering put them; weights choose among them.
  case fixed
  /// LSQ (Esser et al., arXiv 1902.08153) with the M levels ±½, ±3/2, … times a learned step.
  case lsqHalf = "lsq-half"
  /// LSQ with the M integer levels of two's complement, -M/2 … M/2 - 1, times a learned step.
  case lsq
  /// Trained ternary quantisation (Zhu et al., arXiv 1612.01064): -Wn, 0, Wp.
  case ttq
  /// ReScaW of QP-SNN (ICLR 2025): M even levels in ±mean |w|.
  case rescaw
  /// DKM (Cho et al., arXiv 2108.12659): values are soft cluster means of the weights.
  case dkm

  /// Names for a command line, in order.
  public static var names: [String] { allCases.map(\.rawValue) }

  /// What it is, in one line.
  public var summary: String {
    switch self {
    case .cat: "learnable values, hard assignment, straight-through gradients"
    case .catSoft: "learnable values, soft assignment that hardens"
    case .postHoc: "exact clustering once, after training"
    case .frozen: "assignment frozen, values learned (Deep Compression)"
    case .fixed: "values fixed by exact clustering, weights choose"
    case .lsqHalf: "learned step size, half-integer levels (LSQ)"
    case .lsq: "learned step size, levels of two's complement (LSQ)"
    case .ttq: "trained ternary values -Wn, 0, Wp; needs 3 unique weights"
    case .rescaw: "even levels in the mean magnitude (QP-SNN)"
    case .dkm: "soft cluster means, differentiated once (DKM)"
    }
  }

  /// The family that the method brings along; nil where any will do.
  var family: CodebookFamily? {
    switch self {
    case .lsqHalf, .rescaw: .halfUniform
    case .lsq: .uniform
    case .ttq: .ternary
    case .frozen, .dkm: .free
    case .cat, .catSoft, .postHoc, .fixed: nil
    }
  }

  /// Whether values follow from the weights in every step instead of being parameters.
  var isDerived: Bool { self == .rescaw || self == .dkm }
}
