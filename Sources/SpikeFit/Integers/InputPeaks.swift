import SpikeGraph

extension TrainableNetwork {
  /// Whether a projection reads spikes (or sums and means of them) and not the raw input.
  func readsSpikes(_ node: Node) -> Bool {
    var names = node.inputs
    while let name = names.popLast() {
      guard let producer = form.graph.producer(of: name) else { return false }
      let source = form.graph.nodes[producer]
      if !source.operator.isNeuron { names += source.inputs }
    }
    return true
  }

  /// Largest real value that one input of a projection can have in one step: 1 for spikes and
  /// their means, the number of summands for sums.
  func largestInput(of node: Node) -> Double {
    guard let name = node.inputs.first else { return 1 }
    return largestValue(name, depth: 0)
  }

  private func largestValue(_ name: ValueName, depth: Int) -> Double {
    guard depth < form.graph.nodes.count, let producer = form.graph.producer(of: name) else {
      return 1
    }
    let node = form.graph.nodes[producer]
    switch node.operator {
    case .neuron: return 1
    case .sumPool(let pool):
      return Double(pool.kernel.reduce(1, *)) * largestValue(node.inputs[0], depth: depth + 1)
    case .add: return node.inputs.reduce(0) { $0 + largestValue($1, depth: depth + 1) }
    default: return node.inputs.map { largestValue($0, depth: depth + 1) }.max() ?? 1
    }
  }
}
