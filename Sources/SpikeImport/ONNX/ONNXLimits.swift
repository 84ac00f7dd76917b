/// Bounds that no model in use comes near; they keep a hostile file from costing time or memory.
enum ONNXLimits {
  /// Elements of one tensor or activation.
  static let elements = 1 << 40
  /// Any single number that describes a window: kernel, stride, pad, dilation.
  static let window = 1 << 20
  /// Nodes of the graph that a model becomes.
  static let layers = 1 << 20
  /// Products that one folded matrix product may have.
  static let foldedProducts = 1 << 30
  /// Axes of a value.
  static let rank = 16
  /// Elements that one folded constant may have beyond those of its operands: the first dense layer of
  /// VGG (25,088 x 4,096), whose weights some files make with `ConstantOfShape`, fits.
  static let foldedElements = 1 << 27
  /// Elements of all folded constants together, besides four times those of the file.
  static let foldedTotal = 1 << 28
}
