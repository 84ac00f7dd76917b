import SpikeDiagnostics
import SpikeGraph

// One function an operator: which values it reads in which order, how its constants are permuted.
extension PlanCompiler {
  mutating func addConvolution(
    _ node: Node, _ index: Int, _ geometry: Convolution
  ) throws(EngineError) {
    try checkSizes(geometry.strides + geometry.dilations, "Strides and dilations", from: 1)
    try checkSizes(geometry.padsBefore + geometry.padsAfter, "Pads", from: 0)
    let x = canonical(node.inputs[0])
    let weight = constantShape(.weight, node) ?? []
    let plan = ConvolutionPlan(
      geometry: geometry, input: shape(of: node.inputs[0]), output: shape(of: node),
      inputIsTemporal: plan.values[x].isTemporal,
      weight: addParameter(
        .weight, of: node,
        map: ConvolutionPlan.weightMap(weight, groups: geometry.groups)),
      bias: constantShape(.bias, node).map { _ in addParameter(.bias, of: node) })
    append(node, index, plan, [x])
    addProjection(input: x)
  }

  mutating func addLinear(_ node: Node, _ index: Int) throws(EngineError) {
    guard let named = plan.names[node.inputs[0]] else { return }
    let weight = constantShape(.weight, node) ?? []
    let (outputs, width) = (weight[0], weight[1])
    // A vector may lie in any order: the columns of the matrix follow it.
    let isVector = named.shape.rank == 1
    let order = isVector ? MemoryOrder.rowMajorIndices(of: named.storedShape) : nil
    let input =
      isVector
      ? named.value
      : rearranged(
        named.value, from: named.storedShape, to: Shape([1] + named.shape.dimensions),
        for: node.name)
    let plan = LinearPlan(
      width: width, outputs: outputs, rows: named.shape.elementCount / max(width, 1),
      inputIsTemporal: plan.values[input].isTemporal,
      weight: addParameter(.weight, of: node, map: LinearPlan.weightMap(outputs, width, order)),
      bias: constantShape(.bias, node).map { _ in addParameter(.bias, of: node) })
    let result = shape(of: node)
    let stored = isVector ? result : Shape([1] + result.dimensions)
    let output = append(node.name, index, plan, [input], stored)
    addProjection(input: input)
    name(node.output, output, result, stored: stored)
  }

  mutating func addSum(_ node: Node, _ index: Int) {
    var inputs = node.inputs.map { canonical($0) }
    if inputs.contains(where: { plan.values[$0].isTemporal }) {
      inputs = inputs.map { temporal($0, for: node.name) }
    }
    append(
      node, index, AddPlan(elements: shape(of: node).elementCount, summands: inputs.count), inputs)
  }

  mutating func addProduct(_ node: Node, _ index: Int) {
    var inputs = node.inputs.map { canonical($0) }
    if inputs.contains(where: { plan.values[$0].isTemporal }) {
      inputs = inputs.map { temporal($0, for: node.name) }
    }
    append(node, index, MultiplyPlan(), inputs)
  }

  mutating func addPointwise(_ node: Node, _ index: Int, _ function: Pointwise) {
    let x = canonical(node.inputs[0])
    append(node, index, PointwisePlan(function: function), [x])
  }

  mutating func addGather(_ node: Node, _ index: Int, _ axis: Int) {
    let x = canonical(node.inputs[0])
    let input = shape(of: node.inputs[0])
    let slices = graph.constant(.indices, of: node)?.integers().map { Int($0) } ?? []
    let map = GatherPlan.taking(slices, of: input, axis: axis)
    append(node, index, GatherPlan(map, inputElements: input.elementCount), [x])
  }

  mutating func addAffine(_ node: Node, _ index: Int) {
    let x = canonical(node.inputs[0])
    let shape = shape(of: node)
    let roles = [ParameterRole.scale, .shift].filter { constantShape($0, node) != nil }
    let isChannelwise = roles.allSatisfy {
      AffinePlan.isChannelwise(constantShape($0, node) ?? [], in: shape)
    }
    let channels = isChannelwise ? MemoryOrder.split(shape).channels : shape.elementCount
    var slots: [ParameterRole: Range<Int>] = [:]
    for role in roles {
      let constant = constantShape(role, node) ?? []
      slots[role] = addParameter(
        role, of: node,
        map: isChannelwise
          ? AffinePlan.channelMap(constant, channels: channels)
          : AffinePlan.elementMap(constant, in: shape))
    }
    let plan = AffinePlan(
      elements: shape.elementCount, channels: channels, scale: slots[.scale],
      shift: slots[.shift])
    append(node, index, plan, [x])
  }

  mutating func addNormalization(_ node: Node, _ index: Int, _ epsilon: Float) {
    let x = canonical(node.inputs[0])
    let shape = shape(of: node)
    let plan = BatchNormalizationPlan(
      elements: shape.elementCount, channels: MemoryOrder.split(shape).channels,
      epsilon: epsilon, scale: addParameter(.scale, of: node),
      shift: addParameter(.shift, of: node),
      mean: addParameter(.mean, of: node),
      variance: addParameter(.variance, of: node))
    append(node, index, plan, [x])
  }

  mutating func addActivation(_ node: Node, _ index: Int, _ function: ActivationPlan.Function) {
    let x = canonical(node.inputs[0])
    append(
      node, index, ActivationPlan(function: function, elements: shape(of: node).elementCount), [x])
  }

  mutating func addPool(
    _ node: Node, _ index: Int, _ pooling: Pooling, _ kind: PoolPlan.Kind
  ) throws(EngineError) {
    try checkSizes(pooling.strides + pooling.dilations, "Strides and dilations", from: 1)
    try checkSizes(pooling.padsBefore + pooling.padsAfter, "Pads", from: 0)
    let x = canonical(node.inputs[0])
    // Without time there is nothing to sum up: the growth of a maximum is the maximum.
    if pooling.isCumulative, kind == .max, plan.values[x].isTemporal {
      let layer = CumulativeMaxPoolPlan(
        pooling: pooling, input: plan.values[x].shape, output: shape(of: node))
      append(node, index, layer, [x])
      return
    }
    append(
      node, index,
      PoolPlan(
        pooling: pooling, kind: kind, input: shape(of: node.inputs[0]), output: shape(of: node)),
      [x])
  }

  mutating func addTranspose(_ node: Node, _ index: Int, _ order: [Int]) {
    let x = canonical(node.inputs[0])
    let map = GatherPlan.transposing(shape(of: node.inputs[0]), order: order)
    append(node, index, GatherPlan(map, inputElements: map.count), [x])
  }

  mutating func addPad(
    _ node: Node, _ index: Int, _ before: [Int], _ after: [Int], _ value: Float
  ) {
    let x = canonical(node.inputs[0])
    let input = shape(of: node.inputs[0])
    let map = GatherPlan.padding(input, to: shape(of: node), before: before)
    append(
      node, index,
      GatherPlan(map, inputElements: input.elementCount, constant: value), [x])
  }

  mutating func addConcatenation(_ node: Node, _ index: Int, _ axis: Int) {
    var inputs = node.inputs.map { canonical($0) }
    if inputs.contains(where: { plan.values[$0].isTemporal }) {
      inputs = inputs.map { temporal($0, for: node.name) }
    }
    let layer = ConcatenatePlan(inputs: node.inputs.map { shape(of: $0) }, axis: axis)
    append(node, index, layer, inputs)
  }

  mutating func addSoftmax(
    _ node: Node, _ index: Int, _ axis: Int, _ logarithm: Bool, isLast: Bool
  ) throws(EngineError) {
    guard isLast, graph.readers(of: node.output).isEmpty else {
      throw EngineError(
        .unsupportedOperator, "A softmax inside a network has no spiking counterpart.",
        fix: "cut the model behind the softmax, or remove it")
    }
    let shape = shape(of: node)
    let isVector = shape[axis] == shape.elementCount
    var logits = readOut(canonical(node.inputs[0]), after: node.name)
    let layer = SoftmaxPlan(classes: shape[axis], logarithm: logarithm)
    guard !isVector && axis != 0 else {
      setLogits(logits)
      append(node, index, layer, [logits])
      return
    }
    // The kernel runs over the first axis: there and back.
    let order = [axis] + shape.dimensions.indices.filter { $0 != axis }
    let turned = Shape(order.map { shape[$0] })
    let there = GatherPlan.transposing(shape, order: order)
    logits = append(
      node.name, nil, GatherPlan(there, inputElements: there.count), [logits], turned)
    setLogits(logits)
    let shares = append(node.name, nil, layer, [logits], turned)
    let back = GatherPlan.transposing(
      turned, order: order.indices.map { order.firstIndex(of: $0) ?? 0 })
    append(node, index, GatherPlan(back, inputElements: back.count), [shares])
  }

  mutating func addDelay(_ node: Node, _ index: Int, _ steps: [Int]) {
    let x = canonical(node.inputs[0])
    let ordered = MemoryOrder.rowMajorIndices(of: shape(of: node)).map {
      steps.count == 1 ? steps[0] : steps[Int($0)]
    }
    let layer = DelayPlan(ordered, inputIsTemporal: plan.values[x].isTemporal)
    append(node, index, layer, [x], isTemporal: true)
  }

  mutating func addNeuron(_ node: Node, _ index: Int, _ neuron: Neuron) {
    let x = canonical(node.inputs[0])
    let shape = shape(of: node)
    let channels = MemoryOrder.split(shape).channels
    var threshold: Range<Int>?
    if neuron.spikes {
      let map = AffinePlan.channelMap(
        constantShape(.threshold, node) ?? [], channels: channels)
      threshold = addParameter(.threshold, of: node, map: map)
    }
    var plan = NeuronPlan(
      neuron: neuron, elements: shape.elementCount, channels: channels,
      inputIsTemporal: self.plan.values[x].isTemporal, threshold: threshold)
    if constantShape(.decay, node) != nil { plan.decay = addParameter(.decay, of: node) }
    if let unit = constantShape(.unit, node) {
      plan.unit = addParameter(
        .unit, of: node, map: AffinePlan.channelMap(unit, channels: channels))
    }
    if let recurrence = constantShape(.recurrence, node) {
      let weight = addParameter(
        .recurrence, of: node,
        map: RecurrentNeuronPlan.weightMap(recurrence[0], MemoryOrder.rowMajorIndices(of: shape)))
      append(
        node, index, RecurrentNeuronPlan(population: plan, weight: weight), [x], isTemporal: true)
    } else {
      append(node, index, plan, [x], isTemporal: true)
    }
    if neuron.spikes { addPopulation() }
  }

  private func checkSizes(
    _ sizes: [Int], _ what: String, from minimum: Int
  ) throws(EngineError) {
    for size in sizes where !(minimum...65_536).contains(size) {
      throw EngineError(
        .unsupportedOperator, "\(what) of \(size) are outside \(minimum) to 65536.",
        fix: "change the geometry of the layer")
    }
  }
}
