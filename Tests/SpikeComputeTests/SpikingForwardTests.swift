import SpikeCompute
import Testing

struct SpikingForwardTests {
  @Test(
    "every model, reset and comparator spikes as the textbook says, bit by bit", arguments: 0..<96)
  func agreesWithTextbook(seed: Int) {
    let test = NeuronCase(seed: seed)
    let (spikes, potentials) = test.forward()
    for i in 0..<test.count {
      let run = test.textbook(i, as: Float.self).forward(test.train(test.input, i, as: Float.self))
      let h = test.train(potentials.all.array(), i, as: Float.self)
      #expect(test.train(spikes.all.array(), i, as: Float.self) == run.spikes, "\(test)")
      #expect(h.bits == run.potentials.bits, "neuron \(i) of \(test)")
    }
  }

  @Test("h = threshold spikes with >= and stays silent with >", arguments: [false, true])
  func comparator(isStrict: Bool) {
    let spikes = FloatBuffer(count: 1)
    Kernels.spikingForward(
      NeuronConstants(isStrict: isStrict), steps: 1, input: FloatBuffer([3]).all,
      thresholds: FloatBuffer([3]).all, spikes: spikes.all)
    #expect(spikes[0] == (isStrict ? 0 : 1))
  }

  @Test("one input for all steps is the same as repeating it", arguments: 0..<12)
  func repeatedInput(seed: Int) {
    let test = NeuronCase(seed: seed)
    let once = Array(test.input[..<test.count])
    let repeated = (0..<test.steps).flatMap { _ in once }
    let thresholds = FloatBuffer(test.thresholds)
    let results = [once, repeated].map { input in
      let spikes = FloatBuffer(count: test.steps * test.count)
      Kernels.spikingForward(
        test.neuron, steps: test.steps, input: FloatBuffer(input).all, thresholds: thresholds.all,
        spikes: spikes.all)
      return spikes.all.array()
    }
    #expect(results[0] == results[1], "\(test)")
  }

  @Test("a run in pieces with kept state equals one run", arguments: 0..<24)
  func pieces(seed: Int) {
    let test = NeuronCase(seed: seed)
    let whole = test.forward().spikes.all.array()
    let thresholds = FloatBuffer(test.thresholds)
    let input = FloatBuffer(test.input)
    let spikes = FloatBuffer(count: test.steps * test.count)
    let current = FloatBuffer(count: test.count)
    let potential = FloatBuffer(
      (0..<test.count).map {
        test.thresholds[$0 % test.thresholds.count] * test.neuron.initialShare
      })
    for t in 0..<test.steps {
      let range = t * test.count..<(t + 1) * test.count
      Kernels.spikingForward(
        test.neuron, steps: 1, input: input.view(range), thresholds: thresholds.all,
        spikes: spikes.view(range), potentialState: potential.all, currentState: current.all)
    }
    #expect(spikes.all.array() == whole, "\(test)")
    for i in 0..<test.count {
      let run = test.textbook(i, as: Float.self).forward(test.train(test.input, i, as: Float.self))
      #expect(potential[i] == run.lastPotential, "neuron \(i) of \(test)")
      if test.neuron.hasCurrent { #expect(current[i] == run.lastCurrent) }
    }
  }

  @Test("potentials may overwrite the input", arguments: 0..<12)
  func inPlace(seed: Int) {
    let test = NeuronCase(seed: seed)
    let apart = test.forward()
    let shared = FloatBuffer(test.input)
    let spikes = FloatBuffer(count: test.input.count)
    Kernels.spikingForward(
      test.neuron, steps: test.steps, input: shared.all,
      thresholds: FloatBuffer(test.thresholds).all, spikes: spikes.all, potentials: shared.all)
    #expect(shared.all.array().bits == apart.potentials.all.array().bits)
    #expect(spikes.all.array() == apart.spikes.all.array())
  }

  @Test("memory behind the last neuron is not touched", arguments: [1, 15, 17, 31])
  func tails(count: Int) {
    let steps = 3
    let output = FloatBuffer([Float](repeating: 7, count: steps * count + 20))
    Kernels.spikingForward(
      NeuronConstants(), steps: steps, input: FloatBuffer(count: steps * count).all,
      thresholds: FloatBuffer([1]).all, spikes: output.view(0..<steps * count))
    #expect(output.view(0..<steps * count).array().allSatisfy { $0 == 0 })
    #expect(output.view(steps * count..<output.count).array().allSatisfy { $0 == 7 })
  }
}
