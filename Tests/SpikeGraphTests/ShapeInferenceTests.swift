import SpikeDiagnostics
import SpikeGraph
import Testing

/// What shape inference must answer.
enum Inferred: Equatable, Sendable {
  case success(Shape)
  case failure(GraphErrorCode)
}

/// One node over inputs of given shapes, and what its output must be.
struct InferenceCase: Sendable, CustomTestStringConvertible {
  var operation: Operator
  var inputs: [Shape]
  var constants: [ParameterRole: Shape]
  var expected: Inferred

  init(
    _ operation: Operator, _ inputs: Shape..., constants: [ParameterRole: Shape] = [:],
    gives expected: Shape
  ) {
    self.init(operation, inputs, constants, .success(expected))
  }

  init(
    _ operation: Operator, _ inputs: Shape..., constants: [ParameterRole: Shape] = [:],
    fails code: GraphErrorCode
  ) {
    self.init(operation, inputs, constants, .failure(code))
  }

  private init(
    _ operation: Operator, _ inputs: [Shape], _ constants: [ParameterRole: Shape],
    _ expected: Inferred
  ) {
    self.operation = operation
    self.inputs = inputs
    self.constants = constants
    self.expected = expected
  }

  var testDescription: String {
    "\(operation) on \(inputs), \(constants.values.map(\.description))"
  }

  /// The graph of this case.
  var graph: Graph {
    var graph = Graph(outputs: ["y"])
    var parameters: [ParameterRole: ValueName] = [:]
    for (role, shape) in constants {
      parameters[role] = role.rawValue
      graph.constants[role.rawValue] = Tensor(
        [Float](repeating: 1, count: shape.elementCount), shape: shape)
    }
    for (index, shape) in inputs.enumerated() {
      graph.inputs.append(GraphInput(name: "x\(index)", shape: shape))
    }
    graph.nodes = [
      Node(
        name: "node", operator: operation, inputs: graph.inputs.map(\.name),
        parameters: parameters, output: "y")
    ]
    return graph
  }

  static let neuron = Operator.neuron(Neuron())
  static let readout = Operator.neuron(Neuron(.leakyIntegrator))
  static let conv3 = Operator.convolution(Convolution(kernel: [3, 3]))
  static let norm = Operator.batchNormalization(epsilon: 1e-5)
  static let four: [ParameterRole: Shape] = [.scale: [4], .shift: [4], .mean: [4], .variance: [4]]

  static let all: [InferenceCase] = [
    // Convolution
    .init(conv3, [2, 8, 9], constants: [.weight: [4, 2, 3, 3], .bias: [4]], gives: [4, 6, 7]),
    .init(
      .convolution(
        Convolution(
          kernel: [3, 5], strides: [2, 1], padsBefore: [1, 2], padsAfter: [0, 2],
          dilations: [2, 1], groups: 2)), [4, 9, 9], constants: [.weight: [6, 2, 3, 5]],
      gives: [6, 3, 9]),
    .init(
      .convolution(Convolution(kernel: [4])), [3, 10], constants: [.weight: [5, 3, 4]],
      gives: [5, 7]),
    .init(conv3, [2, 8, 8], fails: .missingParameter),
    .init(conv3, [2, 8, 8], constants: [.weight: [4, 3, 3, 3]], fails: .shapeMismatch),
    .init(conv3, [2, 8, 8], constants: [.weight: [4, 2, 3, 5]], fails: .shapeMismatch),
    .init(conv3, [2, 2, 8], constants: [.weight: [4, 2, 3, 3]], fails: .shapeMismatch),
    .init(conv3, [2, 8], constants: [.weight: [4, 2, 3, 3]], fails: .shapeMismatch),
    .init(conv3, [], constants: [.weight: [4, 2, 3, 3]], fails: .shapeMismatch),
    .init(
      conv3, [2, 8, 8], constants: [.weight: [4, 2, 3, 3], .bias: [3]], fails: .shapeMismatch),
    .init(
      .convolution(Convolution(kernel: [3, 3], groups: 3)), [2, 8, 8],
      constants: [.weight: [4, 2, 3, 3]], fails: .shapeMismatch),
    // Linear
    .init(.linear, [7], constants: [.weight: [3, 7], .bias: [3]], gives: [3]),
    .init(.linear, [2, 7], constants: [.weight: [3, 7]], gives: [2, 3]),
    .init(.linear, [7], fails: .missingParameter),
    .init(.linear, [6], constants: [.weight: [3, 7]], fails: .shapeMismatch),
    .init(.linear, [], constants: [.weight: [3, 7]], fails: .shapeMismatch),
    .init(.linear, [7], constants: [.weight: [3, 7], .bias: [7]], fails: .shapeMismatch),
    // Element by element
    .init(.add, [2, 3], [2, 3], [2, 3], gives: [2, 3]),
    .init(.add, [2, 3], [3, 2], fails: .shapeMismatch),
    .init(.affine, [4, 2, 2], constants: [.scale: [4, 1, 1], .shift: []], gives: [4, 2, 2]),
    .init(.affine, [4, 2, 2], gives: [4, 2, 2]),
    .init(.affine, [4, 2, 2], constants: [.scale: [4]], fails: .shapeMismatch),
    .init(.affine, [4], constants: [.shift: [2, 4]], fails: .shapeMismatch),
    .init(norm, [4, 5, 5], constants: four, gives: [4, 5, 5]),
    .init(norm, [4], constants: four, gives: [4]),
    .init(norm, [3, 5, 5], constants: four, fails: .shapeMismatch),
    .init(norm, [4, 5, 5], constants: [.scale: [4], .shift: [4]], fails: .missingParameter),
    .init(.relu, [4, 5], gives: [4, 5]),
    .init(.clip(minimum: 0, maximum: 6), [4, 5], gives: [4, 5]),
    .init(.leakyRelu(alpha: 0.1), [4, 5], gives: [4, 5]),
    .init(.quantize(minimum: -128, maximum: 127), [4, 5], gives: [4, 5]),
    .init(.quantize(minimum: 0.5, maximum: 6), [4, 5], fails: .invalidAttribute),
    .init(.quantize(minimum: 7, maximum: 6), [4, 5], fails: .invalidAttribute),
    .init(.quantize(minimum: 0, maximum: 0x1p23), [4, 5], fails: .invalidAttribute),
    // Pools
    .init(.maxPool(Pooling(kernel: [2, 2])), [3, 7, 8], gives: [3, 3, 4]),
    .init(.maxPool(Pooling(kernel: [2, 2], roundsUp: true)), [3, 7, 8], gives: [3, 4, 4]),
    .init(.averagePool(Pooling(kernel: [3], strides: [1])), [3, 7], gives: [3, 5]),
    .init(
      .sumPool(Pooling(kernel: [3, 3], strides: [2, 2], padsBefore: [1, 1])), [1, 5, 5],
      gives: [1, 3, 3]),
    .init(.maxPool(Pooling(kernel: [9, 2])), [3, 7, 8], fails: .shapeMismatch),
    .init(.maxPool(Pooling(kernel: [2, 2])), [7, 8], fails: .shapeMismatch),
    .init(.sumPool(Pooling(kernel: [1, 1, 1])), [1, 5, 5, 5], fails: .shapeMismatch),
    // Layout
    .init(.reshape([6]), [2, 3], gives: [6]),
    .init(.reshape([5]), [2, 3], fails: .shapeMismatch),
    .init(.transpose(order: [2, 0, 1]), [2, 3, 4], gives: [4, 2, 3]),
    .init(.transpose(order: [0, 0, 1]), [2, 3, 4], fails: .invalidAttribute),
    .init(.transpose(order: [0, 1]), [2, 3, 4], fails: .invalidAttribute),
    .init(.pad(before: [0, 1], after: [2, -1], value: 0), [3, 4], gives: [5, 4]),
    .init(.pad(before: [0], after: [0, 0], value: 0), [3, 4], fails: .invalidAttribute),
    .init(.pad(before: [0, -2], after: [0, -2], value: 0), [3, 4], fails: .invalidAttribute),
    .init(.concatenate(axis: 1), [2, 3], [2, 4], gives: [2, 7]),
    .init(.concatenate(axis: 2), [2, 3], [2, 4], fails: .invalidAttribute),
    .init(.concatenate(axis: -1), [2, 3], [2, 4], fails: .invalidAttribute),
    .init(.concatenate(axis: 0), [2, 3], [2, 4], fails: .shapeMismatch),
    .init(.concatenate(axis: 0), [2, 3], [2], fails: .shapeMismatch),
    .init(.softmax(axis: 0, logarithm: false), [10], gives: [10]),
    .init(.softmax(axis: 1, logarithm: true), [10], fails: .invalidAttribute),
    // Neurons
    .init(neuron, [4, 5, 5], constants: [.threshold: []], gives: [4, 5, 5]),
    .init(neuron, [4, 5, 5], constants: [.threshold: [4]], gives: [4, 5, 5]),
    .init(neuron, [], constants: [.threshold: []], gives: []),
    .init(neuron, [], constants: [.threshold: [2]], fails: .shapeMismatch),
    .init(neuron, [4, 5, 5], constants: [.threshold: [5]], fails: .shapeMismatch),
    .init(neuron, [4, 5, 5], fails: .missingParameter),
    .init(readout, [10], gives: [10]),
    // Anything
    .init(.relu, fails: .undefinedValue),
    .init(.relu, [65_536, 65_536], fails: .tooLarge),
  ]
}

@Suite("Shape inference")
struct ShapeInferenceTests {
  @Test("knows every operator and refuses what does not fit", arguments: InferenceCase.all)
  func cases(_ item: InferenceCase) {
    do throws(GraphError) {
      let shapes = try item.graph.inferredShapes()
      #expect(item.expected == .success(shapes["y"] ?? [-1]))
    } catch {
      #expect(item.expected == .failure(error.code), "\(error)")
      #expect(error.location.node == "node")
      #expect(error.location.operator == item.operation.name)
    }
  }

  @Test("covers every operator")
  func coverage() {
    let names = Set(
      InferenceCase.all.filter { if case .success = $0.expected { true } else { false } }
        .map(\.operation.name))
    #expect(
      names.isSuperset(of: [
        "Convolution", "Linear", "Add", "Affine", "BatchNormalization", "Relu", "Clip",
        "LeakyRelu", "MaxPool", "AveragePool", "SumPool", "Reshape", "Transpose", "Pad",
        "Concatenate", "Softmax", "IF", "LI",
      ]))
  }

  func code(_ graph: Graph) -> GraphErrorCode? {
    do throws(GraphError) {
      _ = try graph.inferredShapes()
      return nil
    } catch { return error.code }
  }

  @Test("demands that every value is made once and before it is read")
  func order() {
    let relu = Node(name: "a", operator: .relu, inputs: ["x"], output: "y")
    let second = Node(name: "b", operator: .relu, inputs: ["y"], output: "z")
    let input = [GraphInput(name: "x", shape: [3])]
    #expect(code(Graph(inputs: input, outputs: ["z"], nodes: [relu, second])) == nil)
    #expect(code(Graph(inputs: input, outputs: ["z"], nodes: [second, relu])) == .undefinedValue)
    #expect(code(Graph(inputs: input, outputs: ["w"], nodes: [relu])) == .undefinedValue)
    #expect(code(Graph(inputs: input + input, nodes: [])) == .duplicateValue)
    var again = relu
    again.output = "x"
    #expect(code(Graph(inputs: input, nodes: [again])) == .duplicateValue)
    #expect(code(Graph(inputs: input, nodes: [relu, relu])) == .duplicateValue)
  }

  @Test("names the node, the values found and the values allowed")
  func messages() throws {
    let item = InferenceCase(
      .linear, [6], constants: [.weight: [3, 7]], fails: .shapeMismatch)
    do throws(GraphError) {
      _ = try item.graph.inferredShapes()
      Issue.record("accepted")
    } catch {
      #expect(
        error.description == """
          node 'node' (Linear): error [graph.shape-mismatch]
            A weight of shape [3, 7] ([out, in]) does not fit an input of shape [6].
          """)
    }
  }
}

@Suite("A graph")
struct GraphTests {
  let graph: Graph = {
    var graph = Graph(inputs: [GraphInput(name: "x", shape: [2])], outputs: ["z"])
    graph.constants = [
      "w": Tensor([1, 2, 3, 4], shape: [2, 2]), "b": Tensor([1, 2], shape: [2]),
      "t": .scalar(1), "unused": Tensor([0, 0, 0], shape: [3]),
    ]
    graph.nodes = [
      Node(
        name: "fc1", operator: .linear, inputs: ["x"], parameters: [.weight: "w", .bias: "b"],
        output: "h"),
      Node(
        name: "if", operator: .neuron(Neuron()), inputs: ["h"], parameters: [.threshold: "t"],
        output: "s"),
      Node(
        name: "fc2", operator: .linear, inputs: ["s"], parameters: [.weight: "w"], output: "y"),
      Node(name: "sum", operator: .add, inputs: ["y", "s", "h"], output: "z"),
    ]
    return graph
  }()

  @Test("finds readers, producers and constants")
  func lookUp() {
    #expect(graph.readers(of: "s") == [2, 3])
    #expect(graph.readers(of: "z") == [])
    #expect(graph.producer(of: "y") == 2)
    #expect(graph.producer(of: "x") == nil)
    #expect(graph.constant(.bias, of: graph.nodes[0])?.floats() == [1, 2])
    #expect(graph.constant(.bias, of: graph.nodes[2]) == nil)
  }

  @Test("counts a shared weight once, and neither thresholds nor what is not used")
  func parameterCount() { #expect(graph.parameterCount == 6) }

  @Test("orders roles by their declaration")
  func roles() {
    #expect(
      ParameterRole.allCases.reversed().sorted()
        == [
          .weight, .bias, .scale, .shift, .mean, .variance, .threshold, .indices, .recurrence,
          .decay,
          .unit,
        ])
  }
}

@Suite("Geometry")
struct GeometryTests {
  /// Output size by counting the places where the window fits.
  func counted(_ size: Int, _ k: Int, _ s: Int, _ before: Int, _ after: Int, _ d: Int) -> Int? {
    let places = stride(from: 0, through: size + before + after - 1, by: s).filter {
      $0 + (k - 1) * d < size + before + after
    }
    return places.isEmpty ? nil : places.count
  }

  @Test("of a convolution counts the places where the kernel fits", arguments: 1...12)
  func convolution(size: Int) {
    for kernel in 1...4 {
      for stride in 1...3 {
        for dilation in 1...2 {
          for (before, after) in [(0, 0), (1, 0), (2, 1)] {
            let geometry = Convolution(
              kernel: [kernel], strides: [stride], padsBefore: [before], padsAfter: [after],
              dilations: [dilation])
            let pool = Pooling(
              kernel: [kernel], strides: [stride], padsBefore: [before], padsAfter: [after],
              dilations: [dilation])
            let expected = counted(size, kernel, stride, before, after, dilation)
            #expect(geometry.outputSizes(for: [size])?.first == expected)
            #expect(pool.outputSizes(for: [size])?.first == expected)
          }
        }
      }
    }
  }

  @Test("of a pool that rounds up adds a last window only if it starts inside")
  func roundingUp() {
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ after: Int) -> Int? {
      Pooling(
        kernel: [kernel], strides: [stride], padsBefore: [0], padsAfter: [after], roundsUp: true
      ).outputSizes(for: [input])?.first
    }
    #expect(size(7, 2, 2, 0) == 4)
    #expect(size(8, 2, 2, 0) == 4)
    #expect(size(5, 1, 3, 2) == 2)
    #expect(size(3, 2, 3, 1) == 1)
  }

  @Test("knows a tiling window")
  func tiling() {
    #expect(Pooling(kernel: [2, 2]).isTiling)
    #expect(!Pooling(kernel: [2, 2], strides: [1, 1]).isTiling)
    #expect(!Pooling(kernel: [2, 2], padsBefore: [1, 0]).isTiling)
    #expect(!Pooling(kernel: [2, 2], roundsUp: true).isTiling)
  }
}
