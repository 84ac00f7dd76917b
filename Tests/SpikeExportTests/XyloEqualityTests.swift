import Foundation
import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeSimulate
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// Specifications that sfconv writes, run by SynSense's simulator, against ours: every spike, current
/// and potential of every neuron and step.
@Suite("Xylo")
struct XyloEqualityTests {
  static func cases() throws -> [XyloCase] {
    var result: [XyloCase] = []
    func add(_ name: String, _ random: RandomXylo) throws {
      for chip in ["xylo-audio2", "xylo-audio3", "xylo-imu"] {
        var bundle = random.bundle()
        bundle.name = "\(name)_\(chip)"
        result.append(try XyloCase(bundle.name, bundle, chip: chip, seed: random.seed))
      }
    }
    for unique in [2, 4, 16, 256] {
      try add("m\(unique)", RandomXylo(seed: UInt64(unique), uniqueWeights: unique))
    }
    for seed in UInt64(20)..<26 {
      try add(
        "deep\(seed)",
        RandomXylo(seed: seed, layers: Int(seed % 3) + 1, readsPotential: seed % 2 == 0))
    }
    try add("plain", RandomXylo(seed: 40, biases: false))
    try add("shifted", RandomXylo(seed: 41, shift: 5))
    try add("saturated", RandomXylo(seed: 42, shift: 7, isSaturated: true))
    try add("saturated_deep", RandomXylo(seed: 43, layers: 3, shift: 7, isSaturated: true))
    try add("skips", RandomXylo(seed: 44, layers: 3, skips: true))
    for seed in UInt64(50)..<53 {
      var bundle = RandomXylo(seed: seed, layers: 2).bundle()
      bundle.name = "recording_\(seed)"
      result.append(
        try XyloCase(bundle.name, bundle, chip: "xylo-audio3", inputPerStep: true, seed: seed))
    }
    for seed in UInt64(60)..<66 {
      try add(
        "recurrent\(seed)",
        RandomXylo(
          seed: seed, layers: Int(seed % 3) + 1, readsPotential: seed % 2 == 0,
          skips: seed % 3 == 2, recurs: true))
    }
    try add(
      "recurrent_saturated", RandomXylo(seed: 66, shift: 7, isSaturated: true, recurs: true))
    let trained = try BundleFile.read(path: FixtureLocation.path("targets/xylo/digits.sfb"))
    for seed in UInt64(0)..<3 {
      var bundle = trained
      bundle.name = "trained_\(seed)"
      result.append(try XyloCase(bundle.name, bundle, chip: "xylo-audio3", seed: seed))
    }
    return result
  }

  static func mutants() throws -> [XyloCase] {
    let bundle = RandomXylo(seed: 4, uniqueWeights: 4).bundle()
    var result: [XyloCase] = []
    func add(_ name: String, _ change: (inout Bundle) -> Void) throws {
      var written = bundle
      change(&written)
      result.append(
        try XyloCase(
          "mutant_\(name)", bundle, chip: "xylo-audio3", written: written, seed: 4))
    }
    try add("threshold") {
      $0.populations[0].thresholds = $0.populations[0].thresholds.map { $0 + 1 }
    }
    try add("bias") { $0.populations[1].biases[0] += 1 }
    try add("weight") { $0.codebooks[0].entries[0] += 1 }
    try add("dash") { $0.populations[0].currentDecay = ($0.populations[0].currentDecay + 1) % 16 }
    let recurrent = RandomXylo(seed: 63, recurs: true).bundle()
    let place = recurrent.projections.firstIndex { $0.isRecurrent } ?? 0
    var written = recurrent
    written.projections[place].indices[1] =
      (written.projections[place].indices[1] + 1)
      % UInt8(clamping: written.codebooks[written.projections[place].codebooks[0]].entries.count)
    result.append(
      try XyloCase(
        "mutant_recurrent_weight", recurrent, chip: "xylo-audio3", written: written, seed: 63))
    return result
  }

  @Test("the simulator follows the formulas, spike by spike")
  func textbook() throws {
    var spikes = 0
    for test in try Self.cases() where test.chip == "xylo-audio3" {
      let textbook = TextbookXylo.run(test.bundle, columns: test.columns)
      #expect(textbook.spikes == test.trace.spikes, "\(test.name)")
      #expect(textbook.currents == test.trace.currents, "\(test.name)")
      #expect(textbook.potentials == test.trace.potentials, "\(test.name)")
      spikes += test.hiddenSpikes
    }
    #expect(spikes > 10_000)
  }

  @Test("a neuron may spike several times a step, an output once")
  func severalSpikes() throws {
    let tests = try Self.cases()
    #expect(tests.contains { ($0.expected["spikes"] ?? []).contains(31) })
    #expect(tests.allSatisfy { ($0.expected["output"] ?? []).allSatisfy { $0 <= 1 } })
  }

  @Test("every spike, current and potential is that of the vendor's simulator")
  func vendor() throws {
    guard let python = XyloTool.python else {
      if XyloTool.isRequired { Issue.record("\(XyloTool.advice)") }
      print("not checked: Xylo against xylosim; \(XyloTool.advice)")
      return
    }
    let cases = try Self.cases()
    let mutants = try Self.mutants()
    let directory = try TemporaryDirectory()
    let (values, problems, images) = try XyloTool.run(
      cases + mutants, python: python, folder: directory.path)
    for problem in problems { Issue.record("\(problem)") }
    var compared = 0
    var differences = 0
    for test in cases {
      for (name, expected) in test.expected.sorted(by: { $0.key < $1.key }) {
        let found = values[test.name]?[name] ?? []
        let place = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
        #expect(
          found == expected,
          "\(test.name), \(name): \(found.count) of \(expected.count), first at \(place)")
        compared += expected.count
        differences +=
          zip(found, expected).count { $0 != $1 } + abs(found.count - expected.count)
      }
    }
    for test in mutants {
      let isSame = test.expected.allSatisfy { values[test.name]?[$0.key] == $0.value }
      #expect(!isSame, "\(test.name) is not noticed")
    }
    #expect(images >= 20)
    print(
      "Xylo: \(cases.count) networks, \(compared) values compared, \(differences) differences, "
        + "\(images) sets of RAM images")
  }

  @Test("what Xylo does not hold is refused")
  func refusals() throws {
    let good = RandomXylo(seed: 3).bundle()
    _ = try NativeExport.files(good, target: "xylo-audio2")
    func code(_ change: (inout Bundle) -> Void) -> ExportErrorCode? {
      var bundle = good
      change(&bundle)
      do throws(ExportError) {
        _ = try NativeExport.files(bundle, target: "xylo-audio2")
        return nil
      } catch {
        #expect(error.fix != nil)
        return error.code
      }
    }
    #expect(code { $0.populations[0].reset = .toValue(0) } == .unsupportedNeuron)
    #expect(code { $0.populations[0].spikesAboveOnly = true } == .unsupportedNeuron)
    #expect(code { $0.populations[0].initialPotentials = [1] } == .unsupportedNeuron)
    #expect(code { $0.populations[0].membraneDecay = 16 } == .limitExceeded)
    #expect(code { $0.populations[0].thresholds = [0] } == .limitExceeded)
    #expect(code { $0.populations[0].thresholds = [32768] } == .limitExceeded)
    #expect(
      code { $0.populations[0].biases = Array(repeating: 40000, count: $0.populations[0].shape[0]) }
        == .limitExceeded)
    #expect(code { $0.input.bits = 5 } == .limitExceeded)
    #expect(code { $0.projections[0].delay = 1 } == .unsupportedTopology)
    #expect(
      code { $0.codebooks[0].entries = [-129] + $0.codebooks[0].entries.dropFirst() }
        == .limitExceeded)
    #expect(
      code { bundle in
        // A recurrent output: the last population, where it spikes.
        let last = bundle.populations.count - 1
        let count = bundle.populations[last].neuronCount
        bundle.populations[last].model = "CubaLIF"
        bundle.populations[last].reset = .bySubtraction
        bundle.populations[last].thresholds = [100]
        bundle.readout = .mostSpikes
        bundle.projections.append(
          Projection(
            name: "own", sources: [.population(last)], target: last, kind: .dense,
            weightShape: [count, count], codebooks: [0],
            indices: [UInt8](repeating: 0, count: count * count)))
      } == .unsupportedTopology)
    #expect(code { $0.arithmetic = .plain } == .wrongArithmetic)
    #expect(code { $0.projections[0].sources = [.population(1)] } == .invalidBundle)
  }
}

/// xylosim through rockpool, where it is installed.
enum XyloTool {
  private static let variables = ProcessInfo.processInfo.environment
  static let isRequired = !["", "false", "0"].contains(variables["CI"] ?? "")

  static let python: String? = {
    let candidates = [
      variables["SFCONV_XYLO"].map { "\($0)/bin/python" },
      "\(FixtureLocation.repository)/.build-vendors/xylo/bin/python",
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let advice =
    "xylosim is missing; run Scripts/setup-vendors.sh xylo, or set SFCONV_XYLO to an environment of "
    + "one's own"

  /// Values by case and file, what failed, and how many sets of images were compared.
  static func run(
    _ cases: [XyloCase], python: String, folder: String
  ) throws -> (values: [String: [String: [Int32]]], problems: [String], images: Int) {
    var jobs: [[String: Any]] = []
    var images = 0
    for (number, test) in cases.enumerated() {
      let paths = try NativeExport.write(
        test.written, target: test.chip, directory: "\(folder)/\(number)")
      // Both forms of the specification take turns.
      let end = number % 2 == 0 ? ".npz" : ".json"
      let hasImages = paths.contains { $0.hasSuffix("iwtram.ini") }
      if hasImages { images += 1 }
      let columns = test.columns
      var bytes = Data()
      for value in columns {
        for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> Int32(8 * place))) }
      }
      try bytes.write(to: URL(filePath: "\(folder)/\(number).input"))
      jobs.append([
        "spec": paths.first { $0.hasSuffix(end) && !$0.hasSuffix("basic_config.json") } ?? "",
        "chip": test.chip, "input": "\(folder)/\(number).input",
        "shape": [test.bundle.timeSteps, columns.count / test.bundle.timeSteps],
        "images": hasImages ? "\(folder)/\(number)" as Any : NSNull(),
        "output": "\(folder)/\(number)",
      ])
    }
    try JSONSerialization.data(withJSONObject: jobs).write(
      to: URL(filePath: "\(folder)/jobs.json"))
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [
      "\(FixtureLocation.repository)/Scripts/vendors/run_xylo.py", "\(folder)/jobs.json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var problems = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("ok ") }
    if process.terminationStatus != 0 {
      problems.append("run_xylo.py ended with \(process.terminationStatus)")
    }
    var values: [String: [String: [Int32]]] = [:]
    for (number, test) in cases.enumerated() {
      for name in test.expected.keys {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(number).\(name)")
        else { continue }
        let bytes = Array(data)
        values[test.name, default: [:]][name] = stride(from: 0, to: bytes.count - 3, by: 4).map {
          start in
          Int32(
            bitPattern: (0..<4).reduce(UInt32(0)) {
              $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1)
            })
        }
      }
    }
    return (values, problems, images)
  }
}
