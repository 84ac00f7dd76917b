/// One synapse between two neurons, or between an element of the input and a neuron.
package struct Synapse: Hashable, Sendable {
  /// Element of the source in C, H, W order, in front of a pool.
  package var source: Int
  /// Neuron of the target in C, H, W order.
  package var target: Int
  /// Integer weight, not 0.
  package var weight: Int32

  /// Makes a synapse.
  package init(source: Int, target: Int, weight: Int32) {
    self.source = source
    self.target = target
    self.weight = weight
  }
}

extension Projection {
  /// Calls `body` with every synapse whose weight is not 0: kernels, borders and pools resolved.
  ///
  /// The projection must be whole: shapes fit, indices are inside their codebooks. Elements that no
  /// tile of a pool holds have no synapses.
  /// - Parameters:
  ///   - source: shape of each source, `[N]` or `[C, H, W]`.
  ///   - target: shape of the target population.
  ///   - books: codebooks of the bundle.
  /// - Complexity: O(synapses of the unrolled projection).
  package func forEachSynapse(
    from source: [Int], to target: [Int], codebooks books: [Codebook], _ body: (Synapse) -> Void
  ) {
    let weights = weights(from: books)
    let map = PooledMap(source, window: pooling?.size ?? [1, 1])
    switch kind {
    case .dense:
      let inputs = map.count
      for output in 0..<target.reduce(1, *) {
        for input in 0..<inputs {
          let weight = weights[output * inputs + input]
          if weight != 0 {
            map.forEachElement(of: input) {
              body(.init(source: $0, target: output, weight: weight))
            }
          }
        }
      }
    case .convolution(let strides, let before, _, let dilations, let groups):
      let shape = weightShape
      let (rows, columns) = (target[1], target[2])
      let perGroup = shape[0] / groups
      for output in 0..<shape[0] {
        for input in 0..<shape[1] {
          let channel = output / perGroup * shape[1] + input
          for tap in 0..<shape[2] * shape[3] {
            let weight = weights[(output * shape[1] + input) * shape[2] * shape[3] + tap]
            guard weight != 0 else { continue }
            for y in 0..<rows {
              let row = y * strides[0] - before[0] + tap / shape[3] * dilations[0]
              guard row >= 0, row < map.height else { continue }
              for x in 0..<columns {
                let column = x * strides[1] - before[1] + tap % shape[3] * dilations[1]
                guard column >= 0, column < map.width else { continue }
                let neuron = (output * rows + y) * columns + x
                map.forEachElement(of: (channel * map.height + row) * map.width + column) {
                  body(Synapse(source: $0, target: neuron, weight: weight))
                }
              }
            }
          }
        }
      }
    }
  }
}

/// A map behind a sum pool, and the elements in front of it that make one of its elements.
private struct PooledMap {
  let channels: Int, height: Int, width: Int
  private let fullHeight: Int, fullWidth: Int
  private let window: [Int]

  init(_ shape: [Int], window: [Int]) {
    let isMap = shape.count == 3
    channels = shape[0]
    fullHeight = isMap ? shape[1] : 1
    fullWidth = isMap ? shape[2] : 1
    height = fullHeight / window[0]
    width = fullWidth / window[1]
    self.window = window
  }

  var count: Int { channels * height * width }

  func forEachElement(of pooled: Int, _ body: (Int) -> Void) {
    let channel = pooled / (height * width)
    let row = pooled / width % height * window[0]
    let column = pooled % width * window[1]
    for y in row..<row + window[0] {
      for x in column..<column + window[1] { body((channel * fullHeight + y) * fullWidth + x) }
    }
  }
}
