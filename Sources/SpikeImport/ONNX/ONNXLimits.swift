/// Bounds that no model in use comes near; they keep a hostile file from costing time or memory.
enum ONNXLimits {
  /// Elements of one tensor or activation.
  static let elements = 1 << 40
  /// Any single number that describes a window: kernel, stride, pad, dilation.
  static let window = 1 << 20
  /// Axes of a value.
  static let rank = 16
  /// Elements that one folded constant may have beyond those of its operands.
  static let foldedElements = 1 << 24
  /// Elements of all folded constants together, besides four times those of the file.
  static let foldedTotal = 1 << 26
}
