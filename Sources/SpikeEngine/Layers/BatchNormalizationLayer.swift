import SpikeCompute

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per channel.
///
/// In training with the mean and (biased) variance of the samples and steps of the piece at hand;
/// they are handed out in the places of the gradients of the stored statistics, which the network
/// then moves towards them. Otherwise with the stored ones.
struct BatchNormalizationPlan: LayerPlan {
  var elements: Int
  var channels: Int
  var epsilon: Float
  var scale: Range<Int>
  var shift: Range<Int>
  var mean: Range<Int>
  var variance: Range<Int>

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    LayerNeeds(
      saved: extent.purpose == .training ? 2 * ((channels + 15) / 16 * 16) : 0,
      backwardReadsInputs: true)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    BatchNormalizationLayer(plan: self, memory: memory)
  }
}

private final class BatchNormalizationLayer: Layer {
  private let plan: BatchNormalizationPlan
  private let memory: LayerMemory
  private let isTraining: Bool
  private let scale: FloatView
  private let shift: FloatView
  private let mean: FloatView
  private let variance: FloatView

  init(plan: BatchNormalizationPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    isTraining = memory.extent.purpose == .training
    scale = memory.parameters.slice(plan.scale)
    shift = memory.parameters.slice(plan.shift)
    let channels = plan.channels
    if isTraining {
      mean = memory.saved.slice(0..<channels)
      variance = memory.saved.slice(memory.saved.count / 2..<memory.saved.count / 2 + channels)
    } else {
      mean = memory.parameters.slice(plan.mean)
      variance = memory.parameters.slice(plan.variance)
    }
  }

  func forward() {
    if isTraining { Kernels.channelMoments(memory.inputs[0], mean: mean, variance: variance) }
    Kernels.batchNormForward(
      memory.inputs[0], mean: mean, variance: variance, scale: scale, shift: shift,
      epsilon: plan.epsilon, into: memory.output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    if isTraining, let parameters {
      parameters.slice(plan.mean).assign(from: mean)
      parameters.slice(plan.variance).assign(from: variance)
    }
    Kernels.batchNormBackward(
      memory.inputs[0], gradient, mean: mean, variance: variance, scale: scale,
      epsilon: plan.epsilon, throughStatistics: isTraining, into: memory.inputGradients[0],
      scaleGradient: parameters?.slice(plan.scale), shiftGradient: parameters?.slice(plan.shift))
  }
}
