import SpikeCompute
import SpikeGraph

/// A function of every element by itself. A plain loop: such functions are in teachers and in networks
/// under inspection, not on the way to spikes.
struct PointwisePlan: LayerPlan {
  var function: Pointwise

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds(backwardReadsInputs: true) }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    PointwiseLayer(function: function, memory: memory)
  }
}

private final class PointwiseLayer: Layer {
  private let function: Pointwise
  private let memory: LayerMemory

  init(function: Pointwise, memory: LayerMemory) {
    self.function = function
    self.memory = memory
  }

  func forward() {
    let (input, output) = (memory.inputs[0], memory.output)
    for index in 0..<output.count { output[index] = function(input[index]) }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    let input = memory.inputs[0]
    for index in 0..<result.count {
      result[index] = gradient[index] * function.slope(at: input[index])
    }
  }
}
