import SpikeCompute
import SpikeGraph

/// y = scale ⊙ x + shift with one constant per channel, or one per element.
struct AffinePlan: LayerPlan {
  var elements: Int
  /// Numbers that each constant has: the channels, or all elements of a sample.
  var channels: Int
  var scale: Range<Int>?
  var shift: Range<Int>?

  var isTrainable: Bool { scale != nil || shift != nil }

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    LayerNeeds(backwardReadsInputs: true)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    AffineLayer(plan: self, memory: memory)
  }

  /// Whether a constant that broadcasts to `shape` differs at most from channel to channel.
  static func isChannelwise(_ constant: Shape, in shape: Shape) -> Bool {
    let padded = Array(repeating: 1, count: shape.rank - constant.rank) + constant.dimensions
    return padded.dropFirst().allSatisfy { $0 == 1 }
  }

  /// One number for each channel from a constant of one number or `channels` numbers.
  static func channelMap(_ constant: Shape, channels: Int) -> [Int32] {
    constant.elementCount == channels
      ? (0..<Int32(channels)).map { $0 } : Array(repeating: 0, count: channels)
  }

  /// One number for each element in memory order, by NumPy's rule.
  static func elementMap(_ constant: Shape, in shape: Shape) -> [Int32] {
    let lead = shape.rank - constant.rank
    return MemoryOrder.rowMajorIndices(of: shape).map { flat in
      var rest = Int(flat)
      var source = 0
      var stride = 1
      for axis in shape.dimensions.indices.reversed() {
        let position = rest % max(shape[axis], 1)
        rest /= max(shape[axis], 1)
        guard axis >= lead else { continue }
        if constant[axis - lead] != 1 { source += position * stride }
        stride *= constant[axis - lead]
      }
      return Int32(source)
    }
  }
}

private final class AffineLayer: Layer {
  private let plan: AffinePlan
  private let memory: LayerMemory
  private let scale: FloatView?
  private let shift: FloatView?

  init(plan: AffinePlan, memory: LayerMemory) {
    self.plan = plan
    self.memory = memory
    scale = plan.scale.map { memory.parameters.slice($0) }
    shift = plan.shift.map { memory.parameters.slice($0) }
  }

  func forward() {
    guard scale != nil || shift != nil else {
      memory.output.assign(from: memory.inputs[0])
      return
    }
    Kernels.channelAffine(memory.inputs[0], scale: scale, shift: shift, into: memory.output)
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient else { return }
    Kernels.channelAffineBackward(
      memory.inputs[0], gradient, channels: plan.channels, scale: scale,
      into: memory.inputGradients[0],
      scaleGradient: plan.scale.flatMap { parameters?.slice($0) },
      shiftGradient: plan.shift.flatMap { parameters?.slice($0) })
  }
}
