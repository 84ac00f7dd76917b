/// One or two spatial axes as a plane: one axis is a plane of height 1.
enum Plane {
  /// Sizes of the two axes; `fill` stands for the missing first one.
  static func pair(_ sizes: [Int], fill: Int) -> (Int, Int) {
    sizes.count == 1 ? (fill, sizes[0]) : (sizes[0], sizes[1])
  }
}
