import SpikeGraph

/// A fitted model to vary in tests: [3] → linear a → IF [2] → linear b → LI [2].
enum SmallModel {
  static func make() -> Model {
    let book = WeightCodebook(
      scope: .layer, entries: [[-2, 3]], hasFreeZero: true, scale: 0.5, bits: 4)
    let neuron = Neuron(reset: .toValue(0), comparator: .greaterOrEqual)
    let graph = Graph(
      name: "small", inputs: [GraphInput(name: "x", shape: [3])], outputs: ["out:0"],
      nodes: [
        Node(
          name: "a", operator: .linear, inputs: ["x"],
          parameters: [.weight: "a.weight", .bias: "a.bias"], output: "a:0"),
        Node(
          name: "if", operator: .neuron(neuron), inputs: ["a:0"],
          parameters: [.threshold: "if.threshold"], output: "if:0"),
        Node(
          name: "b", operator: .linear, inputs: ["if:0"], parameters: [.weight: "b.weight"],
          output: "b:0"),
        Node(
          name: "out", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["b:0"],
          output: "out:0"),
      ],
      constants: [
        "a.weight": Tensor([3, -2, 0, 3, 3, -2], shape: [2, 3]),
        "a.bias": Tensor([1, -1], shape: [2]),
        "if.threshold": .scalar(5),
        "b.weight": Tensor([3, -2, -2, 3], shape: [2, 2]),
      ])
    return Model(
      graph: graph, stage: .fitted,
      encoding: InputEncoding(scale: [0.25], offset: [0], bits: 4), timeSteps: 3,
      codebooks: ["a.weight": book, "b.weight": book])
  }
}
