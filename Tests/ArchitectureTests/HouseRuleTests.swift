import SpikeTestSupport
import Testing

@Suite("The rules of the house")
struct HouseRuleTests {
  @Test("every module imports only what the layer table allows")
  func layers() throws {
    let tree = try SourceTree()
    for (module, allowed) in LayerTable.allowed {
      let files = tree.files.filter { $0.path.hasPrefix("\(module)/") }
      #expect(!files.isEmpty, "\(module) has no source")
      for file in files {
        let foreign = Set(SourceTree.imports(in: file.text))
          .subtracting(LayerTable.toolchain).subtracting(allowed).sorted()
        #expect(foreign.isEmpty, "\(file.path) imports \(foreign.joined(separator: ", "))")
      }
    }
  }

  @Test("every module of the package has a row in the layer table, and levels only look down")
  func rows() throws {
    let modules = Set(
      try SourceTree().files.compactMap { $0.path.split(separator: "/").first.map(String.init) })
    #expect(modules == Set(LayerTable.allowed.map(\.module)))
    var seen: Set<String> = []
    for (module, allowed) in LayerTable.allowed {
      let upward = allowed.filter { $0.hasPrefix("Spike") && !seen.contains($0) }
      #expect(upward.isEmpty, "\(module) looks up to \(upward.sorted())")
      seen.insert(module)
    }
  }

  @Test("the validator never sees the graph or the exporter")
  func independence() {
    let row = LayerTable.allowed.first { $0.module == "SpikeValidate" }
    #expect(row?.imports.isDisjoint(with: ["SpikeGraph", "SpikeExport", "SpikeFit"]) == true)
  }

  @Test("unsafe code stands only at the listed places")
  func unsafePlaces() throws {
    for file in try SourceTree().files
    where !LayerTable.unsafePlaces.contains(where: file.path.hasPrefix) {
      let marked = file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .filter { _, line in
          line.split(separator: "//", omittingEmptySubsequences: false)[0]
            .contains(/\bunsafe\b|\bUnsafe|@unchecked|nonisolated\(unsafe\)/)
        }.map { $0.offset + 1 }
      #expect(marked.isEmpty, "\(file.path) lines \(marked)")
    }
  }

  @Test("no source file has more than 500 lines")
  func length() throws {
    let generated = ".pb-c."
    let trees = [
      try SourceTree(extensions: ["swift", "c", "h"]), try SourceTree(folder: "Tests"),
    ]
    for file in trees.flatMap(\.files) where !file.path.contains(generated) {
      let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(count <= 501, "\(file.path) has \(count) lines")
    }
  }

  @Test("every file of a table folder has its row in the table")
  func rowsOfTables() throws {
    let tree = try SourceTree()
    let folders = [
      ("SpikeValidate/Rules/", "SpikeValidate/RuleTable.swift", /static let (\w+) = Rule\(/),
      (
        "SpikeImport/ONNX/Operators/", "SpikeImport/ONNX/ONNXOperatorTable.swift",
        /static let (\w+) = ONNXOperator\(/
      ),
    ]
    for (folder, table, declaration) in folders {
      let text = try #require(tree.files.first { $0.path == table }?.text, "\(table) is missing")
      for file in tree.files where file.path.hasPrefix(folder) {
        for match in file.text.matches(of: declaration) {
          #expect(
            text.contains(".\(match.1)"), "\(file.path): '\(match.1)' has no row in \(table)")
        }
      }
    }
  }

  @Test("nothing in the tree names a machine's path or an unfinished place")
  func cleanTexts() throws {
    let trees = [
      try SourceTree(extensions: ["swift", "c", "h"]),
      try SourceTree(folder: "Tests"), try SourceTree(folder: "Scripts", extensions: ["sh", "py"]),
      try SourceTree(folder: "docs", extensions: ["md", "py"]),
    ]
    // Spelled in parts so that this file does not find itself.
    let words = [
      "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "TO" + "DO", "FIX" + "ME", "fatal" + "Error(",
    ]
    for file in trees.flatMap(\.files) {
      for word in words { #expect(!file.text.contains(word), "\(file.path) contains \(word)") }
    }
  }
}
