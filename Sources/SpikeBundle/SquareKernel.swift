/// A convolution over two axes, put into a square kernel with the same border before and behind.
///
/// Along an axis a kernel of size k with the border b before may begin at tap o of a kernel of side s with
/// the border b + o, if as many positions come out. Where one position comes out the stride does not
/// matter, and may be any that the chips have.
struct SquareKernel {
  let side: Int
  /// First tap of the given kernel, by axis.
  let offset: [Int]
  /// Border on each side, by axis.
  let padding: [Int]
  let strides: [Int]

  /// The smallest one; nil where there is none.
  init?(_ kernel: [Int], input: [Int], output: [Int], before: [Int], strides: [Int]) {
    let largest = max(kernel[0], kernel[1])
    for side in largest...largest + SquareKernel.margin {
      let axes = (0..<2).map { axis in
        SquareKernel.axis(
          side, kernel[axis], input[axis], output[axis], before[axis], strides[axis])
      }
      guard let y = axes[0], let x = axes[1] else { continue }
      self.side = side
      offset = [y.offset, x.offset]
      padding = [before[0] + y.offset, before[1] + x.offset]
      self.strides = [y.stride, x.stride]
      return
    }
    return nil
  }

  /// Taps that a kernel may grow by: twice the largest border of the chips.
  private static let margin = 14

  private static func axis(
    _ side: Int, _ kernel: Int, _ input: Int, _ output: Int, _ before: Int, _ stride: Int
  ) -> (offset: Int, stride: Int)? {
    for offset in 0...min(side - kernel, margin) {
      let room = input + 2 * (before + offset) - side
      guard room >= 0 else { continue }
      for stride in output == 1 ? [1, 2, 4, 8, stride] : [stride]
      where room / stride + 1 == output { return (offset, stride) }
    }
    return nil
  }
}
