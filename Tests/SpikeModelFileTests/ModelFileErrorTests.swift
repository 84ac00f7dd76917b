import Foundation
import SpikeBytes
import SpikeDiagnostics
import SpikeGraph
import SpikeModelFile
import SpikeTestSupport
import Testing

/// One error of every code, with its whole text.
@Suite("Model file errors")
struct ModelFileErrorTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func error(_ body: () throws(ModelFileError) -> Void) -> ModelFileError? {
    do throws(ModelFileError) {
      try body()
      return nil
    } catch { return error }
  }

  func reading(_ bytes: [UInt8]) throws -> ModelFileError? {
    try AtomicFile.write(bytes, to: directory.file("a.sfm"))
    return error { () throws(ModelFileError) in
      _ = try ModelFile.read(path: directory.file("a.sfm"))
    }
  }

  @Test("say what was found, what is allowed and what to do")
  func texts() throws {
    let bytes = try ModelFile.encode(SampleModels.small())
    func changed(_ place: Int, _ value: UInt8) -> [UInt8] {
      var copy = bytes
      copy[place] = value
      return copy
    }
    var faulty = SampleModels.small()
    faulty.timeSteps = 0
    var broken = SampleModels.small()
    broken.graph.outputs = ["gone"]
    var deep = SampleModels.small()
    deep.graph.inputs[0].shape = Shape([Int](repeating: 1, count: 9))
    let errors: [ModelFileError?] = [
      try reading(Array("GIF89a".utf8)), try reading(changed(8, 9)),
      try reading(bytes.dropLast()), try reading(changed(bytes.count - 1, 0x55)),
      try reading(bytes + [0]), try reading(ModelDamage.file(message: [0x0A])),
      error { () throws(ModelFileError) in _ = try ModelFile.encode(faulty) },
      error { () throws(ModelFileError) in _ = try ModelFile.encode(broken) },
      error { () throws(ModelFileError) in _ = try ModelFile.encode(deep) },
      error { () throws(ModelFileError) in _ = try ModelFile.read(path: "/nowhere/a.sfm") },
      error { () throws(ModelFileError) in
        try ModelFile.write(SampleModels.small(), to: "/nowhere/a.sfm")
      },
    ]
    #expect(errors.map { $0?.code } == ModelFileErrorCode.allCases)
    let texts = errors.map {
      ($0?.description ?? "none").replacingOccurrences(of: directory.path + "/", with: "")
    }
    let count = bytes.count
    let offset = try {
      try AtomicFile.write(bytes, to: directory.file("a.sfm"))
      return try ModelFile.inspect(path: directory.file("a.sfm")).constants[0].offset
    }()
    let expected = [
      """
      a.sfm: error [model.not-a-model]
        This is not a model file: it does not start with the bytes of one.
        fix: give an .sfm file, as 'sfconv import', 'convert' and 'fit' write it
      """,
      """
      a.sfm: byte 8: error [model.unsupported-version]
        The file has version 9; this sfconv reads 1.
        fix: use a newer sfconv
      """,
      """
      a.sfm: byte \(count - 1): error [model.truncated]
        The file ends after \(count - 1) bytes; \(count) are needed.
        fix: the file was cut short; copy or make it again
      """,
      """
      a.sfm: byte \(offset), tensor 'node.0.weight': error [model.checksum-mismatch]
        The checksum of a constant differs.
        fix: the file is damaged; make it again from its source
      """,
      """
      a.sfm: byte \(count): error [model.invalid-structure]
        The file has \(count + 1) bytes; its header says \(count).
        fix: the file is damaged; make it again from its source
      """,
      """
      a.sfm: error [model.invalid-message]
        The header is no protobuf message.
        fix: the file is damaged; write it again
      """,
      """
      error [model.invalid-value]
        The model has 0 time steps; allowed are 1 and more.
        fix: make the model again from its source
      """,
      """
      error [model.invalid-graph]
        The graph contradicts itself.
        fix: make the model again from its source
        because: No node makes the output 'gone'. [graph.undefined-value]
      """,
      """
      tensor 'x': error [model.too-large]
        A shape has 9 axes; allowed are 8.
        fix: join axes
      """,
      """
      /nowhere/a.sfm: error [model.unreadable]
        The model file cannot be opened.
        fix: check the path
        because: There is no such file (No such file or directory). (/nowhere/a.sfm) [file.not-found]
      """,
      """
      /nowhere/a.sfm: error [model.unwritable]
        The model file was not written.
        fix: check that the directory exists and that you may write there
        because: The output cannot be written (No such file or directory). (/nowhere/a.sfm) \
      [file.not-writable]
      """,
    ]
    for (text, expected) in zip(texts, expected) { #expect(text == expected) }
  }

  @Test("are all in docs/model-file.md, and so are the attributes of every operator")
  func document() throws {
    let text = try String(
      contentsOfFile: "\(FixtureLocation.repository)/docs/model-file.md", encoding: .utf8)
    for code in ModelFileErrorCode.allCases { #expect(text.contains("| `\(code.rawValue)` |")) }
    for node in SampleModels.everything().graph.nodes {
      let name = node.operator.name
      let row = text.split(separator: "\n").first { line in
        line.hasPrefix("| ")
          && line.split(separator: "|")[0].split(separator: ",").contains {
            $0.trimmingCharacters(in: .whitespaces) == name
          }
      }
      let attributes = try #require(row, "no row for \(name)")
      for attribute in ModelFile.attributeNames(of: node.operator) {
        #expect(attributes.contains("`\(attribute)`"), "\(name): \(attribute)")
      }
    }
  }
}
