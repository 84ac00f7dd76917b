import CSpikeDNN
import SpikeDiagnostics

/// Turns oneDNN's status numbers into our errors.
enum DNNStatus {
  @unsafe
  static func error(_ status: Int32, _ operation: UnsafePointer<CChar>?) -> ComputeError {
    let reason = unsafe spk_dnn_status_text(status).map { unsafe String(cString: $0) } ?? ""
    let name = unsafe operation.map { unsafe String(cString: $0) } ?? "unknown operation"
    let version = unsafe spk_dnn_version().map { unsafe String(cString: $0) } ?? ""
    if reason == "out of memory" {
      return ComputeError(
        .outOfMemory, "There was not enough memory to \(name).",
        fix: "use a smaller batch or fewer time steps")
    }
    return ComputeError(
      .primitiveFailed, "oneDNN \(version) could not \(name): \(reason).",
      fix: "report this with the sizes of the layer; a smaller batch may help")
  }

  /// Execution of a prepared primitive fails only for lack of memory or by a defect of ours.
  @unsafe
  static func check(_ status: Int32, _ operation: UnsafePointer<CChar>?) {
    if status != 0 { preconditionFailure(unsafe error(status, operation).description) }
  }
}
