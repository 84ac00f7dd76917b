import SpikeEngine
import SpikeGraph
import Testing

@Suite("Networks with an input for every step")
struct InputPerStepTests {
  /// Small integers everywhere, so that sums are exact in any order.
  private func graph() -> Graph {
    var dice = Dice(5)
    func integers(_ shape: Shape) -> Tensor {
      Tensor(
        (0..<shape.elementCount).map { _ in Float(dice.whole(-3...3)) }, shape: shape)
    }
    return Graph(
      inputs: [GraphInput(name: "x", shape: [2, 6, 5])], outputs: ["out"],
      nodes: [
        Node(
          name: "conv", operator: .convolution(Convolution(kernel: [3, 3], padsBefore: [1, 1])),
          inputs: ["x"], parameters: [.weight: "w1"], output: "conv"),
        Node(
          name: "if", operator: .neuron(Neuron(.integrateAndFire)), inputs: ["conv"],
          parameters: [.threshold: "t"], output: "if"),
        Node(
          name: "pool", operator: .sumPool(Pooling(kernel: [2, 2])), inputs: ["if"],
          output: "pool"),
        Node(name: "flat", operator: .reshape([24]), inputs: ["pool"], output: "flat"),
        Node(
          name: "fc", operator: .linear, inputs: ["flat"], parameters: [.weight: "w2"],
          output: "fc"),
        Node(
          name: "out", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["fc"],
          output: "out"),
      ],
      constants: ["w1": integers([4, 2, 3, 3]), "w2": integers([5, 24]), "t": .scalar(4)])
  }

  private let steps = 6
  private let count = 11

  private func network(_ inputPerStep: Bool, threads: Int = 1) throws -> Network {
    try Network(
      graph(),
      EngineConfiguration(
        timeSteps: steps, inputPerStep: inputPerStep, batch: 8, threads: threads))
  }

  private func samples(_ seed: UInt64) -> [[Float]] {
    var dice = Dice(seed)
    return (0..<count).map { _ in (0..<60).map { _ in Float(dice.whole(0...1)) } }
  }

  @Test("the same input in every step is direct coding")
  func repeated() throws {
    let samples = samples(1)
    let direct = try network(false).inferEveryStep(samples.flatMap { $0 }, count: count)
    let perStep = try network(true)
    #expect(perStep.inputCount == 60 * steps)
    let inputs = samples.flatMap { sample in (0..<steps).flatMap { _ in sample } }
    #expect(perStep.inferEveryStep(inputs, count: count) == direct)
    #expect(direct.last?.contains { $0 != 0 } == true)
    let statistics = try network(false).spikeStatistics(samples.flatMap { $0 }, count: count)
    #expect(
      perStep.spikeStatistics(inputs, count: count).spikes == statistics.spikes)
  }

  @Test("an input that comes later is answered later, each sample for itself", arguments: [1, 2])
  func shifted(threads: Int) throws {
    let samples = samples(2)
    let network = try network(true, threads: threads)
    let silence = [Float](repeating: 0, count: 60)
    func response(_ delays: [Int]) -> [[Float]] {
      let inputs = zip(samples, delays).flatMap { sample, delay in
        (0..<steps).flatMap { $0 >= delay && $0 < delay + 3 ? sample : silence }
      }
      return network.inferEveryStep(inputs, count: count)
    }
    let first = response(Array(repeating: 0, count: count))
    let delays = (0..<count).map { $0 % 4 }
    let later = response(delays)
    for (sample, delay) in delays.enumerated() {
      let rows = sample * 5..<(sample + 1) * 5
      for step in 0..<steps {
        let wanted =
          step >= delay ? Array(first[step - delay][rows]) : [Float](repeating: 0, count: 5)
        #expect(Array(later[step][rows]) == wanted, "sample \(sample), step \(step)")
      }
    }
  }

  @Test("inputs of another length are refused with what was expected")
  func validation() throws {
    let error = #expect(throws: EngineError.self) {
      try network(true).validate([Float](repeating: 0, count: 60), count: 1)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("in 6 steps have 360"), "\(text)")
  }
}
