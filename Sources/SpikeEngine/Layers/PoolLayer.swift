import SpikeCompute
import SpikeGraph

/// Largest value, mean or sum of windows; the steps are folded into the images.
struct PoolPlan: LayerPlan {
  enum Kind: Sendable { case max, mean, meanCountingPadding, sum }
  var pooling: Pooling
  var kind: Kind
  /// Shapes of one sample: `[C, L]` or `[C, H, W]`.
  var input: Shape
  var output: Shape

  func needs(_ extent: LayerExtent) -> LayerNeeds { LayerNeeds() }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let geometry = geometry(images: memory.inputs[0].count / max(input.elementCount, 1))
    return PoolLayer(kind: kind, geometry: geometry, memory: memory)
  }

  /// The geometry in the words of the kernels.
  func geometry(images: Int) -> PoolingGeometry {
    let sizes = Plane.pair(Array(input.dimensions.dropFirst()), fill: 1)
    return PoolingGeometry(
      images: images, height: sizes.0,
      width: sizes.1, channels: input[0], kernel: Plane.pair(pooling.kernel, fill: 1),
      strides: Plane.pair(pooling.strides, fill: 1),
      padsBefore: Plane.pair(pooling.padsBefore, fill: 0),
      padsAfter: Plane.pair(pooling.padsAfter, fill: 0),
      dilations: Plane.pair(pooling.dilations, fill: 1), roundsUp: pooling.roundsUp)
  }
}

private final class PoolLayer: Layer {
  private let geometry: PoolingGeometry
  private let memory: LayerMemory
  private let divisor: Kernels.PoolingDivisor?
  /// Winners of the windows of a maximum, where somebody wants the gradient.
  private let taps: IndexView?

  init(kind: PoolPlan.Kind, geometry: PoolingGeometry, memory: LayerMemory) {
    self.geometry = geometry
    self.memory = memory
    switch kind {
    case .max: divisor = nil
    case .mean: divisor = .elements
    case .meanCountingPadding: divisor = .elementsCountingPadding
    case .sum: divisor = .one
    }
    let keepsTaps = divisor == nil && memory.extent.isDifferentiated
    taps = keepsTaps ? IndexBuffer(count: memory.output.count).all : nil
  }

  func forward() {
    if let divisor {
      Kernels.meanPoolForward(geometry, divisor: divisor, memory.inputs[0], into: memory.output)
    } else {
      Kernels.maxPoolForward(geometry, memory.inputs[0], into: memory.output, taps: taps)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0] else {
      return
    }
    if let divisor {
      Kernels.meanPoolBackward(geometry, divisor: divisor, gradient, into: result)
    } else if let taps {
      Kernels.maxPoolBackward(geometry, gradient, taps: taps, into: result)
    }
  }
}
