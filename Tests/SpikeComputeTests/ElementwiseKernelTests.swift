import SpikeCompute
import Testing

struct ElementwiseKernelTests {
  let x: [Float] = [
    -2, -0.5, -0.0, 0, 0.5, 3, 6, 7, .infinity, -.infinity, 1e-37, -1, 1, 2, 5.5, 6.5, 8,
  ]
  let dy: [Float] = (1...17).map { Float($0) }

  /// The result of a kernel that fills its last argument.
  private func result(_ body: (FloatView) -> Void) -> [Float] {
    let y = FloatBuffer([Float](repeating: .nan, count: 17))
    body(y.all)
    return y.all.array()
  }

  @Test("rectifiers clip and pass gradients strictly inside only")
  func clips() {
    let (x, dy) = (FloatBuffer(self.x).all, FloatBuffer(self.dy).all)
    #expect(result { Kernels.reluForward(x, into: $0) } == self.x.map { max($0, 0) })
    #expect(
      result { Kernels.reluBackward(x, dy, into: $0) }
        == zip(self.x, self.dy).map { $0 > 0 && $0 < .infinity ? $1 : 0 })
    #expect(
      result { Kernels.clipForward(x, low: -1, high: 6, into: $0) }
        == self.x.map { min(max($0, -1), 6) })
    #expect(
      result { Kernels.clipBackward(x, dy, low: -1, high: 6, into: $0) }
        == zip(self.x, self.dy).map { $0 > -1 && $0 < 6 ? $1 : 0 })
    #expect(
      result { Kernels.leakyReluForward(x, slope: 0.25, into: $0) }
        == self.x.map { $0 > 0 ? $0 : 0.25 * $0 })
    #expect(
      result { Kernels.leakyReluBackward(x, dy, slope: 0.25, into: $0) }
        == zip(self.x, self.dy).map { $0 > 0 ? $1 : 0.25 * $1 })
  }

  @Test("sums, products and scalings work, also in place")
  func arithmetic() {
    let values = dy
    let (a, b) = (FloatBuffer(values).all, FloatBuffer(values.map { $0 * $0 }).all)
    #expect(result { Kernels.add(a, b, into: $0) } == values.map { $0 + $0 * $0 })
    #expect(result { Kernels.multiply(a, b, into: $0) } == values.map { $0 * $0 * $0 })
    Kernels.axpy(0.5, a, into: b)
    #expect(b.array() == values.map { $0 * $0 + 0.5 * $0 })
    Kernels.scale(a, by: -2)
    #expect(a.array() == values.map { -2 * $0 })
    Kernels.add(a, a, into: a)
    #expect(a.array() == values.map { -4 * $0 })
  }
}
