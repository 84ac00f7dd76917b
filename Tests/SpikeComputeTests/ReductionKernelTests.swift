import SpikeCompute
import Testing

struct ReductionKernelTests {
  @Test("reductions agree with loops", arguments: [0, 1, 15, 16, 17, 100, 1000])
  func agreeWithLoops(count: Int) {
    var random = TestRandom(seed: UInt64(count))
    let x = (0..<count).map { _ in random.flag() ? random.float(in: -3...3) : 0 }
    let y = random.floats(count)
    let (a, b) = (FloatBuffer(x).all, FloatBuffer(y).all)
    #expect(abs(Kernels.sum(a) - x.reduce(0) { $0 + Double($1) }) < 1e-9)
    let products = zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(Kernels.dot(a, b) - products) < 1e-9)
    #expect(Kernels.largestMagnitude(a) == x.map { abs($0) }.max() ?? 0)
    #expect(Kernels.countNonZero(a) == x.count { $0 != 0 })
  }

  @Test(
    "sums over rows and channels agree with loops", arguments: [(1, 1), (9, 5), (33, 64), (5, 200)])
  func rowsAndChannels(rows: Int, channels: Int) {
    var random = TestRandom(seed: 1)
    let x = random.floats(rows * channels)
    var byChannel = [Double](repeating: 0, count: channels)
    var byRow = [Double](repeating: 0, count: rows)
    for (index, value) in x.enumerated() {
      byChannel[index % channels] += Double(value)
      byRow[index / channels] += Double(value)
    }
    let (channelSums, rowSums) = (FloatBuffer(count: channels), FloatBuffer(count: rows))
    Kernels.channelSums(FloatBuffer(x).all, into: channelSums.all)
    Kernels.rowSums(FloatBuffer(x).all, into: rowSums.all)
    #expect(channelSums.all.array() == byChannel.map { Float($0) })
    #expect(rowSums.all.array().distance(to: byRow.map { Float($0) }) < 1e-6)
  }

  @Test("shards are added in their order", arguments: [1, 2, 8])
  func shards(count: Int) {
    var random = TestRandom(seed: UInt64(count))
    let x = random.floats(count * 2500)
    var expected = Array(x[..<2500])
    for shard in 1..<max(count, 1) {
      for index in 0..<2500 { expected[index] += x[shard * 2500 + index] }
    }
    let y = FloatBuffer(count: 2500)
    Kernels.sumShards(FloatBuffer(x).all, shards: count, into: y.all)
    #expect(y.all.array() == expected)
    Kernels.sumShards(FloatBuffer(x).all, shards: count, into: y.all, factor: 0.125)
    #expect(y.all.array() == expected.map { 0.125 * $0 })
  }
}
