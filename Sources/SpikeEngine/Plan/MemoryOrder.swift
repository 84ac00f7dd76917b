import SpikeGraph

/// The order of a value's elements in memory: channels last.
///
/// A value of shape `[C, …]` lies in memory as `[…][C]`, so that the elements of a channel-wise
/// operation are neighbours; vectors and scalars lie as they are.
enum MemoryOrder {
  /// Channels and positions of a shape: memory index = position · channels + channel. A vector is
  /// one position of C channels.
  static func split(_ shape: Shape) -> (channels: Int, positions: Int) {
    guard let channels = shape.dimensions.first else { return (1, 1) }
    return (channels, shape.dimensions.dropFirst().reduce(1, *))
  }

  /// For each place in memory, the row-major index of the element that lies there.
  static func rowMajorIndices(of shape: Shape) -> [Int32] {
    let (channels, positions) = split(shape)
    var result = [Int32](repeating: 0, count: channels * positions)
    for position in 0..<positions {
      for channel in 0..<channels {
        result[position * channels + channel] = Int32(channel * positions + position)
      }
    }
    return result
  }

  /// For each row-major index, the place in memory.
  static func places(of shape: Shape) -> [Int32] {
    let (channels, positions) = split(shape)
    var result = [Int32](repeating: 0, count: channels * positions)
    for channel in 0..<channels {
      for position in 0..<positions {
        result[channel * positions + position] = Int32(position * channels + channel)
      }
    }
    return result
  }

  /// Where the elements of a value of shape `target` lie in the memory of one of shape `source`
  /// with the same row-major elements; nil where both orders are the same.
  static func reshaping(_ source: Shape, to target: Shape) -> [Int32]? {
    let places = places(of: source)
    let map = rowMajorIndices(of: target).map { places[Int($0)] }
    return isIdentity(map) ? nil : map
  }

  /// Whether a map moves nothing.
  static func isIdentity(_ map: [Int32]) -> Bool {
    map.indices.allSatisfy { map[$0] == Int32($0) }
  }
}
