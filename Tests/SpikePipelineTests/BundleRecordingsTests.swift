import Foundation
import SpikeBundle
import SpikeData
import SpikeDiagnostics
import SpikePipeline
import SpikeSimulate
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

@Suite("Bundles on recordings")
struct BundleRecordingsTests {
  /// A folder of recordings with events drawn at random.
  private static func folder(_ root: String, recordings: Int) throws -> String {
    let folder = "\(root)/recordings"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var random = SeededGenerator(seed: 3)
    var list = "file\tlabel\tsplit\n"
    for number in 0..<recordings {
      var bytes: [UInt8] = []
      var time: UInt32 = 0
      for _ in 0..<900 {
        time += UInt32.random(in: 0...9, using: &random)
        let word = time | (random.chance(1, in: 2) ? 1 << 23 : 0)
        // A corner of few pixels, where events meet in one step.
        bytes += [
          UInt8.random(in: 0..<8, using: &random), UInt8.random(in: 0..<34, using: &random),
          UInt8(truncatingIfNeeded: word >> 16), UInt8(truncatingIfNeeded: word >> 8),
          UInt8(truncatingIfNeeded: word),
        ]
      }
      try Data(bytes).write(to: URL(filePath: "\(folder)/\(number).bin"))
      list += "\(number).bin\t\(number % 2)\ttest\n"
    }
    try Data(list.utf8).write(to: URL(filePath: "\(folder)/labels.tsv"))
    return folder
  }

  private static func bundle(inputShape: [Int], timeSteps: Int) -> Bundle {
    var options = RandomBundleOptions()
    options.inputShape = inputShape
    options.inputBits = 2
    options.timeSteps = timeSteps
    options.weights = -20...20
    return RandomBundle.make(seed: 11, options)
  }

  @Test("a recording is cut into as many columns as the bundle has time steps")
  func columns() throws {
    var different: Set<[Int64]> = []
    try WholeWayTests.inFolder { root in
      let folder = try Self.folder(root, recordings: 7)
      let bundle = Self.bundle(inputShape: [2, 34, 34], timeSteps: 5)
      try BundleFile.write(bundle, to: "\(root)/x.sfb")
      var data = DataRequest(source: folder)
      data.eventStep = 700
      var request = EvaluateRequest(input: "\(root)/x.sfb", data: data)
      request.predictions = "\(root)/predictions.csv"
      let outcome = try WholeWayTests.pipeline.evaluate(request)
      #expect(WholeWayTests.member(outcome.summary, "samples") == .integer(7))
      #expect(WholeWayTests.member(outcome.summary, "timeSteps") == .integer(5))

      let simulator = try IntegerSimulator(bundle)
      var expected = "index,label,prediction,spikes,readout\n"
      for number in 0..<7 {
        let frames = try NMNISTFile.read(path: "\(folder)/\(number).bin")
          .frames(EventBinning(steps: 5, step: .microseconds(700), bits: 2))
        let one = try simulator.run(sample: frames, inputPerStep: true)
        different.insert(one.populationSpikes)
        expected +=
          "\(number),\(number % 2),\(one.prediction),"
          + one.populationSpikes.map { "\($0)" }.joined(separator: " ") + ","
          + one.readout.map { "\($0)" }.joined(separator: " ") + "\n"
      }
      let found = try String(contentsOfFile: "\(root)/predictions.csv", encoding: .utf8)
      #expect(found == expected)
    }
    #expect(different.count > 1)
  }

  @Test("a bundle that takes larger frames than the sensor has is refused")
  func shape() throws {
    try WholeWayTests.inFolder { root in
      let folder = try Self.folder(root, recordings: 1)
      try BundleFile.write(
        Self.bundle(inputShape: [2, 40, 40], timeSteps: 3), to: "\(root)/x.sfb")
      let error = #expect(throws: DataError.self) {
        _ = try WholeWayTests.pipeline.evaluate(
          EvaluateRequest(input: "\(root)/x.sfb", data: DataRequest(source: folder)))
      }
      #expect(error?.code == .shapeMismatch)
      #expect(error?.message.contains("34") == true, "\(error?.message ?? "")")
    }
  }
}
