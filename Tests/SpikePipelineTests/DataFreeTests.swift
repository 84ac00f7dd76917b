import Foundation
import SpikeDiagnostics
import SpikeFit
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Fit without labels", .serialized)
struct DataFreeTests {
  private let digits = FixtureLocation.path("onnx/digits/digits.npz")

  private func fit(
    samples: Int?, epochs: Int, uniqueWeights: Int, target: String = "loihi2",
    teacher: String? = nil
  ) throws -> Outcome {
    var outcome: Outcome?
    try WholeWayTests.inFolder { folder in
      _ = try WholeWayTests.pipeline.importModel(
        ImportRequest(
          input: FixtureLocation.path("onnx/digits/conv.onnx"), output: "\(folder)/m.sfm"))
      _ = try WholeWayTests.pipeline.convert(
        ConvertRequest(
          input: "\(folder)/m.sfm", output: "\(folder)/s.sfm", data: DataRequest(source: digits)))
      var settings = FitSettings(target: target)
      settings.uniqueWeights = uniqueWeights
      settings.epochs = epochs
      settings.quality.teacher = teacher
      var request = FitRequest(
        input: "\(folder)/s.sfm", output: "\(folder)/f.sfm", data: DataRequest(source: digits),
        settings: settings)
      request.isDataFree = true
      request.unlabelledSamples = samples
      outcome = try WholeWayTests.pipeline.fit(request)
    }
    return try #require(outcome)
  }

  private func accuracy(_ outcome: Outcome) throws -> Double {
    guard case .number(let value)? = WholeWayTests.member(outcome.summary, "integerAccuracy")
    else {
      Issue.record("no accuracy in \(outcome.summary.json)")
      return 0
    }
    return value
  }

  @Test("weights alone give a model that works, and what was not done is said")
  func weightsAlone() throws {
    let outcome = try fit(samples: nil, epochs: 5, uniqueWeights: 16, target: "neutral")
    #expect(try accuracy(outcome) > 0.85)
    let finding = try #require(outcome.findings.first { $0.code == "fit.data-free" })
    #expect(finding.message.contains("rates were measured on noise"))
    #expect(finding.message.contains("nothing was trained through time"))
  }

  @Test("a few unlabelled samples teach what the converted network knows")
  func distilled() throws {
    let alone = try accuracy(try fit(samples: nil, epochs: 0, uniqueWeights: 4))
    let outcome = try fit(samples: 300, epochs: 15, uniqueWeights: 4)
    let taught = try accuracy(outcome)
    #expect(taught > alone)
    #expect(taught > 0.75)
    #expect(outcome.text.contains("exports and validates clean for loihi2"))
    #expect(
      outcome.findings.contains {
        $0.message.contains("soft labels of the converted network on 300 samples without labels")
      })
  }

  @Test("a teacher at hand gives the soft labels; one for other data is refused")
  func taught() throws {
    let conv = FixtureLocation.path("onnx/digits/conv.onnx")
    let outcome = try fit(samples: 300, epochs: 15, uniqueWeights: 4, teacher: conv)
    #expect(try accuracy(outcome) > 0.75)
    #expect(
      outcome.findings.contains { $0.message.contains("soft labels of the teacher on 300 samples") }
    )
    let error = #expect(throws: FitError.self) {
      try fit(
        samples: 50, epochs: 1, uniqueWeights: 4,
        teacher: FixtureLocation.path("onnx/digits/dense16.onnx"))
    }
    #expect(error?.code == .unsuitableTeacher)
  }
}
