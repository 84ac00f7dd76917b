import SpikeBytes
import SpikeGraph

/// Models for tests: one with everything that a file can hold, and random ones from a seed.
enum SampleModels {
  /// A chain of nodes that grows at its end.
  struct Chain {
    var graph: Graph
    var random: SplitMix64
    var last: ValueName

    init(_ name: String, input: Shape, seed: UInt64) {
      graph = Graph(name: name, inputs: [GraphInput(name: "x", shape: input)])
      random = SplitMix64(seed: seed)
      last = "x"
    }

    mutating func constant(_ shape: Shape) -> Tensor {
      Tensor((0..<shape.elementCount).map { _ in Float(random.normal()) }, shape: shape)
    }

    mutating func add(
      _ operation: Operator, inputs: [ValueName]? = nil, _ constants: [ParameterRole: Tensor] = [:]
    ) {
      let name = "node.\(graph.nodes.count)"
      var parameters: [ParameterRole: ValueName] = [:]
      for (role, tensor) in constants {
        parameters[role] = "\(name).\(role.rawValue)"
        graph.constants["\(name).\(role.rawValue)"] = tensor
      }
      graph.nodes.append(
        Node(
          name: name, operator: operation, inputs: inputs ?? [last], parameters: parameters,
          output: "\(name).y"))
      last = "\(name).y"
    }

    mutating func finished() -> Graph {
      graph.outputs = [last]
      return graph
    }
  }

  /// Neurons in every form.
  static let neurons: [Neuron] =
    Neuron.Model.allCases.flatMap { model in
      Neuron.Comparator.allCases.flatMap { comparator in
        [Neuron.Reset.bySubtraction, .toValue(-0.25)].map { reset in
          Neuron(
            model, reset: reset, comparator: comparator, membraneDecay: 0.875, currentDecay: 0.5,
            initialShare: 0.3)
        }
      }
    }

  /// A model that uses every operator, every neuron form, every element type and every field.
  static func everything() -> Model {
    var chain = Chain("everything", input: [2, 8, 8], seed: 7)
    chain.add(
      .convolution(
        Convolution(
          kernel: [3, 3], strides: [1, 1], padsBefore: [1, 0], padsAfter: [1, 2],
          dilations: [1, 1], groups: 2)),
      [.weight: chain.constant([4, 1, 3, 3]), .bias: chain.constant([4])])
    chain.add(
      .batchNormalization(epsilon: 1e-5),
      [
        .scale: chain.constant([4]), .shift: chain.constant([4]), .mean: chain.constant([4]),
        .variance: chain.constant([4]),
      ])
    chain.add(.relu)
    chain.add(.clip(minimum: 0, maximum: .infinity))
    chain.add(.quantize(minimum: -128, maximum: 127))
    chain.add(.leakyRelu(alpha: 0.1))
    chain.add(
      .gather(axis: 1), [.indices: Tensor(integers: [7, 6, 5, 4, 3, 2, 1, -1, 1, 0], shape: [10])])
    for function in Pointwise.Function.allCases {
      chain.add(.pointwise(Pointwise(function, alpha: 0.25, beta: -1)))
    }
    let factor = chain.last
    chain.add(.multiply, inputs: [factor, factor])
    chain.add(.gather(axis: 1), [.indices: Tensor(integers: [0, 1, 2, 3, 4, 5, 6, 7], shape: [8])])
    chain.add(.affine, [.scale: chain.constant([4, 1, 1]), .shift: chain.constant([])])
    let branch = chain.last
    chain.add(.add, inputs: [branch, branch])
    chain.add(
      .maxPool(
        Pooling(
          kernel: [2, 2], strides: [1, 1], padsBefore: [0, 0], padsAfter: [1, 1],
          isCumulative: true)))
    chain.add(.averagePool(Pooling(kernel: [3, 3], strides: [2, 2], countsPadding: true)))
    chain.add(.pad(before: [0, 1, 0], after: [0, 0, 1], value: -1))
    chain.add(.sumPool(Pooling(kernel: [2, 2], roundsUp: true)))
    chain.add(.transpose(order: [0, 2, 1]))
    let pooled = chain.last
    chain.add(.concatenate(axis: 0), inputs: [pooled, pooled])
    for neuron in neurons {
      chain.add(
        .neuron(neuron),
        neuron.spikes
          ? [.threshold: chain.constant(neuron.reset == .bySubtraction ? [] : [8])] : [:])
    }
    chain.add(.reshape([32]))
    chain.add(.linear, [.weight: chain.constant([5, 32]), .bias: chain.constant([5])])
    chain.add(.softmax(axis: 0, logarithm: false))
    chain.add(.softmax(axis: 0, logarithm: true))
    var graph = chain.finished()
    for type in ElementType.allCases {
      let bytes = (0..<3 * type.byteCount).map { UInt8($0 + 1) }
      graph.constants["typed.\(type.rawValue)"] = Tensor(
        bytes: bytes, elementType: type, shape: [3])
    }
    graph.constants["empty"] = Tensor([], shape: [0, 3])
    graph.constants["naïve \u{1F9E0}"] = .scalar(-0.0)
    return Model(
      graph: graph, stage: .fitted,
      encoding: InputEncoding(scale: [0.5, 0.25], offset: [-1, 1], bits: 5), timeSteps: 4,
      codebooks: [
        "node.0.weight": WeightCodebook(
          scope: .channel, entries: [[-3, 0, 5], [-1, 2], [], [7]], hasFreeZero: true,
          scale: 0.01, bits: 4),
        "typed.int8": WeightCodebook(
          scope: .network, entries: [[-128, 127]], hasFreeZero: false, scale: 1, bits: 8),
        "typed.bool": WeightCodebook(
          scope: .layer, entries: [[0, 1]], hasFreeZero: false, scale: 2, bits: 1),
      ],
      history: [
        HistoryRecord(
          station: "import", version: "0.1.0", options: ["opset": "17", "a": ""],
          inputHash: String(repeating: "ab", count: 32)),
        HistoryRecord(
          station: "fit", version: "0.1.0", seed: .max,
          metrics: ["loss": 0.125, "accuracy.T4": 0.9]
        ),
      ])
  }

  /// A small model with one layer.
  static func small() -> Model {
    var chain = Chain("small", input: [3], seed: 1)
    chain.add(.linear, [.weight: chain.constant([2, 3])])
    chain.add(.relu)
    return Model(graph: chain.finished(), stage: .imported)
  }

  /// A random stack of linear layers, activations and neurons.
  static func random(seed: UInt64) -> Model {
    var size = 1 + Int(seed % 7)
    var chain = Chain("random \(seed)", input: [size], seed: seed)
    for _ in 0..<chain.random.integer(below: 6) {
      switch chain.random.integer(below: 4) {
      case 0:
        let next = 1 + chain.random.integer(below: 40)
        chain.add(.linear, [.weight: chain.constant([next, size])])
        size = next
      case 1: chain.add(.clip(minimum: 0, maximum: Float(chain.random.uniform())))
      case 2:
        let neuron = neurons[chain.random.integer(below: neurons.count)]
        chain.add(.neuron(neuron), neuron.spikes ? [.threshold: chain.constant([size])] : [:])
      default: chain.add(.add, inputs: [chain.last, chain.last])
      }
    }
    return Model(
      graph: chain.finished(), stage: ModelStage.allCases[Int(seed % 3)],
      timeSteps: seed % 2 == 0 ? nil : Int(seed))
  }
}
