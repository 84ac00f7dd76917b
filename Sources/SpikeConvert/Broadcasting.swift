import SpikeGraph

/// Constants that broadcast to an activation, by NumPy's rule.
enum Broadcasting {
  /// The constant written out to a full shape that it broadcasts to.
  static func expand(_ tensor: Tensor, to shape: Shape) -> [Float] {
    let values = tensor.floats()
    if values.count == 1 { return [Float](repeating: values[0], count: shape.elementCount) }
    if tensor.shape == shape { return values }
    // Strides of the constant along each axis of the full shape; 0 where it repeats.
    let padded =
      Array(repeating: 1, count: shape.rank - tensor.shape.rank)
      + tensor.shape.dimensions
    var strides = [Int](repeating: 0, count: shape.rank)
    var stride = 1
    for axis in axesInwards(shape.rank) {
      strides[axis] = padded[axis] == 1 ? 0 : stride
      stride *= padded[axis]
    }
    var result = [Float](repeating: 0, count: shape.elementCount)
    var position = [Int](repeating: 0, count: shape.rank)
    var source = 0
    for index in result.indices {
      result[index] = values[source]
      for axis in axesInwards(shape.rank) {
        position[axis] += 1
        source += strides[axis]
        if position[axis] < shape[axis] { break }
        source -= strides[axis] * position[axis]
        position[axis] = 0
      }
    }
    return result
  }

  /// One number for each channel (index of the first axis), or nil where a channel has several.
  static func channels(_ values: [Float], of shape: Shape) -> [Float]? {
    let count = shape.rank == 0 ? 1 : shape[0]
    guard count > 0 else { return nil }
    let area = values.count / count
    var result: [Float] = []
    for channel in 0..<count {
      let first = values[channel * area]
      for index in channel * area..<(channel + 1) * area where values[index] != first {
        return nil
      }
      result.append(first)
    }
    return result
  }

  /// One number for each channel of a constant that broadcasts to `shape`; `absent` for none.
  static func channels(_ tensor: Tensor?, of shape: Shape, absent: Float) -> [Float]? {
    let count = shape.rank == 0 ? 1 : shape[0]
    guard let tensor else { return [Float](repeating: absent, count: count) }
    return channels(expand(tensor, to: shape), of: shape)
  }

  /// A constant with one number for each channel, shaped to broadcast: `[C, 1, 1]`.
  static func tensor(_ channels: [Float], rank: Int) -> Tensor {
    Tensor(
      channels, shape: Shape([channels.count] + Array(repeating: 1, count: max(0, rank - 1))))
  }

  private static func axesInwards(_ rank: Int) -> StrideThrough<Int> {
    stride(from: rank - 1, through: 0, by: -1)
  }
}
