import Foundation
import SpikeBundle
import SpikeExport
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// ONNX files that sfconv writes, checked by onnx.checker and run by onnxruntime, against the integer
/// simulator: every spike and potential of every neuron and step.
@Suite("ONNX and the simulator")
struct ONNXEqualityTests {
  /// Each network both ways.
  private static func both(
    _ name: String, _ bundle: Bundle, written: Bundle? = nil, seed: UInt64
  ) throws -> [ONNXCase] {
    try ONNXOptions.Time.allCases.compactMap {
      try ONNXCase(name, bundle, written: written, time: $0, seed: seed)
    }
  }

  private static func random(
    seed: UInt64, _ change: (inout RandomBundleOptions) -> Void
  ) -> Bundle {
    var options = RandomBundleOptions()
    change(&options)
    return RandomBundle.make(seed: seed, options)
  }

  static func cases() throws -> [ONNXCase] {
    var result: [ONNXCase] = []
    for seed in UInt64(0)..<24 {
      let bundle = random(seed: seed) { options in
        var dice = SeededGenerator(seed: seed ^ 0x0881)
        options.arithmetic = seed % 2 == 0 ? .plain : .loihiCuba
        options.inputShape =
          dice.chance(1, in: 4) ? [9] : [dice.chance(1, in: 2) ? 1 : 3, 8, 7]
        options.inputBits = dice.chance(1, in: 3) ? 1 : Int.random(in: 2...8, using: &dice)
        options.layers = Int.random(in: 1...4, using: &dice)
        options.isChain = dice.chance(1, in: 4)
        options.leaks = dice.chance(1, in: 3)
        options.delays = dice.chance(1, in: 4)
        options.readsPotential = dice.chance(2, in: 3)
        options.timeSteps = Int.random(in: 1...6, using: &dice)
        if options.leaks {
          options.weights = -20...20
          options.inputBits = min(options.inputBits, 6)
        }
      }
      result += try both("random_\(seed)", bundle, seed: seed)
    }
    for (number, unique) in [2, 4, 16, 256, 2, 4, 16, 256].enumerated() {
      let arithmetic: Arithmetic = number % 2 == number / 4 ? .plain : .loihiCuba
      let bundle = random(seed: 900) {
        $0.arithmetic = arithmetic
        $0.uniqueWeights = unique
        $0.inputBits = 4
        $0.isChain = false
      }
      result += try both("unique_\(unique)_\(arithmetic.rawValue)", bundle, seed: 900)
    }
    // Sums beyond 2^24, which need weights in parts.
    let wide = random(seed: 77) {
      $0.arithmetic = .plain
      $0.weights = -300_000...300_000
      $0.uniqueWeights = 256
      $0.isChain = false
      $0.inputBits = 4
    }
    result += try both("wide_weights", wide, seed: 77)
    for seed in UInt64(0)..<6 {
      let loihi = seed % 3 == 0
      let model = RandomFittedModel.make(seed: seed, forLoihi: loihi)
      guard let bundle = try? Lowering.lower(model, target: loihi ? .loihi2 : .c) else { continue }
      result += try both("fitted_\(seed)", bundle, seed: seed)
    }
    for bundle in CEdgeBundles.all where bundle.timeSteps < 100 {
      result += try both(bundle.name, bundle, seed: 5)
    }
    for name in ["leaky-dense", "leaky-conv", "digits-conv"] {
      let bundle = try BundleFile.read(path: FixtureLocation.path("targets/loihi2/\(name).sfb"))
      result += try both("trained_\(name)", bundle, seed: 6)
    }
    for seed in UInt64(40)..<44 {
      let bundle = random(seed: seed) {
        $0.arithmetic = seed % 2 == 0 ? .plain : .loihiCuba
        $0.inputBits = seed < 42 ? 1 : 3
        $0.timeSteps = 7
      }
      for time in ONNXOptions.Time.allCases {
        if let test = try ONNXCase(stream: "stream_\(seed)", bundle, time: time, seed: seed) {
          result.append(test)
        }
      }
    }
    return result
  }

  /// Files of bundles that differ in one number from those that are simulated.
  static func mutants() throws -> [ONNXCase] {
    let bundle = random(seed: 1) {
      $0.arithmetic = .plain
      $0.inputBits = 3
    }
    var result: [ONNXCase] = []
    func add(_ name: String, _ change: (inout Bundle) -> Void) throws {
      var written = bundle
      change(&written)
      result += try both("mutant_\(name)", bundle, written: written, seed: 1)
    }
    let pooled = CEdgeBundles.pooledWhole
    var later = pooled
    later.populations[0].thresholds[0] += 1
    result += try both("mutant_threshold", pooled, written: later, seed: 5)
    try add("bias") { $0.populations[2].biases = [1] + Array(repeating: 0, count: 6) }
    try add("initial") { $0.populations[1].initialPotentials = [1] }
    try add("weight") { $0.codebooks[0].entries[0] -= 1 }
    try add("reset") { $0.populations[0].reset = .bySubtraction }
    try add("leak") { $0.populations[0].membraneDecay = 40 }
    return result
  }

  @Test("every spike and potential of every neuron and step is the simulator's")
  func equality() throws {
    guard ONNXRuntime.python != nil else {
      if ONNXRuntime.isRequired { Issue.record("\(ONNXRuntime.advice)") }
      print("not checked: ONNX against the simulator; \(ONNXRuntime.advice)")
      return
    }
    let cases = try Self.cases()
    let mutants = try Self.mutants()
    #expect(Set((cases + mutants).map(\.name)).count == cases.count + mutants.count)
    #expect(cases.count >= 60, "the simulator refuses too many")
    let (values, problems) = try ONNXRuntime.run(cases + mutants)
    for problem in problems { Issue.record("\(problem)") }
    var compared = 0
    var differences = 0
    for test in cases {
      for (name, expected) in test.expected.sorted(by: { $0.key < $1.key }) {
        let found = values[test.name]?[name] ?? []
        compared += expected.count
        if found == expected { continue }
        differences += zip(found, expected).count { $0 != $1 }
        let first = zip(found, expected).enumerated().first { $1.0 != $1.1 }
        let place = first?.offset ?? -1
        Issue.record(
          "\(test.name), \(name): \(found.count) of \(expected.count) values, first at \(place)")
      }
    }
    for test in mutants {
      let isSame = test.expected.allSatisfy { values[test.name]?[$0.key] == $0.value }
      #expect(!isSame, "\(test.name) is not noticed")
    }
    // Networks in which nothing happens would prove nothing.
    let silent = cases.filter { $0.spikes == 0 && $0.written.populations.count > 1 }
    #expect(silent.count <= cases.count / 8, "\(silent.map(\.name))")
    print(
      "ONNX: \(cases.count) files of \(cases.count / 2) networks, \(compared) values compared, "
        + "\(differences) differences")
  }
}
