/// How samples are changed at random in training.
public struct AugmentationOptions: Hashable, Sendable {
  /// Largest shift in pixels, in each of the four directions.
  public var shift: Int
  /// Whether half of the samples are mirrored left to right.
  public var flips: Bool
  /// Side in pixels of a square that is blanked at a random place of every sample, partly outside
  /// at the border (cutout: DeVries and Taylor 2017, arXiv 1708.04552); 0 for none.
  public var cutout: Int

  /// Makes a choice.
  public init(shift: Int = 0, flips: Bool = false, cutout: Int = 0) {
    self.shift = shift
    self.flips = flips
    self.cutout = cutout
  }

  /// Samples as they are.
  public static let none = AugmentationOptions()
  /// Shifts by at most a pixel, and flips.
  public static let light = AugmentationOptions(shift: 1, flips: true)
}
