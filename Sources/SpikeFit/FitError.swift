public import SpikeDiagnostics

/// What can keep a model from being fitted.
public enum FitErrorCode: String, ErrorCode {
  /// An ANN where an SNN is needed.
  case notSpiking = "fit.not-spiking"
  /// The model has been fitted already.
  case alreadyFitted = "fit.already-fitted"
  /// An input encoding that has no integer form.
  case unsupportedEncoding = "fit.unsupported-encoding"
  /// An operator or a wiring that the fitter or a chip cannot take.
  case unsupportedStructure = "fit.unsupported-structure"
  /// A leak that the chip does not have.
  case unsupportedLeak = "fit.unsupported-leak"
  /// An option outside its range, or options that contradict each other.
  case invalidOption = "fit.invalid-option"
  /// Data that do not fit the network.
  case unsuitableData = "fit.unsuitable-data"
  /// A teacher that does not fit the network or the data.
  case unsuitableTeacher = "fit.unsuitable-teacher"
  /// A checkpoint of a run with other options, data or another model.
  case differentCheckpoint = "fit.different-checkpoint"
  /// A checkpoint that cannot be read.
  case damagedCheckpoint = "fit.damaged-checkpoint"
  /// A checkpoint that cannot be written.
  case unwritableCheckpoint = "fit.unwritable-checkpoint"
  /// Processes that were started together for different runs, or too many of them.
  case unsuitableProcesses = "fit.unsuitable-processes"
  /// Another process has left before its time.
  case lostProcess = "fit.lost-process"
  /// Loss or weights became infinite or undefined.
  case diverged = "fit.diverged"
  /// Weights, thresholds or biases that no integers within the limits can stand for.
  case notRealisable = "fit.not-realisable"
  /// A limit of the chip that no choice of channels, codebook and bits can meet.
  case exceedsChip = "fit.exceeds-chip"
  /// The engine refused the network.
  case engine = "fit.engine"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .invalidOption, .unsuitableProcesses: .usage
    case .unwritableCheckpoint, .lostProcess: .inputOutput
    case .engine: .internal
    default: .badData
    }
  }
}

/// An error of the fitter, with place and remedy.
public typealias FitError = DiagnosedError<FitErrorCode>
