import CSpikeKernels

extension Kernels {
  /// y = x · scale + shift per channel; x is [rows][channels]. A nil scale is 1, a nil shift 0, and
  /// at least one is given. May work in place.
  ///
  /// Any broadcast over leading axes is this with a longer row: channels is the row's length.
  public static func channelAffine(
    _ x: FloatView, scale: FloatView?, shift: FloatView?, into y: FloatView
  ) {
    guard let channels = (scale ?? shift)?.count else {
      preconditionFailure("neither scale nor shift")
    }
    let rows = rows(of: x, channels, scale, shift)
    precondition(y.count == x.count, "\(y.count) outputs for \(x.count) inputs")
    unsafe spk_channel_affine(
      rows, Int64(channels), x.constant, scale?.constant, shift?.constant, y.start)
  }

  /// Gradients of ``channelAffine(_:scale:shift:into:)``: dx = dy · scale (may overwrite `dy`),
  /// scale gradient Σ dy · x and shift gradient Σ dy over the rows, in double.
  public static func channelAffineBackward(
    _ x: FloatView, _ dy: FloatView, channels: Int, scale: FloatView?, into dx: FloatView?,
    scaleGradient: FloatView?, shiftGradient: FloatView?
  ) {
    let rows = rows(of: x, channels, scale, scaleGradient, shiftGradient)
    precondition(dy.count == x.count, "\(dy.count) gradients for \(x.count) inputs")
    precondition(dx.map { $0.count == x.count } ?? true, "a gradient for each input")
    unsafe spk_channel_affine_backward(
      rows, Int64(channels), x.constant, dy.constant, scale?.constant, dx?.start,
      scaleGradient?.start, shiftGradient?.start)
  }

  /// Mean and biased variance of each channel of x [rows][channels], in two passes, in double.
  public static func channelMoments(_ x: FloatView, mean: FloatView, variance: FloatView) {
    let rows = rows(of: x, mean.count, variance)
    precondition(rows > 0, "no rows to take the mean of")
    unsafe spk_channel_moments(
      rows, Int64(mean.count), x.constant, mean.start, variance.start)
  }

  /// y = (x - mean) / sqrt(variance + epsilon) · scale + shift per channel. With the moments of x
  /// this is training, with running moments inference. May work in place.
  public static func batchNormForward(
    _ x: FloatView, mean: FloatView, variance: FloatView, scale: FloatView?, shift: FloatView?,
    epsilon: Float, into y: FloatView
  ) {
    let rows = rows(of: x, mean.count, variance, scale, shift)
    precondition(y.count == x.count, "\(y.count) outputs for \(x.count) inputs")
    unsafe spk_batch_norm_forward(
      rows, Int64(mean.count), x.constant, mean.constant, variance.constant, scale?.constant,
      shift?.constant, epsilon, y.start)
  }

  /// Gradients of ``batchNormForward(_:mean:variance:scale:shift:epsilon:into:)``.
  ///
  /// - Parameters:
  ///   - throughStatistics: whether mean and variance are those of x and take part in the
  ///     gradient (training); otherwise they are constants.
  ///   - dx: may be the same view as `dy`.
  public static func batchNormBackward(
    _ x: FloatView, _ dy: FloatView, mean: FloatView, variance: FloatView, scale: FloatView?,
    epsilon: Float, throughStatistics: Bool, into dx: FloatView?, scaleGradient: FloatView?,
    shiftGradient: FloatView?
  ) {
    let rows = rows(of: x, mean.count, variance, scale, scaleGradient, shiftGradient)
    precondition(dy.count == x.count, "\(dy.count) gradients for \(x.count) inputs")
    precondition(dx.map { $0.count == x.count } ?? true, "a gradient for each input")
    unsafe spk_batch_norm_backward(
      rows, Int64(mean.count), x.constant, dy.constant, mean.constant, variance.constant,
      scale?.constant, epsilon, throughStatistics ? 1 : 0, dx?.start, scaleGradient?.start,
      shiftGradient?.start)
  }

  /// Rows of x, which has rows of `channels`, as the vectors that go with it.
  static func rows(
    of x: FloatView, _ channels: Int, _ first: FloatView? = nil, _ second: FloatView? = nil,
    _ third: FloatView? = nil, _ fourth: FloatView? = nil
  ) -> Int64 {
    precondition(channels >= 1 && x.count % channels == 0, "\(x.count) in rows of \(channels)")
    precondition(
      (first?.count ?? channels) == channels && (second?.count ?? channels) == channels
        && (third?.count ?? channels) == channels && (fourth?.count ?? channels) == channels,
      "a value per channel")
    return Int64(x.count / channels)
  }
}
