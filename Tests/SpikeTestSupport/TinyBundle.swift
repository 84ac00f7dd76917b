public import SpikeBundle

/// A small valid bundle to vary in tests: input [1,4,4] → conv 2@3x3 → IF [2,4,4] → dense → LI [3].
public enum TinyBundle {
  /// A fresh copy.
  public static func make() -> Bundle {
    let books = [
      Codebook(entries: [-3, -1, 2, 5], zeroIsAbsent: true, scale: 0.5),
      Codebook(entries: [-2, 0, 4], zeroIsAbsent: true, scale: 0.25),
    ]
    let hidden = Population(
      name: "hidden", shape: [2, 4, 4], model: "IF", reset: .toValue(0), spikesAboveOnly: true,
      thresholds: [20], biases: [1, -1])
    let output = Population(
      name: "output", shape: [3], model: "LI", reset: nil, spikesAboveOnly: true, thresholds: [],
      biases: [0, 2, -2])
    let convolution = Projection(
      name: "conv", sources: [.input], target: 0,
      kind: .convolution(
        strides: [1, 1], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 1),
      weightShape: [2, 1, 3, 3], codebooks: [0],
      indices: (0..<18).map { UInt8($0 % 4) })
    let dense = Projection(
      name: "dense", sources: [.population(0)], target: 1, kind: .dense, weightShape: [3, 32],
      codebooks: [1], indices: (0..<96).map { UInt8($0 * 7 % 3) })
    return Bundle(
      name: "tiny", producer: "tests", target: "loihi2", arithmetic: .loihiCuba, timeSteps: 4,
      input: InputPort(shape: [1, 4, 4], bits: 8), populations: [hidden, output],
      projections: [convolution, dense], codebooks: books, readout: .largestPotential)
  }
}
