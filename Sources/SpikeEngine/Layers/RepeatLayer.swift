import SpikeCompute

/// A value that is the same in all steps, written out for each step: where it meets one that is
/// not, in a sum or a concatenation.
struct RepeatPlan: LayerPlan {
  var elements: Int

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    RepeatLayer(memory: memory)
  }
}

private final class RepeatLayer: Layer {
  private let memory: LayerMemory

  init(memory: LayerMemory) { self.memory = memory }

  private func step(_ t: Int, of view: FloatView) -> FloatView {
    let count = memory.inputs[0].count
    return view.slice(t * count..<(t + 1) * count)
  }

  func forward() {
    for t in 0..<memory.extent.timeSteps {
      step(t, of: memory.output).assign(from: memory.inputs[0])
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    result.assign(from: step(0, of: gradient))
    for t in 1..<max(memory.extent.timeSteps, 1) {
      Kernels.add(result, step(t, of: gradient), into: result)
    }
  }
}
