import SpikeCompute
import Testing

struct SpikingBackwardTests {
  /// Gradients of the kernel for a case.
  private func gradients(of test: NeuronCase, once: Bool = false) -> (
    input: [Float], theta: [Float], decay: Float
  ) {
    let potentials = test.forward().potentials
    let inputGradient = FloatBuffer(count: once ? test.count : test.steps * test.count)
    let thresholdGradient = FloatBuffer(count: test.thresholds.count)
    let decayGradient = FloatBuffer(count: 1)
    Kernels.spikingBackward(
      test.neuron, surrogate: test.surrogate, isResetDetached: test.isDetached, steps: test.steps,
      potentials: potentials.all, thresholds: FloatBuffer(test.thresholds).all,
      spikeGradient: FloatBuffer(test.gradient).all, inputGradient: inputGradient.all,
      thresholdGradient: thresholdGradient.all, decayGradient: decayGradient.all)
    return (inputGradient.all.array(), thresholdGradient.all.array(), decayGradient[0])
  }

  @Test(
    "gradients of every model, reset and surrogate agree with textbook back-propagation",
    arguments: 0..<144)
  func agreesWithTextbook(seed: Int) {
    let test = NeuronCase(seed: seed)
    let (spikes, potentials) = test.forward()
    let kernel = gradients(of: test)
    var thresholdGradient = [Double](repeating: 0, count: test.thresholds.count)
    var decayGradient = 0.0
    var largest = 1.0
    for i in 0..<test.count {
      let textbook = test.textbook(i, as: Double.self)
      var run = TextbookNeuron<Double>.Run()
      run.potentials = test.train(potentials.all.array(), i, as: Double.self)
      run.spikes = test.train(spikes.all.array(), i, as: Double.self)
      let expected = textbook.backward(
        run, resets: run.spikes, gradient: test.train(test.gradient, i, as: Double.self),
        slope: test.surrogate.slope, isDetached: test.isDetached)
      thresholdGradient[i % test.thresholds.count] += expected.threshold
      decayGradient += expected.decay
      largest += abs(expected.decay)
      let found = test.train(kernel.input, i, as: Float.self)
      let scale = 1 + (expected.input.map { abs($0) }.max() ?? 0)
      #expect(
        found.distance(to: expected.input.map { Float($0) }) < 2e-5 * Float(scale),
        "neuron \(i) of \(test)")
    }
    #expect(abs(Double(kernel.decay) - decayGradient) < 2e-5 * largest, "\(test)")
    for (found, expected) in zip(kernel.theta, thresholdGradient) {
      #expect(abs(Double(found) - expected) < 1e-4 * (1 + abs(expected)), "\(test)")
    }
  }

  @Test("textbook back-propagation is the derivative of a smooth neuron", arguments: 0..<96)
  func agreesWithDifferences(seed: Int) {
    let test = NeuronCase(seed: seed)
    let weights = test.train(test.gradient, 0, as: Double.self)
    let input = test.train(test.input, 0, as: Double.self)
    let neuron = test.textbook(0, as: Double.self)

    func smooth(_ neuron: TextbookNeuron<Double>, _ input: [Double], _ frozen: [Double]?)
      -> TextbookNeuron<Double>.Run
    {
      neuron.forward(
        input,
        fire: { test.surrogate.primitive(($0 - neuron.threshold) / neuron.threshold) },
        frozen: frozen)
    }
    let run = smooth(neuron, input, nil)
    // A detached reset is a reset by spikes that do not depend on anything.
    let frozen = test.isDetached ? run.spikes : nil
    func loss(_ neuron: TextbookNeuron<Double>, _ input: [Double]) -> Double {
      zip(smooth(neuron, input, frozen).spikes, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let gradients = neuron.backward(
      run, resets: run.spikes, gradient: weights, slope: test.surrogate.slope,
      isDetached: test.isDetached)

    let step = 1e-6
    for t in 0..<test.steps {
      var above = input
      var below = input
      above[t] += step
      below[t] -= step
      let difference = (loss(neuron, above) - loss(neuron, below)) / (2 * step)
      #expect(abs(difference - gradients.input[t]) < 1e-5 * (1 + abs(difference)), "\(test)")
    }
    var above = neuron
    var below = neuron
    above.threshold += step
    below.threshold -= step
    let difference = (loss(above, input) - loss(below, input)) / (2 * step)
    #expect(abs(difference - gradients.threshold) < 1e-5 * (1 + abs(difference)), "\(test)")
    // The decay is a float, whose steps are coarser.
    let wide: Float = 1 / 4096
    (above, below) = (neuron, neuron)
    above.constants.membraneDecay += wide
    below.constants.membraneDecay -= wide
    let size = Double(above.constants.membraneDecay) - Double(below.constants.membraneDecay)
    let slope = (loss(above, input) - loss(below, input)) / size
    let kink = test.surrogate == .triangle(width: 1) ? 1e-3 : 1e-4
    #expect(abs(slope - gradients.decay) < kink * (10 + abs(slope)), "\(test)")
  }

  @Test("with one input for all steps the gradient is the sum over the steps", arguments: 0..<12)
  func repeatedInput(seed: Int) {
    let test = NeuronCase(seed: seed)
    let each = gradients(of: test)
    let once = gradients(of: test, once: true)
    for i in 0..<test.count {
      // The kernel adds the last step first.
      let sum = test.train(each.input, i, as: Float.self).reversed().reduce(0, +)
      #expect(once.input[i] == sum, "neuron \(i) of \(test)")
    }
    #expect(once.theta.bits == each.theta.bits)
  }

  @Test("the gradient may overwrite the gradient from above or the potentials", arguments: 0..<12)
  func inPlace(seed: Int) {
    let test = NeuronCase(seed: seed)
    let expected = gradients(of: test).input
    for overwritesPotentials in [false, true] {
      let potentials = test.forward().potentials
      let gradient = FloatBuffer(test.gradient)
      let result = overwritesPotentials ? potentials : gradient
      Kernels.spikingBackward(
        test.neuron, surrogate: test.surrogate, isResetDetached: test.isDetached,
        steps: test.steps, potentials: potentials.all,
        thresholds: FloatBuffer(test.thresholds).all, spikeGradient: gradient.all,
        inputGradient: result.all)
      #expect(result.all.array().bits == expected.bits, "\(test)")
    }
  }

  @Test("from the currents come the bits that the kept potentials give", arguments: 0..<144)
  func remadePotentials(seed: Int) {
    let test = NeuronCase(seed: seed)
    for (steps, isOnce) in [(test.steps, false), (4, false), (4, true), (64, true)] {
      // The first currents again where there are more steps than the case has.
      let row = isOnce ? test.count : steps * test.count
      let currents = FloatBuffer((0..<row).map { test.input[$0 % test.input.count] })
      let gradient = FloatBuffer(
        (0..<steps * test.count).map { test.gradient[$0 % test.gradient.count] })
      let thresholds = FloatBuffer(test.thresholds)
      let (spikes, potentials) = (
        FloatBuffer(count: gradient.count), FloatBuffer(count: gradient.count)
      )
      Kernels.spikingForward(
        test.neuron, steps: steps, input: currents.all, thresholds: thresholds.all,
        spikes: spikes.all, potentials: potentials.all)
      // With one current for all steps both forms of the result are asked for.
      for count in Set([row, gradient.count]) {
        let (kept, remade) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let sums = (0..<2).map { _ in FloatBuffer(count: thresholds.count) }
        Kernels.spikingBackward(
          test.neuron, surrogate: test.surrogate, isResetDetached: test.isDetached, steps: steps,
          potentials: potentials.all, thresholds: thresholds.all, spikeGradient: gradient.all,
          inputGradient: kept.all, thresholdGradient: sums[0].all)
        Kernels.spikingBackward(
          test.neuron, surrogate: test.surrogate, isResetDetached: test.isDetached, steps: steps,
          currents: currents.all, thresholds: thresholds.all, spikeGradient: gradient.all,
          inputGradient: remade.all, thresholdGradient: sums[1].all)
        #expect(remade.all.array().bits == kept.all.array().bits, "\(steps) steps, \(test)")
        #expect(sums[1].all.array().bits == sums[0].all.array().bits, "\(steps) steps, \(test)")
      }
    }
  }

  @Test("the gradient may overwrite the currents", arguments: 0..<12)
  func overwritesCurrents(seed: Int) {
    let test = NeuronCase(seed: seed)
    let (shared, thresholds) = (FloatBuffer(test.input), FloatBuffer(test.thresholds))
    Kernels.spikingBackward(
      test.neuron, surrogate: test.surrogate, isResetDetached: test.isDetached,
      steps: test.steps, currents: shared.all, thresholds: thresholds.all,
      spikeGradient: FloatBuffer(test.gradient).all, inputGradient: shared.all)
    #expect(shared.all.array().bits == gradients(of: test).input.bits, "\(test)")
  }

  @Test("scaling input and threshold by a power of two leaves spikes and scales gradients")
  func scaleFree() {
    let steps = 4
    var random = TestRandom(seed: 5)
    let input = random.floats(steps * 32, in: -1...2)
    let gradient = FloatBuffer(random.floats(steps * 32))
    let results = [Float(1), 64].map { factor in
      let spikes = FloatBuffer(count: steps * 32)
      let potentials = FloatBuffer(count: steps * 32)
      let neuron = NeuronConstants(membraneDecay: 0.75, initialShare: 0.5)
      let thresholds = FloatBuffer([factor])
      Kernels.spikingForward(
        neuron, steps: steps, input: FloatBuffer(input.map { $0 * factor }).all,
        thresholds: thresholds.all, spikes: spikes.all, potentials: potentials.all)
      Kernels.spikingBackward(
        neuron, surrogate: .atan(alpha: 2), isResetDetached: true, steps: steps,
        potentials: potentials.all, thresholds: thresholds.all, spikeGradient: gradient.all,
        inputGradient: potentials.all)
      return (spikes.all.array(), potentials.all.array().map { $0 * factor })
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1.bits == results[1].1.bits)
  }

  @Test(
    "far from the threshold every surrogate stays finite",
    arguments: [
      Surrogate.atan(alpha: 2), .triangle(width: 1), .sigmoid(alpha: 4), .fastSigmoid(slope: 25),
      .rectangle(width: 1),
    ])
  func farAway(surrogate: Surrogate) {
    let potentials = FloatBuffer([-1e6, 1e6, 0, 1, 131_071, -131_071])
    let result = FloatBuffer(count: 6)
    Kernels.spikingBackward(
      NeuronConstants(), surrogate: surrogate, isResetDetached: false, steps: 1,
      potentials: potentials.all, thresholds: FloatBuffer([1]).all,
      spikeGradient: FloatBuffer([Float](repeating: 1, count: 6)).all, inputGradient: result.all)
    for (h, slope) in zip(potentials.all.array(), result.all.array()) {
      let expected = surrogate.slope(Double(h) - 1)
      #expect(abs(Double(slope) - expected) <= 1e-6 * expected + 1e-30, "h = \(h)")
    }
  }
}
