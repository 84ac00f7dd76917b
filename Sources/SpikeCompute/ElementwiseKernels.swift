import CSpikeKernels

extension Kernels {
  /// y = min(max(x, low), high). ReLU is `clipForward(x, low: 0, high: .infinity, ...)`. May work
  /// in place.
  public static func clipForward(_ x: FloatView, low: Float, high: Float, into y: FloatView) {
    let count = common(x, y)
    unsafe spk_clip_forward(count, x.constant, low, high, y.start)
  }

  /// dx = dy where low < x < high, else 0. May overwrite `dy`.
  ///
  /// `x` may as well be the output of the forward pass: it lies strictly inside where x did.
  public static func clipBackward(
    _ x: FloatView, _ dy: FloatView, low: Float, high: Float, into dx: FloatView
  ) {
    let count = common(x, dy, dx)
    unsafe spk_clip_backward(count, x.constant, dy.constant, low, high, dx.start)
  }

  /// y = min(max(round(x), low), high), half-way cases to the even number; `low` and `high` are whole
  /// and at most 2^22 in size. May work in place.
  public static func quantizeForward(_ x: FloatView, low: Float, high: Float, into y: FloatView) {
    let count = common(x, y)
    precondition(max(-low, high) <= 0x1p22, "a grid from \(low) to \(high)")
    unsafe spk_quantize_forward(count, x.constant, low, high, y.start)
  }

  /// y = max(x, 0). May work in place.
  public static func reluForward(_ x: FloatView, into y: FloatView) {
    clipForward(x, low: 0, high: .infinity, into: y)
  }

  /// dx = dy where x > 0, else 0. `x` may be the output as well. May overwrite `dy`.
  public static func reluBackward(_ x: FloatView, _ dy: FloatView, into dx: FloatView) {
    clipBackward(x, dy, low: 0, high: .infinity, into: dx)
  }

  /// y = x where x > 0, else slope · x. May work in place.
  public static func leakyReluForward(_ x: FloatView, slope: Float, into y: FloatView) {
    let count = common(x, y)
    unsafe spk_leaky_forward(count, x.constant, slope, y.start)
  }

  /// dx = dy where x > 0, else slope · dy. May overwrite `dy`.
  public static func leakyReluBackward(
    _ x: FloatView, _ dy: FloatView, slope: Float, into dx: FloatView
  ) {
    let count = common(x, dy, dx)
    unsafe spk_leaky_backward(count, x.constant, dy.constant, slope, dx.start)
  }

  /// y = a + b. May work in place.
  public static func add(_ a: FloatView, _ b: FloatView, into y: FloatView) {
    let count = common(a, b, y)
    unsafe spk_add(count, a.constant, b.constant, y.start)
  }

  /// y = a · b, element by element. May work in place.
  public static func multiply(_ a: FloatView, _ b: FloatView, into y: FloatView) {
    let count = common(a, b, y)
    unsafe spk_multiply(count, a.constant, b.constant, y.start)
  }

  /// y += factor · x.
  public static func axpy(_ factor: Float, _ x: FloatView, into y: FloatView) {
    let count = common(x, y)
    unsafe spk_axpy(count, factor, x.constant, y.start)
  }

  /// y = factor · y.
  public static func scale(_ y: FloatView, by factor: Float) {
    unsafe spk_scale(Int64(y.count), factor, y.start)
  }

  static func common(_ views: FloatView...) -> Int64 {
    let count = views.first?.count ?? 0
    precondition(views.allSatisfy { $0.count == count }, "sizes \(views.map(\.count)) differ")
    return Int64(count)
  }
}
