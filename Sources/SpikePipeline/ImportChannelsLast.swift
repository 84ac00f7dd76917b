import SpikeDiagnostics
import SpikeImport

/// TFLite and Keras: files that put channels last.
extension Pipeline {
  /// - Parameter given: options that were given and belong to other dialects.
  func readTFLite(_ request: ImportRequest, _ given: [String]) throws -> ImportResult {
    try refuse(
      given + (request.until == nil ? [] : ["until"])
        + (request.inputShape == nil ? [] : ["input-shape"]), request)
    var options = TFLiteImportOptions()
    options.quantization = request.dequantises ? .dropped : .kept
    return try TFLiteImporter.read(path: request.input, options: options)
  }

  /// - Parameter given: options that were given and belong to other dialects.
  func readKeras(_ request: ImportRequest, _ given: [String]) throws -> ImportResult {
    try refuse(given + (request.until == nil ? [] : ["until"]), request)
    var options = KerasImportOptions()
    options.inputShape = request.inputShape
    return try KerasImporter.read(path: request.input, options: options)
  }

  private func refuse(_ given: [String], _ request: ImportRequest) throws {
    guard let option = given.first else { return }
    throw PipelineError(
      .invalidOption, "--\(option) has no meaning for this file.",
      at: Location(file: request.input), fix: "leave --\(option) out")
  }
}
