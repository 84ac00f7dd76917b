import SpikeCompute
import Testing

struct IntegratorTests {
  private func textbook(_ neuron: NeuronConstants, _ input: [Double]) -> [Double] {
    var h = 0.0
    var i = 0.0
    return input.map { x in
      i = neuron.hasCurrent ? i * Double(neuron.currentDecay) + x : x
      h = h * Double(neuron.membraneDecay) + i
      return h
    }
  }

  @Test("a read-out integrates as the textbook says, forward and backward", arguments: 0..<12)
  func agreesWithTextbook(seed: Int) {
    let test = NeuronCase(seed: seed)
    let potentials = FloatBuffer(count: test.input.count)
    Kernels.integratorForward(
      test.neuron, steps: test.steps, input: FloatBuffer(test.input).all, potentials: potentials.all
    )
    let gradient = FloatBuffer(count: test.input.count)
    Kernels.integratorBackward(
      test.neuron, steps: test.steps, potentialGradient: FloatBuffer(test.gradient).all,
      inputGradient: gradient.all)
    let summed = FloatBuffer(count: test.count)
    Kernels.integratorBackward(
      test.neuron, steps: test.steps, potentialGradient: FloatBuffer(test.gradient).all,
      inputGradient: summed.all)
    for i in 0..<test.count {
      let input = test.train(test.input, i, as: Double.self)
      let weights = test.train(test.gradient, i, as: Double.self)
      let expected = textbook(test.neuron, input).map { Float($0) }
      let found = test.train(potentials.all.array(), i, as: Float.self)
      #expect(found.distance(to: expected) < 1e-4, "neuron \(i) of \(test)")
      // The integrator is linear, so unit impulses give its gradient exactly.
      let slopes = (0..<test.steps).map { t in
        let impulse = (0..<test.steps).map { $0 == t ? 1.0 : 0 }
        return Float(zip(textbook(test.neuron, impulse), weights).reduce(0) { $0 + $1.0 * $1.1 })
      }
      let backward = test.train(gradient.all.array(), i, as: Float.self)
      #expect(backward.distance(to: slopes) < 1e-4, "neuron \(i) of \(test)")
      #expect(abs(summed[i] - slopes.reduce(0, +)) < 1e-4)
    }
  }

  @Test("the gradient of a read-out's decay is the slope of what it reads", arguments: 0..<12)
  func decayGradient(seed: Int) {
    let test = NeuronCase(seed: seed)
    let potentials = FloatBuffer(count: test.input.count)
    Kernels.integratorForward(
      test.neuron, steps: test.steps, input: FloatBuffer(test.input).all, potentials: potentials.all
    )
    let decay = FloatBuffer(count: 1)
    Kernels.integratorBackward(
      test.neuron, steps: test.steps, potentials: potentials.all,
      potentialGradient: FloatBuffer(test.gradient).all, inputGradient: nil,
      decayGradient: decay.all)
    func loss(_ change: Float) -> Double {
      var neuron = test.neuron
      neuron.membraneDecay += change
      return (0..<test.count).reduce(0) { sum, i in
        let weights = test.train(test.gradient, i, as: Double.self)
        let read = textbook(neuron, test.train(test.input, i, as: Double.self))
        return zip(read, weights).reduce(sum) { $0 + $1.0 * $1.1 }
      }
    }
    let step: Float = 1 / 65_536
    let slope = (loss(step) - loss(-step)) / (2 * Double(step))
    #expect(abs(Double(decay[0]) - slope) < 1e-3 * (10 + abs(slope)), "\(test)")
  }

  @Test("a read-out in pieces equals one run, also in place", arguments: 0..<6)
  func pieces(seed: Int) {
    let test = NeuronCase(seed: seed)
    let whole = FloatBuffer(test.input)
    Kernels.integratorForward(
      test.neuron, steps: test.steps, input: whole.all, potentials: whole.all)
    let parts = FloatBuffer(test.input)
    let potential = FloatBuffer(count: test.count)
    let current = FloatBuffer(count: test.count)
    for t in 0..<test.steps {
      let step = parts.view(t * test.count..<(t + 1) * test.count)
      Kernels.integratorForward(
        test.neuron, steps: 1, input: step, potentials: step, potentialState: potential.all,
        currentState: current.all)
    }
    #expect(parts.all.array().bits == whole.all.array().bits, "\(test)")
  }
}
