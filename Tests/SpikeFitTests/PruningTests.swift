import SpikeBytes
import SpikeData
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
    // A chip's limit is no multiple: it holds, and nothing is brought back above it.
    let limited = PruningChoice(
      scores: [[8, 1, 2, 3, 4, 5, 6, 7]], originals: [8], removed: 5, multiple: 4,
      largestShare: 0.9, most: [6])
    #expect(limited.kept[0].count == 4)
    let tight = PruningChoice(
      scores: [[8, 1, 2, 3, 4, 5, 6, 7]], originals: [8], removed: 5, multiple: 4,
      largestShare: 0.9, most: [3])
    #expect(tight.kept == [[0, 6, 7]])
    // A budget took three: down to the next multiple, not back up.
    let budgeted = PruningChoice(
      scores: [[8, 1, 2, 3, 4, 5, 6, 7]], originals: [8], removed: 0, multiple: 4,
      largestShare: 0.9, first: [[false, true, true, true, false, false, false, false]])
    #expect(budgeted.kept == [[0, 5, 6, 7]])
    let capped = PruningChoice(
      scores: [[1, 2, 3, 4]], originals: [4], removed: 4, multiple: 1, largestShare: 0.5)
    #expect(capped.kept == [[2, 3]])
  }

  @Test("A layer that thins out is spared, and the order within a layer stays")
  func crowding() {
    // Places 0, 1, 2 of three channels left of once six: factors 6/3, 6/2, 6/1.
    #expect(
      CrowdedScores(exponent: 1)([[5, 1, 2], []], originals: [6, 2]) == [[30, 2, 6], []])
    let squared = CrowdedScores(exponent: 2)([[5, 1, 2]], originals: [6])[0]
    #expect(zip(squared, [180, 4, 18]).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
    #expect(CrowdedScores(exponent: 0)([[5, 1, 2]], originals: [6]) == [[5, 1, 2]])
    // Of two layers whose scores differ by less than that, both lose channels.
    let scores = [[1.0, 1, 1, 1], [1.4, 1.4, 1.4, 1.4]]
    func kept(_ exponent: Double) -> [Int] {
      PruningChoice(
        scores: CrowdedScores(exponent: exponent)(scores, originals: [4, 4]), originals: [4, 4],
        removed: 4, multiple: 1, largestShare: 1
      ).kept.map(\.count)
    }
    #expect(kept(0) == [1, 3])
    #expect(kept(1) == [2, 2])
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

@Suite("Scores, costs and budgets")
struct PruningBudgetTests {
  private func evidence() throws -> [ChannelEvidence] {
    let model = TinyModels.convolutional(channels: 6)
    let data = try TinyModels.data(count: 24)
    var inputs: [Float] = []
    data.fillBatch(0..<24, scale: [1 / 255], offset: [0], bits: 8, into: &inputs)
    return try ChannelSurgery.evidence(
      of: model, options: TinyModels.options { $0.target = .neutral },
      samples: ChannelSurgery.Samples(inputs: inputs, count: 24, labels: data.labels))
  }

  @Test("Every score gives each channel a finite number of at least 0, and they differ")
  func scores() throws {
    let found = try #require(try evidence().first)
    var lists: [[Double]] = []
    for score in ChannelScores.all {
      let values = score.scores(of: found, seed: 1)
      #expect(values.count == 6, "\(score.name)")
      #expect(values.allSatisfy { $0.isFinite && $0 >= 0 }, "\(score.name): \(values)")
      #expect(values.contains { $0 > 0 }, "\(score.name)")
      lists.append(values)
    }
    #expect(Set(lists).count == lists.count)
    #expect(Set(ChannelScores.all.map(\.name)).count == ChannelScores.all.count)
  }

  @Test("A gate for each step is worth at least the T-th part of one for all steps")
  func stepBound() throws {
    let found = try #require(try evidence().first)
    for (whole, steps) in zip(found.fisher, found.fisherSteps) {
      // (Σ_t c_t)² ≤ T Σ_t c_t², Cauchy and Schwarz.
      #expect(whole <= 4 * steps * (1 + 1e-4) + 1e-12)
    }
  }

  @Test("Eigenvalues of symmetric matrices have their traces")
  func eigenvalues() {
    let two = SymmetricMatrix.eigenvalues([2, 1, 1, 2], size: 2).sorted()
    #expect(abs(two[0] - 1) < 1e-12 && abs(two[1] - 3) < 1e-12)
    var random = SplitMix64(seed: 4)
    for size in 1...5 {
      var matrix = [Double](repeating: 0, count: size * size)
      for p in 0..<size {
        for q in p..<size {
          matrix[p * size + q] = random.normal()
          matrix[q * size + p] = matrix[p * size + q]
        }
      }
      let values = SymmetricMatrix.eigenvalues(matrix, size: size)
      let trace = (0..<size).reduce(0) { $0 + matrix[$1 * size + $1] }
      let squares = matrix.reduce(0) { $0 + $1 * $1 }
      #expect(abs(values.reduce(0, +) - trace) < 1e-9)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } - squares) < 1e-9)
    }
  }

  @Test(
    "A budget holds after training",
    arguments: [
      FitOptions.Budget(.operations, 2_500), FitOptions.Budget(.neurons, 150),
      FitOptions.Budget(.synapses, 1_500),
    ])
  func budget(budget: FitOptions.Budget) throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.epochs = 3
      $0.pruning.budgets = [budget]
    }
    let model = TinyModels.convolutional(channels: 12)
    let result = try SpikeFitter.fit(model, options: options, training: data, evaluation: data)
    let use = try #require(result.budgets.first)
    let used = try #require(use.used)
    #expect(use.isMet, "\(used) of \(budget.limit)")
    // Not by removing everything.
    #expect(used > budget.limit / 3)
    let first = try #require(result.channels.first)
    #expect(first.after < 12)
  }

  @Test("Pruned layers keep whole multiples, under a share, a chip and a budget", arguments: 0..<3)
  func multiples(which: Int) throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.epochs = 2
      $0.target.channelMultiple = 4
      switch which {
      case 0: $0.pruneShare = 0.4
      case 1: $0.chip = FitOptions.Chip(mostChannels: ["hidden": 8])
      default: $0.pruning.budgets = [FitOptions.Budget(.neurons, 300)]
      }
    }
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 12), options: options, training: data)
    #expect(result.channels.map(\.after) == [8])
    #expect(result.budgets.allSatisfy { $0.isMet })
  }

  @Test("Several budgets hold together")
  func budgets() throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.epochs = 2
      $0.pruning.budgets = [FitOptions.Budget(.neurons, 300), FitOptions.Budget(.synapses, 1_200)]
    }
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 12), options: options, training: data)
    let areMet = result.budgets.map(\.isMet)
    #expect(areMet == [true, true])
  }

  @Test("Masked synapses are gone in the fitted model, as many as were asked for")
  func sparsity() throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.epochs = 2
      $0.hasFreeZero = true
      $0.pruning.sparsity = 0.6
    }
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 8), options: options, training: data)
    let weights = ["w1", "w2"].flatMap { result.model.graph.constants[$0]?.floats() ?? [] }
    #expect(Double(weights.count { $0 == 0 }) >= 0.6 * Double(weights.count))
    #expect(weights.contains { $0 != 0 })
    let refused = TinyModels.options { $0.pruning.sparsity = 0.6 }
    #expect(throws: FitError.self) {
      try SpikeFitter.fit(
        TinyModels.convolutional(channels: 8), options: refused, training: data)
    }
  }

  @Test("Without training everything is pruned at once")
  func withoutTraining() throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.target = .neutral
      $0.epochs = 0
      $0.pruneShare = 0.5
    }
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 12), options: options, training: data, evaluation: data)
    #expect(result.channels.map(\.after) == [6])
    #expect(result.floatAccuracy != nil)
    #expect(result.steps == 0)
  }
}
