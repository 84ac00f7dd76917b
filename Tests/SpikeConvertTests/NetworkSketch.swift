import SpikeBytes
import SpikeConvert
import SpikeData
import SpikeEngine
import SpikeGraph

/// Builds trained-looking ANNs in tests, one node behind the other.
struct NetworkSketch {
  private(set) var graph = Graph(name: "sketch")
  var draws: SplitMix64
  /// The value that the next node reads.
  var last: ValueName = "x"
  /// Whether constants are multiples of 1/8, so that sums of few products are exact.
  var isExact = false

  init(input: Shape, seed: UInt64) {
    graph.inputs = [GraphInput(name: "x", shape: input)]
    draws = SplitMix64(seed: seed)
  }

  var shape: Shape {
    var copy = graph
    copy.outputs = []
    return (try? copy.inferredShapes())?[last] ?? []
  }

  /// Numbers in -scale…scale.
  mutating func numbers(_ count: Int, scale: Float) -> [Float] {
    (0..<count).map { _ in
      isExact
        ? Float(draws.integer(below: 17) - 8) / 8
        : Float(draws.uniform() * 2 - 1) * scale
    }
  }

  @discardableResult
  mutating func add(
    _ operation: Operator, inputs: [ValueName]? = nil, _ constants: [ParameterRole: Tensor] = [:]
  ) -> ValueName {
    let number = graph.nodes.count
    var names: [ParameterRole: ValueName] = [:]
    for (role, tensor) in constants {
      names[role] = "\(role.rawValue)\(number)"
      graph.constants["\(role.rawValue)\(number)"] = tensor
    }
    graph.nodes.append(
      Node(
        name: "n\(number)", operator: operation, inputs: inputs ?? [last], parameters: names,
        output: "v\(number)"))
    last = "v\(number)"
    graph.outputs = [last]
    return last
  }

  @discardableResult
  mutating func convolution(
    _ outputs: Int, kernel: Int = 3, pad: Int = 1, groups: Int = 1, bias: Bool = true
  ) -> ValueName {
    let inputs = shape[0] / groups
    let weight = Shape([outputs, inputs, kernel, kernel])
    let scale = (3 / Float(inputs * kernel * kernel)).squareRoot()
    var constants = [
      ParameterRole.weight: Tensor(numbers(weight.elementCount, scale: scale), shape: weight)
    ]
    if bias { constants[.bias] = Tensor(numbers(outputs, scale: 0.2), shape: [outputs]) }
    let geometry = Convolution(
      kernel: [kernel, kernel], padsBefore: [pad, pad], groups: groups)
    return add(.convolution(geometry), constants)
  }

  @discardableResult
  mutating func linear(_ outputs: Int, bias: Bool = true) -> ValueName {
    if shape.rank != 1 { add(.reshape([shape.elementCount])) }
    let inputs = shape[0]
    let scale = (3 / Float(inputs)).squareRoot()
    var constants = [
      ParameterRole.weight: Tensor(
        numbers(outputs * inputs, scale: scale), shape: [outputs, inputs])
    ]
    if bias { constants[.bias] = Tensor(numbers(outputs, scale: 0.2), shape: [outputs]) }
    return add(.linear, constants)
  }

  /// Batch normalisation with scales of both signs, and one channel of scale 0 where `hasZero`.
  @discardableResult
  mutating func batchNormalization(negative: Bool = false, hasZero: Bool = false) -> ValueName {
    let count = shape[0]
    var gamma = (0..<count).map { _ in Float(draws.uniform() + 0.5) }
    if negative { for index in stride(from: 0, to: count, by: 2) { gamma[index] *= -1 } }
    if hasZero { gamma[count - 1] = 0 }
    return add(
      .batchNormalization(epsilon: 1e-5),
      [
        .scale: Tensor(gamma, shape: [count]),
        .shift: Tensor(numbers(count, scale: 0.3), shape: [count]),
        .mean: Tensor(numbers(count, scale: 0.3), shape: [count]),
        .variance: Tensor(
          (0..<count).map { _ in Float(draws.uniform() * 0.6 + 0.05) }, shape: [count]),
      ])
  }

  /// Random nets of the shapes that are met in practice.
  static func random(seed: UInt64) -> Graph {
    var sketch = NetworkSketch(input: [2, 8, 8], seed: seed)
    let kind = Int(seed % 6)
    if kind == 1 { sketch.batchNormalization() }
    sketch.convolution(4)
    sketch.batchNormalization(negative: seed % 2 == 0, hasZero: seed % 5 == 0)
    sketch.add(.relu)
    switch kind {
    case 2:
      // Residual block: convolution, norm, ReLU, convolution, norm, addition, ReLU.
      let skip = sketch.last
      sketch.convolution(4)
      sketch.batchNormalization()
      sketch.add(.relu)
      sketch.convolution(4, bias: false)
      sketch.batchNormalization(negative: true)
      sketch.add(.add, inputs: [sketch.last, skip])
      sketch.add(.relu)
    case 3:
      // Two branches, joined.
      let trunk = sketch.last
      sketch.convolution(3, kernel: 1, pad: 0)
      let left = sketch.add(.relu)
      sketch.last = trunk
      sketch.convolution(2)
      sketch.batchNormalization()
      let right = sketch.add(.clip(minimum: 0, maximum: 6))
      sketch.add(.concatenate(axis: 0), inputs: [left, right])
      sketch.convolution(4, groups: 1)
      sketch.add(.relu)
    case 4:
      // Pool in front of the norm, norm behind the activation.
      sketch.convolution(4, groups: 2)
      sketch.add(.averagePool(Pooling(kernel: [2, 2])))
      sketch.batchNormalization()
      sketch.add(.relu)
      sketch.batchNormalization()
    case 5:
      sketch.convolution(4)
      sketch.add(.maxPool(Pooling(kernel: [2, 2])))
      sketch.batchNormalization()
      sketch.add(.relu)
    default: break
    }
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.linear(6)
    sketch.add(.relu)
    sketch.linear(3)
    if seed % 4 == 0 { sketch.add(.softmax(axis: 0, logarithm: false)) }
    return sketch.graph
  }

  /// Samples in 0…1 with labels 0…2.
  static func data(_ shape: Shape, count: Int, seed: UInt64) throws -> Dataset {
    var draws = SplitMix64(seed: seed)
    return try Dataset(
      name: "random", sampleShape: shape.dimensions,
      samples: .floats((0..<count * shape.elementCount).map { _ in Float(draws.uniform()) }),
      labels: (0..<count).map { $0 % 3 })
  }
}

extension Model {
  /// An imported ANN whose inputs need no encoding.
  init(ann graph: Graph) {
    self.init(graph: graph, stage: .imported, encoding: InputEncoding(scale: [1], offset: [0]))
  }
}

extension Network {
  /// One value on some samples: for each step the numbers of all samples, channels last.
  func values(of name: ValueName, _ inputs: [Float], count: Int) -> [[Float]] {
    var steps: [[Float]] = []
    observe(inputs, count: count, values: [name]) { activation in
      if steps.isEmpty { steps = Array(repeating: [], count: activation.timeSteps) }
      let block = activation.values.count / activation.timeSteps
      for step in 0..<activation.timeSteps {
        steps[step] += activation.values[step * block..<(step + 1) * block]
      }
    }
    return steps
  }
}
