import SpikeCompute

#if canImport(Glibc)
  import Glibc
#endif

/// One neuron over time, written as in a textbook: the oracle for the neuron kernels.
struct TextbookNeuron<Value: BinaryFloatingPoint> {
  var constants: NeuronConstants
  var threshold: Value

  struct Run {
    var potentials: [Value] = []
    var spikes: [Value] = []
    var lastPotential: Value = 0
    var lastCurrent: Value = 0
  }

  /// Runs over the input currents.
  ///
  /// - Parameters:
  ///   - fire: the spike of a potential h; nil is the step function.
  ///   - frozen: what the reset uses instead of the spikes, step by step.
  func forward(
    _ input: [Value], fire: ((Value) -> Value)? = nil, frozen: [Value]? = nil,
    potential: Value? = nil, current: Value = 0
  ) -> Run {
    var run = Run()
    var v = potential ?? threshold * Value(constants.initialShare)
    var i = current
    for (t, x) in input.enumerated() {
      i = constants.hasCurrent ? i * Value(constants.currentDecay) + x : x
      let h = v * Value(constants.membraneDecay) + i
      let fires = constants.isStrict ? h > threshold : h >= threshold
      let spike = fire?(h) ?? (fires ? 1 : 0)
      let reset = frozen?[t] ?? spike
      if constants.resetsBySubtraction {
        v = h - threshold * reset
      } else {
        v = h * (1 - reset) + Value(constants.resetValue) * reset
      }
      run.potentials.append(h)
      run.spikes.append(spike)
    }
    run.lastPotential = v
    run.lastCurrent = i
    return run
  }

  /// Back-propagation through time of a run whose spikes have the derivative `slope(x)` by
  /// x = (h - threshold) / threshold. Returns the gradients of input, threshold and membrane decay.
  func backward(
    _ run: Run, resets: [Value], gradient: [Value], slope: (Value) -> Value, isDetached: Bool
  ) -> (input: [Value], threshold: Value, decay: Value) {
    var inputGradient = [Value](repeating: 0, count: gradient.count)
    var thresholdGradient: Value = 0
    var decayGradient: Value = 0
    var onPotential: Value = 0
    var onCurrent: Value = 0
    for t in gradient.indices.reversed() {
      let h = run.potentials[t]
      let soft = constants.resetsBySubtraction
      var onSpike = gradient[t]
      if !isDetached {
        onSpike += onPotential * (soft ? -threshold : Value(constants.resetValue) - h)
      }
      let slopeHere = slope((h - threshold) / threshold)
      let onH = onSpike * slopeHere / threshold + onPotential * (soft ? 1 : 1 - resets[t])
      thresholdGradient -= onSpike * slopeHere * h / (threshold * threshold)
      if soft { thresholdGradient -= onPotential * resets[t] }
      onCurrent = onH + (constants.hasCurrent ? onCurrent * Value(constants.currentDecay) : 0)
      inputGradient[t] = onCurrent
      decayGradient += onH * potential(before: t, run, resets)
      onPotential = onH * Value(constants.membraneDecay)
    }
    thresholdGradient += onPotential * Value(constants.initialShare)
    return (inputGradient, thresholdGradient, decayGradient)
  }

  /// The potential that leaks into a step.
  private func potential(before t: Int, _ run: Run, _ resets: [Value]) -> Value {
    guard t > 0 else { return threshold * Value(constants.initialShare) }
    let (h, reset) = (run.potentials[t - 1], resets[t - 1])
    return constants.resetsBySubtraction
      ? h - threshold * reset : h * (1 - reset) + Value(constants.resetValue) * reset
  }
}

extension Surrogate {
  /// The derivative g(x) in double.
  func slope(_ x: Double) -> Double {
    switch self {
    case .atan(let alpha):
      let z = Double.pi / 2 * Double(alpha) * x
      return Double(alpha) / 2 / (1 + z * z)
    case .triangle(let width): return max(0, 1 - abs(x) / Double(width)) / Double(width)
    case .sigmoid(let alpha):
      let s = 1 / (1 + exp(-Double(alpha) * x))
      return Double(alpha) * s * (1 - s)
    case .fastSigmoid(let slope):
      let z = 1 + Double(slope) * abs(x)
      return 1 / (z * z)
    case .rectangle(let width): return abs(x) < Double(width) / 2 ? 1 / Double(width) : 0
    }
  }

  /// A function whose derivative is g.
  func primitive(_ x: Double) -> Double {
    switch self {
    case .atan(let alpha): return atan_(Double.pi / 2 * Double(alpha) * x) / Double.pi + 0.5
    case .triangle(let width):
      let z = min(max(x / Double(width), -1), 1)
      return 0.5 + z - z * abs(z) / 2
    case .sigmoid(let alpha): return 1 / (1 + exp(-Double(alpha) * x))
    case .fastSigmoid(let slope): return x / (1 + Double(slope) * abs(x))
    case .rectangle(let width): return min(max(x / Double(width) + 0.5, 0), 1)
    }
  }

  // The case of the same name hides the function of the C library.
  private func atan_(_ x: Double) -> Double { atan2(x, 1) }
}
