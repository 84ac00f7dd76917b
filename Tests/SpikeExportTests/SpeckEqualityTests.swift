import Foundation
import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeHardware
import SpikeSimulate
import SpikeTestSupport
import SpikeValidate
import Testing

import struct SpikeBundle.Bundle

/// Layer configurations that sfconv writes, judged and run by sinabs, against our simulator: every spike
/// and potential of every neuron and step.
@Suite("Speck")
struct SpeckEqualityTests {
  static func cases() throws -> [SpeckCase] {
    var result: [SpeckCase] = []
    let chips = ["speck2f", "speck2e", "dynapcnn"]
    func add(_ name: String, _ random: RandomSpeck) throws {
      let bundle = random.bundle()
      result.append(
        try SpeckCase(name, bundle, chip: chips[result.count % 3], seed: random.seed))
    }
    for unique in [2, 4, 16, 256] {
      try add(
        "dense_m\(unique)", RandomSpeck(seed: UInt64(unique), uniqueWeights: unique, input: [40]))
      try add("conv_m\(unique)", RandomSpeck(seed: UInt64(unique) + 1, uniqueWeights: unique))
    }
    for seed in UInt64(20)..<28 {
      try add(
        "deep\(seed)",
        RandomSpeck(
          seed: seed, input: [1, 16, 16], layers: Int(seed % 4) + 3,
          readsPotential: seed % 2 == 0))
    }
    for seed in UInt64(30)..<38 {
      try add("odd\(seed)", RandomSpeck(seed: seed, input: [3, 11, 8], layers: 4, isOdd: true))
    }
    try add("nine", RandomSpeck(seed: 40, input: [1, 12, 12], layers: 9))
    try add("plain", RandomSpeck(seed: 41, biases: false))
    try add("residual", RandomSpeck(seed: 42, layers: 4, isResidual: true))
    try add("oblong", RandomSpeck(seed: 43, input: [2, 3, 4], layers: 2, convolves: false))
    try add("floor", RandomSpeck(seed: 44, input: [60], timeSteps: 40, edge: .floor))
    try add("largest", RandomSpeck(seed: 45, edge: .largest))
    try add("many", RandomSpeck(seed: 46, input: [48], layers: 2, edge: .manySpikes))
    let trained = try BundleFile.read(path: FixtureLocation.path("targets/speck/digits.sfb"))
    for seed in UInt64(0)..<3 {
      result.append(try SpeckCase("trained_\(seed)", trained, seed: seed))
    }
    return result
  }

  /// Files of another network than the one that the simulator runs.
  static func mutants() throws -> [SpeckCase] {
    let bundle = RandomSpeck(seed: 5, uniqueWeights: 4).bundle()
    var result: [SpeckCase] = []
    func add(_ name: String, _ change: (inout Bundle) -> Void) throws {
      var written = bundle
      change(&written)
      result.append(try SpeckCase("mutant_\(name)", bundle, written: written, seed: 5))
    }
    try add("threshold") { $0.populations[0].thresholds[0] += 1 }
    try add("bias") { $0.populations[1].biases[0] += 1 }
    try add("weight") { $0.codebooks[0].entries[1] += 1 }
    try add("start") { $0.populations[0].initialPotentials = [7] }
    try add("reset") {
      $0.populations[0].reset =
        $0.populations[0].reset == .bySubtraction ? .toValue(0) : .bySubtraction
    }
    return result
  }

  /// Files that sinabs must refuse.
  static func refused() throws -> [SpeckCase] {
    let bundle = RandomSpeck(seed: 5, uniqueWeights: 4).bundle()
    return try [
      (
        "cores", "\"layer2core_map\": {\"0\": 0, \"1\": 1",
        "\"layer2core_map\": {\"0\": 1, \"1\": 1"
      ),
      ("memory", "\"memory\": {\"0\": {\"kernel\": ", "\"memory\": {\"0\": {\"kernel\": 1"),
      ("low", "\"threshold_low\": -32768", "\"threshold_low\": -32767.5"),
    ].map { name, from, to in
      try SpeckCase(name, bundle, seed: 5) { text in
        #expect(text.contains(from), "\(name)")
        return text.replacingOccurrences(of: from, with: to)
      }
    }
  }

  @Test("the simulator follows the formulas, spike by spike")
  func textbook() throws {
    var spikes: Int64 = 0
    for test in try Self.cases() {
      let textbook = TextbookSpeck.run(test.bundle, sample: test.sample)
      #expect(textbook.spikes == test.trace.spikes, "\(test.name)")
      #expect(textbook.potentials == test.trace.potentials, "\(test.name)")
      spikes += test.counts.spikes
    }
    #expect(spikes > 10_000)
  }

  @Test("a neuron spikes up to 255 times a step, and what is above stays up to 16 bits")
  func severalSpikes() throws {
    var bundle = RandomSpeck(seed: 46, input: [40], layers: 2, edge: .manySpikes).bundle()
    bundle.populations[0].thresholds = [1]
    bundle.populations[0].reset = .bySubtraction
    bundle.populations[0].biases = []
    bundle.codebooks[0].entries = [120, 127]
    bundle.projections[0].indices = bundle.projections[0].indices.map { $0 % 2 }
    bundle.timeSteps = 40
    let test = try SpeckCase("cap", bundle, seed: 1)
    let textbook = TextbookSpeck.run(bundle, sample: test.sample)
    #expect(textbook.spikes == test.trace.spikes)
    #expect(textbook.potentials == test.trace.potentials)
    #expect(test.trace.spikes[0].last?.max() == 255)
    #expect(test.trace.potentials[0].last?.max() == 32767)
    #expect(test.counts.clips > 0)
    let ordinary = try Self.cases()
    #expect(ordinary.allSatisfy { ($0.trace.spikes.joined().joined().max() ?? 0) < 255 })
    #expect(ordinary.contains { ($0.trace.spikes.joined().joined().max() ?? 0) > 50 })
    #expect(ordinary.contains { $0.trace.potentials.joined().joined().contains(-32768) })
  }

  @Test("sinabs accepts every file, and computes every spike and potential as the simulator")
  func vendor() throws {
    guard let python = SpeckTool.python else {
      if SpeckTool.isRequired { Issue.record("\(SpeckTool.advice)") }
      print("not checked: Speck against sinabs; \(SpeckTool.advice)")
      return
    }
    let cases = try Self.cases()
    let mutants = try Self.mutants()
    let refused = try Self.refused()
    let directory = try TemporaryDirectory()
    let (values, problems) = try SpeckTool.run(
      cases + mutants + refused, python: python, folder: directory.path)
    let names = cases + mutants
    for (name, problem) in problems.sorted(by: { $0.key < $1.key })
    where !refused.contains(where: { $0.name == name }) {
      Issue.record("\(name): \(problem)")
    }
    #expect(names.allSatisfy { values[$0.name] != nil })
    for test in refused { #expect(problems[test.name] != nil, "\(test.name) is not noticed") }
    var (compared, differences) = (0, 0)
    for test in cases {
      for (name, expected) in test.expected.sorted(by: { $0.key < $1.key }) {
        let found = values[test.name]?[name] ?? []
        let wrong = zip(found, expected).count { $0 != $1 } + abs(found.count - expected.count)
        #expect(wrong == 0, "\(test.name), \(name): \(wrong) of \(expected.count)")
        differences += wrong
        compared += expected.count
      }
    }
    for test in mutants {
      let isSame = test.expected.allSatisfy { values[test.name]?[$0.key] == $0.value }
      #expect(!isSame, "\(test.name) is not noticed")
    }
    print(
      "Speck: \(cases.count) networks, \(compared) values compared, \(differences) differences")
  }

  @Test("what no core holds is refused with what would help, and validation says the same")
  func refusals() throws {
    let good = RandomSpeck(seed: 5, uniqueWeights: 4).bundle()
    let spec = try HardwareCatalog.spec("speck2f")
    _ = try NativeExport.files(good, target: "speck2f")
    func code(_ change: (inout Bundle) -> Void) -> ExportErrorCode? {
      var bundle = good
      change(&bundle)
      do throws(ExportError) {
        _ = try NativeExport.files(bundle, target: "speck2f")
        return nil
      } catch {
        #expect(error.fix != nil)
        return error.code
      }
    }
    #expect(spec.coreMemories.count == 9)
    #expect(code { $0.populations[0].reset = .toValue(3) } == .unsupportedNeuron)
    #expect(code { $0.populations[0].spikesAboveOnly = true } == .unsupportedNeuron)
    #expect(code { $0.populations[0].membraneDecay = 5 } == .unsupportedNeuron)
    #expect(code { $0.populations[0].thresholds = [0] } == .unsupportedNeuron)
    #expect(code { $0.populations[0].thresholds = [32768] } == .unsupportedNeuron)
    #expect(code { $0.populations[0].initialPotentials = [40000] } == .unsupportedNeuron)
    #expect(code { $0.populations[1].biases[0] = 128 } == .unsupportedNeuron)
    #expect(code { $0.input.bits = 2 } == .limitExceeded)
    #expect(code { $0.projections[0].delay = 1 } == .unsupportedTopology)
    #expect(code { $0.codebooks[0].entries[0] = -129 } == .limitExceeded)
    #expect(code { $0.arithmetic = .plain } == .wrongArithmetic)
    #expect(code { $0.projections[0].sources = [.population(1)] } == .invalidBundle)
    #expect(code { $0.projections.append($0.projections[0]) } == .unsupportedTopology)
    for random in [
      RandomSpeck(seed: 60, input: [2000], layers: 2),
      RandomSpeck(seed: 61, input: [1, 40, 40], layers: 2, convolves: false),
      RandomSpeck(seed: 62, input: [20], layers: 10),
    ] {
      let bundle = random.bundle()
      #expect(throws: ExportError.self) { try NativeExport.files(bundle, target: "speck2f") }
      let report = Validator.validate(bundle, against: spec)
      #expect(!report.isClean, "seed \(random.seed)")
    }
    #expect(Validator.validate(good, against: spec).isClean)
  }

  @Test("what may differ from the fitted model is said")
  func warnings() throws {
    let several = RandomSpeck(seed: 5, uniqueWeights: 4).bundle()
    let found = NativeExport.warnings(several, target: "speck2f")
    #expect(found.map(\.code) == ["export.several-spikes"])
    var single = several
    for index in single.populations.indices where single.populations[index].model != "LI" {
      single.populations[index].thresholds = [32767]
      single.populations[index].initialPotentials = [0]
    }
    #expect(NativeExport.warnings(single, target: "speck2f").isEmpty)
  }
}
