/// How the neurons of a population, or the bytes of the input, lie in the program: positions first,
/// channels last, so that the outputs of one tap of a convolution lie side by side.
struct CMap: Hashable {
  let channels: Int
  let height: Int
  let width: Int

  /// The map of a checked shape `[N]` or `[C, H, W]`.
  init(_ shape: [Int]) {
    channels = shape[0]
    height = shape.count == 3 ? shape[1] : 1
    width = shape.count == 3 ? shape[2] : 1
  }

  init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  var positions: Int { height * width }
  var count: Int { channels * positions }
  /// 32-bit words of one bit per neuron.
  var words: Int { (count + 31) / 32 }

  /// Index in C, H, W order of the element at `index` of this map.
  func bundleIndex(_ index: Int) -> Int { index % channels * positions + index / channels }

  var text: String {
    positions == 1 ? "\(channels)" : "\(channels) x \(height) x \(width)"
  }
}
