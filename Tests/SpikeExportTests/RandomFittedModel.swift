import SpikeGraph
import SpikeTestSupport

/// Makes fitted models at random: maps, residual branches, pools, all in integers.
struct RandomFittedModel {
  private var random: SeededGenerator
  /// Leaks have random numbers of their own, and every third model has none.
  private var leaks: SeededGenerator?
  private let forLoihi: Bool
  private var graph = Graph(name: "random")
  private var codebooks: [ValueName: WeightCodebook] = [:]
  private var value = "image"
  private var shape: [Int]
  private let bits: Int

  /// A model drawn from `seed`; `forLoihi` keeps neurons to what Loihi's can do.
  static func make(seed: UInt64, forLoihi: Bool) -> Model {
    var maker = RandomFittedModel(seed: seed, forLoihi: forLoihi)
    return maker.made()
  }

  private init(seed: UInt64, forLoihi: Bool) {
    random = SeededGenerator(seed: seed)
    leaks = seed % 3 == 0 ? nil : SeededGenerator(seed: seed &+ 7_919)
    self.forLoihi = forLoihi
    bits = Int.random(in: 1...8, using: &random)
    let options = [[6], [2, 9], [1, 8, 8], [3, 9, 6]]
    shape = options[Int.random(in: 0..<4, using: &random)]
    graph.inputs = [GraphInput(name: "image", shape: Shape(shape))]
  }

  private mutating func draw(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  private mutating func made() -> Model {
    var pending = value
    for block in 0..<draw(1...3) where shape.count > 1 {
      if shape.dropFirst().contains(where: { $0 < 3 }) { break }
      let before = value
      convolve("conv\(block)", sameSize: random.chance(1, in: 2))
      if shape.count == graph.inputs[0].shape.rank, random.chance(1, in: 2) {
        addBranch(block, from: before)
      }
      addNeurons("if\(block)")
      if block > 0, pending != value, random.chance(1, in: 2) { addSpikes(block, pending) }
      pending = value
      if random.chance(1, in: 2) { pool("pool\(block)") }
    }
    if shape.count > 1 {
      let count = shape.reduce(1, *)
      append("flat", .reshape([count]), [value], [:], [count])
    }
    if random.chance(1, in: 2) {
      multiply("hidden", outputs: draw(3...9))
      addNeurons("hidden.if")
    }
    multiply("last", outputs: draw(2...5))
    append("out", .neuron(leaky(Neuron(.leakyIntegrator))), [value], [:], shape)
    graph.outputs = [value]
    return Model(
      graph: graph, stage: .fitted, encoding: InputEncoding(scale: [0.25], offset: [0], bits: bits),
      timeSteps: draw(1...5), codebooks: codebooks)
  }

  private mutating func append(
    _ name: String, _ operation: Operator, _ inputs: [String],
    _ parameters: [ParameterRole: String], _ result: [Int]
  ) {
    graph.nodes.append(
      Node(
        name: name, operator: operation, inputs: inputs, parameters: parameters,
        output: "\(name):0"))
    value = "\(name):0"
    shape = result
  }

  private mutating func constant(_ name: String, _ values: [Int32], _ shape: [Int]) -> String {
    graph.constants[name] = Tensor(values.map { Float($0) }, shape: Shape(shape))
    return name
  }

  /// A weight of few values, with its codebook.
  private mutating func weight(_ name: String, _ shape: [Int]) -> String {
    let scopes: [CodebookScope] = [.layer, .network, .channel]
    let scope = scopes[draw(0...2)]
    let lists = (0..<(scope == .channel ? shape[0] : 1)).map { _ in
      var entries: Set<Int32> = [Int32(draw(1...40))]
      while entries.count < 4 { entries.insert(Int32(draw(-40...40))) }
      entries.remove(0)
      return entries.sorted()
    }
    let hasZero = random.chance(1, in: 2)
    let count = shape.reduce(1, *)
    let values = (0..<count).map { index -> Int32 in
      let list = lists[index / (count / lists.count)]
      return hasZero && random.chance(1, in: 3) ? 0 : list[draw(0...list.count - 1)]
    }
    codebooks[name] = WeightCodebook(
      scope: scope, entries: lists, hasFreeZero: hasZero, scale: 0.5, bits: 8)
    return constant(name, values, shape)
  }

  private mutating func parameters(_ name: String, _ shape: [Int]) -> [ParameterRole: String] {
    var result: [ParameterRole: String] = [.weight: weight("\(name).weight", shape)]
    if random.chance(1, in: 2) {
      let biases = (0..<shape[0]).map { _ in Int32(draw(-20...20)) }
      result[.bias] = constant("\(name).bias", biases, [shape[0]])
    }
    return result
  }

  private mutating func convolve(_ name: String, sameSize: Bool) {
    let axes = shape.count - 1
    let groups = shape[0] > 1 && random.chance(1, in: 4) ? shape[0] : 1
    let channels = sameSize ? shape[0] : groups * draw(1...3)
    let geometry =
      sameSize
      ? Convolution(
        kernel: Array(repeating: 3, count: axes), padsBefore: Array(repeating: 1, count: axes),
        groups: groups)
      : Convolution(
        kernel: (0..<axes).map { _ in draw(1...3) }, strides: (0..<axes).map { _ in draw(1...2) },
        padsBefore: (0..<axes).map { _ in draw(0...1) },
        padsAfter: (0..<axes).map { _ in draw(0...1) }, groups: groups)
    let sizes = geometry.outputSizes(for: Array(shape.dropFirst())) ?? []
    let parameters = parameters(name, [channels, shape[0] / groups] + geometry.kernel)
    append(name, .convolution(geometry), [value], parameters, [channels] + sizes)
  }

  /// A second way from `source` to the same neurons: another convolution, or spikes with or
  /// without a factor.
  private mutating func addBranch(_ block: Int, from source: String) {
    let first = value
    let target = shape
    guard let from = try? graph.inferredShapes()[source], from.dimensions == target else { return }
    let name = "branch\(block)"
    switch draw(0...2) {
    case 0:
      shape = target
      value = source
      convolve(name, sameSize: true)
    case 1:
      let scale = constant(
        "\(name).scale", (0..<target[0]).map { _ in Int32(draw(-3...9)) },
        [target[0]] + Array(repeating: 1, count: target.count - 1))
      append(name, .affine, [source], [.scale: scale], target)
    default: value = source
    }
    append("add\(block)", .add, [first, value], [:], target)
  }

  /// Spikes of two populations that meet before the next synapses.
  private mutating func addSpikes(_ block: Int, _ other: String) {
    let target = shape
    guard let from = try? graph.inferredShapes()[other], from.dimensions == target else { return }
    append("join\(block)", .add, [value, other], [:], target)
  }

  private mutating func addNeurons(_ name: String) {
    let perChannel = !forLoihi && random.chance(1, in: 2)
    let thresholds = (0..<(perChannel ? shape[0] : 1)).map { _ in Int32(2 * draw(1...60)) }
    let soft = !forLoihi && random.chance(1, in: 2)
    let neuron = Neuron(
      reset: soft ? .bySubtraction : .toValue(forLoihi ? 0 : Float(draw(-2...2))),
      comparator: random.chance(1, in: 2) ? .greater : .greaterOrEqual,
      initialShare: !forLoihi && random.chance(1, in: 2) ? 0.5 : 0)
    let threshold = constant(
      "\(name).threshold", thresholds, perChannel ? [shape[0]] : [])
    append(name, .neuron(leaky(neuron)), [value], [.threshold: threshold], shape)
  }

  /// The population with the leak of the chip, sometimes. Loihi's leaky neurons spike above their
  /// threshold only.
  private mutating func leaky(_ neuron: Neuron) -> Neuron {
    guard var leaks, leaks.chance(2, in: 3) else { return neuron }
    var neuron = neuron
    if neuron.spikes {
      neuron.model = .leakyIntegrateAndFire
      if forLoihi { neuron.comparator = .greater }
    }
    neuron.membraneDecay = Float(Int.random(in: 1...4095, using: &leaks)) / 4096
    neuron.fractionBits = forLoihi ? 6 : 0
    self.leaks = leaks
    return neuron
  }

  private mutating func pool(_ name: String) {
    let sizes = Array(shape.dropFirst())
    let whole = random.chance(1, in: 4)
    let pool = Pooling(kernel: whole ? sizes : sizes.map { min($0, 2) })
    // A leak behind a mean would be rounded otherwise: a fit makes sums.
    let isSum = random.chance(1, in: 2) || leaks != nil
    let operation: Operator = isSum ? .sumPool(pool) : .averagePool(pool)
    append(name, operation, [value], [:], [shape[0]] + (pool.outputSizes(for: sizes) ?? []))
  }

  private mutating func multiply(_ name: String, outputs: Int) {
    let parameters = parameters(name, [outputs, shape[0]])
    append(name, .linear, [value], parameters, [outputs])
  }
}
