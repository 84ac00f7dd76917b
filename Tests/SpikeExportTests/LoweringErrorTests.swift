import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeGraph
import Testing

/// One way to make the small model impossible to lower.
struct BrokenModel: Sendable, CustomTestStringConvertible {
  let what: String
  let code: ExportErrorCode
  let change: @Sendable (inout Model) -> Void

  init(
    _ what: String, _ code: ExportErrorCode, _ change: @escaping @Sendable (inout Model) -> Void
  ) {
    self.what = what
    self.code = code
    self.change = change
  }

  var testDescription: String { what }

  static let all: [BrokenModel] = [
    BrokenModel("a model that is not fitted", .notFitted) { $0.stage = .spiking },
    BrokenModel("no time steps", .notFitted) { $0.timeSteps = nil },
    BrokenModel("too many time steps", .notFitted) { $0.timeSteps = 1_000_000 },
    BrokenModel("a weight with a fraction", .notFitted) {
      $0.graph.constants["a.weight"] = Tensor([3, -2, 0, 3, 3, -1.5], shape: [2, 3])
    },
    BrokenModel("a weight that is not a number", .notFitted) {
      $0.graph.constants["a.weight"] = Tensor([3, -2, 0, 3, 3, .nan], shape: [2, 3])
    },
    BrokenModel("an infinite bias", .notFitted) {
      $0.graph.constants["a.bias"] = Tensor([1, .infinity], shape: [2])
    },
    BrokenModel("a bias with a fraction", .notFitted) {
      $0.graph.constants["a.bias"] = Tensor([1, 0.25], shape: [2])
    },
    BrokenModel("a threshold with a fraction", .notFitted) {
      $0.graph.constants["if.threshold"] = .scalar(5.5)
    },
    BrokenModel("a reset value with a fraction", .notFitted) {
      $0.replaceNeuron { $0.reset = .toValue(0.5) }
    },
    BrokenModel("a start between integers", .notFitted) {
      $0.replaceNeuron { $0.initialShare = 0.5 }
    },
    BrokenModel("a codebook list without a channel", .notFitted) {
      $0.codebooks["a.weight"]?.entries = [[-2, 3], [-2, 3], [1]]
    },
    BrokenModel("an empty codebook", .notFitted) {
      $0.codebooks["a.weight"]?.entries = [[]]
      $0.codebooks["a.weight"]?.hasFreeZero = false
    },
    BrokenModel("a weight outside its codebook", .weightNotInCodebook) {
      $0.graph.constants["a.weight"] = Tensor([3, -2, 0, 3, 3, 7], shape: [2, 3])
    },
    BrokenModel("a codebook of 256 entries and a free zero", .codebookTooLarge) {
      $0.codebooks["a.weight"]?.entries = [(1...256).map { Int32($0) }]
    },
    BrokenModel("a missing weight", .invalidGraph) {
      $0.graph.constants["a.weight"] = nil
    },
    BrokenModel("a value that nobody makes", .invalidGraph) { $0.graph.outputs = ["none"] },
    BrokenModel("two outputs", .unsupportedTopology) { $0.graph.outputs = ["out:0", "if:0"] },
    BrokenModel("two inputs", .unsupportedTopology) {
      $0.graph.inputs.append(GraphInput(name: "y", shape: [1]))
    },
    BrokenModel("an input of four axes", .unsupportedTopology) {
      $0.graph.inputs[0].shape = [1, 1, 1, 3]
      $0.graph.constants["a.weight"] = Tensor([3, -2, 0, 3, 3, -2], shape: [2, 3])
    },
    BrokenModel("an output in the middle", .unsupportedTopology) { $0.graph.outputs = ["if:0"] },
    BrokenModel("synapses behind synapses", .unsupportedTopology) { model in
      model.graph.nodes.remove(at: 1)
      model.graph.nodes[1].inputs = ["a:0"]
    },
    BrokenModel("an analog input", .unsupportedEncoding) { $0.encoding.bits = nil },
    BrokenModel("nine bits", .unsupportedEncoding) { $0.encoding.bits = 9 },
    BrokenModel("a shifted input", .unsupportedEncoding) { $0.encoding.offset = [-0.5] },
    BrokenModel("an input scaled by channel", .unsupportedEncoding) {
      $0.encoding.scale = [1, 2, 3]
    },
    BrokenModel("an activation function", .unsupportedOperator) { $0.insert(.relu) },
    BrokenModel("a softmax", .unsupportedOperator) {
      $0.insert(.softmax(axis: 0, logarithm: false))
    },
    BrokenModel("a concatenation", .unsupportedOperator) { model in
      model.graph.nodes.insert(
        Node(name: "cat", operator: .concatenate(axis: 0), inputs: ["if:0"], output: "cat:0"),
        at: 2)
      model.graph.nodes[3].inputs = ["cat:0"]
    },
    BrokenModel("a vector that becomes a map", .unsupportedTopology) {
      $0.insert(.reshape([1, 1, 2]))
    },
    BrokenModel("a soft reset", .unsupportedNeuron) {
      $0.replaceNeuron { $0.reset = .bySubtraction }
    },
    BrokenModel("a leaky neuron that spikes at its threshold", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .leakyIntegrateAndFire
        $0.membraneDecay = 0.5
      }
    },
    BrokenModel("a leak between two 4096ths", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .leakyIntegrateAndFire
        $0.comparator = .greater
        $0.membraneDecay = 0.3
      }
    },
    BrokenModel("a leak that was fitted for other rounding", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .leakyIntegrateAndFire
        $0.comparator = .greater
        $0.membraneDecay = 0.5
        $0.fractionBits = 0
      }
    },
    BrokenModel("a leak in real numbers", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .leakyIntegrateAndFire
        $0.comparator = .greater
        $0.membraneDecay = 0.5
      }
    },
    BrokenModel("a bias that decays with a current", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .currentBased
        $0.comparator = .greater
        $0.currentDecay = 0.5
        $0.fractionBits = 6
      }
    },
    BrokenModel("a leak that is not a number", .unsupportedNeuron) {
      $0.replaceNeuron {
        $0.model = .leakyIntegrateAndFire
        $0.membraneDecay = .nan
      }
    },
    BrokenModel("a weight of nine bits", .limitExceeded) {
      $0.graph.constants["a.weight"] = Tensor([3, -2, 0, 3, 3, 128], shape: [2, 3])
    },
    BrokenModel("a bias of fourteen bits", .limitExceeded) {
      $0.graph.constants["a.bias"] = Tensor([1, -4097], shape: [2])
    },
    BrokenModel("a threshold of eighteen bits", .limitExceeded) {
      $0.graph.constants["if.threshold"] = .scalar(131_073)
    },
    BrokenModel("a threshold below nothing", .limitExceeded) {
      $0.graph.constants["if.threshold"] = .scalar(0)
    },
    BrokenModel("a reset value", .limitExceeded) { $0.replaceNeuron { $0.reset = .toValue(1) } },
    BrokenModel("a start above 0", .limitExceeded) {
      $0.replaceNeuron { $0.initialShare = 1 }
    },
  ]
}

extension Model {
  fileprivate mutating func replaceNeuron(_ change: (inout Neuron) -> Void) {
    guard case .neuron(var neuron) = graph.nodes[1].operator else { return }
    change(&neuron)
    graph.nodes[1].operator = .neuron(neuron)
  }

  /// Puts an operator behind the first neurons.
  fileprivate mutating func insert(_ operation: Operator) {
    graph.nodes.insert(
      Node(name: "extra", operator: operation, inputs: ["if:0"], output: "extra:0"), at: 2)
    graph.nodes[3].inputs = ["extra:0"]
  }
}

@Suite("Lowering refuses")
struct LoweringErrorTests {
  @Test("with the right code, a remedy and a sentence", arguments: BrokenModel.all)
  func refusal(broken: BrokenModel) {
    var model = SmallModel.make()
    broken.change(&model)
    do throws(ExportError) {
      _ = try Lowering.lower(model, target: .loihi2)
      Issue.record("lowered \(broken.what)")
    } catch {
      #expect(error.code == broken.code, "\(error)")
      #expect(error.fix?.isEmpty == false, "\(error)")
      #expect(error.message.hasSuffix("."), "\(error)")
    }
  }

  @Test("maximum pooling by name")
  func maximumPool() throws {
    var model = RandomFittedModel.make(seed: 3, forLoihi: true)
    let index = try #require(
      model.graph.nodes.firstIndex {
        switch $0.operator {
        case .sumPool, .averagePool: true
        default: false
        }
      })
    guard case .sumPool(let pool) = model.graph.nodes[index].operator else {
      guard case .averagePool(let pool) = model.graph.nodes[index].operator else { return }
      model.graph.nodes[index].operator = .maxPool(pool)
      try check(model)
      return
    }
    model.graph.nodes[index].operator = .maxPool(pool)
    try check(model)
  }

  private func check(_ model: Model) throws {
    let error = #expect(throws: ExportError.self) {
      try Lowering.lower(model, target: .loihi2)
    }
    #expect(error?.code == .unsupportedOperator)
    #expect(error?.location.operator == "MaxPool")
  }

  @Test("pools that do not tile, and pools between synapses and neurons")
  func pools() throws {
    let image = GraphInput(name: "x", shape: [1, 4, 4])
    func model(_ nodes: [Node]) -> Model {
      var model = SmallModel.make()
      model.graph.inputs = [image]
      model.graph.nodes = nodes
      model.graph.outputs = [nodes.last?.output ?? ""]
      model.graph.constants["w"] = Tensor([3], shape: [1, 1, 1, 1])
      return model
    }
    let convolution = Node(
      name: "conv", operator: .convolution(Convolution(kernel: [1, 1])), inputs: ["x"],
      parameters: [.weight: "w"], output: "c")
    let neuron = Neuron(reset: .toValue(0), comparator: .greater)
    let between = model([
      convolution,
      Node(name: "pool", operator: .sumPool(Pooling(kernel: [2, 2])), inputs: ["c"], output: "p"),
      Node(
        name: "if", operator: .neuron(neuron), inputs: ["p"],
        parameters: [.threshold: "if.threshold"], output: "s"),
    ])
    let overlapping = model([
      Node(
        name: "pool", operator: .sumPool(Pooling(kernel: [2, 2], strides: [1, 1])), inputs: ["x"],
        output: "p"),
      Node(
        name: "if", operator: .neuron(neuron), inputs: ["p"],
        parameters: [.threshold: "if.threshold"], output: "s"),
    ])
    for model in [between, overlapping] {
      let error = #expect(throws: ExportError.self) {
        try Lowering.lower(model, target: .loihi2)
      }
      #expect(error?.code == .unsupportedTopology)
      #expect(error?.location.node == "pool")
    }
  }

  @Test("several nodes at once, each with a finding of its own")
  func collection() {
    var model = SmallModel.make()
    model.graph.constants["a.bias"] = Tensor([0.5, 0.5], shape: [2])
    // An independent second way to the output, with a problem of its own.
    model.graph.nodes.insert(
      Node(name: "side", operator: .relu, inputs: ["x"], output: "side:0"), at: 0)
    do throws(ExportError) {
      _ = try Lowering.lower(model, target: .loihi2)
      Issue.record("lowered")
    } catch {
      #expect(error.findings.map(\.code) == ["export.unsupported-operator", "export.not-fitted"])
      #expect(error.findings.map(\.location.node) == ["side", "a"])
    }
  }

  @Test("limits of a caller's own target hold, whatever they are")
  func hostileLimits() throws {
    let narrow = TargetLimits(
      weights: 0...0, thresholds: Int32.max...Int32.max, biases: Int32.min...Int32.min)
    let target = ExportTarget(name: "odd", summary: "", arithmetic: .plain, limits: narrow)
    let error = #expect(throws: ExportError.self) {
      try Lowering.lower(SmallModel.make(), target: target)
    }
    #expect(error?.code == .limitExceeded)
    let wide = TargetLimits(
      weights: Int32.min...Int32.max, thresholds: Int32.min...Int32.max,
      biases: Int32.min...Int32.max, initialPotentials: Int32.min...Int32.max)
    let open = ExportTarget(name: "odd", summary: "", arithmetic: .loihiCuba, limits: wide)
    #expect(try Lowering.lower(SmallModel.make(), target: open).populations.count == 2)
  }
}
