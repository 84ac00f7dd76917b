import SpikeGraph

extension Graph {
  /// Takes out a node; its readers read its first input instead.
  mutating func bypass(_ index: Int) {
    let node = nodes.remove(at: index)
    replaceUses(of: node.output, by: node.inputs[0])
  }

  /// Lets every reader of a value, and the outputs, read another one.
  mutating func replaceUses(of old: ValueName, by new: ValueName) {
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { $0 == old ? new : $0 }
    }
    outputs = outputs.map { $0 == old ? new : $0 }
  }

  /// The only node that reads a value; nil where there are several, none, or the value is an output.
  func soleReader(of value: ValueName) -> Int? {
    guard !outputs.contains(value) else { return nil }
    let readers = readers(of: value)
    return readers.count == 1 ? readers[0] : nil
  }

  /// Gives a node a constant in a role. A constant that no other node reads is replaced under its
  /// name; otherwise the node gets a copy of its own.
  mutating func setConstant(_ role: ParameterRole, of index: Int, to tensor: Tensor) {
    let node = nodes[index]
    if let name = node.parameters[role], userCount(of: name) == 1 {
      constants[name] = tensor
      return
    }
    let name = freshName("\(node.name).\(role.rawValue)")
    nodes[index].parameters[role] = name
    constants[name] = tensor
  }

  /// Takes a constant from a node, and from the graph if nobody else reads it.
  mutating func removeConstant(_ role: ParameterRole, of index: Int) {
    guard let name = nodes[index].parameters.removeValue(forKey: role) else { return }
    if userCount(of: name) == 0 { constants[name] = nil }
  }

  /// Drops constants that no node reads.
  mutating func dropUnusedConstants() {
    let used = Set(nodes.flatMap { $0.parameters.values })
    constants = constants.filter { used.contains($0.key) }
  }

  /// A name that no value, constant or node has: `wish`, or `wish.2`, `wish.3`, …
  func freshName(_ wish: String) -> String {
    var taken = Set(constants.keys).union(inputs.map(\.name))
    for node in nodes {
      taken.insert(node.output)
      taken.insert(node.name)
    }
    guard taken.contains(wish) else { return wish }
    var number = 2
    while taken.contains("\(wish).\(number)") { number += 1 }
    return "\(wish).\(number)"
  }

  /// The projection whose bias reaches the neurons that read `value`, once and unchanged; nil where
  /// there is none with that many channels.
  func biasTarget(_ value: ValueName, channels: Int) -> Int? {
    guard let producer = producer(of: value), soleReader(of: value) != nil else { return nil }
    let node = nodes[producer]
    switch node.operator {
    case .convolution, .linear:
      return constant(.weight, of: node)?.shape[0] == channels ? producer : nil
    case .add:
      return node.inputs.lazy.compactMap { biasTarget($0, channels: channels) }.first
    default: return nil
    }
  }

  private func userCount(of constant: ValueName) -> Int {
    nodes.reduce(0) { $0 + $1.parameters.values.reduce(0) { $0 + ($1 == constant ? 1 : 0) } }
  }
}

extension Node {
  /// Whether this is an activation that becomes a population: ReLU, or a clip from 0.
  var isActivation: Bool {
    switch self.operator {
    case .relu: true
    case .clip(let minimum, _): minimum == 0
    default: false
    }
  }

  /// Largest value that the activation lets through.
  var cap: Float {
    if case .clip(_, let maximum) = self.operator { maximum } else { .infinity }
  }

  /// Whether weights are applied.
  var isProjection: Bool {
    switch self.operator {
    case .convolution, .linear: true
    default: false
    }
  }

  /// Geometry, if this is a pooling of any kind.
  var pooling: Pooling? {
    switch self.operator {
    case .maxPool(let pool), .averagePool(let pool), .sumPool(let pool): pool
    default: nil
    }
  }
}
