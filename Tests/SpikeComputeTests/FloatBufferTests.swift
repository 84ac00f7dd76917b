import SpikeCompute
import Testing

struct FloatBufferTests {
  @Test("a new buffer is zero, a view shares its floats, a copy does not")
  func sharing() {
    let buffer = FloatBuffer(count: 10)
    #expect(buffer.all.array() == [Float](repeating: 0, count: 10))
    let view = buffer.view(2..<6)
    view[1] = 5
    view.slice(2..<4).fill(7)
    let copy = view.array()
    buffer[2] = 1
    #expect(buffer.all.array() == [0, 0, 1, 5, 7, 7, 0, 0, 0, 0])
    #expect(copy == [0, 5, 7, 7])
    #expect(view.slice(1..<3).array() == [5, 7] && view[0] == 1)
  }

  @Test("values go in and out, also between overlapping views")
  func assignment() {
    let buffer = FloatBuffer([1, 2, 3, 4, 5])
    buffer.view(1..<5).assign(from: buffer.view(0..<4))
    #expect(buffer.all.array() == [1, 1, 2, 3, 4])
    buffer.view(0..<2).assign([8, 9, 10, 11], 2..<4)
    var values: [Float] = [0, 0]
    buffer.view(0..<2).copy(into: &values)
    #expect(values == [10, 11])
    #expect(buffer.all.withSpan { $0.count == 5 && $0[4] == 4 })
  }

  @Test("empty buffers and views work")
  func empty() {
    let buffer = FloatBuffer([])
    #expect(buffer.all.array() == [] && buffer.count == 0)
    buffer.all.assign([])
    #expect(IndexBuffer([Int]()).all.array() == [])
  }

  @Test("integers go in and out of views")
  func integers() {
    let buffer = IndexBuffer([3, -1, 2])
    let view = buffer.view(1..<3)
    view[0] = 8
    #expect(buffer.all.array() == [3, 8, 2] && view[1] == 2)
  }
}
