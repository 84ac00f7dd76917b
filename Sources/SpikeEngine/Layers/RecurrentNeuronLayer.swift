import SpikeCompute

/// A population with synapses from itself to itself, forward only: step by step, because the
/// currents of a step depend on the spikes of the step before.
///
/// Whole states go from step to step as floats; they are exact below 2^24 steps of a state.
struct RecurrentNeuronPlan: LayerPlan {
  var population: NeuronPlan
  /// Slot of the weight, as ``weightMap(_:_:)`` orders it.
  var weight: Range<Int>

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    // Currents of a step, potentials, synaptic currents.
    LayerNeeds(forwardScratch: 3 * population.elements * extent.images)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    RecurrentNeuronLayer(plan: self, memory: memory)
  }

  /// Order of the weights in memory, `[pre][post]` with both in memory order, as row-major indices of
  /// the graph's `[post, pre]`. `order` gives the row-major index of each place in memory.
  static func weightMap(_ count: Int, _ order: [Int32]) -> [Int32] {
    var map: [Int32] = []
    map.reserveCapacity(count * count)
    for pre in order {
      for post in order { map.append(post * Int32(count) + pre) }
    }
    return map
  }
}

/// A bound population with recurrent synapses.
private final class RecurrentNeuronLayer: PopulationLayer {
  private let plan: RecurrentNeuronPlan
  private let memory: LayerMemory
  private let weight: FloatView
  private let thresholds: FloatView
  private let units: FloatView?
  /// Neurons of all samples.
  private let size: Int

  /// Known in training only, which there is none of.
  let spikeCount = 0
  var spikeCost: Float = 0

  init(plan: RecurrentNeuronPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    weight = memory.parameters.slice(plan.weight)
    // Only neurons that spike are recurrent, and those have thresholds.
    thresholds = memory.parameters.slice(plan.population.threshold ?? 0..<0)
    units = plan.population.unit.map { memory.parameters.slice($0) }
    size = plan.population.elements * memory.extent.images
  }

  func forward() {
    let constants = plan.population.constants
    let currents = memory.forwardScratch.slice(0..<size)
    let potentials = memory.forwardScratch.slice(size..<2 * size)
    let synaptic = memory.forwardScratch.slice(2 * size..<3 * size)
    for index in 0..<size {
      potentials[index] = constants.initialShare * thresholds[index % thresholds.count]
    }
    synaptic.fill(0)
    for t in 0..<memory.extent.timeSteps {
      currents.assign(
        from: plan.population.inputIsTemporal ? step(t, of: memory.inputs[0]) : memory.inputs[0])
      if t > 0 { addRecurrence(step(t - 1, of: memory.output), to: currents) }
      Kernels.spikingForward(
        constants, steps: 1, input: currents, thresholds: thresholds, units: units,
        spikes: step(t, of: memory.output), potentialState: potentials, currentState: synaptic)
    }
  }

  func backward(parameters: FloatView?) {
    preconditionFailure("networks with recurrent synapses are not differentiated")
  }

  private func step(_ t: Int, of view: FloatView) -> FloatView {
    view.slice(t * size..<(t + 1) * size)
  }

  /// Adds the weights of the neurons that spiked, in memory order.
  private func addRecurrence(_ spikes: FloatView, to currents: FloatView) {
    let count = plan.population.elements
    for index in 0..<size where spikes[index] != 0 {
      let row = weight.slice(index % count * count..<(index % count + 1) * count)
      let first = index - index % count
      for post in 0..<count { currents[first + post] += row[post] }
    }
  }
}
