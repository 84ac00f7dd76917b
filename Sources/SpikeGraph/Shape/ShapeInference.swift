public import SpikeDiagnostics

extension Graph {
  /// The shape of every activation, from the inputs through all nodes in order.
  ///
  /// Also proves the graph whole: every value is made once and before it is read, every needed
  /// constant is there and has the right shape.
  /// - Throws: any `graph.…` code, located at the node.
  /// - Complexity: O(nodes · inputs).
  public func inferredShapes() throws(GraphError) -> [ValueName: Shape] {
    var shapes: [ValueName: Shape] = [:]
    for input in inputs {
      guard shapes.updateValue(input.shape, forKey: input.name) == nil else {
        throw GraphError(.duplicateValue, "The value '\(input.name)' is defined twice.")
      }
    }
    for node in nodes {
      let place = Location(node: node.name, operator: node.operator.name)
      var operands: [Shape] = []
      for name in node.inputs {
        guard let shape = shapes[name] else {
          throw GraphError(
            .undefinedValue, "The value '\(name)' is read before any node makes it.", at: place)
        }
        operands.append(shape)
      }
      let shape: Shape
      do throws(GraphError) {
        shape = try outputShape(of: node, operands)
      } catch {
        throw error.located(in: place)
      }
      guard shape.elementCount <= Int(Int32.max) else {
        throw GraphError(.tooLarge, "An activation of shape \(shape) is too large.", at: place)
      }
      guard shapes.updateValue(shape, forKey: node.output) == nil else {
        throw GraphError(
          .duplicateValue, "The value '\(node.output)' is made twice.", at: place)
      }
    }
    for name in outputs where shapes[name] == nil {
      throw GraphError(.undefinedValue, "No node makes the output '\(name)'.")
    }
    return shapes
  }

  private func outputShape(of node: Node, _ inputs: [Shape]) throws(GraphError) -> Shape {
    guard let x = inputs.first else {
      throw GraphError(.undefinedValue, "The node has no input.")
    }
    switch node.operator {
    case .convolution(let geometry): return try convolved(x, geometry, node)
    case .linear: return try multiplied(x, node)
    case .add:
      for other in inputs where other != x {
        throw GraphError(
          .shapeMismatch, "Summands have different shapes: \(x) and \(other).",
          fix: "make the branches of the residual connection equal in shape")
      }
      return x
    case .affine:
      for role in [ParameterRole.scale, .shift] {
        if let tensor = constant(role, of: node), x.broadcast(with: tensor.shape) != x {
          throw GraphError(
            .shapeMismatch, "The constant of shape \(tensor.shape) does not broadcast to \(x).")
        }
      }
      return x
    case .batchNormalization:
      for role in [ParameterRole.scale, .shift, .mean, .variance] {
        _ = try parameter(role, of: node, shaped: [x.rank == 0 ? 1 : x[0]])
      }
      return x
    case .relu, .clip, .leakyRelu: return x
    case .quantize(let minimum, let maximum):
      guard minimum <= maximum, max(-minimum, maximum) <= 0x1p22,
        minimum.rounded() == minimum, maximum.rounded() == maximum
      else {
        throw GraphError(
          .invalidAttribute,
          "The grid goes from \(minimum) to \(maximum); allowed are whole numbers in order, at most "
            + "2^22 in size.")
      }
      return x
    case .maxPool(let pool), .averagePool(let pool), .sumPool(let pool):
      try checkSpatial(x, pool.kernel.count)
      guard let sizes = pool.outputSizes(for: Array(x.dimensions.dropFirst())) else {
        throw GraphError(.shapeMismatch, "The window \(pool.kernel) does not fit \(x).")
      }
      return Shape([x[0]] + sizes)
    case .reshape(let shape):
      guard shape.elementCount == x.elementCount else {
        throw GraphError(
          .shapeMismatch, "\(x.elementCount) elements of \(x) do not fit \(shape).")
      }
      return shape
    case .transpose(let order):
      guard order.sorted() == Array(0..<x.rank) else {
        throw GraphError(.invalidAttribute, "The order \(order) is no permutation of \(x).")
      }
      return Shape(order.map { x[$0] })
    case .pad(let before, let after, _):
      guard before.count == x.rank, after.count == x.rank else {
        throw GraphError(.invalidAttribute, "Pads need one number for each axis of \(x).")
      }
      let sizes = x.dimensions.indices.map { x[$0] + before[$0] + after[$0] }
      guard sizes.allSatisfy({ $0 > 0 }) else {
        throw GraphError(.invalidAttribute, "Pads leave nothing of \(x).")
      }
      return Shape(sizes)
    case .concatenate(let axis): return try joined(inputs, axis)
    case .multiply:
      for other in inputs where other != x {
        throw GraphError(
          .shapeMismatch, "Factors have different shapes: \(x) and \(other).",
          fix: "make them equal in shape")
      }
      return x
    case .pointwise: return x
    case .gather(let axis): return try taken(x, axis, node)
    case .softmax(let axis, _):
      guard x.dimensions.indices.contains(axis) else {
        throw GraphError(.invalidAttribute, "Axis \(axis) is outside \(x).")
      }
      return x
    case .delay(let steps):
      guard steps.count == 1 || steps.count == x.elementCount else {
        throw GraphError(
          .shapeMismatch, "There are \(steps.count) delays for \(x.elementCount) elements of \(x).")
      }
      guard let bad = steps.first(where: { !Operator.allowedDelays.contains($0) }) else { return x }
      throw GraphError(
        .invalidAttribute,
        "A delay is \(bad) steps; allowed are 0 to "
          + "\(Operator.allowedDelays.upperBound).")
    case .neuron(let neuron):
      if neuron.spikes {
        let threshold = try parameter(.threshold, of: node)
        let channels = x.rank == 0 ? 1 : x[0]
        guard threshold.shape == [] || threshold.shape == [channels] else {
          throw GraphError(
            .shapeMismatch,
            "The threshold has shape \(threshold.shape); allowed are [] and [\(channels)].")
        }
      }
      try checkStates(neuron, of: node, channels: x.rank == 0 ? 1 : x[0])
      try checkRecurrence(neuron, of: node, count: x.elementCount)
      return x
    }
  }

  private func checkRecurrence(
    _ neuron: Neuron, of node: Node, count: Int
  ) throws(GraphError) {
    guard node.parameters[.recurrence] != nil else { return }
    guard neuron.spikes else {
      throw GraphError(
        .invalidAttribute, "A population that does not spike has recurrent synapses.",
        fix: "leave its recurrence out")
    }
    _ = try parameter(.recurrence, of: node, shaped: [count, count])
  }

  private func checkStates(
    _ neuron: Neuron, of node: Node, channels: Int
  ) throws(GraphError) {
    if let bits = neuron.fractionBits, !Neuron.allowedFractionBits.contains(bits) {
      throw GraphError(
        .invalidAttribute, "States have \(bits) bits behind the point; allowed are 0 to 16.")
    }
    if node.parameters[.decay] != nil { _ = try parameter(.decay, of: node, shaped: []) }
    if node.parameters[.unit] != nil {
      let unit = try parameter(.unit, of: node)
      guard unit.shape == [] || unit.shape == [channels] else {
        throw GraphError(
          .shapeMismatch, "The unit has shape \(unit.shape); allowed are [] and [\(channels)].")
      }
    }
  }

  private func convolved(
    _ x: Shape, _ geometry: Convolution, _ node: Node
  ) throws(GraphError) -> Shape {
    let axes = geometry.kernel.count
    try checkSpatial(x, axes)
    let weight = try parameter(.weight, of: node)
    guard weight.shape.rank == axes + 2, geometry.groups > 0,
      x[0] == weight.shape[1] * geometry.groups, weight.shape[0] % geometry.groups == 0,
      Array(weight.shape.dimensions.dropFirst(2)) == geometry.kernel
    else {
      throw GraphError(
        .shapeMismatch,
        "A weight of shape \(weight.shape) with \(geometry.groups) groups does not fit an input "
          + "of shape \(x).")
    }
    guard let sizes = geometry.outputSizes(for: Array(x.dimensions.dropFirst())) else {
      throw GraphError(.shapeMismatch, "The kernel \(geometry.kernel) does not fit \(x).")
    }
    if node.parameters[.bias] != nil {
      _ = try parameter(.bias, of: node, shaped: [weight.shape[0]])
    }
    return Shape([weight.shape[0]] + sizes)
  }

  private func multiplied(_ x: Shape, _ node: Node) throws(GraphError) -> Shape {
    let weight = try parameter(.weight, of: node)
    guard weight.shape.rank == 2, let last = x.dimensions.last, last == weight.shape[1] else {
      throw GraphError(
        .shapeMismatch,
        "A weight of shape \(weight.shape) ([out, in]) does not fit an input of shape \(x).")
    }
    if node.parameters[.bias] != nil {
      _ = try parameter(.bias, of: node, shaped: [weight.shape[0]])
    }
    return Shape(x.dimensions.dropLast() + [weight.shape[0]])
  }

  private func joined(_ inputs: [Shape], _ axis: Int) throws(GraphError) -> Shape {
    var result = inputs[0]
    guard result.dimensions.indices.contains(axis) else {
      throw GraphError(.invalidAttribute, "Axis \(axis) is outside \(result).")
    }
    for other in inputs.dropFirst() {
      var expected = result.dimensions
      guard other.rank == expected.count else {
        throw GraphError(.shapeMismatch, "Cannot join \(result) and \(other).")
      }
      expected[axis] = other[axis]
      guard other.dimensions == expected else {
        throw GraphError(.shapeMismatch, "Cannot join \(result) and \(other) on axis \(axis).")
      }
      result.dimensions[axis] += other[axis]
    }
    return result
  }

  private func taken(_ x: Shape, _ axis: Int, _ node: Node) throws(GraphError) -> Shape {
    guard x.dimensions.indices.contains(axis) else {
      throw GraphError(.invalidAttribute, "Axis \(axis) is outside \(x).")
    }
    let indices = try parameter(.indices, of: node)
    guard indices.shape.rank == 1, indices.count > 0 else {
      throw GraphError(
        .shapeMismatch, "The indices have shape \(indices.shape); a list of one or more is allowed."
      )
    }
    for index in indices.integers() where index < -1 || index >= x[axis] {
      throw GraphError(
        .invalidAttribute, "The index \(index) is outside axis \(axis) of \(x); -1 is a slice of 0."
      )
    }
    var sizes = x.dimensions
    sizes[axis] = indices.count
    return Shape(sizes)
  }

  private func checkSpatial(_ x: Shape, _ axes: Int) throws(GraphError) {
    guard x.rank == axes + 1, (1...2).contains(axes) else {
      throw GraphError(
        .shapeMismatch,
        "The operator works on \(axes) spatial axes; the input has shape \(x) ([C, …]).")
    }
  }

  private func parameter(
    _ role: ParameterRole, of node: Node, shaped shape: Shape? = nil
  ) throws(GraphError) -> Tensor {
    guard let tensor = constant(role, of: node) else {
      throw GraphError(.missingParameter, "The node has no constant for its \(role.rawValue).")
    }
    if let shape, tensor.shape != shape {
      throw GraphError(
        .shapeMismatch,
        "The \(role.rawValue) has shape \(tensor.shape); it must have \(shape).",
        at: Location(tensor: node.parameters[role]))
    }
    return tensor
  }
}
