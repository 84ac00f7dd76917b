import SpikeCompute
import SpikeGraph

/// A population over all time steps. A constant input is read again in every step, and its
/// gradient is summed over them.
struct NeuronPlan: LayerPlan {
  var neuron: Neuron
  var elements: Int
  var channels: Int
  var inputIsTemporal: Bool
  /// Slot of one threshold per channel; nil for read-outs.
  var threshold: Range<Int>?
  /// Slot of the membrane decay where it is learned.
  var decay: Range<Int>?
  /// Slot of one unit per channel, for whole states.
  var unit: Range<Int>?

  var isTrainable: Bool { threshold != nil || decay != nil }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    let all = elements * extent.images * extent.timeSteps
    guard extent.isDifferentiated, neuron.spikes else {
      return LayerNeeds(backwardReadsOutput: extent.isDifferentiated && decay != nil)
    }
    var needs = LayerNeeds()
    if remakesPotentials(extent) { needs.backwardReadsInputs = true } else { needs.saved = all }
    guard extent.purpose == .adjoints else { return needs }
    needs.backwardScratch = all
    needs.backwardReadsOutput = true
    return needs
  }

  /// Whether the backward pass computes the potentials again from the currents instead of reading
  /// what the forward pass kept: less memory and less time.
  fileprivate func remakesPotentials(_ extent: LayerExtent) -> Bool {
    extent.timeSteps <= Kernels.maximumRemadeSteps && stateSteps == 0
  }

  /// Steps of a state in one unit; 0 where states are real numbers.
  var stateSteps: Int {
    guard let bits = neuron.fractionBits, neuron.leaks || neuron.keepsCurrent || decay != nil
    else { return 0 }
    return 1 << bits
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    NeuronLayer(plan: self, memory: memory)
  }

  /// The equation in the terms of the kernels.
  var constants: NeuronConstants {
    var constants = NeuronConstants(
      membraneDecay: neuron.leaks ? neuron.membraneDecay : 1,
      currentDecay: neuron.currentDecay, hasCurrent: neuron.keepsCurrent,
      isStrict: neuron.comparator == .greater, initialShare: neuron.initialShare,
      stateSteps: stateSteps)
    if case .toValue(let value) = neuron.reset {
      constants.resetsBySubtraction = false
      constants.resetValue = value
    }
    return constants
  }
}

/// A bound population.
final class NeuronLayer: PopulationLayer {
  private let plan: NeuronPlan
  private let memory: LayerMemory
  private let fixed: NeuronConstants
  private let threshold: FloatView?
  private let decay: FloatView?
  private let units: FloatView?
  private let isDifferentiated: Bool
  /// Sums of the last backward pass; only where the purpose is `adjoints`.
  let sums: AdjointSums?
  var spikeCost: Float = 0

  init(plan: NeuronPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    fixed = plan.constants
    threshold = plan.threshold.map { memory.parameters.slice($0) }
    decay = plan.decay.map { memory.parameters.slice($0) }
    units = plan.unit.map { memory.parameters.slice($0) }
    isDifferentiated = memory.extent.isDifferentiated
    let keepsSums = memory.extent.purpose == .adjoints && isDifferentiated && plan.neuron.spikes
    sums = keepsSums ? AdjointSums(samples: memory.extent.images, channels: plan.channels) : nil
  }

  private(set) var spikeCount = 0

  /// The equation with the decay of now.
  private var constants: NeuronConstants {
    guard let decay else { return fixed }
    var constants = fixed
    constants.membraneDecay = decay[0]
    return constants
  }

  /// Where the potentials are kept, if they are.
  private var potentials: FloatView? {
    isDifferentiated && !plan.remakesPotentials(memory.extent) ? memory.saved : nil
  }

  func forward() {
    let steps = memory.extent.timeSteps
    if let threshold {
      Kernels.spikingForward(
        constants, steps: steps, input: memory.inputs[0], thresholds: threshold, units: units,
        spikes: memory.output, potentials: potentials)
      if memory.extent.purpose == .training { spikeCount = Kernels.countNonZero(memory.output) }
    } else {
      Kernels.integratorForward(
        constants, steps: steps, input: memory.inputs[0], units: units, potentials: memory.output)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    let steps = memory.extent.timeSteps
    guard let threshold, let slot = plan.threshold else {
      let decayGradient = plan.decay.flatMap { parameters?.slice($0) }
      let target = memory.inputGradients[0]
      guard target != nil || decayGradient != nil else { return }
      Kernels.integratorBackward(
        constants, steps: steps, potentials: memory.output, potentialGradient: gradient,
        inputGradient: target, decayGradient: decayGradient)
      return
    }
    if spikeCost != 0 { Kernels.shift(gradient, by: spikeCost) }
    if let sums {
      backward(gradient, threshold, into: memory.backwardScratch, nil, nil)
      Kernels.adjointSums(
        steps: steps, spikes: memory.output, spikeGradient: gradient,
        inputGradient: memory.backwardScratch, into: sums)
      memory.inputGradients[0]?.assign(from: memory.backwardScratch)
    } else if let target = memory.inputGradients[0] {
      backward(
        gradient, threshold, into: target, parameters?.slice(slot),
        plan.decay.flatMap { parameters?.slice($0) })
    } else if let parameters {
      // Nobody wants the gradient of the current: it overwrites that of the spikes.
      backward(
        gradient, threshold, into: gradient, parameters.slice(slot),
        plan.decay.map { parameters.slice($0) })
    }
  }

  private func backward(
    _ spikeGradient: FloatView, _ threshold: FloatView, into inputGradient: FloatView,
    _ thresholdGradient: FloatView?, _ decayGradient: FloatView?
  ) {
    if let potentials {
      Kernels.spikingBackward(
        constants, surrogate: memory.surrogate, isResetDetached: memory.resetGradientDetached,
        steps: memory.extent.timeSteps, potentials: potentials, thresholds: threshold,
        units: units, spikeGradient: spikeGradient, inputGradient: inputGradient,
        thresholdGradient: thresholdGradient, decayGradient: decayGradient)
    } else {
      Kernels.spikingBackward(
        constants, surrogate: memory.surrogate, isResetDetached: memory.resetGradientDetached,
        steps: memory.extent.timeSteps, currents: memory.inputs[0], thresholds: threshold,
        spikeGradient: spikeGradient, inputGradient: inputGradient,
        thresholdGradient: thresholdGradient, decayGradient: decayGradient)
    }
  }
}
