/// Geometry of a pooling window over one or two spatial axes, as in ONNX `MaxPool`.
public struct Pooling: Hashable, Sendable, Codable {
  /// Window size per spatial axis.
  public var kernel: [Int]
  /// Step per spatial axis.
  public var strides: [Int]
  /// Border in front of each spatial axis.
  public var padsBefore: [Int]
  /// Border behind each spatial axis.
  public var padsAfter: [Int]
  /// Distance between the elements of a window; 1 is dense.
  public var dilations: [Int]
  /// Whether a last window that hangs over the edge counts.
  public var roundsUp: Bool
  /// Whether border elements count in a mean (`count_include_pad`).
  public var countsPadding: Bool
  /// For a maximum over spikes: over the sums since the first step instead of each step alone. The
  /// output is the growth of that maximum, so that its rate is the maximum of the rates. Simulators
  /// only.
  public var isCumulative: Bool

  /// Makes a geometry; the stride defaults to the kernel.
  public init(
    kernel: [Int], strides: [Int]? = nil, padsBefore: [Int]? = nil, padsAfter: [Int]? = nil,
    dilations: [Int]? = nil, roundsUp: Bool = false, countsPadding: Bool = false,
    isCumulative: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides ?? kernel
    self.padsBefore = padsBefore ?? kernel.map { _ in 0 }
    self.padsAfter = padsAfter ?? padsBefore ?? kernel.map { _ in 0 }
    self.dilations = dilations ?? kernel.map { _ in 1 }
    self.roundsUp = roundsUp
    self.countsPadding = countsPadding
    self.isCumulative = isCumulative
  }

  /// Whether windows tile the input: stride equals kernel, no border, no dilation.
  public var isTiling: Bool {
    strides == kernel && !roundsUp && padsBefore.allSatisfy { $0 == 0 }
      && padsAfter.allSatisfy { $0 == 0 } && dilations.allSatisfy { $0 == 1 }
  }

  /// Output size per spatial axis, or nil where the window does not fit the padded input.
  ///
  /// With ``roundsUp`` a last window must start inside the input or its front border, as ONNX and
  /// PyTorch demand.
  public func outputSizes(for sizes: [Int]) -> [Int]? {
    var result: [Int] = []
    for axis in sizes.indices {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let room = sizes[axis] + padsBefore[axis] + padsAfter[axis] - reach
      guard room >= 0 else { return nil }
      var count = room / strides[axis] + 1
      if roundsUp {
        if room % strides[axis] != 0 { count += 1 }
        if (count - 1) * strides[axis] >= sizes[axis] + padsBefore[axis] { count -= 1 }
      }
      result.append(count)
    }
    return result
  }
}
