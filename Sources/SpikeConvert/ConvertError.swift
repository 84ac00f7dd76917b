public import SpikeDiagnostics

/// What can stop a conversion.
public enum ConvertErrorCode: String, ErrorCode {
  case alreadySpiking = "convert.already-spiking"
  case invalidGraph = "convert.invalid-graph"
  case unsupportedGraph = "convert.unsupported-graph"
  case noActivation = "convert.no-activation"
  case unsupportedActivation = "convert.unsupported-activation"
  case unsupportedOperator = "convert.unsupported-operator"
  case nonFiniteConstant = "convert.non-finite-constant"
  case zeroWeights = "convert.zero-weights"
  case scaleConflict = "convert.scale-conflict"
  case invalidOption = "convert.invalid-option"
  case calibrationMismatch = "convert.calibration-mismatch"
  case functionChanged = "convert.function-changed"
  case engineFailed = "convert.engine-failed"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .invalidOption: .usage
    case .functionChanged, .engineFailed: .internal
    default: .badData
    }
  }
}

/// An error of the conversion, with the node where it was found.
public typealias ConvertError = DiagnosedError<ConvertErrorCode>

/// Codes of the findings that a conversion collects; warnings unless said otherwise.
public enum ConvertFinding: String, CaseIterable, Sendable {
  /// Note: the softmax at the end was removed; the order of the classes is unchanged.
  case softmaxRemoved = "convert.softmax-removed"
  /// The rounding of a quantised activation was dropped: spike counts are whole numbers anyway.
  case quantizationDropped = "convert.quantization-dropped"
  /// A leaky ReLU became a ReLU because that was asked for.
  case leakyApproximated = "convert.leaky-relu-approximated"
  /// Note: activations of a quantised network are no longer rounded.
  case gridDropped = "convert.grid-dropped"
  /// Nodes that the output does not depend on were dropped.
  case unusedNodes = "convert.unused-nodes"
  /// Channels with a negative scale had their weights negated.
  case channelsNegated = "convert.channels-negated"
  /// Note: channels with scale 0 became constants.
  case channelsConstant = "convert.channels-constant"
  /// Note: a normalisation of the input moved into the input encoding.
  case inputEncoded = "convert.input-encoded"
  /// Columns or rows of weights were scaled: more unique values.
  case weightsScaled = "convert.weights-scaled"
  /// An operation is left that simulators run and chips do not have.
  case notDeployable = "convert.not-deployable"
  /// A population was silent on all calibration data.
  case silentLayer = "convert.silent-layer"
  /// A population fired in nearly every step on all calibration data.
  case saturatedLayer = "convert.saturated-layer"
  /// Some channels of a population were silent on all calibration data.
  case silentChannels = "convert.silent-channels"
  /// Reset to a value loses what a potential has above its threshold.
  case hardReset = "convert.hard-reset"
  /// Neurons that start at 0 have no bias that could make up for it.
  case startNotCompensated = "convert.start-not-compensated"
}
