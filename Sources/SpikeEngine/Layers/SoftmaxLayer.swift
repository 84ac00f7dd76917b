import SpikeCompute

/// Softmax over the channels, or its logarithm, at the end of a network. Never differentiated:
/// losses start from its input.
struct SoftmaxPlan: LayerPlan {
  var classes: Int
  var logarithm: Bool

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    SoftmaxLayer(plan: self, memory: memory)
  }
}

private final class SoftmaxLayer: Layer {
  private let plan: SoftmaxPlan
  private let memory: LayerMemory

  init(plan: SoftmaxPlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
  }

  func forward() {
    if plan.logarithm {
      Kernels.logSoftmax(memory.inputs[0], classes: plan.classes, into: memory.output)
    } else {
      Kernels.softmax(memory.inputs[0], classes: plan.classes, into: memory.output)
    }
  }

  func backward(parameters: FloatView?) {}
}
