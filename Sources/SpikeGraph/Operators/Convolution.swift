/// Geometry of a convolution over one or two spatial axes, as in ONNX `Conv`.
public struct Convolution: Hashable, Sendable, Codable {
  /// Kernel size per spatial axis.
  public var kernel: [Int]
  /// Step per spatial axis.
  public var strides: [Int]
  /// Zeros in front of each spatial axis.
  public var padsBefore: [Int]
  /// Zeros behind each spatial axis.
  public var padsAfter: [Int]
  /// Distance between kernel taps per spatial axis; 1 is dense.
  public var dilations: [Int]
  /// Number of channel groups; input and output channels are multiples of it.
  public var groups: Int

  /// Makes a geometry; missing values are stride 1, no padding, dilation 1, one group.
  public init(
    kernel: [Int], strides: [Int]? = nil, padsBefore: [Int]? = nil, padsAfter: [Int]? = nil,
    dilations: [Int]? = nil, groups: Int = 1
  ) {
    self.kernel = kernel
    self.strides = strides ?? kernel.map { _ in 1 }
    self.padsBefore = padsBefore ?? kernel.map { _ in 0 }
    self.padsAfter = padsAfter ?? padsBefore ?? kernel.map { _ in 0 }
    self.dilations = dilations ?? kernel.map { _ in 1 }
    self.groups = groups
  }

  /// Output size per spatial axis, or nil where the kernel does not fit the padded input.
  public func outputSizes(for sizes: [Int]) -> [Int]? {
    var result: [Int] = []
    for axis in sizes.indices {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let room = sizes[axis] + padsBefore[axis] + padsAfter[axis] - reach
      guard room >= 0 else { return nil }
      result.append(room / strides[axis] + 1)
    }
    return result
  }
}
