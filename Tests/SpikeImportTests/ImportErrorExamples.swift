import SpikeDiagnostics
import SpikeImport

/// The smallest file, or option, that ends in each error code.
enum ImportErrorExamples {
  struct NoError: Error {
    var code: ImportErrorCode
  }

  /// One error per code, in the order of declaration; paths are cut down to the file name.
  static func all() throws -> [(code: ImportErrorCode, error: ImportError)] {
    try ImportErrorCode.allCases.map { code in
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/model.onnx"
      if let bytes = example(of: code) { _ = try folder.write(bytes, "model.onnx") }
      do throws(ImportError) {
        _ = try ONNXImporter.read(path: path, options: options(of: code))
      } catch {
        return (code, withoutFolder(error, folder.path + "/"))
      }
      throw NoError(code: code)
    }
  }

  private static func withoutFolder(_ error: ImportError, _ folder: String) -> ImportError {
    var copy = error
    copy.location.file = error.location.file?.replacing(folder, with: "")
    copy.findings = error.findings.map { finding in
      var copy = finding
      copy.location.file = finding.location.file?.replacing(folder, with: "")
      return copy
    }
    if var cause = error.cause as? DiagnosedError<FileCode> {
      cause.location.file = nil
      copy.cause = cause
    } else {
      copy.cause = nil
    }
    return copy
  }

  /// Stands for no code at all: causes of other stations are checked where they are made.
  private enum FileCode: String, ErrorCode {
    case none
    var category: ErrorCategory { .internal }
  }

  private static func options(of code: ImportErrorCode) -> ONNXImportOptions {
    switch code {
    case .inputShape: ONNXImportOptions(inputShape: [5])
    case .unknownCut: ONNXImportOptions(until: "relo")
    default: ONNXImportOptions()
    }
  }

  private static func example(of code: ImportErrorCode) -> [UInt8]? {
    typealias Tiny = TinyONNX
    var model = Tiny.one("Relu")
    switch code {
    case .unreadable: return nil
    case .notONNX: return [0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10]
    case .truncated: return Array(model.bytes.prefix(60))
    case .malformed:
      return Tiny.field(1, 8) + Tiny.field(7, [0x0A, 0x7F]) + [UInt8](repeating: 0, count: 200)
    case .tooLarge: model.inputs = [Tiny.value("x", ["N", 1 << 20, 1 << 20])]
    case .unsupportedVersion: model.operatorSets = [("", 0)]
    case .unsupportedOperator:
      model.nodes = [
        Tiny.node("LSTM", ["x"], ["a"], name: "cell"),
        Tiny.node("Conw", ["a"], ["b"], name: "features.3"),
        Tiny.node("Relu", ["b"], ["y"]),
      ]
    case .unsupportedUse: model.nodes = [Tiny.node("MatMul", ["x", "x"], ["y"], name: "gate")]
    case .batchAxis:
      model = .one("Transpose", attributes: [Tiny.attribute("perm", [1, 0])])
    case .invalidAttribute: model = .one("LeakyRelu", attributes: [Tiny.attribute("alpha", 1)])
    case .invalidNode: model.nodes = [Tiny.node("Gemm", ["x"], ["y"])]
    case .undefinedValue: model.nodes = [Tiny.node("Gemm", ["x", "fc.weight"], ["y"])]
    case .duplicateName: model.nodes.append(Tiny.node("Relu", ["x"], ["y"], name: "again"))
    case .cycle:
      model.nodes = [
        Tiny.node("Add", ["x", "b"], ["a"]), Tiny.node("Relu", ["a"], ["b"]),
        Tiny.node("Relu", ["b"], ["y"], name: "last"),
      ]
    case .unsupportedTensor:
      model.initializers = [Tiny.tensor("w", [1], type: 14, data: Tiny.field(9, [0, 0]))]
      model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"])]
    case .invalidTensor: model = .one("Mul", [("w", [4], [1, 2, 3])])
    case .externalData:
      model.initializers = [Tiny.tensor("w", [4], external: [("location", "../secret.bin")])]
      model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"])]
    case .dynamicShape: model.inputs = [Tiny.value("x", ["N", 3, "height", "width"])]
    case .inputShape: break
    case .unknownCut: break
    case .severalInputs:
      model.inputs.append(Tiny.value("z", ["N", 4]))
      model.nodes = [Tiny.node("Add", ["x", "z"], ["y"])]
    case .noNetwork: model.outputs = [Tiny.value("x", ["N", 4])]
    case .shapeMismatch: model = .one("Gemm", [("w", [3, 2], [1, 2, 3, 4, 5, 6])])
    }
    return model.bytes
  }
}
