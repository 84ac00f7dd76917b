import SpikeCompute
import SpikeGraph

/// Growth of the largest sum since the first step in each window:
///
///     A[t] = A[t-1] + x[t],   m[t] = max over the window of A[t],   y[t] = m[t] - m[t-1],  m[-1] = 0
///
/// Spikes in give spikes out, because a largest count grows by at most 1; their number is the
/// largest number of spikes of the window.
struct CumulativeMaxPoolPlan: LayerPlan {
  var pooling: Pooling
  /// Shapes of one sample: `[C, L]` or `[C, H, W]`.
  var input: Shape
  var output: Shape

  func needs(_ extent: LayerExtent) -> LayerNeeds {
    let sums = extent.images * input.elementCount
    let maxima = extent.images * output.elementCount
    return LayerNeeds(forwardScratch: sums + maxima, backwardScratch: maxima)
  }

  func bind(_ memory: LayerMemory) throws(ComputeError) -> any Layer {
    let images = memory.extent.images
    let steps = max(1, memory.output.count / max(1, images * output.elementCount))
    let geometry = PoolPlan(pooling: pooling, kind: .max, input: input, output: output)
      .geometry(images: images)
    return CumulativeMaxPoolLayer(geometry, steps: steps, memory: memory)
  }
}

private final class CumulativeMaxPoolLayer: Layer {
  private let geometry: PoolingGeometry
  private let steps: Int
  private let memory: LayerMemory
  /// Winners of the windows in each step, where somebody wants the gradient.
  private let taps: [IndexView]

  init(_ geometry: PoolingGeometry, steps: Int, memory: LayerMemory) {
    self.geometry = geometry
    self.steps = steps
    self.memory = memory
    let count = memory.output.count / steps
    taps =
      memory.extent.isDifferentiated
      ? (0..<steps).map { _ in IndexBuffer(count: count).all } : []
  }

  func forward() {
    let sums = memory.forwardScratch.slice(0..<memory.inputs[0].count / steps)
    let maxima = memory.forwardScratch.slice(
      sums.count..<sums.count + memory.output.count / steps)
    sums.fill(0)
    maxima.fill(0)
    for step in 0..<steps {
      let growth = part(memory.output, step)
      Kernels.axpy(1, part(memory.inputs[0], step), into: sums)
      Kernels.maxPoolForward(
        geometry, sums, into: growth, taps: taps.isEmpty ? nil : taps[step])
      // growth = m[t] - m[t-1], and m[t] is kept: the sum of all growths so far.
      Kernels.axpy(-1, maxima, into: growth)
      Kernels.axpy(1, growth, into: maxima)
    }
  }

  func backward(parameters: FloatView?) {
    guard let gradient = memory.outputGradient, let result = memory.inputGradients[0],
      !taps.isEmpty
    else { return }
    // dL/dm[t] = dy[t] - dy[t+1] goes to the winner of step t, and from there to all x up to t.
    let maxima = memory.backwardScratch.slice(0..<memory.output.count / steps)
    for step in (0..<steps).reversed() {
      maxima.assign(from: part(gradient, step))
      if step + 1 < steps { Kernels.axpy(-1, part(gradient, step + 1), into: maxima) }
      Kernels.maxPoolBackward(geometry, maxima, taps: taps[step], into: part(result, step))
      if step + 1 < steps { Kernels.axpy(1, part(result, step + 1), into: part(result, step)) }
    }
  }

  private func part(_ view: FloatView, _ step: Int) -> FloatView {
    let count = view.count / steps
    return view.slice(step * count..<(step + 1) * count)
  }
}
