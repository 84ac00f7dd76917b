import CSpikeKernels

/// Windows over channels-last images [images][height][width][channels], as in ONNX `MaxPool` and
/// `AveragePool`.
public struct PoolingGeometry: Sendable {
  /// Elements of the input.
  public let inputCount: Int
  /// Elements of the output.
  public let outputCount: Int
  /// Rows of the output.
  public let outputHeight: Int
  /// Columns of the output.
  public let outputWidth: Int
  let constants: spk_pooling

  /// Makes a geometry. The stride defaults to the kernel; the window must fit the padded image.
  ///
  /// - Parameter roundsUp: whether a last window that hangs over the edge counts; it must start
  ///   inside the image or its front border.
  public init(
    images: Int, height: Int, width: Int, channels: Int, kernel: (Int, Int),
    strides: (Int, Int)? = nil, padsBefore: (Int, Int) = (0, 0), padsAfter: (Int, Int) = (0, 0),
    dilations: (Int, Int) = (1, 1), roundsUp: Bool = false
  ) {
    let strides = strides ?? kernel
    let sizes = [
      images, height, width, channels, kernel.0, kernel.1, strides.0, strides.1, dilations.0,
      dilations.1,
    ]
    precondition(sizes.allSatisfy { $0 >= 1 }, "a size of \(sizes) is below 1")
    precondition(
      padsBefore.0 >= 0 && padsBefore.1 >= 0 && padsAfter.0 >= 0 && padsAfter.1 >= 0,
      "a pad is negative")
    outputHeight = PoolingGeometry.windows(
      height, kernel.0, strides.0, padsBefore.0, padsAfter.0, dilations.0, roundsUp)
    outputWidth = PoolingGeometry.windows(
      width, kernel.1, strides.1, padsBefore.1, padsAfter.1, dilations.1, roundsUp)
    inputCount = images * height * width * channels
    outputCount = images * outputHeight * outputWidth * channels
    constants = spk_pooling(
      images: Int64(images), height: Int64(height), width: Int64(width),
      channels: Int64(channels), output_height: Int64(outputHeight),
      output_width: Int64(outputWidth), kernel_height: Int64(kernel.0),
      kernel_width: Int64(kernel.1), stride_height: Int64(strides.0),
      stride_width: Int64(strides.1), pad_top: Int64(padsBefore.0),
      pad_left: Int64(padsBefore.1), pad_bottom: Int64(padsAfter.0),
      pad_right: Int64(padsAfter.1), dilation_height: Int64(dilations.0),
      dilation_width: Int64(dilations.1))
  }

  private static func windows(
    _ size: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int, _ dilation: Int,
    _ roundsUp: Bool
  ) -> Int {
    let room = size + before + after - (kernel - 1) * dilation - 1
    precondition(room >= 0, "a window of \(kernel) does not fit \(size) elements")
    let count = room / stride + 1
    let hangsOver = roundsUp && room % stride != 0 && count * stride < size + before
    return hangsOver ? count + 1 : count
  }
}
