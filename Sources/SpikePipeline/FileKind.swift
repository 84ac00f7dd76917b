import SpikeBytes
import SpikeDiagnostics

/// What a file is, by its name.
enum FileKind {
  case model
  case bundle
  case onnx

  /// The kind of the file at `path`.
  /// - Throws: `pipeline.unknown-file-kind`; `file.not-found` for a missing file.
  static func of(_ path: String) throws -> FileKind {
    _ = try MappedFile(path: path)
    let known: [(String, FileKind)] = [(".sfm", .model), (".sfb", .bundle), (".onnx", .onnx)]
    for (ending, kind) in known where path.lowercased().hasSuffix(ending) { return kind }
    throw PipelineError(
      .unknownFileKind, "The name does not end in .onnx, .sfm or .sfb.",
      at: Location(file: path), fix: "rename the file to what it is")
  }
}
