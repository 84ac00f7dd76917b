import SpikeCompute

/// An activation function of a network without spikes: clipping (ReLU is clipping at 0 and
/// infinity), rounding to whole numbers, or leaky ReLU.
struct ActivationPlan: LayerPlan {
  enum Function: Sendable {
    case clip(minimum: Float, maximum: Float)
    /// As `clip`, rounded; its gradient is that of the clip (straight-through).
    case quantize(minimum: Float, maximum: Float)
    case leaky(alpha: Float)
  }
  var function: Function
  var elements: Int

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds(backwardReadsInputs: true) }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    ActivationLayer(function: function, memory: memory)
  }
}

private final class ActivationLayer: Layer {
  private let function: ActivationPlan.Function
  private let memory: LayerMemory

  init(function: ActivationPlan.Function, memory: LayerMemory) {
    self.function = function
    self.memory = memory
  }

  func forward() {
    switch function {
    case .clip(let minimum, let maximum):
      Kernels.clipForward(memory.inputs[0], low: minimum, high: maximum, into: memory.output)
    case .quantize(let minimum, let maximum):
      Kernels.quantizeForward(memory.inputs[0], low: minimum, high: maximum, into: memory.output)
    case .leaky(let alpha):
      Kernels.leakyReluForward(memory.inputs[0], slope: alpha, into: memory.output)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    switch function {
    case .clip(let minimum, let maximum), .quantize(let minimum, let maximum):
      Kernels.clipBackward(
        memory.inputs[0], gradient, low: minimum, high: maximum, into: result)
    case .leaky(let alpha):
      Kernels.leakyReluBackward(memory.inputs[0], gradient, slope: alpha, into: result)
    }
  }
}
