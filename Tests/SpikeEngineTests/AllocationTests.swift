import CAllocationCount
import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

/// A training step works in memory that the network keeps. What oneDNN allocates for itself at every
/// call is not counted.
@Suite struct AllocationTests {
  /// A layer of every kind that steps meet often: dense, by events, joined with a pool and not,
  /// normalised, added, with channels that fill no vector.
  private static func layers() -> Graph {
    var sketch = GraphSketch(input: [1, 12, 12], seed: 5)
    let neuron = Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5)
    let same = Convolution(kernel: [3, 3], padsBefore: [1, 1])
    sketch.convolution(16, same)
    sketch.neuron(neuron)
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.convolution(20, same)
    sketch.neuron(neuron)
    sketch.convolution(18, same)
    sketch.neuron(neuron)
    sketch.add(.maxPool(Pooling(kernel: [2, 2])))
    sketch.flatten()
    sketch.linear(40)
    sketch.neuron(neuron)
    sketch.linear(5)
    sketch.neuron(Neuron(.leakyIntegrator, membraneDecay: 1))
    return sketch.graph
  }

  /// Allocations of the calling thread during `body`; nil where they cannot be counted.
  private static func allocations(_ body: () -> Void) -> Int? {
    allocation_count_begin()
    body()
    let count = Int(allocation_count_end())
    return count < 0 ? nil : count
  }

  @Test("what allocates is counted")
  func counter() {
    var kept: [[Float]] = []
    let count = Self.allocations {
      for size in 1...9 { kept.append(.init(repeating: 1, count: size)) }
    }
    #expect(kept.count == 9 && count ?? 9 >= 9)
  }

  @Test(
    "a training step allocates nothing, on one thread or on the caller's of two",
    arguments: [(false, 1), (true, 1), (true, 2)])
  func step(isTriangle: Bool, threads: Int) throws {
    // All shards and steps are alike, so that it does not matter which thread gets which.
    let (shards, share) = (4, 3)
    let count = shards * share
    let network = try Network(
      Self.layers(),
      EngineConfiguration(
        timeSteps: 4, batch: count, shards: shards, threads: threads, training: true,
        surrogate: isTriangle ? .triangle(width: 1) : .atan(alpha: 2)))
    func everyShard<Element>(_ numbers: [Element]) -> [Element] {
      Array((0..<shards).map { _ in numbers }.joined())
    }
    let inputs = everyShard((0..<share * network.inputCount).map { Float($0 % 23) / 11 })
    let labels = everyShard([0, 3, 4])
    let teacher = everyShard((0..<share * 5).map { Float($0 % 7) / 3 })
    var optimizer = AdamW(count: network.parameterMemory.count)
    var loss = LossOptions(rateWeight: 0.1, teacherShare: 0.5)
    var spikes = 0.0
    func run(_ isPerStep: Bool) {
      loss.isPerStep = isPerStep
      let result = network.step(inputs, labels: labels, count: count, loss: loss, teacher: teacher)
      for rate in result.rates { spikes += rate.rate }
      optimizer.step(
        parameter: network.parameterMemory, gradient: network.gradientMemory, learningRate: 0)
    }
    // Programs are bound, and memory grows to what is needed, in the first steps.
    for _ in 0..<10 { for isPerStep in [false, true] { run(isPerStep) } }
    let found = Self.allocations {
      for _ in 0..<3 {
        run(false)
        run(true)
      }
    }
    #expect(spikes > 0)
    #expect(found ?? 0 == 0, "\(found ?? 0) allocations in six steps")
  }
}
