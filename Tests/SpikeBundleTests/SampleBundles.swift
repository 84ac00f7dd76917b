import SpikeBundle

/// Bundles for tests.
enum SampleBundles {
  /// The smallest bundle that does something: one weight.
  static let smallest = Bundle(
    name: "n", producer: "p", target: "t", arithmetic: .plain, timeSteps: 1,
    input: InputPort(shape: [1], bits: 1),
    populations: [
      Population(
        name: "o", shape: [1], model: "LI", reset: nil, spikesAboveOnly: false, thresholds: [],
        biases: [])
    ],
    projections: [
      Projection(
        name: "w", sources: [.input], target: 0, kind: .dense, weightShape: [1, 1],
        codebooks: [0], indices: [1])
    ],
    codebooks: [Codebook(entries: [-1, 2], zeroIsAbsent: false, scale: 1)],
    readout: .largestPotential)

  /// One recurrent population, whose input lines arrive one after the other.
  static let recurrent: Bundle = {
    let book = Codebook(entries: [-2, 0, 1, 3], zeroIsAbsent: true, scale: 0.5)
    return Bundle(
      name: "recurrent", producer: "sfconv tests", target: "xylo-audio3", arithmetic: .plain,
      timeSteps: 9, input: InputPort(shape: [3], bits: 1),
      populations: [
        Population(
          name: "hidden", shape: [4], model: "LIF", reset: .bySubtraction, spikesAboveOnly: false,
          thresholds: [3], biases: [], membraneDecay: 512),
        Population(
          name: "out", shape: [2], model: "LI", reset: nil, spikesAboveOnly: false, thresholds: [],
          biases: []),
      ],
      projections: [
        Projection(
          name: "in", sources: [.input], target: 0, kind: .dense, weightShape: [4, 3],
          codebooks: [0], indices: (0..<12).map { UInt8($0 % 4) }, delay: 5,
          sourceDelays: [0, 5, 2]),
        Projection(
          name: "own", sources: [.population(0)], target: 0, kind: .dense, weightShape: [4, 4],
          codebooks: [0], indices: (0..<16).map { UInt8($0 * 3 % 4) }),
        Projection(
          name: "out", sources: [.population(0)], target: 1, kind: .dense, weightShape: [2, 4],
          codebooks: [0], indices: (0..<8).map { UInt8($0 % 3) }, delay: 1),
      ],
      codebooks: [book], readout: .largestPotential)
  }()

  /// Two convolutional layers with pooling and a dense read-out.
  static let network: Bundle = {
    let ternary = Codebook(entries: [-3, 0, 5], zeroIsAbsent: true, scale: 0.25)
    let quaternary = Codebook(entries: [-7, -1, 2, 90], zeroIsAbsent: false, scale: 0.5)
    return Bundle(
      name: "network", producer: "sfconv tests", target: "loihi2", arithmetic: .loihiCuba,
      timeSteps: 4, input: InputPort(shape: [1, 8, 8], bits: 8),
      populations: [
        Population(
          name: "conv", shape: [4, 6, 6], model: "IF", reset: .toValue(0), spikesAboveOnly: true,
          thresholds: [100], biases: [1, -2, 3, -4]),
        Population(
          name: "hidden", shape: [10], model: "CubaLIF", reset: .bySubtraction,
          spikesAboveOnly: false, thresholds: (1...10).map { Int32(1_000 * $0) }, biases: [],
          membraneDecay: 128, currentDecay: 4_096, scale: 0.125),
        Population(
          name: "out", shape: [3], model: "LI", reset: nil, spikesAboveOnly: false,
          thresholds: [], biases: [0, 7, -7], initialPotentials: [1, 2, 3]),
      ],
      projections: [
        Projection(
          name: "conv.weight", sources: [.input], target: 0,
          kind: .convolution(
            strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 1),
          weightShape: [4, 1, 3, 3], codebooks: [0, 1, 0, 1],
          indices: (0..<36).map { UInt8(($0 * 5 + $0 / 7) % 3) }),
        Projection(
          name: "hidden.weight", sources: [.population(0)], target: 1,
          pooling: PoolingWindow(size: [2, 2]), kind: .dense, weightShape: [10, 36],
          codebooks: [0], indices: (0..<360).map { $0 % 17 == 0 ? 2 : 1 }),
        Projection(
          name: "out.weight", sources: [.population(1)], target: 2, kind: .dense,
          weightShape: [3, 10], codebooks: [1], indices: (0..<30).map { UInt8($0 % 4) }, delay: 2),
      ],
      codebooks: [ternary, quaternary], readout: .largestPotential,
      labels: ["bag", "boot", "coat"], metadata: ["accuracy": "0.91", "model": "ab12"])
  }()
}

extension Bundle {
  /// A copy that `change` has been at.
  func with(_ change: (inout Bundle) -> Void) -> Bundle {
    var copy = self
    change(&copy)
    return copy
  }
}
