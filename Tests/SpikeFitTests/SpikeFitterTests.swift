import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeFit
import SpikeGraph
import Testing

@Suite("Fitting a small network")
struct SpikeFitterTests {
  @Test("A fitted model holds integers within the limits of the chip, M of them in each layer")
  func integersWithinLimits() throws {
    let data = try TinyModels.data()
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options(), training: data)
    let graph = result.model.graph
    #expect(result.model.stage == .fitted)
    #expect(result.model.encoding.bits == 8)
    #expect(result.model.encoding.offset == [0])
    for (name, tensor) in graph.constants {
      #expect(tensor.floats().allSatisfy { $0 == $0.rounded() }, "\(name) holds integers")
    }
    for name in ["w1", "w2"] {
      let weights = try #require(graph.constants[name]).floats()
      let book = try #require(result.model.codebooks[name])
      #expect(weights.allSatisfy { (-128...127).contains($0) })
      #expect(Set(weights).count <= 4)
      #expect(Set(weights.map { Int32($0) }).isSubset(of: Set(book.entries[0])))
      #expect(book.entries[0] == book.entries[0].sorted())
    }
    for name in ["b1", "b2"] {
      let biases = try #require(graph.constants[name]).floats()
      #expect(biases.allSatisfy { (-4096...4095).contains($0) })
    }
    let node = try #require(graph.nodes.first { $0.name == "hidden" })
    let threshold = try #require(graph.constant(.threshold, of: node))
    #expect(threshold.shape == [])
    #expect((1...131_071).contains(threshold.floats()[0]))
    guard case .neuron(let neuron) = node.operator else { return }
    #expect(neuron.reset == .toValue(0))
    #expect(neuron.comparator == .greater)
    #expect(neuron.initialShare == 0)
    #expect(
      graph.nodes.contains { if case .sumPool = $0.operator { true } else { false } },
      "the mean has become a sum")
    _ = try graph.inferredShapes()
  }

  @Test(
    "Every scope, with and without a free zero, keeps its number of unique weights",
    arguments: [CodebookScope.network, .layer, .channel], [false, true])
  func scopes(scope: CodebookScope, freeZero: Bool) throws {
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.scope = scope
        $0.hasFreeZero = freeZero
        $0.uniqueWeights = 3
        $0.epochs = 2
      }, training: TinyModels.data())
    var all: Set<Float> = []
    for name in ["w1", "w2"] {
      let tensor = try #require(result.model.graph.constants[name])
      let weights = tensor.floats()
      all.formUnion(weights)
      let columns = tensor.count / tensor.shape[0]
      let parts =
        scope == .channel
        ? (0..<tensor.shape[0]).map { Array(weights[$0 * columns..<($0 + 1) * columns]) }
        : [weights]
      for part in parts {
        #expect(Set(part.filter { !freeZero || $0 != 0 }).count <= 3)
      }
    }
    if scope == .network { #expect(Set(all.filter { !freeZero || $0 != 0 }).count <= 3) }
  }

  @Test("One and two threads give the same model, bit for bit")
  func determinism() throws {
    let data = try TinyModels.data()
    func fit(threads: Int) throws -> Model {
      try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.threads = threads
          $0.pruneShare = 0.4
          $0.augments = true
          $0.epochs = 3
        }, training: data, evaluation: data
      ).model
    }
    let one = try fit(threads: 1)
    let two = try fit(threads: 2)
    #expect(one == two)
  }

  @Test("Training with the codebook beats clustering after the fact")
  func beatsPostHoc() throws {
    let data = try TinyModels.data(count: 480)
    let test = try TinyModels.data(count: 300, seed: 99)
    let trained = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 15 }, training: data,
      evaluation: test)
    let postHoc = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options { $0.epochs = 0 }, training: data,
      evaluation: test)
    let accuracy = try #require(trained.integerAccuracy)
    #expect(accuracy > (postHoc.integerAccuracy ?? 1) + 0.1)
    #expect(accuracy > 0.8)
  }

  @Test("The integer graph predicts what the snapped float graph predicts")
  func integersEqualSnappedFloats() throws {
    let data = try TinyModels.data()
    for model in [TinyModels.convolutional(), TinyModels.residual()] {
      let isResidual = model.graph.name == "residual"
      let samples = isResidual ? try TinyModels.data(size: 4) : data
      var options = TinyModels.options { $0.timeSteps = 3 }
      options.target.hasChannelThresholds = !isResidual
      let pair = try SpikeFitter.snappedPair(model, options: options)
      var floats: [Float] = []
      var integers: [Float] = []
      samples.fillBatch(
        0..<samples.count, scale: [1.0 / 255], offset: [0], bits: 8, into: &floats)
      samples.fillBatch(0..<samples.count, scale: [1], offset: [0], bits: 8, into: &integers)
      let configuration = EngineConfiguration(timeSteps: 3, threads: 1)
      let real = try Network(pair.snapped, configuration).infer(floats, count: samples.count)
      let chip = try Network(pair.integers, configuration).infer(integers, count: samples.count)
      var agreeing = 0
      for sample in 0..<samples.count {
        let range = sample * 3..<sample * 3 + 3
        let a = range.max { real[$0] < real[$1] }
        let b = range.max { chip[$0] < chip[$1] }
        if a == b { agreeing += 1 }
      }
      // Potentials that meet their threshold exactly may round to either side in real numbers.
      #expect(Double(agreeing) >= 0.98 * Double(samples.count))
    }
  }

  @Test("Rows of very different size get a threshold each where the chip has one for each neuron")
  func rowsOfDifferentSize() throws {
    var model = TinyModels.convolutional()
    let weights = try #require(model.graph.constants["w1"])
    let length = weights.count / weights.shape[0]
    let values = weights.floats().enumerated().map { index, value in
      value * [0.125, 1, 8, 2][index / length % 4]
    }
    model.graph.constants["w1"] = Tensor(values, shape: weights.shape)
    var options = TinyModels.options { $0.timeSteps = 3 }
    options.target.hasChannelThresholds = true
    let pair = try SpikeFitter.snappedPair(model, options: options)
    let hidden = try #require(pair.integers.nodes.first { $0.name == "hidden" })
    let thresholds = try #require(pair.integers.constant(.threshold, of: hidden)).floats()
    #expect(thresholds.count == weights.shape[0])
    #expect((thresholds.max() ?? 0) > 16 * (thresholds.min() ?? 0))
    // A neuron spikes in integers as often as it does in real numbers.
    let data = try TinyModels.data()
    var floats: [Float] = []
    var integers: [Float] = []
    data.fillBatch(0..<data.count, scale: [1.0 / 255], offset: [0], bits: 8, into: &floats)
    data.fillBatch(0..<data.count, scale: [1], offset: [0], bits: 8, into: &integers)
    let configuration = EngineConfiguration(timeSteps: 3, threads: 1)
    let real = try Network(pair.snapped, configuration)
      .spikeStatistics(floats, count: data.count).spikes
    let chip = try Network(pair.integers, configuration)
      .spikeStatistics(integers, count: data.count).spikes
    #expect(real > 1)
    #expect(abs(real - chip) < 0.01 * real)
  }

  @Test("Pruning shrinks the tensors to the share that was asked for")
  func prunes() throws {
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(channels: 8),
      options: TinyModels.options { $0.pruneShare = 0.5 }, training: TinyModels.data(),
      evaluation: TinyModels.data(count: 60, seed: 8))
    let graph = result.model.graph
    #expect(result.channels.map(\.after) == [4])
    #expect(graph.constants["w1"]?.shape == [4, 1, 3, 3])
    #expect(graph.constants["b1"]?.shape == [4])
    #expect(graph.constants["w2"]?.shape == [3, 36])
    let before = try #require(result.operationsBefore)
    let after = try #require(result.operationsAfter)
    #expect(after.multiplyAccumulations < 0.7 * before.multiplyAccumulations)
  }

  @Test("A cancelled fit gives a whole model, marked as interrupted")
  func cancels() throws {
    var asked = 0
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options(), training: TinyModels.data(),
      isCancelled: {
        asked += 1
        return asked > 5
      })
    #expect(result.isInterrupted)
    #expect(result.steps == 5)
    #expect(result.model.stage == .fitted)
    #expect(result.model.history.last?.metrics["interrupted"] == 1)
  }

  @Test("Progress counts up to the last step")
  func reports() throws {
    var reports: [FitProgress] = []
    _ = try SpikeFitter.fit(
      TinyModels.convolutional(), options: TinyModels.options(), training: TinyModels.data(),
      progress: { reports.append($0) })
    #expect(reports.map(\.step) == [20, 40, 60])
    #expect(reports.last?.secondsLeft == 0)
    #expect(reports.allSatisfy { $0.loss.isFinite && (0...1).contains($0.accuracy) })
    #expect(reports.last?.isSnapped == true)
  }
}
