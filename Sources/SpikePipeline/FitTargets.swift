import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeHardware

extension FitTarget {
  /// The ranges and semantics of a chip for the fitter, from its spec; what the spec does not state
  /// keeps the neutral default.
  init(_ spec: HardwareSpec, inputBits: Int?) {
    let neutral = FitTarget.neutral
    let hard = spec.resets?.value.contains("to-zero") ?? false
    let soft = spec.resets?.value.contains("by-subtraction") ?? true
    let comparators = spec.comparators?.value ?? [">="]
    self.init(
      name: spec.name,
      weightRange: FitTarget.range(spec, .weightMinimum, .weightMaximum, neutral.weightRange),
      thresholdRange: FitTarget.range(
        spec, .thresholdMinimum, .thresholdMaximum, neutral.thresholdRange),
      biasRange: FitTarget.range(spec, .biasMinimum, .biasMaximum, neutral.biasRange),
      potentialLimit: FitTarget.potentialLimit(spec),
      uniqueWeights: spec.uniqueWeights?.maximum.value,
      codebookScope: FitTarget.scope(spec.uniqueWeights?.scope),
      hasChannelThresholds: spec.thresholdScope.map { $0.value != "layer" } ?? false,
      avoidsSignModeTraps: spec.arithmetic == "loihi-cuba",
      semantics: Semantics(
        reset: soft || !hard ? .bySubtraction : .toValue(0),
        comparator: comparators.contains(">=") ? .greaterOrEqual : .greater),
      inputBits: inputBits ?? min(8, spec[.inputBits] ?? 8),
      channelMultiple: max(1, spec[.channelMultiple] ?? 1), leak: FitTarget.leak(spec))
  }

  /// The largest potential. Units are chosen before weights are rounded; where words are that short,
  /// roundings of one sign can add up to a few percent, for which an eighth is left.
  private static func potentialLimit(_ spec: HardwareSpec) -> Int {
    let limit = min(
      spec[.potentialMaximum] ?? FitTarget.neutral.potentialLimit,
      FitTarget.neutral.potentialLimit)
    return limit < 1024 ? limit - limit / 8 : limit
  }

  /// The leak that can be trained for a chip. A spec that names no leak but leaky neurons means the
  /// leak of its arithmetic.
  private static func leak(_ spec: HardwareSpec) -> Leak {
    let exponential = Leak.exponential(fractionBits: spec.arithmetic == "loihi-cuba" ? 6 : 0)
    switch spec.leak?.value {
    case "exponential": return exponential
    case "shift":
      return .unsupported("takes v >> d off a potential v, which sfconv does not train")
    case "linear": return .unsupported("moves potentials by a constant towards 0")
    case "constant":
      return .unsupported("adds a constant to potentials, which is a bias and no leak")
    case nil where spec.neuronModels?.value.contains("LIF") ?? true: return exponential
    default: return .unsupported("has no leak")
    }
  }

  private static func range(
    _ spec: HardwareSpec, _ low: LimitName, _ high: LimitName, _ fallback: ClosedRange<Int>
  ) -> ClosedRange<Int> {
    let lower = max(spec[low] ?? fallback.lowerBound, fallback.lowerBound)
    let upper = min(spec[high] ?? fallback.upperBound, fallback.upperBound)
    return lower <= upper ? lower...upper : fallback
  }

  private static func scope(_ scope: UniqueWeightLimit.Scope?) -> CodebookScope {
    switch scope {
    case .neuron: .channel
    case .network: .network
    case .layer, .core, nil: .layer
    }
  }
}
