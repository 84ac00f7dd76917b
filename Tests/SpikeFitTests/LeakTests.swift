import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeFit
import SpikeGraph
import Testing

@Suite("Leaks in a fit")
struct LeakTests {
  private static func neurons(_ graph: Graph) -> [Neuron] {
    graph.nodes.compactMap {
      if case .neuron(let neuron) = $0.operator { neuron } else { nil }
    }
  }

  private static func error(
    _ model: Model = TinyModels.convolutional(), _ change: (inout FitOptions) -> Void
  ) throws -> FitError? {
    let data = try TinyModels.data(count: 48)
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        model,
        options: TinyModels.options {
          $0.epochs = 0
          change(&$0)
        }, training: data)
      return nil
    } catch {
      return error
    }
  }

  static let readout = Neuron(.leakyIntegrator, membraneDecay: 0.75)

  /// The convolutional model with leaky neurons and read-out.
  static func leakyModel(_ decay: Float = 0.8) -> Model {
    var model = TinyModels.convolutional(
      neuron: Neuron(.leakyIntegrateAndFire, membraneDecay: decay))
    let last = model.graph.nodes.count - 1
    model.graph.nodes[last].operator = .neuron(readout)
    return model
  }

  @Test("A learned leak moves, is a multiple of 1/4096 in the end, and the network learns with it")
  func learns() throws {
    let options = TinyModels.options {
      $0.leak = FitOptions.Leak(mode: .learn, initial: 0.4, rateShare: 2)
      $0.epochs = 12
    }
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(), options: options, training: TinyModels.data(count: 480),
      evaluation: TinyModels.data(count: 300, seed: 99))
    let neurons = Self.neurons(result.model.graph)
    #expect(neurons.map(\.model) == [.leakyIntegrateAndFire, .leakyIntegrator])
    #expect(neurons.map(\.fractionBits) == [6, nil], "the read-out has no leak")
    let decay = neurons[0].membraneDecay
    #expect(abs(decay - 0.6) > 0.02, "\(decay)")
    #expect(decay * 4096 == (decay * 4096).rounded())
    #expect(neurons[1].membraneDecay == 1)
    #expect((result.integerAccuracy ?? 0) > 0.8)
    #expect(result.model.graph.nodes.allSatisfy { $0.parameters[.decay] == nil })
    #expect(result.model.graph.constants.keys.allSatisfy { !$0.hasSuffix("decay") })
    #expect(result.model.history.last?.options["leak"] == "learn")
  }

  @Test("The leak of a model is kept, rounded to what the chip has, with that of its read-out")
  func keeps() throws {
    for mode in [FitOptions.Leak.Mode.keep, .learn] {
      let result = try SpikeFitter.fit(
        Self.leakyModel(), options: TinyModels.options { $0.leak.mode = mode },
        training: TinyModels.data())
      let neurons = Self.neurons(result.model.graph)
      #expect(neurons.map(\.fractionBits) == [6, 6])
      let decays = neurons.map(\.membraneDecay)
      if mode == .keep {
        #expect(decays == [3277.0 / 4096, 0.75])
      } else {
        #expect(decays[0] != 3277.0 / 4096 && decays[1] != 0.75)
      }
    }
    let real = try SpikeFitter.fit(
      Self.leakyModel(), options: TinyModels.options { $0.quality.isFullPrecision = true },
      training: TinyModels.data())
    #expect(Self.neurons(real.model.graph).map(\.membraneDecay) == [0.8, 0.75])
    #expect(Self.neurons(real.model.graph).map(\.fractionBits) == [nil, nil])
  }

  @Test("Without a leak neurons integrate and fire, and the read-out sums")
  func none() throws {
    let result = try SpikeFitter.fit(
      Self.leakyModel(),
      options: TinyModels.options {
        $0.leak.mode = .none
        $0.target.leak = .unsupported("has none")
      }, training: TinyModels.data())
    let neurons = Self.neurons(result.model.graph)
    #expect(neurons.map(\.model) == [.integrateAndFire, .leakyIntegrator])
    #expect(neurons.allSatisfy { !$0.leaks && $0.fractionBits == nil })
  }

  @Test("What training computes with integers is what the fitted graph computes, state by state")
  func exact() throws {
    let data = try TinyModels.data()
    for hasChannelThresholds in [false, true] {
      for reset in [Neuron.Reset.toValue(0), .bySubtraction] {
        var options = TinyModels.options {
          $0.timeSteps = 5
          $0.leak.mode = .learn
        }
        options.target.hasChannelThresholds = hasChannelThresholds
        options.target.semantics?.reset = reset
        let pair = try SpikeFitter.snappedPair(Self.leakyModel(), options: options)
        var floats: [Float] = []
        var integers: [Float] = []
        data.fillBatch(0..<data.count, scale: [1.0 / 255], offset: [0], bits: 8, into: &floats)
        data.fillBatch(0..<data.count, scale: [1], offset: [0], bits: 8, into: &integers)
        let configuration = EngineConfiguration(timeSteps: 5, threads: 1)
        let names = ["spikes", "logits"]
        func values(_ graph: Graph, _ inputs: [Float]) throws -> [[Float]] {
          var found: [[Float]] = [[], []]
          try Network(graph, configuration).observe(inputs, count: data.count, values: names) {
            found[$0.name == "spikes" ? 0 : 1] += $0.values
          }
          return found
        }
        let real = try values(pair.snapped, floats)
        let chip = try values(pair.integers, integers)
        #expect(real[0] == chip[0])
        #expect(chip[0].contains(1) && chip[0].contains(0))
        let unit = try #require(
          pair.snapped.nodes.last.flatMap { pair.snapped.constant(.unit, of: $0) }
        ).floats()[0]
        #expect(zip(real[1], chip[1]).allSatisfy { ($0 / unit * 64).rounded() == $1 * 64 })
        #expect(chip[1].contains { $0 * 64 != ($0 * 64 / 64).rounded() * 64 }, "fractions occur")
      }
    }
  }

  @Test("A chip without such a leak refuses, says what it has and what to do")
  func refuses() throws {
    let found = try #require(
      try Self.error(Self.leakyModel()) {
        $0.target.leak = .unsupported("moves potentials by a constant towards 0")
      })
    #expect(found.code == .unsupportedLeak)
    #expect(found.message.contains("0.8") && found.message.contains("towards 0"))
    #expect(found.fix?.contains("--leak none") == true)
    #expect(
      try Self.error {
        $0.leak = FitOptions.Leak(mode: .learn)
        $0.target.leak = .unsupported("has none")
      }?.code == .unsupportedLeak)
    #expect(try Self.error { $0.target.leak = .unsupported("has none") } == nil)
    #expect(try Self.error { $0.leak.initial = 1 }?.code == .invalidOption)
    #expect(
      try Self.error { $0.leak = FitOptions.Leak(mode: .none, initial: 0.2) }?.code
        == .invalidOption)
    #expect(try Self.error(Self.leakyModel(1.5)) { _ in }?.code == .unsupportedStructure)
    var current = Self.leakyModel()
    current.graph.nodes[1].operator = .neuron(
      Neuron(.currentBased, membraneDecay: 0.8, currentDecay: 0.5))
    #expect(try Self.error(current) { _ in }?.code == .unsupportedStructure)
    current.graph.nodes[0].parameters[.bias] = nil
    #expect(try Self.error(current) { _ in } == nil)
  }
}
