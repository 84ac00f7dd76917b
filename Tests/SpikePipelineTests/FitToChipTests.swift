import Foundation
import SpikeDiagnostics
import SpikeFit
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Fit to a chip", .serialized)
struct FitToChipTests {
  static let pipeline = Pipeline(RunContext(threads: 2))

  private static func fixture(_ name: String) -> String {
    FixtureLocation.path("onnx/digits/\(name)")
  }

  /// A spiking model of a fixture, converted in `folder`.
  private func spiking(_ network: String, data: String, in folder: String) throws -> String {
    let imported = "\(folder)/\(network).sfm"
    let path = "\(folder)/\(network).spiking.sfm"
    _ = try Self.pipeline.importModel(
      ImportRequest(input: Self.fixture("\(network).onnx"), output: imported))
    _ = try Self.pipeline.convert(
      ConvertRequest(
        input: imported, output: path, data: DataRequest(source: Self.fixture(data))))
    return path
  }

  private func settings(_ target: String) -> FitSettings {
    var settings = FitSettings(target: target)
    settings.epochs = 6
    settings.plansUniqueWeights = true
    settings.plansScope = true
    return settings
  }

  @Test(
    "a suitable network ends in a bundle that validates clean",
    arguments: [
      ("truenorth", "dense", "digits.npz", 0.7), ("tinyodin", "dense", "digits.npz", 0.7),
      ("xylo-audio3", "dense16", "digits-4x4.npz", 0.6),
      ("loihi2", "conv", "digits.npz", 0.7), ("speck2f", "conv", "digits.npz", 0.6),
    ])
  func chips(target: String, network: String, data: String, least: Double) throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking(network, data: data, in: folder)
      let outcome = try Self.pipeline.fit(
        FitRequest(
          input: input, output: "\(folder)/fitted.sfm",
          data: DataRequest(source: Self.fixture(data)), settings: settings(target)))
      guard case .number(let accuracy)? = WholeWayTests.member(outcome.summary, "integerAccuracy")
      else {
        Issue.record("no accuracy in \(outcome.summary.json)")
        return
      }
      #expect(accuracy > least, "\(target): \(accuracy)")
      _ = try Self.pipeline.export(
        ExportRequest(
          input: "\(folder)/fitted.sfm", output: "\(folder)/model.sfb", target: target))
      let report = try Self.pipeline.validate(bundle: "\(folder)/model.sfb", target: target)
      #expect(report.isClean, "\(report.text)\n\(report.findings)")
      #expect(outcome.text.contains("exports and validates clean for \(target)"))
    }
  }

  @Test("tinyODIN's addresses take ten channels of a network of 266")
  func addresses() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      let outcome = try Self.pipeline.planFit(
        FitRequest(
          input: input, output: "", data: DataRequest(source: "unused"),
          settings: settings("tinyodin")))
      #expect(outcome.text.contains("addresses: 266 needed, 256 there"))
      #expect(outcome.text.contains("the limits take 10 of 192 channels"))
    }
  }

  @Test("the granularity of channels comes from the spec or from the user")
  func granularity() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      let spec = try String(
        contentsOfFile: "\(FixtureLocation.repository)/Schemas/hardware/tinyodin.json",
        encoding: .utf8)
      try spec.replacingOccurrences(of: "\"name\": \"tinyodin\"", with: "\"name\": \"coarse\"")
        .replacingOccurrences(
          of: #""limits": {"#,
          with: #""limits": { "channelMultiple": { "value": 16, "status": "assumed" },"#
        ).write(toFile: "\(folder)/coarse.json", atomically: true, encoding: .utf8)
      func widths(_ settings: FitSettings) throws -> [Int] {
        let outcome = try Self.pipeline.planFit(
          FitRequest(
            input: input, output: "", data: DataRequest(source: "unused"), settings: settings))
        guard case .list(let channels)? = WholeWayTests.member(outcome.summary, "channels") else {
          return []
        }
        return channels.compactMap {
          guard case .integer(let width)? = WholeWayTests.member($0, "atMost") else { return nil }
          return width
        }
      }
      // 256 addresses take 64 inputs, 10 classes and 182 of 192 channels.
      #expect(try widths(settings("tinyodin")).reduce(0, +) == 182)
      let coarse = try widths(settings("\(folder)/coarse.json"))
      #expect(coarse.allSatisfy { $0 % 16 == 0 } && coarse.reduce(0, +) == 176, "\(coarse)")
      var own = settings("\(folder)/coarse.json")
      own.channelMultiple = 10
      #expect(try widths(own).allSatisfy { $0 % 10 == 0 || $0 == 112 || $0 == 80 })
    }
  }

  @Test("few unique weights and many channels share TrueNorth's axons")
  func axons() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      var request = FitRequest(
        input: input, output: "", data: DataRequest(source: "unused"),
        settings: settings("truenorth"))
      let free = try Self.pipeline.planFit(request)
      #expect(WholeWayTests.member(free.summary, "uniqueWeights") == .integer(2))
      #expect(WholeWayTests.member(free.summary, "scope") == .text("channel"))
      #expect(WholeWayTests.member(free.summary, "freeZero") == .flag(true))
      request.settings.plansUniqueWeights = false
      request.settings.uniqueWeights = 4
      let four = try Self.pipeline.planFit(request)
      #expect(four.text.contains("channels of /2/Relu: 112 → at most 64"))
    }
  }

  @Test(
    "what cannot fit is refused before training, with what would help",
    arguments: [
      ("xylo-audio3", "dense", "64 input lines; xylo-audio3 has 16: 48 too many", "tinyodin"),
      ("tinyodin", "conv", "convolution connections", "loihi2 or speck2f"),
    ])
  func refusal(target: String, network: String, message: String, other: String) throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking(network, data: "digits.npz", in: folder)
      let error = #expect(throws: FitError.self) {
        // Data that do not exist: the refusal comes first.
        try Self.pipeline.fit(
          FitRequest(
            input: input, output: "\(folder)/fitted.sfm", data: DataRequest(source: "/nowhere"),
            settings: settings(target)))
      }
      #expect(error?.code == .exceedsChip)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      #expect(error?.fix?.contains("another chip: --target") == true)
      #expect(error?.fix?.contains(other) == true)
    }
  }

  @Test("a network for two chips is told so, layer by layer")
  func twoChips() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      let spec = try String(
        contentsOfFile: "\(FixtureLocation.repository)/Schemas/hardware/tinyodin.json",
        encoding: .utf8)
      // A tinyODIN of two layers: the network has three.
      let small = spec.replacingOccurrences(
        of: "\"name\": \"tinyodin\"", with: "\"name\": \"tiny\""
      )
      .replacingOccurrences(
        of: #""limits": {"#,
        with: #""limits": { "layers": { "value": 2, "status": "assumed" },"#)
      try small.write(toFile: "\(folder)/tiny.json", atomically: true, encoding: .utf8)
      let error = #expect(throws: FitError.self) {
        try Self.pipeline.planFit(
          FitRequest(
            input: input, output: "", data: DataRequest(source: "unused"),
            settings: settings("\(folder)/tiny.json")))
      }
      #expect(error?.message.contains("needs 3 layers; tiny has 2") == true)
      #expect(error?.fix?.contains("2 chips in a row: /2/Relu") == true, "\(error?.fix ?? "")")
    }
  }
}
