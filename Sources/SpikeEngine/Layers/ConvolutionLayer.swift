import SpikeCompute
import SpikeGraph

/// Cross-correlation over one or two axes; the steps are folded into the images. One axis runs as
/// an image of height 1.
struct ConvolutionPlan: LayerPlan {
  var geometry: Convolution
  /// Shapes of one sample: `[C, L]` or `[C, H, W]`.
  var input: Shape
  var output: Shape
  /// Slot of the weight, as ``weightMap(_:groups:)`` orders it.
  var weight: Range<Int>
  var bias: Range<Int>?

  var isTrainable: Bool { true }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    LayerNeeds(backwardReadsInputs: extent.purpose == .training)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let sizes = Plane.pair(Array(input.dimensions.dropFirst()), fill: 1)
    let kernel = try ConvolutionKernel(
      images: memory.inputs[0].count / max(input.elementCount, 1), height: sizes.0,
      width: sizes.1, channels: input[0], outputs: output[0],
      kernel: Plane.pair(geometry.kernel, fill: 1),
      strides: Plane.pair(geometry.strides, fill: 1),
      padsBefore: Plane.pair(geometry.padsBefore, fill: 0),
      padsAfter: Plane.pair(geometry.padsAfter, fill: 0),
      dilations: Plane.pair(geometry.dilations, fill: 1), groups: geometry.groups,
      isTrained: memory.extent.isDifferentiated)
    return ConvolutionLayer(plan: self, kernel: kernel, memory: memory)
  }

  /// Order of the kernel's weights, `[groups][kH][kW][I/groups][O/groups]`, as row-major indices
  /// of the graph's `[O, I/groups, k…]`.
  static func weightMap(_ shape: Shape, groups: Int) -> [Int32] {
    let taps = shape.dimensions.dropFirst(2).reduce(1, *)
    let outputs = shape[0] / max(groups, 1)
    let inputs = shape[1]
    var map: [Int32] = []
    map.reserveCapacity(shape.elementCount)
    for group in 0..<groups {
      for tap in 0..<taps {
        for input in 0..<inputs {
          for output in 0..<outputs {
            map.append(Int32(((group * outputs + output) * inputs + input) * taps + tap))
          }
        }
      }
    }
    return map
  }
}

private final class ConvolutionLayer: Layer {
  private let plan: ConvolutionPlan
  private let kernel: ConvolutionKernel
  private let memory: LayerMemory
  private let weight: FloatView
  private let bias: FloatView?

  init(plan: ConvolutionPlan, kernel: ConvolutionKernel, memory: LayerMemory) {
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
