import SpikeCompute
import Testing

struct AdjointSumsTests {
  @Test(
    "adjoint sums add over steps and positions of each sample and channel",
    arguments: [
      (1, 1, 1, 1), (4, 3, 6, 5), (2, 2, 9, 64), (3, 1, 2, 130),
    ])
  func agreesWithLoops(steps: Int, samples: Int, positions: Int, channels: Int) {
    var random = TestRandom(seed: UInt64(channels))
    let count = steps * samples * positions * channels
    let spikes = (0..<count).map { _ in Float(random.int(in: 0...1)) }
    let adjoints = random.floats(count)
    let currents = random.floats(count)
    let sums = AdjointSums(samples: samples, channels: channels)
    Kernels.adjointSums(
      steps: steps, spikes: FloatBuffer(spikes).all, spikeGradient: FloatBuffer(adjoints).all,
      inputGradient: FloatBuffer(currents).all, into: sums)
    var expected = [[Double]](
      repeating: [Double](repeating: 0, count: samples * channels), count: 4)
    for index in 0..<count {
      let sample = index / (positions * channels) % samples
      let at = sample * channels + index % channels
      expected[0][at] += Double(spikes[index])
      expected[1][at] += Double(adjoints[index])
      expected[2][at] += Double(spikes[index]) * Double(adjoints[index])
      expected[3][at] += Double(currents[index]) * Double(currents[index])
    }
    let found = [sums.spikeSum, sums.adjointSum, sums.contribution, sums.currentSquare]
    for (view, values) in zip(found, expected) {
      #expect(view.array() == values.map { Float($0) })
    }
  }
}
