import SpikeCompute

/// y = W x + b on rows of `width` numbers.
struct LinearPlan: LayerPlan {
  var width: Int
  var outputs: Int
  /// Rows of one sample in one step: 1 for vectors.
  var rows: Int
  /// Slot of the weight, as ``weightMap(_:_:_:)`` orders it.
  var weight: Range<Int>
  var bias: Range<Int>?

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    LayerNeeds(backwardReadsInputs: extent.purpose == .training)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let kernel = try MatmulKernel(
      rows: memory.output.count / max(outputs, 1), inputs: width, outputs: outputs)
    return LinearLayer(plan: self, kernel: kernel, memory: memory)
  }

  /// Order of the kernel's weights, `[I][O]`, as row-major indices of the graph's `[O, I]`.
  /// `order` gives, for each place of the input in memory, its index in the vector.
  static func weightMap(_ outputs: Int, _ width: Int, _ order: [Int32]?) -> [Int32] {
    var map: [Int32] = []
    map.reserveCapacity(outputs * width)
    for place in 0..<width {
      let column = order.map { Int($0[place]) } ?? place
      for output in 0..<outputs { map.append(Int32(output * width + column)) }
    }
    return map
  }
}

private final class LinearLayer: Layer {
  private let plan: LinearPlan
  private let kernel: MatmulKernel
  private let memory: LayerMemory
  private let weight: FloatView
  private let bias: FloatView?

  init(plan: LinearPlan, kernel: MatmulKernel, memory: LayerMemory) {
    self.plan = plan
    self.kernel = kernel
    self.memory = memory
    weight = memory.parameters.slice(plan.weight)
    bias = plan.bias.map { memory.parameters.slice($0) }
  }

  func forward() {
    kernel.forward(memory.inputs[0], weight: weight, bias: bias, into: memory.output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    if let parameters {
      kernel.backwardWeights(
        memory.inputs[0], gradient, weightGradient: parameters.slice(plan.weight),
        biasGradient: plan.bias.map { parameters.slice($0) })
    }
    if let inputGradient = memory.inputGradients[0] {
      kernel.backwardData(gradient, weight: weight, into: inputGradient)
    }
  }
}
