import Foundation
import SpikeBundle
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// Exports run in Intel's own loader and fixed-point simulator and must agree with ours in every
/// spike, current and potential of every neuron and step.
@Suite("Equality with Lava")
struct LavaEqualityTests {
  static func cases() throws -> [LavaCase] {
    var result: [LavaCase] = []
    func add(
      _ name: String, seed: UInt64, columns: Int = 24, resets: Bool = true,
      _ change: (inout RandomBundleOptions) -> Void
    ) {
      var options = RandomBundleOptions()
      change(&options)
      let bundle = RandomBundle.make(seed: seed, options)
      result.append(LavaCase(name, bundle, seed: seed, columns: columns, resets: resets))
    }
    for unique in [2, 4, 16, 256] {
      add("dense-M\(unique)", seed: UInt64(100 + unique)) {
        $0.inputShape = [30]
        $0.uniqueWeights = unique
      }
      add("conv-M\(unique)", seed: UInt64(200 + unique)) {
        $0.inputShape = [2, 9, 8]
        $0.uniqueWeights = unique
        $0.pools = false
      }
      add("pooled-M\(unique)", seed: UInt64(300 + unique)) {
        $0.inputShape = [1, 12, 12]
        $0.uniqueWeights = unique
        $0.inputBits = 8
        $0.weights = -30...31
      }
    }
    add("spiking-output", seed: 400) { $0.readsPotential = false }
    add("graded-dense", seed: 401) {
      $0.inputShape = [40]
      $0.inputBits = 8
    }
    add("never-reset", seed: 402, resets: false) { _ in }
    add("leaky", seed: 403) {
      $0.leaks = true
      $0.weights = -40...40
    }
    add("leaky-dense", seed: 404, resets: false) {
      $0.leaks = true
      $0.inputShape = [25]
      $0.weights = -40...40
    }
    add("delayed", seed: 405, resets: false) {
      $0.delays = true
      $0.inputShape = [12]
    }
    add("one-step", seed: 406) { $0.timeSteps = 1 }
    for seed in UInt64(410)..<414 {
      add("source-delays-\(seed)", seed: seed, resets: false) {
        $0.sourceDelays = true
        $0.convolves = seed % 2 == 0
        $0.leaks = seed % 2 == 1
        $0.weights = -40...40
        $0.inputBits = 1
      }
    }
    add("eight-steps-deep", seed: 407, columns: 32) {
      $0.timeSteps = 8
      $0.layers = 5
    }
    result.append(edgeCase())
    result.append(convolutionEdgeCase())
    for (seed, name) in ["leaky-dense", "leaky-conv", "digits-conv"].enumerated() {
      let bundle = try BundleFile.read(path: FixtureLocation.path("targets/loihi2/\(name).sfb"))
      let leaks = bundle.populations.contains { (1..<4096).contains($0.membraneDecay) }
      #expect(leaks == name.hasPrefix("leaky"))
      result.append(
        LavaCase("fitted-\(name)", bundle, seed: UInt64(seed), columns: 36, resets: true))
    }
    return result
  }

  /// The largest and smallest weights, thresholds and biases, made by hand.
  private static func edgeCase() -> LavaCase {
    func neurons(_ name: String, _ count: Int, _ threshold: Int32, _ biases: [Int32]) -> Population
    {
      Population(
        name: name, shape: [count], model: "IF", reset: .toValue(0), spikesAboveOnly: true,
        thresholds: [threshold], biases: biases)
    }
    let bundle = Bundle(
      name: "edges", producer: "test", target: "loihi2", arithmetic: .loihiCuba, timeSteps: 6,
      input: InputPort(shape: [4], bits: 8),
      populations: [
        neurons("low", 4, 0, [0, 1, -1, 4095]), neurons("one", 3, 1, [0, -4096, 4095]),
        neurons("high", 3, 20_000, [4095, 4095, -4096]),
        Population(
          name: "read-out", shape: [2], model: "LI", reset: nil, spikesAboveOnly: true,
          thresholds: [], biases: [4095, -4096]),
      ],
      projections: [
        Projection(
          name: "a", sources: [.input], target: 0, kind: .dense, weightShape: [4, 4],
          codebooks: [0], indices: [0, 1, 2, 3, 3, 2, 1, 0, 0, 0, 3, 3, 1, 2, 1, 2]),
        Projection(
          name: "b", sources: [.population(0)], target: 1, kind: .dense, weightShape: [3, 4],
          codebooks: [0], indices: [0, 3, 0, 3, 1, 2, 1, 2, 3, 3, 0, 0]),
        Projection(
          name: "c", sources: [.population(1)], target: 2, kind: .dense, weightShape: [3, 3],
          codebooks: [1], indices: [0, 1, 1, 1, 0, 1, 1, 1, 0]),
        Projection(
          name: "d", sources: [.population(2)], target: 3, kind: .dense, weightShape: [2, 3],
          codebooks: [0], indices: [3, 0, 3, 0, 3, 1]),
      ],
      codebooks: [
        Codebook(entries: [-128, -1, 1, 127], zeroIsAbsent: false, scale: 1),
        Codebook(entries: [0, 127], zeroIsAbsent: true, scale: 1),
      ], readout: .largestPotential)
    return LavaCase("edges", bundle, seed: 1, columns: 30, resets: true)
  }

  /// What a dense layer must not hold, in convolutions, which Lava takes as they are: no positive
  /// weight with a smallest of -128, nothing but zeros (behind a pool), both ends of the range; and
  /// biases that differ by channel, up to the ends of theirs.
  private static func convolutionEdgeCase() -> LavaCase {
    func neurons(_ name: String, _ shape: [Int], _ threshold: Int32, _ biases: [Int32])
      -> Population
    {
      Population(
        name: name, shape: shape, model: "IF", reset: .toValue(0), spikesAboveOnly: true,
        thresholds: [threshold], biases: biases)
    }
    func convolution(
      _ name: String, from source: Source, to target: Int, pad: Int, pool: PoolingWindow? = nil,
      _ shape: [Int], _ codebook: Int, _ index: (Int) -> UInt8
    ) -> Projection {
      Projection(
        name: name, sources: [source], target: target, pooling: pool,
        kind: .convolution(
          strides: [1, 1], padsBefore: [pad, pad], padsAfter: [pad, pad], dilations: [1, 1],
          groups: 1),
        weightShape: shape, codebooks: [codebook],
        indices: (0..<shape.reduce(1, *)).map(index))
    }
    let bundle = Bundle(
      name: "convolution-edges", producer: "test", target: "loihi2", arithmetic: .loihiCuba,
      timeSteps: 6, input: InputPort(shape: [1, 6, 6], bits: 4),
      populations: [
        neurons("inhibited", [3, 6, 6], 0, [4095, 1, -4096]),
        neurons("zeros", [2, 2, 2], 3, [1, 4095]), neurons("ends", [3, 2, 2], 200, [0, 300, -1]),
        Population(
          name: "read-out", shape: [2], model: "LI", reset: nil, spikesAboveOnly: true,
          thresholds: [], biases: [4095, -4096]),
      ],
      projections: [
        convolution("a", from: .input, to: 0, pad: 1, [3, 1, 3, 3], 0) { $0 % 3 == 0 ? 0 : 1 },
        convolution(
          "b", from: .population(0), to: 1, pad: 0, pool: PoolingWindow(size: [2, 2]),
          [2, 3, 2, 2], 1
        ) { _ in 0 },
        convolution("c", from: .population(1), to: 2, pad: 0, [3, 2, 1, 1], 2) {
          UInt8($0 % 2)
        },
        Projection(
          name: "d", sources: [.population(2)], target: 3, kind: .dense, weightShape: [2, 12],
          codebooks: [2], indices: (0..<24).map { UInt8($0 % 5 % 2) }),
      ],
      codebooks: [
        Codebook(entries: [-128, 0], zeroIsAbsent: true, scale: 1),
        Codebook(entries: [0], zeroIsAbsent: false, scale: 1),
        Codebook(entries: [-128, 127], zeroIsAbsent: false, scale: 1),
      ], readout: .largestPotential)
    return LavaCase("convolution-edges", bundle, seed: 2, columns: 30, resets: true)
  }

  @Test("every spike, current and potential equals Lava's")
  func equality() throws {
    guard VendorEnvironment.python != nil else {
      if VendorEnvironment.isRequired { Issue.record("\(VendorEnvironment.advice)") }
      print("not checked: equality with Lava; \(VendorEnvironment.advice)")
      return
    }
    let directory = try TemporaryDirectory()
    let cases = try Self.cases()
    let jobs = try cases.map { try $0.write(into: directory.path) }
    let list = "\(directory.path)/jobs.json"
    try JSONSerialization.data(withJSONObject: jobs).write(to: URL(filePath: list))
    let (text, status) = try VendorEnvironment.run("run_lava_batch.py", [list])
    #expect(status == 0, "Lava's process ended with \(status)")
    let finished = Set(text.split(separator: "\n").map(String.init))
    var values = 0
    var differences = 0
    for test in cases {
      let prefix = "\(directory.path)/\(test.name)/lava"
      guard finished.contains("ok \(prefix)") else {
        let reason = finished.first { $0.hasPrefix("failed \(prefix):") } ?? "no word of it"
        Issue.record("Lava did not run \(test.name): \(reason)")
        continue
      }
      let comparison = try LavaComparison(test, in: directory.path)
      #expect(comparison.differences == [], "\(test.name)")
      // A network in which nothing happens would prove nothing.
      #expect(comparison.spikes > 0, "\(test.name) has no spikes")
      values += comparison.values
      differences += comparison.differences.count
    }
    print(
      "Lava: \(cases.count) networks, \(values) values compared, \(differences) differences")
  }
}
