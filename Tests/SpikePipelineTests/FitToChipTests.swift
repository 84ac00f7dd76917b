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
      ("ranc", "dense", "digits.npz", 0.6),
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
      var export = ExportRequest(
        input: "\(folder)/fitted.sfm", output: "\(folder)/model.sfb", target: target)
      if ["tinyodin", "ranc", "speck2f"].contains(target) { export.native = "\(folder)/native" }
      _ = try Self.pipeline.export(export)
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
      // 64 lines have room for four types each.
      #expect(WholeWayTests.member(free.summary, "uniqueWeights") == .integer(4))
      #expect(free.text.contains("chosen for the least noise in the currents"))
      #expect(WholeWayTests.member(free.summary, "scope") == .text("channel"))
      #expect(WholeWayTests.member(free.summary, "freeZero") == .flag(true))
      request.settings.plansUniqueWeights = false
      request.settings.uniqueWeights = 4
      let four = try Self.pipeline.planFit(request)
      #expect(four.text.contains("channels of /2/Relu: 112 → at most 64"))
    }
  }

  @Test("numbers by layer go through fit, export and validation")
  func layers() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("conv", data: "digits.npz", in: folder)
      var settings = settings("loihi2")
      settings.epochs = 2
      settings.plansUniqueWeights = false
      settings.uniqueWeightsByLayer = "2,gemm=16"
      settings.bitsByLayer = "6,5,8"
      let outcome = try Self.pipeline.fit(
        FitRequest(
          input: input, output: "\(folder)/fitted.sfm",
          data: DataRequest(source: Self.fixture("digits.npz")), settings: settings))
      guard case .object(let books)? = WholeWayTests.member(outcome.summary, "codebooks") else {
        Issue.record("no codebooks")
        return
      }
      let sizes = books.map { book -> Int in
        guard case .list(let lists)? = WholeWayTests.member(book.value, "entries"),
          case .list(let entries)? = lists.first
        else { return 0 }
        return entries.count
      }
      #expect(sizes.prefix(2) == [2, 2] && sizes.count == 3 && sizes[2] > 8, "\(sizes)")
      #expect(outcome.text.contains("exports and validates clean for loihi2"))
      _ = try Self.pipeline.export(
        ExportRequest(
          input: "\(folder)/fitted.sfm", output: "\(folder)/model.sfb", target: "loihi2"))
      #expect(
        try Self.pipeline.validate(bundle: "\(folder)/model.sfb", target: "loihi2").isClean)
    }
  }

  @Test(
    "numbers by layer that name no layer, or not each of them, are refused with the names",
    arguments: [
      "4,4", "4,4,4,4", "conv=2,4,5", "nothing=3", "gemm=4,gemm=5", "4,x", "=4", "conv=4",
    ])
  func badLayers(text: String) throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("conv", data: "digits.npz", in: folder)
      var settings = settings("loihi2")
      settings.uniqueWeightsByLayer = text
      let error = #expect(throws: PipelineError.self) {
        try Self.pipeline.planFit(
          FitRequest(
            input: input, output: "", data: DataRequest(source: "unused"), settings: settings))
      }
      #expect(error?.code == .invalidOption)
      #expect(error?.message.hasPrefix("--unique-weights is '\(text)'; ") == true)
      #expect(error?.fix != nil)
    }
  }

  @Test("auto spends a budget of bytes on the layers that need it, and is refused without one")
  func automatic() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      var settings = settings("loihi2")
      settings.uniqueWeightsByLayer = "auto"
      settings.epochs = 1
      func fit() throws -> Outcome {
        try Self.pipeline.fit(
          FitRequest(
            input: input, output: "\(folder)/fitted.sfm",
            data: DataRequest(source: Self.fixture("digits.npz")), settings: settings))
      }
      #expect(throws: FitError.self) { try fit() }
      settings.budget = "bytes=6000"
      let outcome = try fit()
      #expect(outcome.text.contains("unique weights by layer: /1/Gemm 8, /3/Gemm 4, /5/Gemm"))
      #expect(outcome.text.contains(" of 6,000"))
      #expect(!outcome.findings.contains { $0.code == "fit.budget" })
      #expect(outcome.text.contains("80 → 80"))
      // 16,928 weights of one bit are too many: channels go, too.
      settings.budget = "bytes=1500"
      let narrow = try fit()
      #expect(narrow.text.contains("the budget of 1500 bytes takes channels as well"))
      #expect(!narrow.findings.contains { $0.code == "fit.budget" })
    }
  }

  @Test("plans can be compared by short fits; the result says how each did")
  func trials() throws {
    try WholeWayTests.inFolder { folder in
      let input = try spiking("dense", data: "digits.npz", in: folder)
      var settings = settings("truenorth")
      settings.planTrials = 2
      settings.epochs = 4
      var texts: [String] = []
      for threads in [1, 2] {
        let outcome = try Pipeline(RunContext(threads: threads)).planFit(
          FitRequest(
            input: input, output: "", data: DataRequest(source: Self.fixture("digits.npz")),
            settings: settings))
        texts.append(outcome.text)
      }
      #expect(texts[0] == texts[1])
      #expect(texts[0].components(separatedBy: "trial of M").count == 3)
      #expect(texts[0].contains("287 samples held out, 1 epochs"))
      #expect(texts[0].contains("taken by trial: M"))
    }
  }

  @Test(
    "what cannot fit is refused before training, with what would help",
    arguments: [
      ("xylo-audio3", "dense", "64 input lines; xylo-audio3 has 16: 48 too many", "tinyodin"),
      ("tinyodin", "conv", "convolution connections", "dynapcnn or loihi2 or speck2e or speck2f"),
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
