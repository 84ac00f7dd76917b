import Foundation
import SpikeBundle
import SpikeExport
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// Programs that sfconv writes, compiled by gcc with every warning an error and run under its
/// sanitisers, against the integer simulator: every spike and potential of every neuron and step.
@Suite("Portable C and the simulator")
struct CEqualityTests {
  private static func random(
    _ name: String, seed: UInt64, _ change: (inout RandomBundleOptions) -> Void
  ) throws -> CCase? {
    var options = RandomBundleOptions()
    change(&options)
    return try CCase(name, RandomBundle.make(seed: seed, options), seed: seed)
  }

  static func cases() throws -> [CCase] {
    var result: [CCase?] = []
    for seed in UInt64(0)..<44 {
      result.append(
        try random("random_\(seed)", seed: seed) { options in
          var dice = SeededGenerator(seed: seed ^ 0xC99)
          options.arithmetic = seed % 2 == 0 ? .plain : .loihiCuba
          options.inputShape =
            dice.chance(1, in: 4) ? [9] : [dice.chance(1, in: 2) ? 1 : 3, 8, 7]
          options.inputBits = dice.chance(1, in: 3) ? 1 : Int.random(in: 2...8, using: &dice)
          options.layers = Int.random(in: 1...4, using: &dice)
          options.isChain = dice.chance(1, in: 4)
          options.leaks = dice.chance(1, in: 3)
          options.delays = dice.chance(1, in: 4)
          options.recurs = seed % 3 == 1
          options.readsPotential = dice.chance(2, in: 3)
          options.timeSteps = Int.random(in: 1...6, using: &dice)
          if options.leaks {
            options.weights = -20...20
            options.inputBits = min(options.inputBits, 6)
          }
        })
    }
    for (unique, arithmetic) in [
      (2, Arithmetic.plain), (4, .loihiCuba), (16, .plain), (256, .loihiCuba), (2, .loihiCuba),
      (4, .plain), (16, .loihiCuba), (256, .plain),
    ] {
      result.append(
        try random("unique_\(unique)_\(arithmetic == .plain ? "plain" : "fixed")", seed: 900) {
          $0.arithmetic = arithmetic
          $0.uniqueWeights = unique
          $0.inputBits = 4
          $0.isChain = false
        })
    }
    result.append(
      try random("wide_weights", seed: 77) {
        $0.arithmetic = .plain
        $0.weights = -300_000...300_000
        $0.uniqueWeights = 256
        $0.isChain = false
      })
    result.append(
      try random("wide_sums", seed: 78) {
        $0.inputShape = [3, 12, 12]
        $0.inputBits = 8
        $0.layers = 2
        $0.timeSteps = 8
      })
    result += try fitted()
    for name in ["leaky-dense", "leaky-conv", "digits-conv"] {
      let bundle = try BundleFile.read(path: FixtureLocation.path("targets/loihi2/\(name).sfb"))
      result.append(
        try CCase("trained_\(name.replacing("-", with: "_"))", bundle, seed: 6))
    }
    for bundle in CEdgeBundles.all { result.append(try CCase(bundle.name, bundle, seed: 5)) }
    return result.compactMap { $0 }
  }

  /// Lowered models: residual sums, pools of whole maps, soft resets, thresholds of channels.
  private static func fitted() throws -> [CCase?] {
    try (UInt64(0)..<12).map { seed in
      let loihi = seed % 3 == 0
      let model = RandomFittedModel.make(seed: seed, forLoihi: loihi)
      let target: ExportTarget = loihi ? .loihi2 : .c
      guard let bundle = try? Lowering.lower(model, target: target) else { return nil }
      return try CCase("fitted_\(seed)", bundle, seed: seed)
    }
  }

  /// Programs of bundles that differ in one number from those that are simulated.
  static func mutants() throws -> [CCase] {
    var options = RandomBundleOptions()
    options.arithmetic = .plain
    options.inputBits = 3
    let bundle = RandomBundle.make(seed: 1, options)
    func mutant(_ name: String, _ change: (inout Bundle) -> Void) throws -> CCase? {
      var written = bundle
      change(&written)
      return try CCase("mutant_\(name)", bundle, written: written, seed: 1)
    }
    let pooled = CEdgeBundles.pooledWhole
    var written = pooled
    written.populations[0].thresholds[0] += 1
    return [
      try CCase("mutant_threshold", pooled, written: written, seed: 5),
      try mutant("bias") { $0.populations[2].biases = [1] + Array(repeating: 0, count: 6) },
      try mutant("initial") { $0.populations[1].initialPotentials = [1] },
      try mutant("weight") { $0.codebooks[0].entries[0] -= 1 },
      try mutant("reset") { $0.populations[0].reset = .bySubtraction },
      try mutant("leak") { $0.populations[0].membraneDecay = 40 },
    ].compactMap { $0 }
  }

  @Test("every spike and potential of every neuron and step is the simulator's")
  func equality() throws {
    guard CCompiler.path != nil else {
      if CCompiler.isRequired { Issue.record("\(CCompiler.advice)") }
      print("not checked: portable C against the simulator; \(CCompiler.advice)")
      return
    }
    let cases = try Self.cases()
    let mutants = try Self.mutants()
    #expect(cases.count >= 50, "the simulator refuses too many")
    #expect(mutants.count >= 4)
    let (lines, problem) = try CProgram.run(cases + mutants)
    guard problem == nil else {
      Issue.record("\(problem ?? "")")
      return
    }
    var compared = 0
    var differences = 0
    for test in cases {
      let found = lines[test.name] ?? []
      let different = zip(found, test.expected).enumerated().first { $1.0 != $1.1 }
      #expect(found.count == test.expected.count, "\(test.name)")
      if let (line, pair) = different {
        Issue.record(
          "\(test.name), line \(line): \(pair.0.prefix(300)) is not \(pair.1.prefix(300))")
      }
      compared += test.expected.count
      differences += zip(found, test.expected).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    }
    for test in mutants {
      #expect(lines[test.name] != test.expected, "\(test.name) is not noticed")
    }
    // Networks in which nothing happens would prove nothing.
    let silent = cases.filter { $0.spikes == 0 && $0.bundle.populations.count > 1 }
    #expect(silent.count <= cases.count / 8, "\(silent.map(\.name))")
    print(
      "portable C: \(cases.count) networks, \(compared) values compared, \(differences) differences"
    )
  }
}
