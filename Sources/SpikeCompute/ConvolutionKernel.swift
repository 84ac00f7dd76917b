import CSpikeDNN
import CSpikeKernels
public import SpikeDiagnostics

/// A 2-D convolution of one shape with its gradients, on one thread (oneDNN underneath).
///
/// Layouts: images [images][height][width][channels]; weights
/// [groups][kernelHeight][kernelWidth][channels / groups][outputs / groups], which for one group
/// is [kH][kW][I][O]. A 1-D convolution has height 1. What the convolution computes is the
/// cross-correlation of ONNX `Conv`.
///
/// A kernel owns scratch memory: one thread at a time may use it, so make one per shard or per
/// thread. Making a second kernel of the same shape is cheap (oneDNN caches the code).
/// Sums of products of integers below 2^24 are exact, so networks of small integers compute
/// exactly; other results depend on the vector width that oneDNN uses on the processor.
@safe
public final class ConvolutionKernel: @unchecked Sendable {
  /// Elements of the input.
  public let inputCount: Int
  /// Elements of the output.
  public let outputCount: Int
  /// Elements of the weights.
  public let weightCount: Int
  /// Output channels, the elements of the bias.
  public let outputs: Int
  /// Rows and columns of the output.
  public let outputHeight: Int, outputWidth: Int
  private let handle: OpaquePointer

  /// Prepares a convolution.
  ///
  /// - Parameter isTrained: whether the two gradients are prepared as well.
  /// - Throws: `compute.unsupported-geometry` for sizes below 1, groups that do not divide the
  ///   channels or a kernel larger than the padded image; `compute.out-of-memory`;
  ///   `compute.primitive-failed` if oneDNN has no implementation.
  public init(
    images: Int, height: Int, width: Int, channels: Int, outputs: Int, kernel: (Int, Int),
    strides: (Int, Int) = (1, 1), padsBefore: (Int, Int) = (0, 0),
    padsAfter: (Int, Int) = (0, 0), dilations: (Int, Int) = (1, 1), groups: Int = 1,
    isTrained: Bool = true
  ) throws(ComputeError) {
    let sizes = [
      images, height, width, channels, outputs, kernel.0, kernel.1, strides.0, strides.1,
      dilations.0, dilations.1, groups,
    ]
    let pads = [padsBefore.0, padsBefore.1, padsAfter.0, padsAfter.1]
    let limit = Int(Int32.max)
    guard sizes.allSatisfy({ $0 >= 1 && $0 <= limit }),
      pads.allSatisfy({ $0 >= 0 && $0 <= limit })
    else {
      throw ComputeError(
        .unsupportedGeometry,
        "A convolution has sizes \(sizes) and pads \(pads); sizes are at least 1 and pads at least 0.",
        fix: "check the attributes of the convolution")
    }
    guard channels % groups == 0, outputs % groups == 0 else {
      throw ComputeError(
        .unsupportedGeometry,
        "\(groups) groups do not divide \(channels) input and \(outputs) output channels.",
        fix: "choose a number of groups that divides both")
    }
    let roomHeight = height + padsBefore.0 + padsAfter.0 - (kernel.0 - 1) * dilations.0 - 1
    let roomWidth = width + padsBefore.1 + padsAfter.1 - (kernel.1 - 1) * dilations.1 - 1
    guard roomHeight >= 0, roomWidth >= 0 else {
      throw ComputeError(
        .unsupportedGeometry,
        "A kernel of \(kernel) with dilations \(dilations) does not fit an image of \(height) by \(width) with pads \(pads).",
        fix: "use a smaller kernel or more padding")
    }
    outputHeight = roomHeight / strides.0 + 1
    outputWidth = roomWidth / strides.1 + 1
    self.outputs = outputs
    inputCount = images * height * width * channels
    outputCount = images * outputHeight * outputWidth * outputs
    weightCount = kernel.0 * kernel.1 * (channels / groups) * outputs
    var geometry = spk_convolution_geometry(
      images: Int64(images), height: Int64(height), width: Int64(width),
      channels: Int64(channels), output_height: Int64(outputHeight),
      output_width: Int64(outputWidth), outputs: Int64(outputs), kernel_height: Int64(kernel.0),
      kernel_width: Int64(kernel.1), stride_height: Int64(strides.0),
      stride_width: Int64(strides.1), pad_top: Int64(padsBefore.0),
      pad_left: Int64(padsBefore.1), pad_bottom: Int64(padsAfter.0),
      pad_right: Int64(padsAfter.1), dilation_height: Int64(dilations.0),
      dilation_width: Int64(dilations.1), groups: Int64(groups))
    var made: OpaquePointer?
    var operation: UnsafePointer<CChar>?
    let status = unsafe spk_convolution_create(
      &geometry, isTrained ? 1 : 0, &made, &operation)
    guard status == 0, let made = unsafe made else {
      throw unsafe DNNStatus.error(status, operation)
    }
    unsafe handle = made
  }

  deinit { unsafe spk_convolution_destroy(handle) }

  /// y = convolution of x with the weights, plus bias.
  ///
  /// - Parameter keepsWeight: the weights are those of the previous `forward` of this kernel, so
  ///   they need not be packed again.
  public func forward(
    _ x: FloatView, weight: FloatView, bias: FloatView?, into y: FloatView,
    keepsWeight: Bool = false
  ) {
    check(x, weight, y)
    precondition(bias == nil || bias?.count == outputs, "one bias per output channel")
    var operation: UnsafePointer<CChar>?
    let status = unsafe spk_convolution_forward(
      handle, x.constant, weight.constant, keepsWeight ? 1 : 0, bias?.constant, y.start,
      &operation)
    unsafe DNNStatus.check(status, operation)
  }

  /// dx = gradient of the input from the gradient of the output; overwrites.
  ///
  /// - Parameter keepsWeight: the weights are those of the previous `backwardData` of this kernel.
  public func backwardData(
    _ dy: FloatView, weight: FloatView, into dx: FloatView, keepsWeight: Bool = false
  ) {
    check(dx, weight, dy)
    var operation: UnsafePointer<CChar>?
    let status = unsafe spk_convolution_backward_data(
      handle, dy.constant, weight.constant, keepsWeight ? 1 : 0, dx.start, &operation)
    unsafe DNNStatus.check(status, operation)
  }

  /// Gradients of the weights and of the bias, summed over all images; overwrites.
  public func backwardWeights(
    _ x: FloatView, _ dy: FloatView, weightGradient: FloatView, biasGradient: FloatView?
  ) {
    check(x, weightGradient, dy)
    var operation: UnsafePointer<CChar>?
    let status = unsafe spk_convolution_backward_weights(
      handle, x.constant, dy.constant, weightGradient.start, &operation)
    unsafe DNNStatus.check(status, operation)
    if let biasGradient {
      precondition(biasGradient.count == outputs, "one bias per output channel")
      Kernels.channelSums(dy, into: biasGradient)
    }
  }

  /// Names of oneDNN's implementations of the forward pass and of the two gradients.
  package var implementations: [String] {
    (Int32(0)..<3).map { pass in
      guard let text = unsafe spk_convolution_implementation(handle, pass) else { return "" }
      return unsafe String(cString: text)
    }
  }

  private func check(_ x: FloatView, _ weight: FloatView, _ y: FloatView) {
    precondition(x.count == inputCount, "\(x.count) input elements, expected \(inputCount)")
    precondition(weight.count == weightCount, "\(weight.count) weights, expected \(weightCount)")
    precondition(y.count == outputCount, "\(y.count) output elements, expected \(outputCount)")
  }
}
