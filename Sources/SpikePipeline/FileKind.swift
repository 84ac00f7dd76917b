import SpikeBytes
import SpikeDiagnostics
import SpikeImport

/// What a file is, by its name.
enum FileKind {
  case model
  case bundle
  case onnx
  /// A network of another dialect, which is shown as it would be imported.
  case network

  /// The kind of the file at `path`.
  /// - Throws: `pipeline.unknown-file-kind`; `file.not-found` for a missing file.
  static func of(_ path: String) throws -> FileKind {
    _ = try MappedFile(path: path)
    let known: [(String, FileKind)] = [(".sfm", .model), (".sfb", .bundle), (".onnx", .onnx)]
    for (ending, kind) in known where path.lowercased().hasSuffix(ending) { return kind }
    if TFLiteImporter.recognises(path: path) || KerasImporter.recognises(path: path) {
      return .network
    }
    throw PipelineError(
      .unknownFileKind, "The name does not end in .onnx, .tflite, .keras, .h5, .sfm or .sfb.",
      at: Location(file: path), fix: "rename the file to what it is")
  }
}
