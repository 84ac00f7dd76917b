import CSpikeKernels

extension Kernels {
  /// Runs `body` with numbers below 2^-126 counting as 0, where the processor can.
  ///
  /// For gradients: they fade below that on their way back, mean nothing there, and slow sums and
  /// products down several times on many processors. The setting belongs to the calling thread and
  /// is taken back at the end; work that `body` hands to other threads does not have it.
  public static func withoutDenormals<Result>(_ body: () -> Result) -> Result {
    let before = spk_flush_denormals()
    defer { spk_restore_denormals(before) }
    return body()
  }
}
