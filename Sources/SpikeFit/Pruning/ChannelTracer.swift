import SpikeGraph

/// Follows channels through the graph and finds those that belong together.
struct ChannelTracer {
  /// Channels of a value: which class, and elements of the first axis that belong to one channel.
  private struct Tag {
    var id: Int
    var width: Int
  }
  /// The classes, in order of the graph.
  private(set) var groups: [ChannelGroup] = []
  private var tags: [ValueName: Tag] = [:]
  private var parents: [Int] = []
  private var pending: [ChannelGroup] = []

  init(_ network: TrainableNetwork) {
    let graph = network.form.graph
    let shapes = network.structure.shapes
    for input in graph.inputs {
      tags[input.name] = Tag(id: make(input.shape.rank == 0 ? 1 : input.shape[0]), width: 1)
      freeze(tags[input.name])
    }
    for (index, node) in graph.nodes.enumerated() { trace(network, index, node, shapes) }
    for name in graph.outputs { freeze(tags[name]) }
    settle()
  }

  private mutating func trace(
    _ network: TrainableNetwork, _ index: Int, _ node: Node, _ shapes: [ValueName: Shape]
  ) {
    guard let input = node.inputs.first, let tag = tags[input], let shape = shapes[node.output],
      let before = shapes[input]
    else { return }
    tags[node.output] = tag
    switch node.operator {
    case .convolution, .linear: project(network, index, node, tag, before, shape)
    case .neuron:
      if let population = network.structure.populations.firstIndex(where: { $0.node == index }) {
        if tag.width == 1 { pending[tag.id].populations.append(population) } else { freeze(tag) }
      }
    case .add:
      for other in node.inputs.dropFirst() {
        guard let second = tags[other] else { continue }
        if second.width == tag.width {
          unite(tag.id, second.id)
        } else {
          freeze(tag)
          freeze(second)
        }
      }
    case .affine:
      if (network.form.graph.constant(.scale, of: node)?.count ?? 1) > 1 {
        pending[tag.id].factors.append(index)
        if tag.width != 1 { freeze(tag) }
      }
    case .reshape: reshape(index, node, tag, before, shape)
    case .pad(let front, let back, _):
      if front.first != 0 || back.first != 0 { freeze(tag) }
    case .delay(let steps):
      // Delays of elements are part of the file, not of a channel.
      if steps.count > 1 { freeze(tag) }
    case .transpose(let order):
      if order.first != 0 { startFrozen(node, tag, shape) }
    case .gather(let axis):
      if axis == 0 { startFrozen(node, tag, shape) }
    case .concatenate:
      for name in node.inputs { freeze(tags[name]) }
      startFrozen(node, tag, shape)
    default: break
    }
  }

  private mutating func project(
    _ network: TrainableNetwork, _ index: Int, _ node: Node, _ tag: Tag, _ before: Shape,
    _ shape: Shape
  ) {
    guard let layer = network.layers.firstIndex(where: { $0.site.node == index }) else { return }
    var groups = 1
    if case .convolution(let geometry) = node.operator { groups = geometry.groups }
    if groups > 1, groups == before[0], groups == shape[0], tag.width == 1 {
      pending[tag.id].depthwise.append(layer)
      return
    }
    let id = make(shape[0])
    pending[id].producers.append(layer)
    tags[node.output] = Tag(id: id, width: 1)
    if groups > 1 || node.operator == .linear && before.rank != 1 {
      freeze(tag)
      freeze(tags[node.output])
    } else {
      pending[tag.id].consumers.append(ConsumerSite(layer: layer, width: tag.width))
    }
  }

  private mutating func reshape(
    _ index: Int, _ node: Node, _ tag: Tag, _ before: Shape, _ shape: Shape
  ) {
    let channels = before.rank == 0 ? 1 : before[0] / max(1, tag.width)
    if shape.rank == 1 {
      tags[node.output] = Tag(id: tag.id, width: shape[0] / max(1, channels))
      pending[tag.id].reshapes.append(index)
    } else if shape.rank > 0, shape[0] == channels {
      tags[node.output] = Tag(id: tag.id, width: 1)
      pending[tag.id].reshapes.append(index)
    } else {
      startFrozen(node, tag, shape)
    }
  }

  private mutating func startFrozen(_ node: Node, _ tag: Tag, _ shape: Shape) {
    freeze(tag)
    tags[node.output] = Tag(id: make(shape.rank == 0 ? 1 : shape[0]), width: 1)
    freeze(tags[node.output])
  }

  private mutating func make(_ channels: Int) -> Int {
    parents.append(parents.count)
    pending.append(ChannelGroup(channels: channels))
    return parents.count - 1
  }

  private mutating func freeze(_ tag: Tag?) {
    if let tag { pending[tag.id].isFrozen = true }
  }

  private func root(_ id: Int) -> Int {
    var id = id
    while parents[id] != id { id = parents[id] }
    return id
  }

  private mutating func unite(_ first: Int, _ second: Int) {
    let (a, b) = (root(first), root(second))
    if a != b { parents[max(a, b)] = min(a, b) }
  }

  private mutating func settle() {
    var merged: [Int: ChannelGroup] = [:]
    for id in pending.indices {
      let key = root(id)
      var group = merged[key] ?? ChannelGroup(channels: pending[key].channels)
      let part = pending[id]
      group.producers += part.producers
      group.depthwise += part.depthwise
      group.populations += part.populations
      group.consumers += part.consumers
      group.factors += part.factors
      group.reshapes += part.reshapes
      group.isFrozen = group.isFrozen || part.isFrozen
      merged[key] = group
    }
    groups = merged.keys.sorted().compactMap { merged[$0] }
  }
}
