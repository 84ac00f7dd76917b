import Foundation
import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeHardware
import SpikeTestSupport
import Testing

@Suite("Native export")
struct NativeExportTests {
  @Test("writes whole files into a directory that it makes")
  func writes() throws {
    let directory = try TemporaryDirectory()
    let paths = try NativeExport.write(
      TinyBundle.make(), target: "loihi2", directory: "\(directory.path)/a/b")
    #expect(paths == ["\(directory.path)/a/b/tiny.net", "\(directory.path)/a/b/tiny.run.json"])
    let files = try NativeExport.files(TinyBundle.make(), target: "loihi2")
    for (path, file) in zip(paths, files) {
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(file.bytes))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/a/b")
    #expect(names.count == 2)
  }

  @Test("leaves nothing where the directory cannot be made")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    let file = "\(directory.path)/file"
    try Data([1]).write(to: URL(filePath: file))
    let error = #expect(throws: ExportError.self) {
      try NativeExport.write(TinyBundle.make(), target: "loihi2", directory: "\(file)/inside")
    }
    #expect(error?.code == .unwritable)
    #expect(error?.category.rawValue == 74)
    #expect(error?.cause != nil)
    #expect(try Data(contentsOf: URL(filePath: file)) == Data([1]))
  }

  @Test("leaves nothing where the network cannot be written")
  func nothingHalf() throws {
    let directory = try TemporaryDirectory()
    var bundle = TinyBundle.make()
    bundle.populations[0].thresholds = [0, 1]
    #expect(throws: ExportError.self) {
      try NativeExport.write(bundle, target: "loihi2", directory: "\(directory.path)/out")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/out"))
  }

  @Test("knows its targets and suggests the nearest")
  func unknownTarget() {
    let error = #expect(throws: ExportError.self) {
      try NativeExport.files(TinyBundle.make(), target: "loihi")
    }
    #expect(error?.code == .unknownTarget)
    #expect(error?.fix == "did you mean 'loihi2'?")
    let other = #expect(throws: ExportError.self) {
      try NativeExport.files(TinyBundle.make(), target: "abacus")
    }
    let names = ["norse", "snntorch", "spikingjelly", "sinabs", "rockpool"].map { "nir-\($0)" }
    let known = TargetTable.rows.map(\.name) + ["nir", "onnx"] + names
    #expect(other?.fix == "known are: \(known.joined(separator: ", "))")
  }

  @Test("names of targets are unique and have a spec")
  func table() throws {
    #expect(Set(TargetTable.rows.map(\.name)).count == TargetTable.rows.count)
    for row in TargetTable.rows {
      let spec = try HardwareCatalog.spec(row.name)
      let target = ExportTarget(spec: spec)
      #expect(target.arithmetic == row.arithmetic)
      #expect(target.nativeFormat == row.nativeFormat)
      // What lowering allows is what validation allows, as far as the spec says it.
      #expect(target.limits.weights == row.limits.weights)
      #expect(target.limits.biases == row.limits.biases)
      #expect(target.limits.allowsSoftReset == row.limits.allowsSoftReset)
      #expect(target.limits.initialPotentials == row.limits.initialPotentials)
    }
  }

  @Test("a target with a spec only gets bundles, not files")
  func specOnly() {
    #expect(TargetTable.rowOrPlain(named: "mychip").arithmetic == .plain)
    #expect(TargetTable.rowOrPlain(named: "mychip").nativeFormat == nil)
    #expect(TargetTable.rowOrPlain(named: "loihi2").nativeFormat != nil)
  }
}
