import CSpikeKernels

/// A spiking population whose only reader is a pool of windows that tile the image, as one
/// kernel: the spikes are never written.
public struct PooledPopulation: Sendable {
  /// Neurons of one step, [images][height][width][channels].
  public let count: Int
  /// Windows of one step and channel, times the channels.
  public let pooledCount: Int
  /// Time steps.
  public let steps: Int
  private var neuron: NeuronConstants
  private let channels: Int
  fileprivate var geometry: spk_pooled_geometry

  /// Time steps that the kernel can do.
  public static var maximumSteps: Int { Int(SPK_POOLED_STEPS) }

  /// Makes a population. The kernel sizes divide height and width.
  ///
  /// - Parameters:
  ///   - divisor: what the spikes of a window are divided by: 1 for a sum.
  ///   - inputIsFixed: whether the input is the same in every step, and given once.
  public init(
    _ neuron: NeuronConstants, steps: Int, images: Int, height: Int, width: Int, channels: Int,
    kernel: (Int, Int), divisor: Float, inputIsFixed: Bool
  ) {
    precondition(steps >= 1 && steps <= PooledPopulation.maximumSteps, "\(steps) steps")
    precondition(
      kernel.0 >= 1 && kernel.1 >= 1 && height % kernel.0 == 0 && width % kernel.1 == 0,
      "windows of \(kernel) do not tile \(height) by \(width)")
    precondition(images >= 1 && height >= 1 && width >= 1 && channels >= 1, "an empty population")
    precondition(neuron.stateSteps == 0, "states of this kernel are real numbers")
    self.neuron = neuron
    self.steps = steps
    self.channels = channels
    count = images * height * width * channels
    pooledCount = count / (kernel.0 * kernel.1)
    geometry = spk_pooled_geometry(
      steps: Int64(steps), images: Int64(images), height: Int64(height), width: Int64(width),
      channels: Int64(channels), kernel_height: Int64(kernel.0), kernel_width: Int64(kernel.1),
      divisor: divisor, input_is_fixed: inputIsFixed ? 1 : 0)
  }

  /// The same population with another membrane decay.
  public func with(membraneDecay: Float) -> PooledPopulation {
    var result = self
    result.neuron.membraneDecay = membraneDecay
    return result
  }

  private var inputCount: Int { geometry.input_is_fixed != 0 ? count : steps * count }

  /// Runs all steps: the bits of ``Kernels/spikingForward(_:steps:input:thresholds:units:spikes:potentials:potentialState:currentState:)``
  /// and then a pool.
  ///
  /// - Parameters:
  ///   - thresholds: one per channel.
  ///   - pooled: result, [T] times ``pooledCount``.
  /// - Returns: the number of spikes.
  public func forward(
    _ input: FloatView, thresholds: FloatView, pooled: FloatView
  ) -> Int {
    precondition(input.count == inputCount, "\(input.count) currents, not \(inputCount)")
    precondition(thresholds.count == channels, "a threshold per channel")
    precondition(pooled.count == steps * pooledCount, "\(pooled.count) pooled values")
    var (constants, geometry) = (neuron.constants, geometry)
    return Int(
      unsafe spk_pooled_forward(
        &constants, &geometry, input.constant, thresholds.constant, pooled.start))
  }

  /// Back-propagates through the pool, the population and time, as
  /// ``Kernels/spikingBackward(_:surrogate:isResetDetached:steps:currents:thresholds:spikeGradient:inputGradient:thresholdGradient:decayGradient:)``
  /// does.
  ///
  /// - Parameters:
  ///   - spikeCost: gradient of every spike besides that from the pool.
  ///   - currents: the input of the forward pass, from which the potentials are computed once more.
  ///   - inputGradient: result, summed over the steps for a fixed input.
  ///   - thresholdGradient: result, one per channel.
  ///   - decayGradient: result, one number by the membrane decay.
  public func backward(
    _ pooledGradient: FloatView, surrogate: Surrogate, isResetDetached: Bool,
    spikeCost: Float = 0, currents: FloatView, thresholds: FloatView,
    inputGradient: FloatView?, thresholdGradient: FloatView?, decayGradient: FloatView? = nil
  ) {
    precondition(pooledGradient.count == steps * pooledCount, "a gradient per pooled value")
    precondition(currents.count == inputCount, "\(currents.count) currents, not \(inputCount)")
    precondition(thresholds.count == channels, "a threshold per channel")
    precondition(inputGradient.map { $0.count == inputCount } ?? true, "a gradient per current")
    precondition(
      thresholdGradient.map { $0.count == channels } ?? true, "a gradient per threshold")
    precondition(decayGradient.map { $0.count == 1 } ?? true, "one decay")
    var (constants, geometry) = (neuron.constants, geometry)
    unsafe spk_pooled_backward(
      &constants, &geometry, surrogate.constants, isResetDetached ? 1 : 0, spikeCost,
      currents.constant, thresholds.constant, pooledGradient.constant, inputGradient?.start,
      thresholdGradient?.start, decayGradient?.start)
  }
}
