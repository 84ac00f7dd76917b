import SpikeCompute

/// The sum of two or more values of one shape.
struct AddPlan: LayerPlan {
  var elements: Int
  var summands: Int

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer { AddLayer(memory: memory) }
}

private final class AddLayer: Layer {
  private let memory: LayerMemory

  init(memory: LayerMemory) { self.memory = memory }

  func forward() {
    guard memory.inputs.count > 1 else {
      memory.output.assign(from: memory.inputs[0])
      return
    }
    Kernels.add(memory.inputs[0], memory.inputs[1], into: memory.output)
    for input in memory.inputs.dropFirst(2) {
      Kernels.add(memory.output, input, into: memory.output)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    for target in memory.inputGradients { target?.assign(from: gradient) }
  }
}
