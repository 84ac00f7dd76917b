import SpikeBytes

/// Light augmentation of image batches: a random shift and a horizontal flip.
///
/// What happens to a sample depends on (seed, epoch, sample index) alone, not on batch size, order
/// or threads.
public struct Augmentation: Hashable, Sendable {
  /// Largest shift in pixels, in each of the four directions.
  public var shift: Int
  /// Whether half of the samples are mirrored left to right.
  public var flips: Bool
  /// Seed of the draws.
  public var seed: UInt64
  /// Value of the pixels that a shift uncovers: the encoded background, one number or one for each
  /// channel.
  public var fill: [Float]

  /// Makes an augmentation.
  public init(shift: Int = 0, flips: Bool = false, seed: UInt64, fill: [Float] = [0]) {
    self.shift = max(0, shift)
    self.flips = flips
    self.seed = seed
    self.fill = fill.isEmpty ? [0] : fill
  }

  /// Changes an encoded batch in place.
  ///
  /// - Parameters:
  ///   - batch: Samples in C, H, W order, as ``Dataset/fillBatch(_:scale:offset:bits:into:)`` makes
  ///     them.
  ///   - indices: Which samples they are.
  ///   - sampleShape: `[C, H, W]` or `[C, L]`; other shapes are left alone.
  ///   - epoch: Number of the epoch.
  public func apply(
    to batch: inout [Float], indices: some Collection<Int>, sampleShape: [Int], epoch: Int
  ) {
    guard shift > 0 || flips, sampleShape.count == 2 || sampleShape.count == 3 else { return }
    let channels = sampleShape[0]
    let height = sampleShape.count == 3 ? sampleShape[1] : 1
    let width = sampleShape[sampleShape.count - 1]
    let size = channels * height * width
    precondition(batch.count == indices.count * size, "batch and indices differ")
    let epochDraws = SplitMix64(seed: seed).stream(UInt64(bitPattern: Int64(epoch)))
    var original: [Float] = []
    for (position, sample) in indices.enumerated() {
      var draws = epochDraws.stream(UInt64(bitPattern: Int64(sample)))
      // Always the same three draws, so that switching one step off leaves the others alone.
      let down = height > 1 ? draws.integer(below: 2 * shift + 1) - shift : 0
      let right = draws.integer(below: 2 * shift + 1) - shift
      let isMirrored = draws.next() >> 63 == 1 && flips
      let start = position * size
      original = Array(batch[start..<start + size])
      for channel in 0..<channels {
        let background = fill[channel % fill.count]
        for row in 0..<height {
          let target = start + (channel * height + row) * width
          let sourceRow = row - down
          for column in 0..<width {
            let straight = column - right
            let inside =
              (0..<height).contains(sourceRow) && (0..<width).contains(straight)
            let sourceColumn = isMirrored ? width - 1 - straight : straight
            batch[target + column] =
              inside
              ? original[(channel * height + sourceRow) * width + sourceColumn] : background
          }
        }
      }
    }
  }
}
