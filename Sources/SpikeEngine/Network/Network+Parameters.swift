public import SpikeCompute
public import SpikeGraph

extension Network {
  /// The constants that training can change, in node order: weights, biases, scales, shifts and
  /// thresholds. A constant that two nodes share is listed for each.
  public var parameters: [NetworkParameter] {
    plan.parameters.slots.filter(\.isTrainable).map {
      NetworkParameter(
        node: $0.node, role: $0.role, name: $0.name, shape: $0.shape, range: $0.range)
    }
  }

  /// The values of a constant, in the order of the graph. The name must be that of a constant
  /// that a node uses.
  public func value(of name: ValueName) -> [Float] { store.get(name) }

  /// Replaces the values of a constant, given in the order of the graph.
  public func setValue(_ values: [Float], of name: ValueName) {
    let expected = store.count(of: name)
    precondition(values.count == expected, "'\(name)' has \(expected) values, not \(values.count)")
    store.set(values, of: name)
  }

  /// The gradient of a constant from the last training step: of the mean loss over the batch, in
  /// the order of the graph.
  public func gradient(of name: ValueName) -> [Float] {
    var result = [Float](repeating: 0, count: store.count(of: name))
    readGradient(of: name, into: &result)
    return result
  }

  /// As ``gradient(of:)``, into an array of the right size; allocates nothing.
  public func readGradient(of name: ValueName, into values: inout [Float]) {
    precondition(configuration.training, "the network was not made for training")
    let expected = store.count(of: name)
    precondition(values.count == expected, "'\(name)' has \(expected) values, not \(values.count)")
    store.readSum(of: name, in: gradients, into: &values)
  }

  /// The graph with the constants of now.
  public func currentGraph() -> Graph {
    var graph = graph
    for name in Set(plan.parameters.slots.map(\.name)) {
      guard let old = graph.constants[name] else { continue }
      graph.constants[name] = Tensor(value(of: name), shape: old.shape)
    }
    return graph
  }

  /// All parameters in the order of the engine, with padding that stays 0: for optimisers that
  /// treat all elements alike. Statistics of batch normalisation are among them; their gradients
  /// read 0.
  public var parameterMemory: FloatView { store.values.all }
  /// The gradients that belong to ``parameterMemory``.
  public var gradientMemory: FloatView { gradients.all }
}
