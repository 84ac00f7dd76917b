import SpikeCompute
import SpikeDiagnostics
import Testing

struct MatmulKernelTests {
  @Test("products and gradients of random sizes agree with three loops", arguments: 1...30)
  func agreesWithLoops(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let (rows, inputs, outputs) = (
      random.int(in: 1...20), random.int(in: 1...70), random.int(in: 1...40)
    )
    let kernel = try MatmulKernel(rows: rows, inputs: inputs, outputs: outputs)
    let x = random.floats(rows * inputs)
    let weight = random.floats(inputs * outputs)
    let dy = random.floats(rows * outputs)
    let bias = random.flag() ? random.floats(outputs) : nil
    var y = (0..<rows * outputs).map { Double(bias?[$0 % outputs] ?? 0) }
    var dx = [Double](repeating: 0, count: rows * inputs)
    var dw = [Double](repeating: 0, count: inputs * outputs)
    var db = [Double](repeating: 0, count: outputs)
    for n in 0..<rows {
      for o in 0..<outputs {
        let gradient = Double(dy[n * outputs + o])
        db[o] += gradient
        for i in 0..<inputs {
          y[n * outputs + o] += Double(x[n * inputs + i]) * Double(weight[i * outputs + o])
          dx[n * inputs + i] += gradient * Double(weight[i * outputs + o])
          dw[i * outputs + o] += gradient * Double(x[n * inputs + i])
        }
      }
    }
    let views = [y, dx, dw, db].map { FloatBuffer(count: $0.count).all }
    kernel.forward(
      FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: bias.map { FloatBuffer($0).all },
      into: views[0])
    kernel.backwardData(FloatBuffer(dy).all, weight: FloatBuffer(weight).all, into: views[1])
    kernel.backwardWeights(
      FloatBuffer(x).all, FloatBuffer(dy).all, weightGradient: views[2], biasGradient: views[3])
    for (view, expected) in zip(views, [y, dx, dw, db]) {
      #expect(
        view.array().distance(to: expected.map { Float($0) }) < 1e-4,
        "seed \(seed): \(rows) x \(inputs) x \(outputs)")
    }
  }

  @Test("sums of small integers are exact")
  func integersAreExact() throws {
    var random = TestRandom(seed: 3)
    let (rows, inputs, outputs) = (5, 3000, 7)
    let x = (0..<rows * inputs).map { _ in Float(random.int(in: 0...1)) }
    let weight = (0..<inputs * outputs).map { _ in Float(random.int(in: -128...127)) }
    let bias = (0..<outputs).map { _ in Float(random.int(in: -4096...4095)) }
    var expected = (0..<rows * outputs).map { bias[$0 % outputs] }
    for n in 0..<rows {
      for o in 0..<outputs {
        for i in 0..<inputs {
          expected[n * outputs + o] += x[n * inputs + i] * weight[i * outputs + o]
        }
      }
    }
    let y = FloatBuffer(count: rows * outputs)
    try MatmulKernel(rows: rows, inputs: inputs, outputs: outputs).forward(
      FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: FloatBuffer(bias).all, into: y.all)
    #expect(y.all.array() == expected)
  }

  @Test("a product with an empty side is refused", arguments: [(0, 1, 1), (1, -2, 1), (1, 1, 0)])
  func refusesEmpty(rows: Int, inputs: Int, outputs: Int) {
    let error = #expect(throws: ComputeError.self) {
      try MatmulKernel(rows: rows, inputs: inputs, outputs: outputs)
    }
    #expect(error?.code == .unsupportedGeometry && error?.fix != nil)
  }
}
