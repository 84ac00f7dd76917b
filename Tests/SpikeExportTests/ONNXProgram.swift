import Foundation
import SpikeBundle
import SpikeExport
import SpikeSimulate
import SpikeTestSupport

import struct SpikeBundle.Bundle

/// A bundle as an ONNX file, and what a runtime must compute from it.
struct ONNXCase {
  let name: String
  /// The bundle that the file is made of; another than the simulated one where the test must notice.
  let written: Bundle
  let options: ONNXOptions
  let input: [UInt8]
  let inputShape: [Int]
  /// Values by output: `readout`, `prediction`, and spikes and potentials of every population,
  /// neuron and step.
  let expected: [String: [Int32]]
  let spikes: Int

  private static func samples(_ count: Int, _ size: Int, seed: UInt64) -> [[UInt8]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { number in
      (0..<size).map { _ in
        if number == count - 1 { return 255 }
        return random.chance(1, in: 3) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
    }
  }

  /// A batch of samples, each the same in all steps; nil where the simulator refuses the bundle.
  init?(
    _ name: String, _ bundle: Bundle, written: Bundle? = nil, time: ONNXOptions.Time, seed: UInt64
  ) throws {
    guard let simulator = try? IntegerSimulator(bundle) else { return nil }
    self.name = "\(name)_\(time.rawValue)"
    self.written = ONNXCase.renamed(written ?? bundle, self.name)
    options = ONNXOptions(time: time, tracesNeurons: true)
    let samples = ONNXCase.samples(3, simulator.sampleSize, seed: seed)
    input = samples.flatMap { $0 }
    inputShape = [samples.count] + bundle.input.shape
    let outcomes = try samples.map { try simulator.run(sample: $0) }
    var expected = [
      "readout": outcomes.flatMap(\.readout), "prediction": outcomes.map { Int32($0.prediction) },
    ]
    let traces = try samples.map { try simulator.trace(sample: $0) }
    var spikes = 0
    for (index, population) in self.written.populations.enumerated() {
      for step in 0..<bundle.timeSteps {
        for trace in traces {
          expected["p\(index).potential", default: []] += trace.potentials[index][step]
          guard population.model != "LI" else { continue }
          expected["p\(index).spikes", default: []] += trace.spikes[index][step]
          spikes += trace.spikes[index][step].reduce(0) { $0 + Int($1) }
        }
      }
    }
    self.expected = expected
    self.spikes = spikes
  }

  /// One sample that changes from step to step, in a chain of populations.
  init?(stream name: String, _ bundle: Bundle, time: ONNXOptions.Time, seed: UInt64) throws {
    guard let simulator = try? PipelinedSimulator(bundle) else { return nil }
    self.name = "\(name)_\(time.rawValue)"
    written = ONNXCase.renamed(bundle, self.name)
    options = ONNXOptions(time: time, hasInputPerStep: true, tracesNeurons: true)
    let size = bundle.input.shape.reduce(1, *)
    let columns = ONNXCase.samples(bundle.timeSteps, size, seed: seed).map { column in
      column.map { $0 >> UInt8(8 - bundle.input.bits) }
    }
    input = columns.flatMap { $0 }
    inputShape = [bundle.timeSteps, 1] + bundle.input.shape
    let deepest = simulator.depths.max() ?? 0
    let trace = try simulator.run(
      columns: columns.map { $0.map { Int32($0) } }, steps: bundle.timeSteps + deepest + 2,
      resetInterval: bundle.timeSteps, resetOffset: 1)
    var expected: [String: [Int32]] = [:]
    var spikes = 0
    for (index, population) in written.populations.enumerated() {
      // Column k is sent in step k + 1 and reaches depth 0 in step k + 2.
      let first = simulator.depths[index] + 1
      for step in first..<first + bundle.timeSteps {
        expected["p\(index).potential", default: []] += trace.potentials[index][step]
        guard population.model != "LI" else { continue }
        expected["p\(index).spikes", default: []] += trace.spikes[index][step]
        spikes += trace.spikes[index][step].reduce(0) { $0 + Int($1) }
      }
    }
    self.expected = expected
    self.spikes = spikes
  }

  private static func renamed(_ bundle: Bundle, _ name: String) -> Bundle {
    var result = bundle
    result.name = name
    for index in result.populations.indices { result.populations[index].name = "p\(index)" }
    return result
  }
}

/// onnxruntime, where it is installed.
enum ONNXRuntime {
  private static let variables = ProcessInfo.processInfo.environment
  static let isRequired = !["", "false", "0"].contains(variables["CI"] ?? "")

  static let python: String? = {
    let candidates = [
      variables["SFCONV_ONNX"].map { "\($0)/bin/python" },
      "\(FixtureLocation.repository)/.build-vendors/onnx/bin/python",
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let advice =
    "onnxruntime is missing; make a virtual environment with the packages onnx and onnxruntime and "
    + "set SFCONV_ONNX to its directory"

  /// What the runtime computed, by case and output, and what it said of cases that failed.
  static func run(_ cases: [ONNXCase]) throws -> (
    values: [String: [String: [Int32]]], problems: [String]
  ) {
    let directory = try TemporaryDirectory()
    let folder = directory.path
    var jobs: [[String: Any]] = []
    for (number, test) in cases.enumerated() {
      let files = try NativeExport.files(
        test.written, target: "onnx", options: NativeOptions(onnx: test.options))
      try Data(files[0].bytes).write(to: URL(filePath: "\(folder)/\(number).onnx"))
      try Data(test.input).write(to: URL(filePath: "\(folder)/\(number).bytes"))
      jobs.append([
        "model": "\(folder)/\(number).onnx", "input": "\(folder)/\(number).bytes",
        "shape": test.inputShape, "output": "\(folder)/\(number)",
      ])
    }
    try JSONSerialization.data(withJSONObject: jobs).write(
      to: URL(filePath: "\(folder)/jobs.json"))
    let process = Process()
    process.executableURL = URL(filePath: python ?? "")
    process.arguments = [
      "\(FixtureLocation.repository)/Scripts/vendors/run_onnx.py", "\(folder)/jobs.json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var values: [String: [String: [Int32]]] = [:]
    var problems = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("ok ") }
    if process.terminationStatus != 0 {
      problems.append("run_onnx.py ended with \(process.terminationStatus)")
    }
    for (number, test) in cases.enumerated() {
      for name in test.expected.keys {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(number).\(name)")
        else { continue }
        values[test.name, default: [:]][name] = ONNXRuntime.integers(Array(data))
      }
    }
    return (values, problems)
  }

  private static func integers(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count - 3, by: 4).map { start in
      var bits: UInt32 = 0
      for place in 0..<4 { bits |= UInt32(bytes[start + place]) << UInt32(8 * place) }
      return Int32(bitPattern: bits)
    }
  }
}
