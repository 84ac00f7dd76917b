import SpikeDiagnostics
import SpikeGraph

/// Turns a graph into a ``Plan``, node by node.
///
/// Reshapes move nothing: the new name keeps the memory of the old and remembers its order, until
/// a reader needs another one. A matrix product never does; its columns are permuted instead.
struct PlanCompiler {
  let graph: Graph
  private(set) var plan = Plan()
  private let shapes: [ValueName: Shape]
  private let inputPerStep: Bool

  /// Compiles a graph for a number of time steps, with an input for each of them or one for all.
  static func compile(
    _ graph: Graph, timeSteps: Int, inputPerStep: Bool = false
  ) throws(EngineError) -> Plan {
    var compiler = try PlanCompiler(graph, timeSteps: timeSteps, inputPerStep: inputPerStep)
    try compiler.run()
    return compiler.plan
  }

  private init(_ graph: Graph, timeSteps: Int, inputPerStep: Bool) throws(EngineError) {
    self.graph = graph
    self.inputPerStep = inputPerStep
    do throws(GraphError) {
      shapes = try graph.inferredShapes()
    } catch {
      throw EngineError(
        .invalidGraph, "The graph is not whole.", at: error.location,
        fix: "import or convert the model again", cause: error)
    }
    plan.timeSteps = graph.nodes.contains { $0.operator.isNeuron } ? timeSteps : 1
  }

  private mutating func run() throws(EngineError) {
    guard graph.inputs.count == 1, let input = graph.inputs.first else {
      throw EngineError(
        .invalidGraph, "The graph has \(graph.inputs.count) inputs; the engine runs graphs with 1.",
        fix: "cut the model so that one input is left")
    }
    guard let output = graph.outputs.first else {
      throw EngineError(
        .invalidGraph, "The graph has no output.", fix: "name the value that leaves the network")
    }
    plan.input = addValue(input.shape, isTemporal: inputPerStep)
    name(input.name, plan.input, input.shape)

    for (index, node) in graph.nodes.enumerated() {
      do throws(EngineError) {
        try compile(node, at: index, isLast: node.output == output)
      } catch {
        throw error.located(in: Location(node: node.name, operator: node.operator.name))
      }
    }

    let final = graph.producer(of: output).map { graph.nodes[$0] }
    if let final, case .softmax = final.operator {
      plan.output = canonical(output)
    } else {
      plan.logits = readOut(canonical(output), after: final?.name ?? output)
      plan.output = plan.logits
    }
  }

  private mutating func compile(_ node: Node, at index: Int, isLast: Bool) throws(EngineError) {
    switch node.operator {
    case .convolution(let geometry): try addConvolution(node, index, geometry)
    case .linear: try addLinear(node, index)
    case .add: addSum(node, index)
    case .affine: addAffine(node, index)
    case .batchNormalization(let epsilon): addNormalization(node, index, epsilon)
    case .relu: addActivation(node, index, .clip(minimum: 0, maximum: .infinity))
    case .clip(let minimum, let maximum):
      addActivation(node, index, .clip(minimum: minimum, maximum: maximum))
    case .quantize(let minimum, let maximum):
      addActivation(node, index, .quantize(minimum: minimum, maximum: maximum))
    case .leakyRelu(let alpha): addActivation(node, index, .leaky(alpha: alpha))
    case .maxPool(let pooling): try addPool(node, index, pooling, .max)
    case .averagePool(let pooling):
      try addPool(node, index, pooling, pooling.countsPadding ? .meanCountingPadding : .mean)
    case .sumPool(let pooling): try addPool(node, index, pooling, .sum)
    case .reshape(let shape): rename(node, shape)
    case .transpose(let order): addTranspose(node, index, order)
    case .pad(let before, let after, let value): addPad(node, index, before, after, value)
    case .concatenate(let axis): addConcatenation(node, index, axis)
    case .multiply: addProduct(node, index)
    case .pointwise(let function): addPointwise(node, index, function)
    case .gather(let axis): addGather(node, index, axis)
    case .softmax(let axis, let logarithm):
      try addSoftmax(node, index, axis, logarithm, isLast: isLast)
    case .delay(let steps): addDelay(node, index, steps)
    case .neuron(let neuron): addNeuron(node, index, neuron)
    }
  }
}

// The words that the operators of PlanCompiler+Operators.swift are told in.
extension PlanCompiler {
  /// The inferred shape of what a node makes.
  func shape(of node: Node) -> Shape { shapes[node.output] ?? [] }

  /// The inferred shape of a value. After a reshape that moves nothing it differs from the shape
  /// that its memory was made for.
  func shape(of value: ValueName) -> Shape { shapes[value] ?? [] }

  /// A constant's shape, where the node has it.
  func constantShape(_ role: ParameterRole, _ node: Node) -> Shape? {
    graph.constant(role, of: node)?.shape
  }

  mutating func addValue(_ shape: Shape, isTemporal: Bool) -> Int {
    plan.values.append(Plan.Value(shape: shape, isTemporal: isTemporal))
    return plan.values.count - 1
  }

  mutating func name(_ name: ValueName, _ value: Int, _ shape: Shape, stored: Shape? = nil) {
    plan.names[name] = Plan.NamedValue(value: value, shape: shape, storedShape: stored ?? shape)
  }

  /// Adds a constant of a node and returns its place in the parameter memory.
  mutating func addParameter(
    _ role: ParameterRole, of node: Node, map: [Int32]? = nil
  ) -> Range<Int> {
    plan.parameters.add(role, of: node, shape: constantShape(role, node) ?? [], map: map)
  }

  /// Adds an operation that makes a new value, temporal if one of its inputs is.
  mutating func append(
    _ name: String, _ node: Int?, _ layer: any LayerPlan, _ inputs: [Int], _ shape: Shape,
    isTemporal: Bool? = nil
  ) -> Int {
    let output = addValue(
      shape, isTemporal: isTemporal ?? inputs.contains { plan.values[$0].isTemporal })
    plan.operations.append(
      Plan.Operation(name: name, node: node, inputs: inputs, output: output, layer: layer))
    return output
  }

  /// Adds the operation of a node and gives its result the node's name.
  mutating func append(
    _ node: Node, _ index: Int, _ layer: any LayerPlan, _ inputs: [Int], isTemporal: Bool? = nil
  ) {
    let shape = shape(of: node)
    let output = append(node.name, index, layer, inputs, shape, isTemporal: isTemporal)
    name(node.output, output, shape)
  }

  /// The value of a name in the memory order of its own shape; moved there if it has another.
  mutating func canonical(_ valueName: ValueName) -> Int {
    guard let named = plan.names[valueName] else { preconditionFailure("checked by shapes") }
    let value = rearranged(named.value, from: named.storedShape, to: named.shape, for: valueName)
    name(valueName, value, named.shape)
    return value
  }

  /// A value in the memory order of another shape with the same row-major elements.
  mutating func rearranged(
    _ value: Int, from source: Shape, to target: Shape, for owner: String
  ) -> Int {
    guard let map = MemoryOrder.reshaping(source, to: target) else { return value }
    return append(
      owner, nil, GatherPlan(map, inputElements: target.elementCount), [value], target)
  }

  /// A temporal copy of a value that is the same in all steps.
  mutating func temporal(_ value: Int, for owner: String) -> Int {
    guard !plan.values[value].isTemporal else { return value }
    let shape = plan.values[value].shape
    return append(
      owner, nil, RepeatPlan(elements: shape.elementCount), [value], shape, isTemporal: true)
  }

  /// The value itself if it is constant or the potential of a read-out population; otherwise its
  /// sum over the steps, as a read-out without leak would give it.
  mutating func readOut(_ value: Int, after owner: String) -> Int {
    guard plan.values[value].isTemporal else { return value }
    if let maker = plan.operations.last(where: { $0.output == value }),
      let population = maker.layer as? NeuronPlan, !population.neuron.spikes
    {
      return value
    }
    let shape = plan.values[value].shape
    return append(
      owner, nil,
      NeuronPlan(
        neuron: Neuron(.leakyIntegrator), elements: shape.elementCount,
        channels: MemoryOrder.split(shape).channels, inputIsTemporal: true, threshold: nil),
      [value], shape)
  }

  mutating func setLogits(_ value: Int) { plan.logits = value }
  mutating func addPopulation() { plan.populations.append(plan.operations.count - 1) }

  mutating func addProjection(input: Int) {
    plan.projections.append(
      Plan.Projection(
        operation: plan.operations.count - 1, input: input,
        isConstant: !plan.values[input].isTemporal))
  }

  /// Makes `name` another name of the node's input, under a new shape.
  private mutating func rename(_ node: Node, _ shape: Shape) {
    guard let named = plan.names[node.inputs[0]] else { return }
    name(node.output, named.value, shape, stored: named.storedShape)
  }
}
