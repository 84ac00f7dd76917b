import CSpikeKernels

extension Kernels {
  /// Sum of all floats, in double over 16 lanes.
  public static func sum(_ x: FloatView) -> Double { unsafe spk_sum(Int64(x.count), x.constant) }

  /// Sum of the products of two views, in double over 16 lanes.
  public static func dot(_ x: FloatView, _ y: FloatView) -> Double {
    let count = common(x, y)
    return unsafe spk_dot(count, x.constant, y.constant)
  }

  /// The largest absolute value, 0 for an empty view.
  public static func largestMagnitude(_ x: FloatView) -> Float {
    unsafe spk_largest_magnitude(Int64(x.count), x.constant)
  }

  /// How many floats are not 0: spikes, or connected synapses.
  public static func countNonZero(_ x: FloatView) -> Int {
    Int(unsafe spk_count_nonzero(Int64(x.count), x.constant))
  }

  /// Sums over the rows of x [rows][sums.count], in double.
  public static func channelSums(_ x: FloatView, into sums: FloatView) {
    let rows = rows(of: x, sums.count)
    unsafe spk_channel_sums(rows, Int64(sums.count), x.constant, sums.start)
  }

  /// The sum of each of sums.count rows of x, in double over 16 lanes.
  public static func rowSums(_ x: FloatView, into sums: FloatView) {
    precondition(
      sums.count >= 1 && x.count % sums.count == 0, "\(x.count) floats in \(sums.count) rows")
    unsafe spk_row_sums(
      Int64(sums.count), Int64(x.count / sums.count), x.constant, sums.start)
  }

  /// y = factor · (((x₀ + x₁) + x₂) + …) for x [shards][y.count]: the one place where results of
  /// shards meet, in their order.
  public static func sumShards(
    _ x: FloatView, shards: Int, into y: FloatView, factor: Float = 1
  ) {
    precondition(shards >= 1 && x.count == shards * y.count, "\(x.count) in \(shards) shards")
    unsafe spk_sum_shards(
      Int64(shards), Int64(y.count), Int64(y.count), x.constant, factor, y.start)
  }
}
