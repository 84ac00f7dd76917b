import SpikeBytes
import SpikeDiagnostics

/// Tells what a file is by its first bytes, so that a wrong file is called by its name.
enum ONNXFileKind {
  /// - Throws: `import.not-onnx` where the file is known to be something else.
  static func check(_ file: MappedFile) throws(ImportError) {
    guard file.count > 0 else {
      throw error("The file is empty (0 bytes).", file, fix: "copy or download it again")
    }
    let head = file.bytes(in: 0..<min(file.count, 512))
    if let kind = name(of: head) {
      throw error(
        "This is \(kind), not an ONNX model.", file,
        fix: "give an .onnx file, for example one written by torch.onnx.export")
    }
  }

  /// Whether the first field could be one of ONNX `ModelProto`; else a broken file is foreign.
  static func mayBeONNX(_ file: MappedFile) -> Bool {
    // Tags of ir_version, producer_name, producer_version, domain, model_version, doc_string,
    // graph, opset_import and metadata_props.
    let tags: [UInt8] = [0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72]
    return file.count > 0 && tags.contains(file.bytes(in: 0..<1)[0])
  }

  /// The error for a file that is no ONNX model for an unknown reason.
  static func foreign(_ file: MappedFile, cause: (any StageError)? = nil) -> ImportError {
    ImportError(
      .notONNX, "The file does not begin as an ONNX model does.", at: Location(file: file.path),
      fix: "give an .onnx file, for example one written by torch.onnx.export", cause: cause)
  }

  private static let magics: [(bytes: [UInt8], name: String)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
    ([0x47, 0x49, 0x46, 0x38], "a GIF picture"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive (a PyTorch or Keras checkpoint, or an .npz)"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (Keras weights, NIR or a Loihi .net)"),
    ([0x93, 0x4E, 0x55, 0x4D], "a NumPy array (.npy)"),
    ([0x1F, 0x8B], "a gzip archive"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program (ELF)"),
    ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
    ([0x80, 0x02, 0x8A], "a PyTorch checkpoint (pickle)"),
    ([0x80, 0x02, 0x7D], "a Python pickle"),
    ([0x80, 0x04, 0x95], "a Python pickle"),
  ]

  private static func name(of head: [UInt8]) -> String? {
    if let magic = magics.first(where: { head.starts(with: $0.bytes) }) { return magic.name }
    // FlatBuffers put a file identifier at byte 4.
    if head.count >= 8 && head[4..<8].elementsEqual([0x54, 0x46, 0x4C, 0x33]) {
      return "a TensorFlow Lite model"
    }
    let isText = head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    if isText {
      return head.starts(with: Array("version https://git-lfs".utf8))
        ? "a Git LFS pointer (the model itself was not downloaded)" : "a text file"
    }
    return nil
  }

  private static func error(_ message: String, _ file: MappedFile, fix: String) -> ImportError {
    ImportError(.notONNX, message, at: Location(file: file.path), fix: fix)
  }
}
