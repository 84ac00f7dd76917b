import SpikeCompute
import Testing

struct ElementwiseKernelTests {
  let x: [Float] = [
    -2, -0.5, -0.0, 0, 0.5, 3, 6, 7, .infinity, -.infinity, 1e-37, -1, 1, 2, 5.5, 6.5, 8,
  ]
  let dy: [Float] = (1...17).map { Float($0) }

  /// The result of a kernel that fills its last argument.
  private func result(count: Int = 17, _ body: (FloatView) -> Void) -> [Float] {
    let y = FloatBuffer([Float](repeating: .nan, count: count))
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

  @Test(
    "numbers are rounded to the nearest whole one inside the bounds, half-way cases to the even one"
  )
  func grids() {
    let values: [Float] =
      [0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.499_999_97, 126.5, 127.4, 127.6, 1e9, -1e9]
      + (0..<200).map { Float($0) * 0.37 - 30 }
    let x = FloatBuffer(values).all
    #expect(
      result(count: values.count) { Kernels.quantizeForward(x, low: -128, high: 127, into: $0) }
        == values.map { min(max($0.rounded(.toNearestOrEven), -128), 127) })
    let wide: [Float] = [4_194_303.5, 4_194_304, -4_194_303.5, 4_194_302.5]
    #expect(
      result(count: wide.count) {
        Kernels.quantizeForward(FloatBuffer(wide).all, low: -0x1p22, high: 0x1p22, into: $0)
      } == wide.map { $0.rounded(.toNearestOrEven) })
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
