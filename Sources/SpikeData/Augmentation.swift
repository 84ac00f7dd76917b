import SpikeBytes

/// Augmentation of image batches: a random shift, a horizontal flip, a blanked square.
///
/// What happens to a sample depends on (seed, epoch, sample index) alone, not on batch size, order
/// or threads.
public struct Augmentation: Hashable, Sendable {
  /// Largest shift in pixels, in each of the four directions.
  public var shift: Int
  /// Whether half of the samples are mirrored left to right.
  public var flips: Bool
  /// Side of the blanked square in pixels; 0 for none.
  public var cutout: Int
  /// Seed of the draws.
  public var seed: UInt64
  /// Value of the pixels that a shift uncovers: the encoded background, one number or one for each
  /// channel.
  public var fill: [Float]

  /// Makes an augmentation.
  public init(
    shift: Int = 0, flips: Bool = false, cutout: Int = 0, seed: UInt64, fill: [Float] = [0]
  ) {
    self.shift = max(0, shift)
    self.flips = flips
    self.cutout = max(0, cutout)
    self.seed = seed
    self.fill = fill.isEmpty ? [0] : fill
  }

  /// Makes an augmentation from options.
  public init(_ options: AugmentationOptions, seed: UInt64, fill: [Float] = [0]) {
    self.init(
      shift: options.shift, flips: options.flips, cutout: options.cutout, seed: seed, fill: fill)
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
    guard shift > 0 || flips || cutout > 0, sampleShape.count == 2 || sampleShape.count == 3 else {
      return
    }
    let channels = sampleShape[0]
    let height = sampleShape.count == 3 ? sampleShape[1] : 1
    let width = sampleShape[sampleShape.count - 1]
    let size = channels * height * width
    precondition(batch.count == indices.count * size, "batch and indices differ")
    let epochDraws = SplitMix64(seed: seed).stream(UInt64(bitPattern: Int64(epoch)))
    var original: [Float] = []
    for (position, sample) in indices.enumerated() {
      var draws = epochDraws.stream(UInt64(bitPattern: Int64(sample)))
      // Always the same draws in the same order, so that one step does not change the others.
      let down = height > 1 ? draws.integer(below: 2 * shift + 1) - shift : 0
      let right = draws.integer(below: 2 * shift + 1) - shift
      let isMirrored = draws.next() >> 63 == 1 && flips
      let top = height > 1 ? draws.integer(below: height) - cutout / 2 : 0
      let left = draws.integer(below: width) - cutout / 2
      let blankedRows = height > 1 ? top..<top + cutout : 0..<min(1, cutout)
      let blankedColumns = left..<left + cutout
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
            let isBlank = blankedRows.contains(row) && blankedColumns.contains(column)
            batch[target + column] =
              inside && !isBlank
              ? original[(channel * height + sourceRow) * width + sourceColumn] : background
          }
        }
      }
    }
  }
}
