import SpikeCompute
import Testing

/// FNV-1a over the bits of kernel results.
private struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ view: FloatView) {
    for float in view.array() {
      for shift in stride(from: 0, to: 32, by: 8) {
        value = (value ^ UInt64(float.bitPattern >> UInt32(shift) & 0xFF)) &* 0x100_0000_01B3
      }
    }
  }

  mutating func add(_ number: Double) { add(FloatBuffer([Float(number)]).all) }
}

/// Kernels promise the same bits on every processor. These fingerprints were the same for code
/// compiled for x86-64, x86-64-v2, -v3 and -v4, with and without optimisation; a machine on which
/// a test fails breaks the promise. A change of a kernel's arithmetic changes its fingerprint: put
/// the new one here and say so in the change.
struct RecordedBitsTests {
  @Test(
    "neuron kernels give the recorded bits",
    arguments: [
      (Surrogate.atan(alpha: 2), 0xD78D_8F39_899A_7131 as UInt64),
      (.triangle(width: 1), 0xC5C1_2E67_F5F9_AD85),
      (.sigmoid(alpha: 4), 0xF974_522E_A153_3351), (.fastSigmoid(slope: 25), 0x4DE6_493A_7B0C_2F59),
    ])
  func neurons(surrogate: Surrogate, expected: UInt64) {
    var fingerprint = Fingerprint()
    var random = TestRandom(seed: 77)
    let (steps, count, channels) = (4, 1000, 40)
    let input = FloatBuffer(random.floats(steps * count, in: -1...2))
    let gradient = FloatBuffer(random.floats(steps * count))
    let thresholds = FloatBuffer(random.floats(channels, in: 0.5...2))
    for bits in 0..<16 {
      let neuron = NeuronConstants(
        membraneDecay: 0.83, currentDecay: 0.61, hasCurrent: bits & 1 == 1,
        resetsBySubtraction: bits & 2 == 2, resetValue: -0.2, isStrict: bits & 4 == 4,
        initialShare: 0.5)
      let (spikes, potentials) = (FloatBuffer(count: input.count), FloatBuffer(count: input.count))
      Kernels.spikingForward(
        neuron, steps: steps, input: input.all, thresholds: thresholds.all, spikes: spikes.all,
        potentials: potentials.all)
      let (result, onThreshold) = (FloatBuffer(count: input.count), FloatBuffer(count: channels))
      Kernels.spikingBackward(
        neuron, surrogate: surrogate, isResetDetached: bits & 8 == 8, steps: steps,
        potentials: potentials.all, thresholds: thresholds.all, spikeGradient: gradient.all,
        inputGradient: result.all, thresholdGradient: onThreshold.all)
      for view in [spikes, potentials, result, onThreshold] { fingerprint.add(view.all) }
    }
    #expect(fingerprint.value == expected, "found \(String(fingerprint.value, radix: 16))")
  }

  @Test("normalisation, sums, losses and optimisers give the recorded bits")
  func others() {
    var fingerprint = Fingerprint()
    var random = TestRandom(seed: 78)
    let (rows, channels) = (300, 77)
    let x = FloatBuffer(random.floats(rows * channels, in: -3...3))
    let dy = FloatBuffer(random.floats(rows * channels))
    let y = FloatBuffer(count: rows * channels)
    let (scale, shift) = (
      FloatBuffer(random.floats(channels, in: 0.5...2)), FloatBuffer(random.floats(channels))
    )
    let vectors = (0..<4).map { _ in FloatBuffer(count: channels) }
    Kernels.channelMoments(x.all, mean: vectors[0].all, variance: vectors[1].all)
    Kernels.batchNormForward(
      x.all, mean: vectors[0].all, variance: vectors[1].all, scale: scale.all, shift: shift.all,
      epsilon: 1e-5, into: y.all)
    fingerprint.add(y.all)
    Kernels.batchNormBackward(
      x.all, dy.all, mean: vectors[0].all, variance: vectors[1].all, scale: scale.all,
      epsilon: 1e-5, throughStatistics: true, into: y.all, scaleGradient: vectors[2].all,
      shiftGradient: vectors[3].all)
    for buffer in [y] + vectors { fingerprint.add(buffer.all) }
    fingerprint.add(Kernels.sum(x.all))
    fingerprint.add(Kernels.dot(x.all, dy.all))
    Kernels.softmax(x.all, classes: channels, factor: 0.7, into: y.all)
    fingerprint.add(y.all)
    let labels = IndexBuffer((0..<rows).map { $0 % channels })
    let loss = Kernels.crossEntropy(
      x.all, labels: labels.all, classes: channels, smoothing: 0.1, factor: 1.3,
      gradient: y.all)
    fingerprint.add(loss.loss)
    fingerprint.add(y.all)
    var descent = SGD(count: y.count, momentum: 0.9, weightDecay: 1e-3, nesterov: true)
    var adam = AdamW(count: y.count, weightDecay: 0.1)
    for _ in 0..<2 {
      descent.step(parameter: y.all, gradient: dy.all, learningRate: 0.1)
      adam.step(parameter: y.all, gradient: x.all, learningRate: 0.01)
    }
    fingerprint.add(y.all)
    #expect(
      fingerprint.value == 0x0496_136B_BE2B_CF2B, "found \(String(fingerprint.value, radix: 16))")
  }
}
