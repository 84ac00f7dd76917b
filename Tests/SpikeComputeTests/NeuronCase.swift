import SpikeCompute

/// A random population with input, for every model, reset and comparator in turn.
struct NeuronCase: CustomStringConvertible {
  let seed: Int
  let neuron: NeuronConstants
  let surrogate: Surrogate
  let isDetached: Bool
  let steps: Int
  let count: Int
  let thresholds: [Float]
  let input: [Float]
  let gradient: [Float]

  var description: String {
    "seed \(seed): \(neuron), \(surrogate), detached \(isDetached), \(steps) steps of \(count) "
      + "neurons, \(thresholds.count) thresholds"
  }

  init(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    self.seed = seed
    // The low bits of the seed walk through all combinations.
    let model = seed % 3
    neuron = NeuronConstants(
      membraneDecay: model == 0 ? 1 : random.float(in: 0.3...0.95),
      currentDecay: random.float(in: 0.1...0.9), hasCurrent: model == 2,
      resetsBySubtraction: seed / 3 % 2 == 0, resetValue: seed / 6 % 2 == 0 ? 0 : -0.25,
      isStrict: seed / 12 % 2 == 0, initialShare: random.flag() ? 0.5 : 0)
    isDetached = seed / 24 % 2 == 0
    surrogate =
      [
        Surrogate.atan(alpha: 2), .triangle(width: 1), .sigmoid(alpha: 4), .fastSigmoid(slope: 5),
      ][seed / 2 % 4]
    steps = random.int(in: 1...6)
    let channels = [1, 3, 16, 24, 40][random.int(in: 0...4)]
    count = channels * random.int(in: 1...7)
    thresholds = random.floats(channels, in: 0.5...2)
    input = random.floats(steps * count, in: -1...2)
    gradient = random.floats(steps * count)
  }

  /// Values of neuron i over the steps of a [steps][count] array.
  func train<Value: BinaryFloatingPoint>(_ values: [Float], _ i: Int, as: Value.Type) -> [Value] {
    (0..<steps).map { Value(values[$0 * count + i]) }
  }

  func textbook<Value: BinaryFloatingPoint>(_ i: Int, as: Value.Type) -> TextbookNeuron<Value> {
    TextbookNeuron(constants: neuron, threshold: Value(thresholds[i % thresholds.count]))
  }

  /// Spikes and potentials of the kernel.
  func forward() -> (spikes: FloatBuffer, potentials: FloatBuffer) {
    let spikes = FloatBuffer(count: steps * count)
    let potentials = FloatBuffer(count: steps * count)
    Kernels.spikingForward(
      neuron, steps: steps, input: FloatBuffer(input).all, thresholds: FloatBuffer(thresholds).all,
      spikes: spikes.all, potentials: potentials.all)
    return (spikes, potentials)
  }
}
