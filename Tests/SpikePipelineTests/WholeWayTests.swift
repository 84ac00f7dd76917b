import Foundation
import SpikeDiagnostics
import SpikeHardware
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("The whole way", .serialized)
struct WholeWayTests {
  static let pipeline = Pipeline(RunContext(threads: 2))

  /// A folder of its own that is removed in the end.
  static func inFolder(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "sfconv-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
  }

  /// A member of a summary, for example `member("validation", "clean")`.
  static func member(_ summary: Summary, _ keys: String...) -> Summary? {
    keys.reduce(Optional(summary)) { value, key in
      guard case .object(let members)? = value else { return nil }
      return members.first { $0.key == key }?.value
    }
  }

  @Test("a trained CNN becomes a bundle that fits Loihi 2 and predicts what the fitted model does")
  func deploy() throws {
    try Self.inFolder { folder in
      var settings = FitSettings(target: "loihi2")
      settings.prune = 0.5
      settings.epochs = 1
      var request = DeployRequest(
        input: FixtureLocation.path("onnx/fashion-cnn/model.onnx"), output: folder,
        data: DataRequest(source: "fashion-mnist", testLimit: 400, trainLimit: 6000),
        settings: settings)
      request.timeSteps = 4
      let outcome = try Self.pipeline.deploy(request)
      #expect(outcome.isClean)
      #expect(Self.member(outcome.summary, "equalPredictions") == .integer(400))
      #expect(Self.member(outcome.summary, "validation", "clean") == .flag(true))
      guard case .number(let accuracy)? = Self.member(outcome.summary, "bundleAccuracy") else {
        Issue.record("no accuracy in \(outcome.summary.json)")
        return
      }
      // A tenth of an epoch is enough to be far from chance, and far from a broken chain.
      #expect(accuracy > 0.7)
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      for name in ["model.sfm", "spiking.sfm", "fitted.sfm", "model.sfb", "report.json"] {
        #expect(files.contains(name), "\(name) is missing in \(files)")
      }
      #expect(files.contains { $0.hasSuffix(".net") })
      let report = try String(contentsOfFile: "\(folder)/report.json", encoding: .utf8)
      #expect(report == outcome.summary.json + "\n")
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(report.utf8))
      }
      // The chips that this network cannot fit say so, all findings at once.
      let tiny = try Self.pipeline.validate(bundle: "\(folder)/model.sfb", target: "tinyodin")
      #expect(!tiny.isClean)
      #expect(tiny.findings.count { $0.severity == .error } > 3)
    }
  }

  @Test(
    "the Model Zoo's mnist-8 loses at most one point at 32 time steps",
    .enabled(if: mnist8 != nil && mnist != nil, "mnist-8 or MNIST is not here (SFCONV_SHARED)"))
  func mnist8Converts() throws {
    let path = try #require(Self.mnist8)
    let data = try #require(Self.mnist)
    try Self.inFolder { folder in
      var importing = ImportRequest(input: path, output: "\(folder)/mnist.sfm")
      importing.inputScale = [1]
      _ = try Self.pipeline.importModel(importing)
      var request = ConvertRequest(
        input: "\(folder)/mnist.sfm", output: "\(folder)/spiking.sfm",
        data: DataRequest(source: data, testLimit: 2000))
      request.timeSteps = 32
      let outcome = try Self.pipeline.convert(request)
      guard case .number(let before)? = Self.member(outcome.summary, "accuracyBefore"),
        case .list(let curve)? = Self.member(outcome.summary, "curve"), let last = curve.last,
        case .number(let after)? = Self.member(last, "accuracy")
      else {
        Issue.record("no accuracies in \(outcome.summary.json)")
        return
      }
      #expect(Self.member(last, "timeSteps") == .integer(32))
      #expect(before > 0.97)
      #expect(before - after <= 0.01)
    }
  }

  static let mnist8 = ThirdPartyFiles.find(
    ThirdPartyFiles.roots.map { "\($0)/data/onnx-mnist-conv/model.onnx" })
  static let mnist = ThirdPartyFiles.find(
    ThirdPartyFiles.roots.map { "\($0)/data/mnist-idx/t10k-images-idx3-ubyte.gz" }
  ).map { URL(filePath: $0).deletingLastPathComponent().path }
}
