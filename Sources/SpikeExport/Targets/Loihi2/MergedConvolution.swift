package import SpikeBundle
package import SpikeDiagnostics

/// A convolution as a netx file can say it: no pool in front, the same border on both sides.
///
/// A sum pool of window p in front of a kernel of k taps (stride s, border q) equals one kernel of
/// k·p taps in which every weight is repeated p times (stride s·p, border q·p); no value is new.
/// A border of different width on the two sides equals the wider border on both and zero taps at
/// the other side. Zero taps are no synapses.
package struct MergedConvolution {
  /// `[out, in / groups, kH, kW]`.
  package let weightShape: [Int]
  package let weights: [Int32]
  package let strides: [Int]
  package let padding: [Int]
  package let dilations: [Int]
  package let groups: Int

  private struct Axis {
    var taps: Int
    var stride: Int
    var padding: Int
    var dilation: Int
    /// For each tap the tap of the original kernel, or nil for a zero tap.
    var origins: [Int?]
  }

  /// - Parameters:
  ///   - projection: a convolution.
  ///   - weights: its weights, row-major.
  ///   - sizes: height and width of the source in front of the pool.
  ///   - outputs: height and width of the target.
  /// - Throws: `export.unsupported-topology`, `export.limit-exceeded`.
  package init(
    _ projection: Projection, weights: [Int32], sizes: [Int], outputs: [Int], at place: Location
  ) throws(ExportError) {
    guard
      case .convolution(let strides, let before, let after, let dilations, let groups) =
        projection.kind, projection.weightShape.count == 4
    else { preconditionFailure("a dense projection is no convolution") }
    let window = projection.pooling?.size ?? [1, 1]
    let shape = projection.weightShape
    var axes: [Axis] = []
    for axis in 0..<2 {
      let reach = (shape[axis + 2] - 1) * dilations[axis] + 1
      // The last pooled element that any output reads.
      let last = (outputs[axis] - 1) * strides[axis] - before[axis] + reach - 1
      guard sizes[axis] % window[axis] == 0 || last < sizes[axis] / window[axis] else {
        throw ExportError(
          .unsupportedTopology,
          "The pool's window \(window[axis]) leaves \(sizes[axis] % window[axis]) of "
            + "\(sizes[axis]) rows or columns over, and the border of the convolution behind it "
            + "would read them.", at: place,
          fix: "pool maps whose size is a multiple of the window, or use no border there")
      }
      axes.append(
        MergedConvolution.axis(
          taps: shape[axis + 2], stride: strides[axis], before: before[axis], after: after[axis],
          dilation: dilations[axis], window: window[axis], size: sizes[axis],
          outputs: outputs[axis]))
    }
    for (name, values) in [
      ("kernel", axes.map(\.taps)), ("stride", axes.map(\.stride)),
      ("padding", axes.map(\.padding)), ("dilation", axes.map(\.dilation)), ("groups", [groups]),
    ] where !values.allSatisfy({ Loihi2Layout.geometry.contains($0) }) {
      throw ExportError(
        .limitExceeded,
        "The \(name) of the convolution, with the pool in front merged into it, is \(values); "
          + "Lava holds \(Loihi2Layout.geometry.upperBound) at most.", at: place,
        fix: name == "groups"
          ? "use fewer channel groups" : "use a smaller kernel, stride or pooling window")
    }
    let channels = shape[0] * shape[1]
    var merged: [Int32] = []
    merged.reserveCapacity(channels * axes[0].taps * axes[1].taps)
    for channel in 0..<channels {
      for row in axes[0].origins {
        for column in axes[1].origins {
          if let row, let column {
            merged.append(weights[(channel * shape[2] + row) * shape[3] + column])
          } else {
            merged.append(0)
          }
        }
      }
    }
    weightShape = [shape[0], shape[1], axes[0].taps, axes[1].taps]
    self.weights = merged
    self.strides = axes.map(\.stride)
    padding = axes.map(\.padding)
    self.dilations = axes.map(\.dilation)
    self.groups = groups
  }

  private static func axis(
    taps: Int, stride: Int, before: Int, after: Int, dilation: Int, window: Int, size: Int,
    outputs: Int
  ) -> Axis {
    let reach = ((taps - 1) * dilation + 1) * window
    let front = before * window
    let back = after * window
    let step = stride * window
    // With the front border on both sides, the number of outputs may be right already: then the
    // back border is never read, or is as wide.
    func count(_ padding: Int, _ reach: Int) -> Int {
      let room = size + 2 * padding - reach
      return room < 0 ? 0 : room / step + 1
    }
    let needsZeros = count(front, reach) != outputs
    let padding = needsZeros ? max(front, back) : front
    if window == 1 && !needsZeros {
      return Axis(
        taps: taps, stride: stride, padding: padding, dilation: dilation,
        origins: (0..<taps).map { $0 })
    }
    var origins: [Int?] = Array(repeating: nil, count: padding - front)
    for tap in 0..<(taps - 1) * dilation + 1 {
      let origin = tap % dilation == 0 ? tap / dilation : nil
      origins += Array(repeating: origin, count: window)
    }
    if needsZeros { origins += Array(repeating: nil, count: padding - back) }
    return Axis(
      taps: origins.count, stride: step, padding: padding, dilation: 1, origins: origins)
  }
}
