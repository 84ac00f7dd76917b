import Foundation
import SpikeBytes
import SpikeImport

/// A folder that lives as long as one test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.appending(path: "sfconv-\(UUID().uuidString)").path
    try AtomicFile.makeDirectory(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }
}

/// Imports a model from its bytes.
func imported(
  _ bytes: [UInt8], _ options: ONNXImportOptions = ONNXImportOptions()
) throws -> ImportResult {
  let folder = try TemporaryFolder()
  return try ONNXImporter.read(path: try folder.write(bytes, "model.onnx"), options: options)
}

/// Imports a model from its bytes.
func imported(
  _ model: TinyONNX, _ options: ONNXImportOptions = ONNXImportOptions()
) throws -> ImportResult {
  try imported(model.bytes, options)
}

/// The error that importing ends in, or nil.
func importError(
  _ model: TinyONNX, _ options: ONNXImportOptions = ONNXImportOptions()
) throws -> ImportError? {
  do {
    _ = try imported(model, options)
    return nil
  } catch let error as ImportError {
    return error
  }
}
