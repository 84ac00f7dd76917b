import CSpikeKernels

extension Kernels {
  /// What a window's sum is divided by.
  public enum PoolingDivisor: Hashable, Sendable {
    /// Nothing: sum pooling.
    case one
    /// The elements of the window inside the image.
    case elements
    /// The elements of the window inside the padded image (ONNX `count_include_pad`).
    case elementsCountingPadding

    var mode: Int32 {
      switch self {
      case .one: Int32(SPK_POOL_SUM)
      case .elements: Int32(SPK_POOL_MEAN)
      case .elementsCountingPadding: Int32(SPK_POOL_MEAN_COUNTING_PADDING)
      }
    }
  }

  /// The largest element of each window and channel; padding never wins, of equal elements the
  /// first (row by row) does, and a window without elements gives 0.
  ///
  /// - Parameter taps: as many integers as outputs; receives which element won, for the backward
  ///   pass.
  public static func maxPoolForward(
    _ geometry: PoolingGeometry, _ x: FloatView, into y: FloatView, taps: IndexView? = nil
  ) {
    check(geometry, x, y)
    precondition(taps.map { $0.count == y.count } ?? true, "a tap per output")
    var constants = geometry.constants
    unsafe spk_max_pool_forward(&constants, x.constant, y.start, taps?.start)
  }

  /// Gives each output's gradient to the element that won.
  public static func maxPoolBackward(
    _ geometry: PoolingGeometry, _ dy: FloatView, taps: IndexView, into dx: FloatView
  ) {
    check(geometry, dx, dy)
    precondition(taps.count == dy.count, "a tap per output")
    var constants = geometry.constants
    unsafe spk_max_pool_backward(&constants, dy.constant, taps.constant, dx.start)
  }

  /// The sum of each window and channel, divided by `divisor`.
  public static func meanPoolForward(
    _ geometry: PoolingGeometry, divisor: PoolingDivisor, _ x: FloatView, into y: FloatView
  ) {
    check(geometry, x, y)
    var constants = geometry.constants
    unsafe spk_mean_pool_forward(&constants, divisor.mode, x.constant, y.start)
  }

  /// Gives each output's gradient, divided by `divisor`, to all elements of its window.
  public static func meanPoolBackward(
    _ geometry: PoolingGeometry, divisor: PoolingDivisor, _ dy: FloatView, into dx: FloatView
  ) {
    check(geometry, dx, dy)
    var constants = geometry.constants
    unsafe spk_mean_pool_backward(&constants, divisor.mode, dy.constant, dx.start)
  }

  private static func check(_ geometry: PoolingGeometry, _ x: FloatView, _ y: FloatView) {
    precondition(x.count == geometry.inputCount, "\(x.count) inputs, not \(geometry.inputCount)")
    precondition(
      y.count == geometry.outputCount, "\(y.count) outputs, not \(geometry.outputCount)")
  }
}
