import SpikeCompute
import Testing

/// States in whole steps of a unit: a chip's leak, whose rounding is part of the model.
struct WholeStateTests {
  /// One neuron in integers, written from the formulas of Loihi's fixed-point neuron: v in 1/steps of
  /// an integer, sgn(v) (|v| keep >> 12).
  private struct Chip {
    var keep: Int64
    var currentKeep: Int64?
    var steps: Int64
    var threshold: Int64
    var isStrict: Bool
    /// nil subtracts the threshold.
    var reset: Int64?
    var spikes = true

    func run(_ input: [Int64], start: Int64) -> (potentials: [Int64], spikes: [Int64]) {
      func kept(_ state: Int64, _ keep: Int64) -> Int64 {
        let rest = (state.magnitude * UInt64(keep)) >> 12
        return state < 0 ? -Int64(rest) : Int64(rest)
      }
      var (v, u) = (start * steps, Int64(0))
      var result: (potentials: [Int64], spikes: [Int64]) = ([], [])
      for x in input {
        u = (currentKeep.map { kept(u, $0) } ?? 0) + x * steps
        v = kept(v, keep) + u
        result.potentials.append(v)
        let over = v - threshold * steps
        let fires = spikes && (isStrict ? over > 0 : over >= 0)
        result.spikes.append(fires ? 1 : 0)
        if fires { v = reset.map { $0 * steps } ?? over }
      }
      return result
    }
  }

  private struct Case {
    let seed: Int
    let steps = 12
    let channels: Int
    let count: Int
    let neuron: NeuronConstants
    let chips: [Chip]
    let inputs: [[Int64]]
    let starts: [Int64]
    let units: [Float]

    init(seed: Int, hasUnits: Bool) {
      var random = TestRandom(seed: UInt64(seed))
      self.seed = seed
      channels = [1, 3, 16, 21][seed % 4]
      let channels = channels
      count = channels * random.int(in: 1...5)
      let bits = [6, 0, 3][seed % 3]
      let keep = random.int(in: 0...4096)
      let currentKeep = seed % 5 == 0 ? random.int(in: 1...4095) : nil
      let soft = seed % 2 == 0
      neuron = NeuronConstants(
        membraneDecay: Float(keep) / 4096, currentDecay: Float(currentKeep ?? 0) / 4096,
        hasCurrent: currentKeep != nil, resetsBySubtraction: soft,
        resetValue: 0, isStrict: seed / 2 % 2 == 0, initialShare: seed % 3 == 1 ? 0.5 : 0,
        stateSteps: 1 << bits)
      let neuron = neuron
      chips = (0..<channels).map { _ in
        Chip(
          keep: Int64(keep), currentKeep: currentKeep.map { Int64($0) }, steps: 1 << bits,
          threshold: 2 * Int64(random.int(in: 1...100)), isStrict: neuron.isStrict,
          reset: soft ? nil : 0)
      }
      // Sums that meet thresholds exactly are likely.
      inputs = (0..<count).map { _ in (0..<12).map { _ in Int64(random.int(in: -100...300)) } }
      starts = chips.map { neuron.initialShare > 0 ? $0.threshold / 2 : 0 }
      units = (0..<channels).map { _ in hasUnits ? random.float(in: 0.001...0.9) : 1 }
    }

    /// Numbers per neuron as real ones, [steps][count].
    func real(_ values: (Int, Int) -> Int64) -> [Float] {
      (0..<steps).flatMap { t in
        (0..<count).map { i in
          Float(Double(values(i, t)) * Double(units[i % channels]))
        }
      }
    }
  }

  @Test(
    "leaky populations are a chip's integers, in every state and spike", arguments: 0..<60,
    [false, true])
  func spiking(seed: Int, hasUnits: Bool) {
    let test = Case(seed: seed, hasUnits: hasUnits)
    let (spikes, potentials) = (
      FloatBuffer(count: test.steps * test.count), FloatBuffer(count: test.steps * test.count)
    )
    let thresholds = zip(test.chips, test.units).map { Float(Double($0.threshold) * Double($1)) }
    Kernels.spikingForward(
      test.neuron, steps: test.steps, input: FloatBuffer(test.real { test.inputs[$0][$1] }).all,
      thresholds: FloatBuffer(thresholds).all, units: hasUnits ? FloatBuffer(test.units).all : nil,
      spikes: spikes.all, potentials: potentials.all)
    var fired = 0
    for i in 0..<test.count {
      let chip = test.chips[i % test.channels]
      let expected = chip.run(test.inputs[i], start: test.starts[i % test.channels])
      for t in 0..<test.steps {
        let place = t * test.count + i
        let unit = Double(test.units[i % test.channels])
        let found = Double(potentials[place]) / unit * Double(chip.steps)
        #expect(found.rounded() == Double(expected.potentials[t]), "seed \(seed) neuron \(i)")
        #expect(spikes[place] == Float(expected.spikes[t]), "seed \(seed) neuron \(i)")
        fired += Int(expected.spikes[t])
      }
    }
    #expect(fired > 0)
  }

  @Test("leaky read-outs are a chip's integers", arguments: 0..<30, [false, true])
  func integrating(seed: Int, hasUnits: Bool) {
    let test = Case(seed: seed, hasUnits: hasUnits)
    let potentials = FloatBuffer(count: test.steps * test.count)
    Kernels.integratorForward(
      test.neuron, steps: test.steps, input: FloatBuffer(test.real { test.inputs[$0][$1] }).all,
      units: hasUnits ? FloatBuffer(test.units).all : nil, potentials: potentials.all)
    for i in 0..<test.count {
      var chip = test.chips[i % test.channels]
      chip.spikes = false
      let expected = chip.run(test.inputs[i], start: 0).potentials
      for t in 0..<test.steps {
        let unit = Double(test.units[i % test.channels])
        let found = Double(potentials[t * test.count + i]) / unit * Double(chip.steps)
        #expect(found.rounded() == Double(expected[t]), "seed \(seed) neuron \(i)")
      }
    }
  }

  @Test("whole states in pieces are those of one run, and gradients pass the rounding")
  func piecesAndGradients() {
    let test = Case(seed: 12, hasUnits: true)
    let input = FloatBuffer(test.real { test.inputs[$0][$1] })
    let thresholds = FloatBuffer(
      zip(test.chips, test.units).map { Float(Double($0.threshold) * Double($1)) })
    let units = FloatBuffer(test.units)
    let whole = FloatBuffer(count: input.count)
    let potentials = FloatBuffer(count: input.count)
    Kernels.spikingForward(
      test.neuron, steps: test.steps, input: input.all, thresholds: thresholds.all,
      units: units.all, spikes: whole.all, potentials: potentials.all)
    let state = FloatBuffer(
      (0..<test.count).map {
        thresholds[$0 % test.channels] * test.neuron.initialShare
      })
    for t in 0..<test.steps {
      let range = t * test.count..<(t + 1) * test.count
      let part = FloatBuffer(count: test.count)
      Kernels.spikingForward(
        test.neuron, steps: 1, input: input.view(range), thresholds: thresholds.all,
        units: units.all, spikes: part.all, potentialState: state.all)
      #expect(part.all.array() == whole.view(range).array())
    }
    // The same potentials without rounding have the same gradients, where no h is near θ.
    var real = test.neuron
    real.stateSteps = 0
    let gradient = FloatBuffer(Array(repeating: 0.5, count: input.count))
    func backward(_ neuron: NeuronConstants, _ units: FloatView?) -> [Float] {
      let (onInput, onDecay) = (FloatBuffer(count: input.count), FloatBuffer(count: 1))
      Kernels.spikingBackward(
        neuron, surrogate: .atan(alpha: 2), isResetDetached: true, steps: test.steps,
        potentials: potentials.all, thresholds: thresholds.all, units: units,
        spikeGradient: gradient.all, inputGradient: onInput.all, decayGradient: onDecay.all)
      return onInput.all.array() + onDecay.all.array()
    }
    #expect(backward(test.neuron, units.all) == backward(real, nil))
  }
}
