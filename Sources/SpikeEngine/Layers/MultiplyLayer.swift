import SpikeCompute

/// The product of two or more values of one shape.
struct MultiplyPlan: LayerPlan {
  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds(backwardReadsInputs: true) }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    MultiplyLayer(memory: memory)
  }
}

private final class MultiplyLayer: Layer {
  private let memory: LayerMemory

  init(memory: LayerMemory) { self.memory = memory }

  func forward() {
    memory.output.assign(from: memory.inputs[0])
    for input in memory.inputs.dropFirst() {
      Kernels.multiply(memory.output, input, into: memory.output)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    for (index, target) in memory.inputGradients.enumerated() {
      guard let target else { continue }
      target.assign(from: gradient)
      for (other, input) in memory.inputs.enumerated() where other != index {
        Kernels.multiply(target, input, into: target)
      }
    }
  }
}
