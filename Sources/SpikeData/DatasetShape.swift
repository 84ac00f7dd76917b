public import SpikeDiagnostics

extension Dataset {
  /// The same samples under the shape that a network takes.
  ///
  /// Allowed where the order of elements stays the same: axes of size 1 come or go, or one of the two
  /// shapes is flat.
  /// - Throws: `data.shape-mismatch` with both shapes.
  public func reshaped(to shape: [Int]) throws(DataError) -> Dataset {
    if shape == sampleShape { return self }
    let sameSizes = shape.filter { $0 != 1 } == sampleShape.filter { $0 != 1 }
    let isFlat = shape.count == 1 || sampleShape.count == 1
    guard shape.reduce(1, *) == sampleSize, sameSizes || isFlat else {
      let channelsLast =
        sampleShape.count == 3 && shape.count == 3
        && [sampleShape[2], sampleShape[0], sampleShape[1]] == shape
      throw DataError(
        .shapeMismatch,
        "The samples of '\(name)' have shape \(sampleShape); the network takes \(shape).",
        fix: channelsLast
          ? "store channels first: x.transpose(0, 3, 1, 2)"
          : "resize or reshape the samples to \(shape)")
    }
    return Dataset(self, shape: shape)
  }
}
