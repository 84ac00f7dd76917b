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

  var isTrainable: Bool { threshold != nil }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    let all = elements * extent.images * extent.timeSteps
    guard extent.isDifferentiated, neuron.spikes else { return LayerNeeds() }
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
    extent.timeSteps <= Kernels.maximumRemadeSteps
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    NeuronLayer(plan: self, memory: memory)
  }

  /// The equation in the terms of the kernels.
  var constants: NeuronConstants {
    let hasCurrent = neuron.model == .currentBased || neuron.model == .leakyIntegrator
    var constants = NeuronConstants(
      membraneDecay: neuron.model == .integrateAndFire ? 1 : neuron.membraneDecay,
      currentDecay: neuron.currentDecay, hasCurrent: hasCurrent && neuron.currentDecay != 0,
      isStrict: neuron.comparator == .greater, initialShare: neuron.initialShare)
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
  private let constants: NeuronConstants
  private let threshold: FloatView?
  private let isDifferentiated: Bool
  /// Sums of the last backward pass; only where the purpose is `adjoints`.
  let sums: AdjointSums?
  var spikeCost: Float = 0

  init(plan: NeuronPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    constants = plan.constants
    threshold = plan.threshold.map { memory.parameters.slice($0) }
    isDifferentiated = memory.extent.isDifferentiated
    let keepsSums = memory.extent.purpose == .adjoints && isDifferentiated && plan.neuron.spikes
    sums = keepsSums ? AdjointSums(samples: memory.extent.images, channels: plan.channels) : nil
  }

  private(set) var spikeCount = 0

  /// Where the potentials are kept, if they are.
  private var potentials: FloatView? {
    isDifferentiated && !plan.remakesPotentials(memory.extent) ? memory.saved : nil
  }

  func forward() {
    let steps = memory.extent.timeSteps
    if let threshold {
      Kernels.spikingForward(
        constants, steps: steps, input: memory.inputs[0], thresholds: threshold,
        spikes: memory.output, potentials: potentials)
      if memory.extent.purpose == .training { spikeCount = Kernels.countNonZero(memory.output) }
    } else {
      Kernels.integratorForward(
        constants, steps: steps, input: memory.inputs[0], potentials: memory.output)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    let steps = memory.extent.timeSteps
    guard let threshold, let slot = plan.threshold else {
      guard let inputGradient = memory.inputGradients[0] else { return }
      Kernels.integratorBackward(
        constants, steps: steps, potentialGradient: gradient, inputGradient: inputGradient)
      return
    }
    if spikeCost != 0 { Kernels.shift(gradient, by: spikeCost) }
    if let sums {
      backward(gradient, threshold, into: memory.backwardScratch, nil)
      Kernels.adjointSums(
        steps: steps, spikes: memory.output, spikeGradient: gradient,
        inputGradient: memory.backwardScratch, into: sums)
      memory.inputGradients[0]?.assign(from: memory.backwardScratch)
    } else if let target = memory.inputGradients[0] {
      backward(gradient, threshold, into: target, parameters?.slice(slot))
    } else if let parameters {
      // Nobody wants the gradient of the current: it overwrites that of the spikes.
      backward(gradient, threshold, into: gradient, parameters.slice(slot))
    }
  }

  private func backward(
    _ spikeGradient: FloatView, _ threshold: FloatView, into inputGradient: FloatView,
    _ thresholdGradient: FloatView?
  ) {
    if let potentials {
      Kernels.spikingBackward(
        constants, surrogate: memory.surrogate, isResetDetached: memory.resetGradientDetached,
        steps: memory.extent.timeSteps, potentials: potentials, thresholds: threshold,
        spikeGradient: spikeGradient, inputGradient: inputGradient,
        thresholdGradient: thresholdGradient)
    } else {
      Kernels.spikingBackward(
        constants, surrogate: memory.surrogate, isResetDetached: memory.resetGradientDetached,
        steps: memory.extent.timeSteps, currents: memory.inputs[0], thresholds: threshold,
        spikeGradient: spikeGradient, inputGradient: inputGradient,
        thresholdGradient: thresholdGradient)
    }
  }
}
