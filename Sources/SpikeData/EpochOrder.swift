import SpikeBytes

/// The order in which one epoch visits the samples: a shuffle that depends on seed and epoch alone.
public struct EpochOrder: Sendable {
  /// Every index of `0..<count` once.
  public let indices: [Int]

  /// Makes the order of an epoch.
  /// - Complexity: O(count).
  public init(count: Int, seed: UInt64, epoch: Int) {
    var generator = SplitMix64(seed: seed).stream(UInt64(bitPattern: Int64(epoch)))
    var order = Array(0..<max(0, count))
    generator.shuffle(&order)
    indices = order
  }

  /// The indices in groups of `size`; the last group may be smaller.
  public func batches(of size: Int) -> [ArraySlice<Int>] {
    precondition(size > 0, "a batch has at least one sample")
    return stride(from: 0, to: indices.count, by: size).map {
      indices[$0..<min($0 + size, indices.count)]
    }
  }
}
