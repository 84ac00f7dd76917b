import SpikeCompute
import Testing

struct MovementMapTests {
  @Test("gather picks blocks and scatter adds gradients back", arguments: 1...30)
  func agreesWithLoops(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let (rows, entries) = (random.int(in: 1...4), random.int(in: 1...20))
    let (block, sources) = (random.int(in: 1...5), random.int(in: 1...9))
    let indices = (0..<entries).map { _ in random.int(in: -1...sources - 1) }
    let map = MovementMap(indices, block: block, sourceBlocks: sources)
    let offset = random.int(in: 0...3)
    let rowLength = offset + entries * block + random.int(in: 0...3)
    let x = random.floats(rows * sources * block)
    var y = random.floats(rows * rowLength)
    let dy = random.floats(rows * rowLength)
    var dx = random.floats(rows * sources * block)
    let (found, gradient) = (FloatBuffer(y), FloatBuffer(dx))
    for row in 0..<rows {
      for (entry, index) in indices.enumerated() {
        for k in 0..<block {
          let to = row * rowLength + offset + entry * block + k
          let from = (row * sources + index) * block + k
          y[to] = index < 0 ? 3 : x[from]
          if index >= 0 { dx[from] += dy[to] }
        }
      }
    }
    Kernels.gather(
      map, rows: rows, from: FloatBuffer(x).all, into: found.all, offset: offset,
      rowLength: rowLength, constant: 3)
    #expect(found.all.array() == y, "seed \(seed)")
    Kernels.scatterAdd(
      map, rows: rows, from: FloatBuffer(dy).all, into: gradient.all, offset: offset,
      rowLength: rowLength)
    #expect(gradient.all.array() == dx, "seed \(seed)")
  }

  @Test("rows are repeated")
  func repeats() {
    let y = FloatBuffer(count: 6)
    Kernels.repeatRows(FloatBuffer([1, 2]).all, into: y.all)
    #expect(y.all.array() == [1, 2, 1, 2, 1, 2])
  }

  @Test("gathering with the inverse is the gradient of a map without repetition")
  func inverse() throws {
    var random = TestRandom(seed: 2)
    let map = MovementMap([3, -1, 0, 2], block: 2, sourceBlocks: 5)
    let inverse = try #require(map.inverse)
    let dy = FloatBuffer(random.floats(3 * 8))
    let (added, gathered) = (FloatBuffer(count: 3 * 10), FloatBuffer(count: 3 * 10))
    Kernels.scatterAdd(map, rows: 3, from: dy.all, into: added.all)
    Kernels.gather(inverse, rows: 3, from: dy.all, into: gathered.all)
    #expect(gathered.all.array() == added.all.array())
    #expect(MovementMap([1, 1], sourceBlocks: 2).inverse == nil)
  }
}
