import Foundation
import SpikeDiagnostics
import SpikePipeline
import SpikeTestSupport
import Synchronization
import Testing

@Suite("Long fits", .serialized)
struct LongRunTests {
  private static let digits = FixtureLocation.path("onnx/digits/digits.npz")

  /// A spiking model of a fixture of digits, converted in `folder`.
  private static func spiking(_ network: String, in folder: String) throws -> String {
    let path = "\(folder)/\(network).spiking.sfm"
    _ = try WholeWayTests.pipeline.importModel(
      ImportRequest(
        input: FixtureLocation.path("onnx/digits/\(network).onnx"), output: "\(folder)/m.sfm"))
    _ = try WholeWayTests.pipeline.convert(
      ConvertRequest(input: "\(folder)/m.sfm", output: path, data: DataRequest(source: digits)))
    return path
  }

  private static func request(
    _ input: String, _ output: String, _ change: (inout FitSettings) -> Void = { _ in }
  ) -> FitRequest {
    var settings = FitSettings(target: "loihi2")
    settings.epochs = 4
    change(&settings)
    return FitRequest(
      input: input, output: output, data: DataRequest(source: digits), settings: settings)
  }

  /// A pipeline that stops before step `limit` + 1 of a training.
  private static func stopping(after limit: Int) -> Pipeline {
    let counter = Counter()
    return Pipeline(RunContext(threads: 2, isCancelled: { counter.next() > limit }))
  }

  private final class Counter: Sendable {
    private let asked = Mutex(0)
    func next() -> Int {
      asked.withLock {
        $0 += 1
        return $0
      }
    }
  }

  @Test("a log that is continued holds every report once, as that of a run without a break")
  func log() throws {
    try WholeWayTests.inFolder { folder in
      let input = try Self.spiking("dense", in: folder)
      var whole = Self.request(input, "\(folder)/whole.sfm")
      whole.files.log = "\(folder)/whole.jsonl"
      _ = try WholeWayTests.pipeline.fit(whole)
      var part = Self.request(input, "\(folder)/part.sfm")
      part.files.log = "\(folder)/part.jsonl"
      // A state after 31 steps, lines until step 40 and half a line: as after a kill.
      part.files.checkpointEvery = "1000000"
      _ = try Self.stopping(after: 31).fit(part)
      let cut = try String(contentsOfFile: "\(folder)/part.jsonl", encoding: .utf8)
      let later = try Self.lines("\(folder)/whole.jsonl").first { $0.contains("\"step\":40,") }
      try (cut + (try #require(later)) + "\n" + #"{"step":60,"st"#).write(
        toFile: "\(folder)/part.jsonl", atomically: true, encoding: .utf8)
      part.files.resumes = true
      let outcome = try WholeWayTests.pipeline.fit(part)
      #expect(outcome.isClean)
      let expected = try Self.lines("\(folder)/whole.jsonl").map(Self.withoutRate)
      #expect(try Self.lines("\(folder)/part.jsonl").map(Self.withoutRate) == expected)
      #expect(expected.count > 3)
      let bytes = try ["whole", "part"].map {
        try Data(contentsOf: URL(filePath: "\(folder)/\($0).sfm"))
      }
      #expect(bytes[0] == bytes[1])
    }
  }

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// A report without the speed, which is never the same.
  private static func withoutRate(_ line: String) -> String {
    line.replacing(/"samplesPerSecond":[0-9.e+]+/, with: "")
  }

  @Test("an interrupted fit keeps model and checkpoint, and is not clean")
  func interrupted() throws {
    try WholeWayTests.inFolder { folder in
      let input = try Self.spiking("dense", in: folder)
      let outcome = try Self.stopping(after: 9).fit(
        Self.request(input, "\(folder)/fitted.sfm"))
      #expect(!outcome.isClean)
      #expect(outcome.findings.contains { $0.code == "pipeline.interrupted" })
      #expect(FileManager.default.fileExists(atPath: "\(folder)/fitted.sfm.checkpoint"))
      let model = try WholeWayTests.pipeline.inspect("\(folder)/fitted.sfm")
      #expect(WholeWayTests.member(model.summary, "stage") == .text("fitted"))
    }
  }

  @Test("a budget of energy is met, in operations of the chip's own figure")
  func energy() throws {
    try WholeWayTests.inFolder { folder in
      let input = try Self.spiking("conv", in: folder)
      func run(_ budget: String?) throws -> (outcome: Outcome, operations: Double) {
        let outcome = try WholeWayTests.pipeline.fit(
          Self.request(input, "\(folder)/fitted.sfm") { $0.budget = budget })
        func number(_ key: String) -> Double {
          guard
            case .number(let value)? = WholeWayTests.member(outcome.summary, "operationsAfter", key)
          else { return .nan }
          return value
        }
        return (outcome, number("effectiveACs") + number("effectiveMACs"))
      }
      // Loihi 2 states 23.6 pJ per operation.
      let free = try run(nil).operations * 23.6 / 1_000
      let limit = (free * 0.6).rounded()
      let (outcome, operations) = try run("energy=\(Int(limit))nJ")
      let used = operations * 23.6 / 1_000
      #expect(used <= limit && used > limit / 3, "\(used) of \(limit) nJ")
      #expect(outcome.text.contains("budget of energy"))
      #expect(outcome.text.contains(" nJ of \(limit) nJ"))
      #expect(!outcome.findings.contains { $0.code == "fit.budget" })
      // What no number of channels meets is said, with the figure that was reached.
      let impossible = try run("energy=0.05nJ").outcome
      let finding = try #require(impossible.findings.first { $0.code == "fit.budget" })
      #expect(finding.message.contains("The budget of energy is 0.05 nJ; the fitted network needs"))
    }
  }

  @Test(
    "a budget of energy without a figure, or without a number, is refused",
    arguments: [
      ("speck2f", "energy=40nJ", "speck2f states no energy per synaptic operation"),
      ("neutral", "energy=40nJ", "without a chip there is no energy per synaptic operation"),
      ("loihi2", "energy=0nJ", "allowed: name=number"),
      ("loihi2", "energy=-3", "allowed: name=number"),
      ("loihi2", "synops=40nJ", "allowed: name=number"),
      ("loihi2", "power=3", "allowed: synops"),
    ])
  func refused(target: String, budget: String, message: String) throws {
    try WholeWayTests.inFolder { folder in
      let input = try Self.spiking("conv", in: folder)
      let error = #expect(throws: PipelineError.self) {
        try WholeWayTests.pipeline.fit(
          Self.request(input, "\(folder)/fitted.sfm") {
            $0.target = target
            $0.budget = budget
          })
      }
      #expect(error?.code == .invalidOption)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }
}
