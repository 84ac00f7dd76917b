/// How the neurons of a population lie in a channels-last map.
///
/// Bundles count in C, H, W order; maps of the kernels in H, W, C order.
struct MapLayout: Hashable, Sendable {
  let channels: Int
  let height: Int
  let width: Int

  /// The layout of `[N]`, `[C, L]` or `[C, H, W]`; nil for other ranks, sizes below 1 or more than
  /// 2^28 elements.
  init?(_ shape: [Int]) {
    guard (1...3).contains(shape.count), shape.allSatisfy({ $0 > 0 && $0 <= 1 << 28 }) else {
      return nil
    }
    channels = shape[0]
    height = shape.count == 3 ? shape[1] : 1
    width = shape.count > 1 ? shape[shape.count - 1] : 1
    guard channels * height <= 1 << 28, channels * height * width <= 1 << 28 else { return nil }
  }

  init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  var positions: Int { height * width }
  var count: Int { channels * height * width }

  /// Index in the map of element `index` in C, H, W order.
  func mapIndex(_ index: Int) -> Int { index % positions * channels + index / positions }

  /// C, H, W ordered values as a map.
  func map<Value>(_ values: [Value]) -> [Value] {
    var result = values
    for (index, value) in values.enumerated() { result[mapIndex(index)] = value }
    return result
  }

  /// Values of a map in C, H, W order.
  func ordered<Value>(_ map: [Value]) -> [Value] { map.indices.map { map[mapIndex($0)] } }
}
