import CSpikeKernels

/// Synaptic operations that some activations cause.
public struct EventCount: Hashable, Sendable {
  /// Sum of the fan-outs of all activations that are not 0.
  public var synapses: Int
  /// Whether an activation is something else than -1, 0 or 1.
  public var isGraded: Bool

  /// Makes a count.
  public init(synapses: Int, isGraded: Bool) {
    self.synapses = synapses
    self.isGraded = isGraded
  }
}

extension Kernels {
  /// Counts the synapses behind the activations of x [rows][fanOut.count] that are not 0, exactly.
  public static func countEvents(_ x: FloatView, fanOut: IndexView) -> EventCount {
    precondition(
      fanOut.count >= 1 && x.count % fanOut.count == 0, "\(x.count) in rows of \(fanOut.count)")
    var isGraded: Int32 = 0
    let synapses = unsafe spk_count_events(
      Int64(x.count / fanOut.count), Int64(fanOut.count), x.constant, fanOut.constant, &isGraded)
    return EventCount(synapses: Int(synapses), isGraded: isGraded != 0)
  }

  /// y = ((x₀ + x₁) + x₂) + …, with x_s the floats of `x` from s · stride on: a part of what
  /// ``sumShards(_:shards:into:factor:)`` sums, for several threads to share the work.
  public static func sumShards(_ x: FloatView, shards: Int, stride: Int, into y: FloatView) {
    precondition(
      shards >= 1 && stride >= y.count && x.count >= (shards - 1) * stride + y.count,
      "\(shards) shards of \(stride) in \(x.count)")
    unsafe spk_sum_shards(
      Int64(shards), Int64(y.count), Int64(stride), x.constant, 1, y.start)
  }

  /// y += value.
  public static func shift(_ y: FloatView, by value: Float) {
    unsafe spk_shift(Int64(y.count), value, y.start)
  }
}
