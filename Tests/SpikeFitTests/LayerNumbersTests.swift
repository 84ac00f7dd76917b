import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeHardware
import Testing

@Suite("Unique weights and bits by layer")
struct LayerNumbersTests {
  private let model = TinyModels.convolutional(channels: 8)

  @Test(
    "every layer ends with its own number of values in its own range",
    arguments: [CodebookScope.layer, .channel])
  func ownNumbers(scope: CodebookScope) throws {
    let data = try TinyModels.data()
    let options = TinyModels.options {
      $0.epochs = 2
      $0.scope = scope
      $0.target = .neutral
      $0.layers = FitOptions.Layers(uniqueWeights: ["head": 7], bits: ["conv": 3])
      $0.uniqueWeights = 2
    }
    let result = try SpikeFitter.fit(model, options: options, training: data)
    let first = try #require(result.model.codebooks["w1"])
    let second = try #require(result.model.codebooks["w2"])
    #expect(first.entries.allSatisfy { $0.count <= 2 && $0.allSatisfy { (-4...3).contains($0) } })
    #expect(
      second.entries.allSatisfy { $0.count <= 7 && $0.allSatisfy { (-128...127).contains($0) } })
    #expect(second.entries.contains { $0.count > 2 })
    #expect(second.entries.joined().contains { !(-4...3).contains($0) })
    #expect(result.model.history.last?.options["layers"] == "conv: 3 bits; head: M = 7")
  }

  @Test("one number for all layers and the same number for each are the same fit")
  func sameNumber() throws {
    let data = try TinyModels.data(count: 96)
    func fit(_ change: (inout FitOptions) -> Void) throws -> Model {
      try SpikeFitter.fit(
        model,
        options: TinyModels.options {
          $0.epochs = 2
          change(&$0)
        }, training: data
      ).model
    }
    let all = try fit {
      $0.uniqueWeights = 5
      $0.bits = 6
    }
    let each = try fit {
      $0.layers = FitOptions.Layers(
        uniqueWeights: ["conv": 5, "head": 5], bits: ["conv": 6, "head": 6])
    }
    #expect(all.graph == each.graph)
    #expect(all.codebooks == each.codebooks)
  }

  @Test(
    "numbers that cannot be are refused with the layer",
    arguments: [
      (FitOptions.Layers(uniqueWeights: ["nothere": 4]), CodebookScope.layer, 4, "'nothere'"),
      (FitOptions.Layers(uniqueWeights: ["head": 1]), .layer, 4, "unique weights of head"),
      (FitOptions.Layers(uniqueWeights: ["head": 300]), .layer, 4, "unique weights of head"),
      (
        FitOptions.Layers(uniqueWeights: ["head": 16], bits: ["head": 3]), .layer, 4,
        "at most 8 with integers of -4...3"
      ),
      (FitOptions.Layers(bits: ["conv": 1]), .layer, 4, "bits of conv"),
      (FitOptions.Layers(uniqueWeights: ["head": 8]), .network, 4, "by layer"),
      (FitOptions.Layers(uniqueWeights: ["head": 8]), .layer, nil, "any integer"),
    ] as [(FitOptions.Layers, CodebookScope, Int?, String)])
  func refused(
    layers: FitOptions.Layers, scope: CodebookScope, count: Int?, words: String
  ) throws {
    let data = try TinyModels.data(count: 48)
    let options = TinyModels.options {
      $0.layers = layers
      $0.scope = scope
      $0.uniqueWeights = count
    }
    do throws(FitError) {
      _ = try SpikeFitter.fit(model, options: options, training: data)
      Issue.record("must be refused")
    } catch {
      #expect(error.code == .invalidOption)
      #expect(error.message.contains(words), "\(error.message)")
      #expect(error.fix != nil)
    }
  }

  // 8 channels: 72 + 216 weights of 2 bits, two codebooks of 4 bytes.
  @Test("stored bytes count indices and codebooks, and a budget of them takes channels")
  func bytes() throws {
    let data = try TinyModels.data()
    func fit(_ limit: Double, _ scope: CodebookScope = .layer) throws -> FitResult {
      let options = TinyModels.options {
        $0.epochs = 2
        $0.target = .neutral
        $0.scope = scope
        $0.pruning.budgets = [FitOptions.Budget(.bytes, limit)]
      }
      return try SpikeFitter.fit(model, options: options, training: data)
    }
    let whole = try fit(80)
    #expect(whole.budgets.map(\.used) == [80])
    #expect(whole.channels.map(\.after) == [8])
    let less = try fit(79)
    #expect(less.channels.map(\.after) == [7])
    #expect(less.budgets.map(\.used) == [71])
    // A codebook for each of 8 and 3 channels.
    #expect(try fit(1_000, .channel).budgets.map(\.used) == [72 + 44])
  }

  /// Options of some layers with noise that falls with the bits, by a seed.
  private static func lists(_ seed: UInt64) -> [[LevelChoice.Option]] {
    var random = SplitMix64(seed: seed)
    return (0..<2 + random.integer(below: 3)).map { _ in
      var noise = 1 + random.uniform()
      var bits = 10 + random.integer(below: 20)
      return (0..<2 + random.integer(below: 3)).map { step in
        defer {
          noise *= random.uniform()
          bits += 1 + random.integer(below: 30)
        }
        return LevelChoice.Option(count: step + 2, noise: noise, bits: bits, indexBits: bits - 5)
      }
    }
  }

  private static func every(_ lists: [[LevelChoice.Option]]) -> [[LevelChoice.Option]] {
    lists.reduce([[]]) { all, list in all.flatMap { head in list.map { head + [$0] } } }
  }

  @Test(
    "the choice fits, leaves no step that fits, and is least where a multiplier can reach",
    arguments: 0..<40)
  func choice(seed: UInt64) {
    let lists = Self.lists(seed)
    let all = Self.every(lists)
    func bits(_ choice: [LevelChoice.Option]) -> Int { choice.reduce(0) { $0 + $1.bits } }
    func noise(_ choice: [LevelChoice.Option]) -> Double { choice.reduce(0) { $0 + $1.noise } }
    let least = all.map(bits).min() ?? 0
    for most in stride(from: least, to: least + 120, by: 7) {
      let chosen = LevelChoice(lists, most: most, mostIndexBits: nil).chosen
      #expect(bits(chosen) <= most)
      for (layer, list) in lists.enumerated() {
        for option in list where option.noise < chosen[layer].noise {
          #expect(bits(chosen) - chosen[layer].bits + option.bits > most)
        }
      }
      // With the budget that was used exactly, no choice of the same hull is better by more than what
      // the largest single step is worth.
      let best = all.filter { bits($0) <= most }.map(noise).min() ?? 0
      let step = lists.map { ($0.first?.noise ?? 0) - ($0.last?.noise ?? 0) }.max() ?? 0
      #expect(noise(chosen) <= best + step)
    }
    let free = LevelChoice(lists, most: nil, mostIndexBits: nil).chosen
    #expect(noise(free) == all.map(noise).min())
    let memory = LevelChoice(lists, most: nil, mostIndexBits: least - 5 * lists.count).chosen
    #expect(bits(memory) == least)
  }

  @Test("what is not limited is not chosen, what is chosen keeps the budget")
  func levels() throws {
    let options = TinyModels.options { $0.target = .neutral }
    #expect(throws: FitError.self) {
      try ChipPlanner.levels(model, options: options, spec: nil)
    }
    var last = 0
    for limit in [60.0, 90, 130, 250, 400] {
      let options = TinyModels.options {
        $0.target = .neutral
        $0.pruning.budgets = [FitOptions.Budget(.bytes, limit)]
      }
      let found = try #require(try ChipPlanner.levels(model, options: options, spec: nil))
      let counts = ["conv", "head"].compactMap { found.layers.uniqueWeights(of: $0) }
      #expect(counts.count == 2)
      func size(_ weights: Int, _ count: Int) -> Int {
        weights * (Int.bitWidth - (count - 1).leadingZeroBitCount) + count * 8
      }
      let bits = size(72, counts[0]) + size(216, counts[1])
      #expect(Double(bits) <= limit * 8)
      #expect(bits >= last)
      last = bits
    }
  }
}
