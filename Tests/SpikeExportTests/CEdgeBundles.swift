import SpikeBundle

import struct SpikeBundle.Bundle

/// Bundles that random ones rarely or never are.
enum CEdgeBundles {
  static let all = [
    largest(.plain), largest(.loihiCuba), pooledWhole, delayedInput, twoReadings, silentPort,
    mapReadout, wrapping,
  ]

  private static func neurons(
    _ name: String, _ shape: [Int], _ thresholds: [Int32], biases: [Int32] = [],
    reset: Population.Reset? = .toValue(0), above: Bool = true, initial: [Int32] = [0],
    membraneDecay: Int32 = 0, currentDecay: Int32 = 4096
  ) -> Population {
    Population(
      name: name, shape: shape, model: reset == nil ? "LI" : "CubaLIF", reset: reset,
      spikesAboveOnly: above, thresholds: thresholds, biases: biases, initialPotentials: initial,
      membraneDecay: membraneDecay, currentDecay: currentDecay)
  }

  private static func bundle(
    _ name: String, _ arithmetic: Arithmetic, steps: Int, _ input: InputPort,
    _ populations: [Population], _ projections: [Projection], _ books: [[Int32]]
  ) -> Bundle {
    Bundle(
      name: name, producer: "test", target: "c", arithmetic: arithmetic, timeSteps: steps,
      input: input, populations: populations, projections: projections,
      codebooks: books.map { Codebook(entries: $0, zeroIsAbsent: false, scale: 1) },
      readout: populations.last?.model == "LI" ? .largestPotential : .mostSpikes)
  }

  private static func dense(
    _ name: String, _ sources: [Source], _ target: Int, _ shape: [Int], book: Int = 0,
    entries: Int, pool: [Int]? = nil, delay: Int = 0
  ) -> Projection {
    Projection(
      name: name, sources: sources, target: target, pooling: pool.map { PoolingWindow(size: $0) },
      kind: .dense, weightShape: shape, codebooks: [book],
      indices: (0..<shape[0] * shape[1]).map { UInt8($0 * 7 % entries) }, delay: delay)
  }

  /// The largest and smallest numbers that 8 bits of weight and 13 bits of bias hold.
  private static func largest(_ arithmetic: Arithmetic) -> Bundle {
    bundle(
      "largest_\(arithmetic == .plain ? "plain" : "fixed")", arithmetic, steps: 6,
      InputPort(shape: [4], bits: 8),
      [
        neurons("low", [4], [0], biases: [0, 1, -1, 4095]),
        neurons("negative */ ??/", [33], [-5], biases: [-4096], above: false, initial: [-7]),
        neurons("out", [3], [], biases: [4095, -4096, 0], reset: nil),
      ],
      [
        dense("a", [.input], 0, [4, 4], entries: 4),
        dense("b", [.population(0)], 1, [33, 4], entries: 4),
        dense("c", [.population(1)], 2, [3, 33], entries: 4),
      ], [[-128, -1, 1, 127]])
  }

  /// A pool so large that cells are counted, over two sources, with rows left over.
  static let pooledWhole = bundle(
    "pooled_whole", .plain, steps: 5, InputPort(shape: [2, 9, 9], bits: 2),
    [
      neurons("first", [2, 9, 9], [3], reset: .bySubtraction, above: false),
      neurons("second", [2, 9, 9], [2, 5], reset: .bySubtraction),
      neurons("pooled", [3, 2, 2], [9], reset: .toValue(-4), initial: [1, 2, 3]),
      neurons("out", [5], [], reset: nil),
    ],
    [
      pointwise("a", [.input], 0, 2, [1, 1]), pointwise("b", [.population(0)], 1, 2, [1, 1]),
      pointwise("c", [.population(0), .population(1)], 2, 3, [4, 4]),
      dense("d", [.population(2)], 3, [5, 12], entries: 3),
    ], [[-2, 1, 4]])

  private static func pointwise(
    _ name: String, _ sources: [Source], _ target: Int, _ outputs: Int, _ pool: [Int]
  ) -> Projection {
    Projection(
      name: name, sources: sources, target: target, pooling: PoolingWindow(size: pool),
      kind: .convolution(
        strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 1),
      weightShape: [outputs, 2, 1, 1], codebooks: [0],
      indices: (0..<outputs * 2).map { UInt8(($0 + 1) % 3) })
  }

  /// The input reaches its targets at once and late, pooled, and through one stream of two sources.
  private static let delayedInput = bundle(
    "delayed_input", .plain, steps: 7, InputPort(shape: [1, 4, 6], bits: 5),
    [
      neurons("first", [7], [11], reset: .bySubtraction, membraneDecay: 300, currentDecay: 900),
      neurons("second", [7], [4], biases: [1], reset: .bySubtraction),
      neurons("out", [4], [2], reset: .toValue(0)),
    ],
    [
      dense("a", [.input, .input], 0, [7, 6], entries: 3, pool: [2, 2], delay: 3),
      dense("b", [.input], 0, [7, 24], entries: 3),
      dense("c", [.input], 1, [7, 24], entries: 3, delay: 1),
      dense("d", [.population(0)], 1, [7, 7], entries: 3, delay: 2),
      dense("e", [.population(0), .population(1)], 2, [4, 7], entries: 3, delay: 1),
      dense("f", [.population(1)], 2, [4, 7], entries: 3),
    ], [[-3, 1, 2]])

  /// A population that nobody reads, one that reads nothing, and a read-out before the end.
  private static let twoReadings = bundle(
    "two_readings", .plain, steps: 300, InputPort(shape: [3], bits: 1),
    [
      neurons("alone", [40], [50], biases: [3], reset: .bySubtraction, above: false),
      neurons("unread", [3], [1], reset: .bySubtraction),
      neurons("early", [2], [], biases: [1], reset: nil, membraneDecay: 4096),
      neurons("out", [3], [5], biases: [1, 0, 1], reset: .bySubtraction),
    ],
    [
      dense("a", [.input], 1, [3, 3], entries: 2), dense("b", [.input], 2, [2, 3], entries: 2),
      dense("c", [.population(0)], 3, [3, 40], entries: 2),
    ], [[0, 1]])

  /// Nothing reads the input.
  private static let silentPort = bundle(
    "silent_port", .loihiCuba, steps: 3, InputPort(shape: [2], bits: 8),
    [neurons("out", [3], [], biases: [1, 5, -2], reset: nil)], [], [[1]])

  /// The answer is a map: classes count in C, H, W order, ties go to the first.
  private static let mapReadout = bundle(
    "map_readout", .plain, steps: 2, InputPort(shape: [2, 3, 3], bits: 3),
    [neurons("out", [2, 3, 3], [], reset: nil)], [pointwise("a", [.input], 0, 2, [1, 1])],
    [[-1, 0, 1]])

  /// Sums of a convolution pass 24 bits, currents and potentials too, with leaks.
  private static let wrapping = bundle(
    "wrapping", .loihiCuba, steps: 6, InputPort(shape: [2, 6, 6], bits: 8),
    [
      neurons(
        "first", [2, 6, 6], [9000], biases: [20_000, -20_000], reset: .toValue(3),
        membraneDecay: 7, currentDecay: 4096),
      neurons("out", [4], [], biases: [120_000, 60_000, -90_000, 0], reset: nil),
    ],
    [
      Projection(
        name: "a", sources: [.input], target: 0,
        kind: .convolution(
          strides: [1, 1], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 2),
        weightShape: [2, 1, 3, 3], codebooks: [1], indices: (0..<18).map { UInt8($0 % 3) }),
      dense("b", [.population(0)], 1, [4, 72], entries: 3),
    ], [[-11_000, 1, 11_000], [-5000, 4000, 7000]])
}
