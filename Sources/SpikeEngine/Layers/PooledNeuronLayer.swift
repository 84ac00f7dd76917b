import SpikeCompute
import SpikeGraph

/// A population together with the mean or sum pool that is its only reader.
struct PooledNeuronPlan: LayerPlan {
  var population: NeuronPlan
  var pool: PoolPlan
  var threshold: Range<Int>

  var isTrainable: Bool { true }

  /// Joins a population and a pool where the kernel can.
  init?(_ population: NeuronPlan, _ pool: PoolPlan, timeSteps: Int) {
    guard population.neuron.spikes, let threshold = population.threshold, pool.kind != .max,
      population.stateSteps == 0, pool.pooling.isTiling, timeSteps <= PooledPopulation.maximumSteps
    else { return nil }
    let sizes = pool.input.dimensions.dropFirst()
    guard zip(sizes, pool.pooling.kernel).allSatisfy({ $0 % $1 == 0 }) else { return nil }
    self.population = population
    self.pool = pool
    self.threshold = threshold
  }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    // The backward pass computes the potentials again from the currents.
    LayerNeeds(backwardReadsInputs: extent.isDifferentiated)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let sizes = Plane.pair(Array(pool.input.dimensions.dropFirst()), fill: 1)
    let kernel = Plane.pair(pool.pooling.kernel, fill: 1)
    let kernels = PooledPopulation(
      population.constants, steps: memory.extent.timeSteps, images: memory.extent.images,
      height: sizes.0, width: sizes.1, channels: pool.input[0], kernel: kernel,
      divisor: pool.kind == .sum ? 1 : Float(kernel.0 * kernel.1),
      inputIsFixed: !population.inputIsTemporal)
    return PooledNeuronLayer(
      kernels: kernels, threshold: threshold, decay: population.decay, memory: memory)
  }
}

private final class PooledNeuronLayer: PopulationLayer {
  private let fixed: PooledPopulation
  private let memory: LayerMemory
  private let slot: Range<Int>
  private let threshold: FloatView
  private let decaySlot: Range<Int>?
  private(set) var spikeCount = 0
  var spikeCost: Float = 0

  init(
    kernels: PooledPopulation, threshold: Range<Int>, decay: Range<Int>?, memory: LayerMemory
  ) {
    fixed = kernels
    decaySlot = decay
    self.memory = memory
    slot = threshold
    self.threshold = memory.parameters.slice(threshold)
  }

  /// The population with the decay of now.
  private var kernels: PooledPopulation {
    decaySlot.map { fixed.with(membraneDecay: memory.parameters.slice($0)[0]) } ?? fixed
  }

  func forward() {
    spikeCount = kernels.forward(
      memory.inputs[0], thresholds: threshold, pooled: memory.output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    kernels.backward(
      gradient, surrogate: memory.surrogate, isResetDetached: memory.resetGradientDetached,
      spikeCost: spikeCost, currents: memory.inputs[0], thresholds: threshold,
      inputGradient: memory.inputGradients[0], thresholdGradient: parameters?.slice(slot),
      decayGradient: decaySlot.flatMap { parameters?.slice($0) })
  }
}
