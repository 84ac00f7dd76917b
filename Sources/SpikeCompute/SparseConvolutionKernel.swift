import CSpikeKernels

/// A 2-D convolution whose cost is proportional to the activations that are not 0: the counterpart
/// of ``ConvolutionKernel`` for spikes. It has no state; all threads may share it.
///
/// Layouts are those of ``ConvolutionKernel`` with one group. Every pass first lists the elements
/// of its input that are not 0, and leaves what has more of them than a limit to the dense kernel,
/// so that the choice between the two depends on the data alone: image by image in the forward
/// pass and the data gradient, whose results do not depend on the other images, and for all
/// images at once in the weight gradient. Terms are added in a fixed order, without contraction:
/// results have the same bits on every processor, and sums of integers below 2^24 are exact.
public struct SparseConvolutionKernel: Sendable {
  /// Share of the activations up to which the event-driven forward pass and data gradient are
  /// used, and the weight gradient. Measured against oneDNN with AVX-512, where they break even
  /// at 0.4 to 0.5 and above 0.5.
  public static let forwardLimit = 0.375, gradientLimit = 0.45

  /// Elements of the input, the output, the weights.
  public let inputCount: Int, outputCount: Int, weightCount: Int
  /// Output channels.
  public let outputs: Int
  /// Floats of packed weights, and of those packed for the data gradient.
  public let packedCount: Int, transposedCount: Int
  /// Whether the gradients are supported: strides and dilations are 1.
  public let hasGradients: Bool
  private let geometry: spk_event_geometry
  private let transposed: spk_event_geometry

  /// Prepares a convolution; nil where places of the input do not fit 32 bits.
  ///
  /// The arguments must be those of a ``ConvolutionKernel`` that could be made.
  public init?(
    images: Int, height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int,
    outputs: Int, kernel: (Int, Int), strides: (Int, Int) = (1, 1),
    padsBefore: (Int, Int) = (0, 0), dilations: (Int, Int) = (1, 1)
  ) {
    inputCount = images * height * width * channels
    outputCount = images * outputHeight * outputWidth * outputs
    weightCount = kernel.0 * kernel.1 * channels * outputs
    self.outputs = outputs
    let limit = Int(Int32.max)
    guard inputCount <= limit, outputCount <= limit, weightCount <= limit else { return nil }
    hasGradients = strides == (1, 1) && dilations == (1, 1)
    geometry = spk_event_geometry(
      images: Int64(images), height: Int64(height), width: Int64(width),
      channels: Int64(channels), output_height: Int64(outputHeight),
      output_width: Int64(outputWidth), outputs: Int64(outputs), kernel_height: Int64(kernel.0),
      kernel_width: Int64(kernel.1), stride_height: Int64(strides.0),
      stride_width: Int64(strides.1), pad_top: Int64(padsBefore.0), pad_left: Int64(padsBefore.1),
      dilation_height: Int64(dilations.0), dilation_width: Int64(dilations.1))
    // With steps of 1 the data gradient is a convolution of the gradient with reversed taps.
    transposed = spk_event_geometry(
      images: Int64(images), height: Int64(outputHeight), width: Int64(outputWidth),
      channels: Int64(outputs), output_height: Int64(height), output_width: Int64(width),
      outputs: Int64(channels), kernel_height: Int64(kernel.0), kernel_width: Int64(kernel.1),
      stride_height: 1, stride_width: 1, pad_top: Int64(kernel.0 - 1 - padsBefore.0),
      pad_left: Int64(kernel.1 - 1 - padsBefore.1), dilation_height: 1, dilation_width: 1)
    let taps = Int64(kernel.0 * kernel.1)
    packedCount = Int(spk_event_packed_count(taps, Int64(channels), Int64(outputs)))
    transposedCount = Int(spk_event_packed_count(taps, Int64(outputs), Int64(channels)))
  }

  /// Floats of scratch memory that each pass needs.
  public var forwardScratch: Int {
    SparseConvolutionKernel.listCount(geometry, SparseConvolutionKernel.forwardLimit)
  }
  /// See ``forwardScratch``.
  public var dataGradientScratch: Int {
    SparseConvolutionKernel.listCount(transposed, SparseConvolutionKernel.forwardLimit)
  }
  /// See ``forwardScratch``.
  public var weightGradientScratch: Int {
    var geometry = geometry
    let sums = Int(unsafe spk_event_gradient_scratch(&geometry))
    return SparseConvolutionKernel.listCount(self.geometry, SparseConvolutionKernel.gradientLimit)
      + sums
  }

  /// Puts weights into the order that ``forward(_:packed:bias:into:scratch:)`` reads.
  public func pack(_ weight: FloatView, into packed: FloatView) {
    pack(weight, into: packed, count: packedCount, isTransposed: false)
  }

  /// Puts weights into the order that ``backwardData(_:packed:into:scratch:)`` reads.
  public func packTransposed(_ weight: FloatView, into packed: FloatView) {
    pack(weight, into: packed, count: transposedCount, isTransposed: true)
  }

  /// y = convolution of x with the weights, plus bias.
  /// - Parameters:
  ///   - packed: gives the weights in the order of ``pack(_:into:)``, if they are needed.
  ///   - leftOver: called for each image of which more than ``forwardLimit`` is not 0; its part
  ///     of y is as it was.
  /// - Returns: false, with y as it was and no call of `leftOver`, if that is so for all images.
  public func forward(
    _ x: FloatView, packed: () -> FloatView, bias: FloatView?, into y: FloatView,
    scratch: FloatView, leftOver: (_ image: Int) -> Void
  ) -> Bool {
    precondition(x.count == inputCount && y.count == outputCount, "sizes of the convolution")
    precondition(bias == nil || bias?.count == outputs, "one bias per output channel")
    return convolve(geometry, x, packed, packedCount, bias, y, scratch, leftOver)
  }

  /// dx = gradient of the input from the gradient of the output.
  /// - Parameters:
  ///   - packed: gives the weights in the order of ``packTransposed(_:into:)``, if needed.
  ///   - leftOver: called for each image of which more than ``forwardLimit`` of dy is not 0; its
  ///     part of dx is as it was.
  /// - Returns: false, with dx as it was and no call of `leftOver`, if that is so for all images.
  public func backwardData(
    _ dy: FloatView, packed: () -> FloatView, into dx: FloatView, scratch: FloatView,
    leftOver: (_ image: Int) -> Void
  ) -> Bool {
    precondition(hasGradients, "steps of 1 only")
    precondition(dx.count == inputCount && dy.count == outputCount, "sizes of the convolution")
    return convolve(transposed, dy, packed, transposedCount, nil, dx, scratch, leftOver)
  }

  /// Gradients of the weights and of the bias, summed over all images; overwrites.
  /// - Returns: false, with the gradients as they were, if more than ``gradientLimit`` of x is
  ///   not 0.
  public func backwardWeights(
    _ x: FloatView, _ dy: FloatView, weightGradient: FloatView, biasGradient: FloatView?,
    scratch: FloatView
  ) -> Bool {
    precondition(hasGradients, "steps of 1 only")
    precondition(x.count == inputCount && dy.count == outputCount, "sizes of the convolution")
    precondition(weightGradient.count == weightCount, "\(weightGradient.count) weights")
    precondition(scratch.count >= weightGradientScratch, "\(scratch.count) floats of scratch")
    let events = unsafe ActivationList(
      ListShape(geometry, byImage: false), x, share: SparseConvolutionKernel.gradientLimit,
      scratch: scratch)
    if unsafe events.denseCount > 0 { return false }
    let list = SparseConvolutionKernel.listCount(
      self.geometry, SparseConvolutionKernel.gradientLimit)
    var geometry = geometry
    unsafe spk_event_weight_gradient(
      &geometry, x.constant, events.starts, events.indices, events.isGraded ? 1 : 0, dy.constant,
      scratch.start + list, weightGradient.start)
    if let biasGradient {
      precondition(biasGradient.count == outputs, "one bias per output channel")
      Kernels.channelSums(dy, into: biasGradient)
    }
    return true
  }

  private func pack(_ weight: FloatView, into packed: FloatView, count: Int, isTransposed: Bool) {
    precondition(weight.count == weightCount, "\(weight.count) weights, expected \(weightCount)")
    precondition(packed.count == count, "\(packed.count) packed weights, expected \(count)")
    unsafe spk_pack_event_weights(
      geometry.kernel_height * geometry.kernel_width, geometry.channels, geometry.outputs,
      weight.constant, isTransposed ? 1 : 0, packed.start)
  }

  private func convolve(
    _ geometry: spk_event_geometry, _ x: FloatView, _ packed: () -> FloatView, _ packedCount: Int,
    _ bias: FloatView?, _ y: FloatView, _ scratch: FloatView, _ leftOver: (Int) -> Void
  ) -> Bool {
    let events = unsafe ActivationList(
      ListShape(geometry, byImage: true), x, share: SparseConvolutionKernel.forwardLimit,
      scratch: scratch)
    let images = Int(geometry.images)
    if unsafe events.denseCount == images { return false }
    let packed = packed()
    precondition(packed.count == packedCount, "\(packed.count) packed weights")
    var geometry = geometry
    unsafe spk_event_convolution(
      &geometry, x.constant, events.starts, events.indices, events.dense,
      events.isGraded ? 1 : 0, packed.constant, bias?.constant, y.start)
    for image in 0..<images where unsafe events.dense[image] != 0 { leftOver(image) }
    return true
  }

  /// Floats that a list of events takes up.
  private static func listCount(_ geometry: spk_event_geometry, _ share: Double) -> Int {
    ListShape(geometry, byImage: true).room(share)
  }
}

extension ListShape {
  /// - Parameter byImage: whether a limit holds for each image, or for all as if they were one.
  fileprivate init(_ geometry: spk_event_geometry, byImage: Bool) {
    let images = byImage ? Int(geometry.images) : 1
    self.init(
      groups: images, pixels: Int(geometry.images * geometry.height * geometry.width) / images,
      channels: Int(geometry.channels))
  }
}
