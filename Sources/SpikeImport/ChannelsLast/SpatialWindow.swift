/// A window that steps over axes of space, with the padding of TensorFlow.
struct SpatialWindow {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padsBefore: [Int]
  var padsAfter: [Int]

  /// Without padding.
  init(kernel: [Int], strides: [Int], dilations: [Int]? = nil) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations ?? kernel.map { _ in 1 }
    padsBefore = kernel.map { _ in 0 }
    padsAfter = padsBefore
  }

  /// Padding `SAME`: as many windows as steps fit, `ceil(size / stride)`, what is missing for the last
  /// split in two, the larger half behind (tensorflow.org, `tf.nn.convolution`, "padding").
  ///
  /// All numbers are at most 2^20, so nothing overflows.
  mutating func padSame(_ sizes: [Int]) {
    for axis in kernel.indices {
      let count = (sizes[axis] + strides[axis] - 1) / strides[axis]
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let missing = max(0, (count - 1) * strides[axis] + reach - sizes[axis])
      padsBefore[axis] = missing / 2
      padsAfter[axis] = missing - missing / 2
    }
  }
}
