import SpikeBytes
import SpikeEngine
import SpikeFit
import SpikeGraph
import Testing

@Suite("Removing channels")
struct PruningTests {
  private let configuration = EngineConfiguration(timeSteps: 4, threads: 1)

  private func outputs(_ graph: Graph, _ inputs: [Float], _ count: Int) throws -> [Float] {
    try Network(graph, configuration).infer(inputs, count: count)
  }

  private func options(_ change: (inout FitOptions) -> Void = { _ in }) -> FitOptions {
    TinyModels.options {
      $0.target = .neutral
      change(&$0)
    }
  }

  private func inputs(_ count: Int, size: Int = 36) -> [Float] {
    var random = SplitMix64(seed: 5)
    return (0..<count * size).map { _ in Float(random.uniform()) }
  }

  @Test("A channel that never spikes can go without a trace")
  func silentChannel() throws {
    var model = TinyModels.convolutional()
    var biases = try #require(model.graph.constants["b1"]).floats()
    for channel in [1, 4] { biases[channel] = -100 }
    model.graph.constants["b1"] = Tensor(biases, shape: [6])
    let (before, after) = try ChannelSurgery.remove(
      [1, 4], ofPopulation: "hidden", from: model, options: options())
    let shrunk = try #require(after)
    #expect(shrunk.constants["w1"]?.shape == [4, 1, 3, 3])
    #expect(shrunk.constants["w2"]?.shape == [3, 36])
    _ = try shrunk.inferredShapes()
    let samples = inputs(8)
    let first = try outputs(before, samples, 8)
    let second = try outputs(shrunk, samples, 8)
    for (a, b) in zip(first, second) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("A channel that always spikes can go when its mean is folded into biases")
  func constantChannel() throws {
    var model = TinyModels.convolutional()
    var biases = try #require(model.graph.constants["b1"]).floats()
    biases[2] = 100
    model.graph.constants["b1"] = Tensor(biases, shape: [6])
    let samples = inputs(8)
    let (before, folded) = try ChannelSurgery.remove(
      [2], ofPopulation: "hidden", from: model, options: options(),
      folding: ChannelSurgery.Samples(inputs: samples, count: 8))
    let (_, bare) = try ChannelSurgery.remove(
      [2], ofPopulation: "hidden", from: model, options: options())
    let expected = try outputs(before, samples, 8)
    let kept = try outputs(try #require(folded), samples, 8)
    for (a, b) in zip(expected, kept) { #expect(abs(a - b) < 1e-3) }
    // The bias is the explicit constant: the sum of the channel's weights, which all see 1.
    let normal = try #require(before.constants["w2"]).floats()
    let old = try #require(before.constants["b2"]).floats()
    let new = try #require(folded?.constants["b2"]).floats()
    for row in 0..<3 {
      let constant = (18..<27).reduce(Float(0)) { $0 + normal[row * 54 + $1] }
      #expect(abs(old[row] + constant - new[row]) < 1e-4)
    }
    let without = try outputs(try #require(bare), samples, 8)
    #expect(zip(expected, without).contains { abs($0 - $1) > 0.01 })
  }

  @Test("Producers that meet in an addition lose the same channels")
  func residual() throws {
    let model = TinyModels.residual()
    let (_, after) = try ChannelSurgery.remove(
      [0, 3], ofPopulation: "second", from: model, options: options())
    let graph = try #require(after)
    #expect(graph.constants["stem.w"]?.shape == [2, 1, 3, 3])
    #expect(graph.constants["body.w"]?.shape == [2, 2, 3, 3])
    #expect(graph.constants["body.b"]?.shape == [2])
    #expect(graph.constants["head.w"]?.shape == [3, 32])
    _ = try graph.inferredShapes()
  }

  @Test("Silent channels of a residual network go without a trace")
  func silentResidual() throws {
    var model = TinyModels.residual()
    for name in ["stem", "body"] {
      var biases = try #require(model.graph.constants["\(name).b"]).floats()
      biases[1] = -100
      model.graph.constants["\(name).b"] = Tensor(biases, shape: [4])
    }
    let (before, after) = try ChannelSurgery.remove(
      [1], ofPopulation: "first", from: model, options: options())
    let samples = inputs(6, size: 16)
    let first = try outputs(before, samples, 6)
    let second = try outputs(try #require(after), samples, 6)
    for (a, b) in zip(first, second) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("Channels of the output are never removed")
  func outputStays() throws {
    let (_, after) = try ChannelSurgery.remove(
      [0], ofPopulation: "readout", from: TinyModels.convolutional(), options: options())
    #expect(after == nil)
  }

  @Test("The schedule is cubic and ends at the share that was asked for")
  func schedule() {
    let schedule = PruningSchedule(finalShare: 0.8, first: 10, last: 110, events: 11)
    #expect(schedule.steps == Array(stride(from: 10, through: 110, by: 10)))
    let shares = schedule.steps.indices.map { schedule.share(after: $0) }
    #expect(shares == shares.sorted())
    #expect(abs(shares[10] - 0.8) < 1e-12)
    let half = 1 - 6.0 / 11
    #expect(abs(shares[5] - 0.8 * (1 - half * half * half)) < 1e-12)
    #expect(PruningSchedule(finalShare: 0, first: 0, last: 9, events: 3).steps.isEmpty)
  }

  @Test("The lowest scores go, no population loses its last channel, multiples are kept")
  func choice() {
    let choice = PruningChoice(
      scores: [[5, 1, 2, 9], [0.1, 0.2, 0.3]], originals: [4, 3], removed: 4, multiple: 1,
      largestShare: 0.99)
    #expect(choice.kept == [[0, 3], [2]])
    let multiples = PruningChoice(
      scores: [[8, 1, 2, 3, 4, 5, 6, 7]], originals: [8], removed: 3, multiple: 4,
      largestShare: 0.99)
    #expect(multiples.kept[0].count == 8)
    let capped = PruningChoice(
      scores: [[1, 2, 3, 4]], originals: [4], removed: 4, multiple: 1, largestShare: 0.5)
    #expect(capped.kept == [[2, 3]])
  }

  @Test("Every score ranks a network in training", arguments: ChannelScores.all.map(\.name))
  func scores(name: String) throws {
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 8),
      options: TinyModels.options {
        $0.pruneShare = 0.5
        $0.epochs = 2
        $0.pruning.score = ChannelScores.named(name) ?? RandomScore()
      }, training: TinyModels.data())
    #expect(result.channels.map(\.after) == [4])
  }

  @Test("A silent channel and, centred, an always-on channel have no Fisher contribution")
  func fisherOfConstants() throws {
    var model = TinyModels.convolutional(channels: 6)
    var biases = try #require(model.graph.constants["b1"]).floats()
    biases[0] = -100
    biases[1] = 100
    model.graph.constants["b1"] = Tensor(biases, shape: [6])
    let evidence = try ChannelSurgery.evidence(
      of: model, options: options(),
      samples: ChannelSurgery.Samples(inputs: inputs(32), count: 32))
    let hidden = try #require(evidence.first)
    #expect(hidden.rates[0] == 0 && hidden.rates[1] == 1)
    #expect(hidden.fisher[0] == 0)
    #expect(hidden.fisher[1] > 0)
    for score in [hidden.fisherCentred, hidden.fisherFactored] {
      #expect(score[0] == 0)
      #expect(score[1] < 1e-6 * (score.max() ?? 0))
      #expect(score[2...].allSatisfy { $0 >= 0 } && score[2...].contains { $0 > 0 })
    }
  }
}
