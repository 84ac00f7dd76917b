import Foundation
import SpikeDiagnostics
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Errors of the import station")
struct ImportErrorTests {
  @Test("every error code has an example with a recorded text")
  func texts() throws {
    let examples = try ImportErrorExamples.all()
    #expect(examples.map(\.code) == ImportErrorCode.allCases, "one example per code, in order")
    var text = ""
    for (code, error) in examples {
      #expect(error.code == code, "the example of \(code.rawValue) gives \(error.code.rawValue)")
      #expect(error.fix != nil, "\(code.rawValue) has no remedy")
      #expect(error.location != .unknown, "\(code.rawValue) has no place")
      text += "\(error)\n\n"
    }
    let path = FixtureLocation.path("errors/import.txt")
    if ProcessInfo.processInfo.environment["SFCONV_RECORD"] != nil {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(path); run again without SFCONV_RECORD")
    }
    let recorded = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      text == recorded, "texts changed; record them by SFCONV_RECORD=1 swift test --filter texts")
  }

  @Test(
    "a file of another kind is called by its name",
    arguments: [
      ([0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10], "a JPEG picture"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG picture"),
      ([0x50, 0x4B, 0x03, 0x04, 0, 0], "a ZIP archive"),
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0], "a NumPy array"),
      ([0x1C, 0, 0, 0, 0x54, 0x46, 0x4C, 0x33, 0, 0], "a TensorFlow Lite model"),
      (Array("import torch\nprint(1)\n".utf8), "a text file"),
      (Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "a Git LFS pointer"),
      ([], "empty (0 bytes)"),
    ] as [([UInt8], String)])
  func magic(_ bytes: [UInt8], _ name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, "picture.onnx")
    let error = #expect(throws: ImportError.self) { _ = try ONNXImporter.read(path: path) }
    #expect(error?.code == .notONNX)
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    #expect(error?.location.file == path)
    #expect(error?.category.rawValue == 65)
  }

  @Test("bytes of no known kind are refused as not ONNX")
  func noise() throws {
    let error = #expect(throws: ImportError.self) {
      _ = try imported([0xF3, 0x9C, 0x01, 0x80, 0xFE, 0x00, 0x12, 0x34])
    }
    #expect(error?.code == .notONNX)
  }

  @Test("a missing file and a directory are missing input, with the reason as cause")
  func missing() throws {
    let folder = try TemporaryFolder()
    for path in ["\(folder.path)/none.onnx", folder.path] {
      let error = #expect(throws: ImportError.self) { _ = try ONNXImporter.read(path: path) }
      #expect(error?.code == .unreadable)
      #expect(error?.category == .missingInput)
      #expect(error?.cause != nil)
    }
  }

  @Test("a cut file says where it ends")
  func cut() throws {
    let bytes = TinyONNX.one("Relu").bytes
    let error = #expect(throws: ImportError.self) { _ = try imported(Array(bytes.dropLast(20))) }
    #expect(error?.code == .truncated)
    #expect(error?.location.byteOffset != nil)
    #expect(error?.message.contains("the file ends at byte \(bytes.count - 20)") == true)
  }
}
