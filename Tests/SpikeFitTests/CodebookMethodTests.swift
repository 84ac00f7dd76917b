import SpikeBytes
import SpikeCompute
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import Testing

@Suite("Codebook methods, ours and the rivals")
struct CodebookMethodTests {
  @Test(
    "Every method keeps its number of unique weights, odd or even",
    arguments: CodebookMethod.allCases, [2, 3, 4])
  func uniqueWeights(method: CodebookMethod, count: Int) throws {
    let data = try TinyModels.data()
    var options = TinyModels.options {
      $0.codebook.method = method
      $0.uniqueWeights = count
      $0.epochs = 2
    }
    if method == .ttq, count != 3 {
      let error = #expect(throws: FitError.self) {
        try SpikeFitter.fit(TinyModels.convolutional(), options: options, training: data)
      }
      #expect(error?.code == .invalidOption)
      return
    }
    options.target.hasChannelThresholds = true
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(), options: options, training: data, evaluation: data)
    for name in ["w1", "w2"] {
      let weights = try #require(result.model.graph.constants[name]).floats()
      #expect((1...count).contains(Set(weights).count))
      #expect(weights.allSatisfy { $0 == $0.rounded() && (-128...127).contains($0) })
    }
    #expect(result.floatAccuracy != nil)
    #expect(result.steps == result.plannedSteps)
  }

  @Test(
    "Every family and every scope ends in integers of its kind",
    arguments: CodebookFamily.allCases, [CodebookScope.network, .layer, .channel])
  func families(family: CodebookFamily, scope: CodebookScope) throws {
    let count = family == .ternary ? 3 : 4
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.codebook.family = family
        $0.uniqueWeights = count
        $0.scope = scope
        $0.epochs = 2
        $0.pruneShare = 0.3
      }, training: TinyModels.data())
    for name in ["w1", "w2"] {
      let tensor = try #require(result.model.graph.constants[name])
      let book = try #require(result.model.codebooks[name])
      for entries in book.entries {
        #expect(entries.count <= count)
        guard entries.count == count else { continue }
        switch family {
        case .subsetSum:
          // 0, a, b, a + b in some order.
          #expect(entries.contains(0))
          let others = entries.filter { $0 != 0 }
          #expect(
            others.indices.contains { whole in
              others.reduce(0, +) == 2 * others[whole]
            })
        case .symmetric where !entries.contains(-128), .powerOfTwo:
          #expect(entries == entries.reversed().map { -$0 })
        default: break
        }
      }
      #expect(tensor.floats().contains { $0 != 0 })
    }
  }

  @Test(
    "One and two threads give the same model, for methods that use exponentials and roots",
    arguments: [CodebookMethod.catSoft, .dkm, .rescaw])
  func determinism(method: CodebookMethod) throws {
    let data = try TinyModels.data()
    func fit(threads: Int) throws -> Model {
      try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.threads = threads
          $0.codebook.method = method
          $0.codebook.importance = .gradients
          $0.codebook.commitment = 1
          $0.target.hasChannelThresholds = true
          $0.pruneShare = 0.3
          $0.epochs = 2
        }, training: data
      ).model
    }
    let one = try fit(threads: 1)
    let two = try fit(threads: 2)
    #expect(one == two)
  }

  @Test("Frozen assignment keeps every weight in the cluster where it started")
  func frozen() throws {
    func indices(epochs: Double) throws -> [[Int]] {
      let result = try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.codebook.method = .frozen
          $0.schedule.codebookStart = 0
          $0.epochs = epochs
        }, training: TinyModels.data())
      return try ["w1", "w2"].map { name in
        let weights = try #require(result.model.graph.constants[name]).floats()
        let seen = Set(weights).sorted()
        return weights.compactMap { seen.firstIndex(of: $0) }
      }
    }
    #expect(try indices(epochs: 0) == indices(epochs: 2))
  }

  @Test("Learned factors of channels move thresholds apart from where they started")
  func channelScales() throws {
    func thresholds(_ choice: CodebookOptions.ChannelScales) throws -> [Float] {
      let result = try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.codebook.channelScales = choice
          $0.target.hasChannelThresholds = true
          $0.epochs = 4
        }, training: TinyModels.data())
      let node = try #require(result.model.graph.nodes.first { $0.name == "hidden" })
      return try #require(result.model.graph.constant(.threshold, of: node)).floats()
    }
    let learned = try thresholds(.learned)
    #expect(learned.count == 6)
    #expect(Set(learned).count > 1)
    #expect(learned.allSatisfy { (1...131_071).contains($0) })
    #expect(try learned != thresholds(.fixed))
    #expect(try Set(thresholds(.off)).count == 1)
  }

  @Test(
    "With axon types the value of a weight depends on its input, in every row",
    arguments: [CodebookMethod.cat, .fixed, .frozen, .postHoc])
  func axonTypes(method: CodebookMethod) throws {
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.codebook.method = method
        $0.codebook.tie = .axon
        $0.scope = .channel
        $0.target.hasChannelThresholds = true
        $0.pruneShare = 0.3
        $0.epochs = 2
      }, training: TinyModels.data())
    for name in ["w1", "w2"] {
      let tensor = try #require(result.model.graph.constants[name])
      let weights = tensor.floats()
      let columns = tensor.count / tensor.shape[0]
      let inputs = Set(
        (0..<columns).map { column in
          (0..<tensor.shape[0]).map { weights[$0 * columns + column] }
        })
      #expect((2...4).contains(inputs.count))
      #expect(Set(weights).count > 4, "rows have values of their own")
    }
  }

  @Test("Channels of a core share a codebook, also after pruning")
  func cores() throws {
    let result = try SpikeFitter.fit(
      TinyModels.convolutional(),
      options: TinyModels.options {
        $0.codebook.tie = .core(channels: 3)
        $0.scope = .channel
        $0.uniqueWeights = 3
        $0.epochs = 2
      }, training: TinyModels.data())
    let weights = try #require(result.model.graph.constants["w1"]).floats()
    for core in 0..<2 {
      #expect(Set(weights[core * 27..<(core + 1) * 27]).count <= 3)
    }
    #expect(Set(weights).count > 3)
  }

  @Test("Contradicting options are refused with what is allowed")
  func contradictions() throws {
    let data = try TinyModels.data(count: 24)
    let wrong: [(inout FitOptions) -> Void] = [
      {
        $0.codebook.method = .lsq
        $0.codebook.family = .symmetric
      },
      { $0.codebook.tie = .core(channels: 2) },
      {
        $0.codebook.family = .subsetSum
        $0.uniqueWeights = 6
      },
      { $0.codebook.commitment = -1 },
      {
        $0.codebook.method = .fixed
        $0.uniqueWeights = nil
      },
    ]
    for change in wrong {
      let error = #expect(throws: FitError.self) {
        try SpikeFitter.fit(
          TinyModels.convolutional(), options: TinyModels.options(change), training: data)
      }
      #expect(error?.code == .invalidOption)
    }
  }
}
