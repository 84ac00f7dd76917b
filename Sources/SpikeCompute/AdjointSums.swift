import CSpikeKernels

/// Sums per sample and channel of what Fisher pruning needs (spikefit design notes, 1.3): over
/// steps t and positions x, with spikes s, d = dL/ds before the surrogate and e = dL/d current.
/// Each has layout [samples][channels].
public struct AdjointSums: Sendable {
  /// Number of samples.
  public let samples: Int
  /// Number of channels.
  public let channels: Int
  /// Σ s
  public let spikeSum: FloatView
  /// Σ d
  public let adjointSum: FloatView
  /// Σ s d, the spike contribution
  public let contribution: FloatView
  /// Σ e²
  public let currentSquare: FloatView
  /// Σ_t (Σ_x s d)²
  public let stepSquare: FloatView
  private let scratch: FloatView

  /// Makes room for the sums.
  public init(samples: Int, channels: Int) {
    precondition(samples >= 0 && channels >= 1, "\(samples) samples of \(channels) channels")
    self.samples = samples
    self.channels = channels
    let count = samples * channels
    let buffer = FloatBuffer(count: 9 * count)
    spikeSum = buffer.view(0..<count)
    adjointSum = buffer.view(count..<2 * count)
    contribution = buffer.view(2 * count..<3 * count)
    currentSquare = buffer.view(3 * count..<4 * count)
    stepSquare = buffer.view(4 * count..<5 * count)
    scratch = buffer.view(5 * count..<9 * count)
  }
}

extension Kernels {
  /// Computes ``AdjointSums`` from spikes, spike gradients and input gradients, each
  /// [T][samples][positions][channels]. The order of sums is steps, then positions, in double.
  public static func adjointSums(
    steps: Int, spikes: FloatView, spikeGradient: FloatView, inputGradient: FloatView,
    into sums: AdjointSums
  ) {
    let row = steps * sums.samples * sums.channels
    precondition(row > 0 && spikes.count % row == 0, "\(spikes.count) spikes in rows of \(row)")
    precondition(spikeGradient.count == spikes.count, "a spike gradient per spike")
    precondition(inputGradient.count == spikes.count, "an input gradient per spike")
    unsafe spk_adjoint_sums(
      Int64(steps), Int64(sums.samples), Int64(spikes.count / row), Int64(sums.channels),
      spikes.constant, spikeGradient.constant, inputGradient.constant, sums.spikeSum.start,
      sums.adjointSum.start, sums.contribution.start, sums.currentSquare.start)
    sums.squareSteps(steps, spikes, spikeGradient)
  }
}

extension AdjointSums {
  /// The sums of single steps, squared and added up.
  fileprivate func squareSteps(_ steps: Int, _ spikes: FloatView, _ gradient: FloatView) {
    let size = spikes.count / steps
    let width = samples * channels
    var total = [Float](repeating: 0, count: width)
    for step in 0..<steps {
      let part = step * size..<(step + 1) * size
      let (s, d) = (spikes.slice(part), gradient.slice(part))
      unsafe spk_adjoint_sums(
        1, Int64(samples), Int64(size / width), Int64(channels), s.constant, d.constant,
        d.constant, scratch.start, scratch.slice(width..<2 * width).start,
        scratch.slice(2 * width..<3 * width).start, scratch.slice(3 * width..<4 * width).start)
      let products = scratch.slice(2 * width..<3 * width).array()
      for index in total.indices { total[index] += products[index] * products[index] }
    }
    stepSquare.assign(total)
  }
}
