import SpikeCompute
import Testing

/// A small training step by shards: convolution, neurons, gradients, sum in order of shards.
private struct Step {
  static let shards = 8
  let weight: [Float]
  let input: [Float]
  let gradient: [Float]

  init() {
    var random = TestRandom(seed: 11)
    weight = random.floats(3 * 3 * 8 * 32)
    input = random.floats(Step.shards * 4 * 14 * 14 * 8)
    gradient = random.floats(Step.shards * 4 * 14 * 14 * 32)
  }

  func run(threads: Int) throws -> [UInt32] {
    let kernels = try (0..<Step.shards).map { _ in
      try ConvolutionKernel(
        images: 4, height: 14, width: 14, channels: 8, outputs: 32, kernel: (3, 3),
        padsBefore: (1, 1), padsAfter: (1, 1))
    }
    let (x, dy) = (FloatBuffer(input), FloatBuffer(gradient))
    let (weight, thresholds) = (FloatBuffer(weight), FloatBuffer([0.5]))
    let (current, spikes) = (FloatBuffer(count: dy.count), FloatBuffer(count: dy.count))
    let dx = FloatBuffer(count: x.count)
    let (dw, db) = (
      FloatBuffer(count: Step.shards * weight.count), FloatBuffer(count: Step.shards * 32)
    )
    Shards.run(count: Step.shards, threads: threads) { shard, _ in
      func part(_ buffer: FloatBuffer) -> FloatView {
        let size = buffer.count / Step.shards
        return buffer.view(shard * size..<(shard + 1) * size)
      }
      let kernel = kernels[shard]
      let neuron = NeuronConstants(membraneDecay: 0.9)
      kernel.forward(part(x), weight: weight.all, bias: nil, into: part(current))
      Kernels.spikingForward(
        neuron, steps: 4, input: part(current), thresholds: thresholds.all, spikes: part(spikes),
        potentials: part(current))
      Kernels.spikingBackward(
        neuron, surrogate: .sigmoid(alpha: 4), isResetDetached: true, steps: 4,
        potentials: part(current), thresholds: thresholds.all, spikeGradient: part(dy),
        inputGradient: part(current))
      kernel.backwardData(part(current), weight: weight.all, into: part(dx))
      kernel.backwardWeights(
        part(x), part(current), weightGradient: part(dw), biasGradient: part(db))
    }
    let (weightGradient, biasGradient) = (
      FloatBuffer(count: weight.count), FloatBuffer(count: 32)
    )
    Kernels.sumShards(dw.all, shards: Step.shards, into: weightGradient.all)
    Kernels.sumShards(db.all, shards: Step.shards, into: biasGradient.all)
    return [spikes, dx, weightGradient, biasGradient].flatMap { $0.all.array().bits }
  }
}

struct ReproducibilityTests {
  @Test("a training step gives the same bits on one, two and three threads and again")
  func threadsDoNotMatter() throws {
    let step = Step()
    let once = try step.run(threads: 1)
    #expect(once.contains { $0 != 0 })
    for threads in [1, 2, 3, 2] { #expect(try step.run(threads: threads) == once) }
  }
}
