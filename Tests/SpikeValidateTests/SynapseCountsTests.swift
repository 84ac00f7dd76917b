import SpikeBundle
import SpikeTestSupport
import SpikeValidate
import Testing

@Suite("Counting synapses")
struct SynapseCountsTests {
  /// Every synapse of a projection as (source neuron, target neuron), the slow way.
  static func synapses(of projection: Projection, in bundle: Bundle) -> [(Int, Int)] {
    let weights = projection.weights(from: bundle.codebooks)
    let target = bundle.populations[projection.target].shape
    var source = bundle.input.shape
    if case .population(let index) = projection.sources[0] {
      source = bundle.populations[index].shape
    }
    let window = projection.pooling?.size ?? [1, 1]
    var found: [(Int, Int)] = []
    guard case .convolution(let strides, let pads, _, let dilations, let groups) = projection.kind
    else {
      let inputs = projection.weightShape[1]
      for (index, weight) in weights.enumerated() where weight != 0 {
        found.append((index % inputs, index / inputs))
      }
      return found
    }
    let shape = projection.weightShape
    let (height, width) = (source[1], source[2])
    for output in 0..<shape[0] {
      for y in 0..<target[1] {
        for x in 0..<target[2] {
          for input in 0..<shape[1] {
            for ky in 0..<shape[2] {
              for kx in 0..<shape[3] {
                let weight = weights[((output * shape[1] + input) * shape[2] + ky) * shape[3] + kx]
                let channel = output / (shape[0] / groups) * shape[1] + input
                let row = y * strides[0] - pads[0] + ky * dilations[0]
                let column = x * strides[1] - pads[1] + kx * dilations[1]
                guard weight != 0, row >= 0, column >= 0, row < height / window[0],
                  column < width / window[1]
                else { continue }
                for wy in 0..<window[0] {
                  for wx in 0..<window[1] {
                    let place =
                      (channel * height + row * window[0] + wy) * width + column * window[1] + wx
                    found.append((place, (output * target[1] + y) * target[2] + x))
                  }
                }
              }
            }
          }
        }
      }
    }
    return found
  }

  @Test("counts equal those of a list of all synapses")
  func agrees() {
    var bundle = TinyBundle.make()
    bundle.projections[0].indices = (0..<18).map { UInt8($0 * 5 % 3) }
    bundle.projections[0].codebooks = [1]
    for projection in bundle.projections { check(projection, bundle) }
  }

  @Test(
    "strides, dilations, groups and pooling are counted exactly",
    arguments: [
      ([8, 8], [2, 2], [1, 1], [1, 1], 1, nil as [Int]?),
      ([8, 8], [1, 1], [2, 0], [2, 2], 1, nil),
      ([8, 8], [1, 1], [0, 0], [1, 1], 2, nil), ([8, 8], [1, 1], [1, 1], [1, 1], 1, [2, 2]),
      ([12, 8], [2, 1], [1, 1], [1, 1], 2, [2, 4]),
    ])
  func geometries(
    size: [Int], strides: [Int], pads: [Int], dilations: [Int], groups: Int, window: [Int]?
  ) {
    var bundle = TinyBundle.make()
    bundle.input.shape = [4] + size
    let pooled = zip(size, window ?? [1, 1]).map { $0 / $1 }
    let output = (0..<2).map { (axis: Int) -> Int in
      let room = pooled[axis] + 2 * pads[axis] - 2 * dilations[axis] - 1
      return room / strides[axis] + 1
    }
    bundle.populations[0].shape = [6] + output
    let count = 6 * 4 / groups * 9
    let projection = Projection(
      name: "conv", sources: [.input], target: 0, pooling: window.map { PoolingWindow(size: $0) },
      kind: .convolution(
        strides: strides, padsBefore: pads, padsAfter: pads, dilations: dilations, groups: groups),
      weightShape: [6, 4 / groups, 3, 3], codebooks: [1],
      indices: (0..<count).map { UInt8($0 * 11 % 7 % 3) })
    check(projection, bundle)
  }

  private func check(_ projection: Projection, _ bundle: Bundle) {
    let all = Self.synapses(of: projection, in: bundle)
    let counts = SynapseCounts(of: projection, in: bundle)
    #expect(counts.total == all.count)
    #expect(counts.largestFanIn == Dictionary(grouping: all, by: \.1).values.map(\.count).max())
    #expect(counts.largestFanOut == Dictionary(grouping: all, by: \.0).values.map(\.count).max())
  }
}
