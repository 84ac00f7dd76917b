import SpikeCompute
import Testing

struct OptimizerTests {
  static let sizes = [1, 16, 37]

  @Test(
    "gradient descent follows the textbook", arguments: sizes,
    [(0, 0, false), (0.9, 0, false), (0.9, 5e-4, true), (0, 0.1, false)] as [(Float, Float, Bool)])
  func descent(count: Int, options: (momentum: Float, decay: Float, nesterov: Bool)) {
    var random = TestRandom(seed: UInt64(count))
    let parameter = FloatBuffer(random.floats(count))
    var expected = parameter.all.array()
    var velocity = [Float](repeating: 0, count: count)
    var optimizer = SGD(
      count: count, momentum: options.momentum, weightDecay: options.decay,
      nesterov: options.nesterov)
    for step in 1...5 {
      let rate = 0.1 / Float(step)
      let gradient = random.floats(count)
      optimizer.step(
        parameter: parameter.all, gradient: FloatBuffer(gradient).all, learningRate: rate)
      for i in 0..<count {
        let g = gradient[i] + options.decay * expected[i]
        velocity[i] = options.momentum * velocity[i] + g
        let move = options.nesterov ? g + options.momentum * velocity[i] : velocity[i]
        expected[i] -= rate * move
      }
      #expect(parameter.all.array() == expected, "step \(step)")
    }
  }

  @Test("Adam and AdamW follow the textbook", arguments: sizes, [true, false])
  func adam(count: Int, isDecoupled: Bool) {
    var random = TestRandom(seed: UInt64(count))
    let parameter = FloatBuffer(random.floats(count))
    var expected = parameter.all.array().map { Double($0) }
    var mean = [Double](repeating: 0, count: count)
    var square = mean
    var optimizer = AdamW(count: count, weightDecay: 0.05, isDecoupled: isDecoupled)
    var (power1, power2) = (1.0, 1.0)
    for step in 1...6 {
      let gradient = random.floats(count)
      optimizer.step(
        parameter: parameter.all, gradient: FloatBuffer(gradient).all, learningRate: 0.01)
      power1 *= 0.9
      power2 *= 0.999
      for i in 0..<count {
        var g = Double(gradient[i])
        if isDecoupled { expected[i] -= 0.01 * 0.05 * expected[i] } else { g += 0.05 * expected[i] }
        mean[i] = 0.9 * mean[i] + 0.1 * g
        square[i] = 0.999 * square[i] + 0.001 * g * g
        let deviation = (square[i] / (1 - power2)).squareRoot()
        expected[i] -= 0.01 * (mean[i] / (1 - power1)) / (deviation + 1e-8)
      }
      #expect(
        parameter.all.array().distance(to: expected.map { Float($0) }) < 1e-5, "step \(step)")
    }
    #expect(optimizer.steps == 6)
  }

  @Test("a cleared weight with no gradient stays where it is")
  func clearing() {
    let zero = FloatBuffer(count: 3)
    let push = FloatBuffer([1, 1, 1])
    var descent = SGD(count: 3)
    var adam = AdamW(count: 3)
    let (a, b) = (FloatBuffer(count: 3), FloatBuffer(count: 3))
    descent.step(parameter: a.all, gradient: push.all, learningRate: 0.1)
    adam.step(parameter: b.all, gradient: push.all, learningRate: 0.1)
    descent.clear([1])
    adam.clear([1])
    let before = [a[1], b[1]]
    descent.step(parameter: a.all, gradient: zero.all, learningRate: 0.1)
    adam.step(parameter: b.all, gradient: zero.all, learningRate: 0.1)
    #expect([a[1], b[1]] == before)
    #expect(a[0] < before[0] && b[2] < before[1], "the others keep moving")
  }

  @Test("a copy of an optimiser has moments of its own")
  func copies() {
    let push = FloatBuffer([1])
    let zero = FloatBuffer([0])
    var original = SGD(count: 1)
    var copy = original
    let parameter = FloatBuffer([0])
    copy.step(parameter: parameter.all, gradient: push.all, learningRate: 1)
    let still = FloatBuffer([0])
    original.step(parameter: still.all, gradient: zero.all, learningRate: 1)
    #expect(still[0] == 0)
    var adam = AdamW(count: 1)
    var other = adam
    other.step(parameter: parameter.all, gradient: push.all, learningRate: 1)
    adam.step(parameter: still.all, gradient: zero.all, learningRate: 1)
    #expect(still[0] == 0)
  }
}
