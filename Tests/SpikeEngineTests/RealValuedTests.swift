import SpikeEngine
import SpikeGraph
import Testing

@Suite("Operators of networks that do not spike")
struct RealValuedTests {
  /// A gate: a convolution times the sigmoid of its channels in another order, one of them 0.
  static func gated(_ seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [2, 4, 5], seed: seed)
    let x = sketch.convolution(3, Convolution(kernel: [3, 3]))
    sketch.add(.gather(axis: 0), [.indices: Tensor(integers: [2, -1, 0], shape: [3])])
    let gate = sketch.add(.pointwise(Pointwise(.sigmoid)))
    sketch.add(.multiply, inputs: [x, gate])
    sketch.add(.gather(axis: 2), [.indices: Tensor(integers: [2, 0, 0, 1], shape: [4])])
    sketch.add(.reshape([24]))
    sketch.linear(4)
    return sketch.graph
  }

  @Test("products, functions and slices have the textbook's values and gradients", arguments: 0..<8)
  func gate(seed: UInt64) throws {
    let graph = Self.gated(seed)
    let batch = Textbook.Batch.random(graph, classes: 4, count: 3, seed: seed)
    let network = try Network(
      graph, EngineConfiguration(batch: 3, shards: 2, threads: 1, training: true))
    let result = network.step(batch.inputs, labels: batch.labels, count: 3)
    let textbook = try Textbook(graph, timeSteps: 1)
    #expect(abs(result.loss - textbook.meanLoss(batch, LossOptions())) < 1e-4)
    let wrong = GradientTests.differences(network, textbook.gradients(batch, LossOptions()))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
  }

  @Test("a softmax along a later axis is computed", arguments: [1, 2])
  func softmax(axis: Int) throws {
    var sketch = GraphSketch(input: [2, 3, 4], seed: 1)
    sketch.add(.softmax(axis: axis, logarithm: false))
    let input = (0..<24).map { Float($0 % 7) }
    let network = try Network(sketch.graph, EngineConfiguration(batch: 1, threads: 1))
    let output = network.infer(input, count: 1)
    let step = axis == 1 ? 4 : 1
    let start = axis == 1 ? 1 : 4
    let sum = (0..<(axis == 1 ? 3 : 4)).reduce(Float(0)) { $0 + output[start + $1 * step] }
    #expect(abs(sum - 1) < 1e-5)
    #expect(output.allSatisfy { $0 > 0 && $0 < 1 })
  }
}
