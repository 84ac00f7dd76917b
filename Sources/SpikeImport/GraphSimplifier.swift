import SpikeGraph

/// Rewrites that keep what an imported graph computes and make it look as its author meant it.
///
/// - A constant added to a convolution or linear layer, the same for a whole channel, is its bias.
/// - A border of zeros in front of a convolution is the border of the convolution.
/// - A reshape behind the final softmax vanishes: the numbers and their order stay.
/// - Constants that no node reads vanish.
enum GraphSimplifier {
  /// The simplified graph.
  /// - Complexity: O(nodes + constants).
  static func simplified(_ graph: Graph) -> Graph {
    var result = graph
    endWithSoftmax(&result)
    mergePads(&result)
    mergeBiases(&result)
    let used = Set(result.nodes.flatMap { $0.parameters.values })
    result.constants = result.constants.filter { used.contains($0.key) }
    return result
  }

  /// Number of readers of every value; leaving the graph counts as one.
  private static func readerCounts(_ graph: Graph) -> [ValueName: Int] {
    var counts: [ValueName: Int] = [:]
    for node in graph.nodes {
      for name in node.inputs { counts[name, default: 0] += 1 }
    }
    for name in graph.outputs { counts[name, default: 0] += 1 }
    return counts
  }

  private static func endWithSoftmax(_ graph: inout Graph) {
    let counts = readerCounts(graph)
    while graph.nodes.count >= 2, let last = graph.nodes.last, graph.outputs == [last.output],
      case .reshape = last.operator, let maker = graph.nodes.dropLast().last,
      last.inputs == [maker.output], counts[maker.output] == 1
    {
      // Several reshapes may follow each other; only a softmax in front of them counts.
      guard
        let source = graph.nodes.last(where: {
          if case .reshape = $0.operator { false } else { true }
        }), case .softmax = source.operator
      else { return }
      graph.nodes.removeLast()
      graph.outputs = [maker.output]
    }
  }

  private static func mergeBiases(_ graph: inout Graph) {
    guard let shapes = try? graph.inferredShapes() else { return }
    let counts = readerCounts(graph)
    var makers: [ValueName: Int] = [:]
    var merged: Set<Int> = []
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      makers[node.output] = index
      guard case .affine = node.operator, node.parameters[.scale] == nil,
        let shift = graph.constant(.shift, of: node), let source = node.inputs.first,
        counts[source] == 1, let maker = makers[source], let shape = shapes[source],
        let bias = channelValues(shift, of: graph.nodes[maker].operator, shape)
      else { continue }
      let earlier = graph.constant(.bias, of: graph.nodes[maker])?.floats()
      let values = earlier.map { zip($0, bias).map { $0 + $1 } } ?? bias
      let name = unusedName("\(node.parameters[.shift] ?? node.name).bias", in: graph)
      graph.constants[name] = Tensor(values, shape: [values.count])
      graph.nodes[maker].parameters[.bias] = name
      graph.nodes[maker].output = node.output
      makers[node.output] = maker
      merged.insert(index)
    }
    graph.nodes = graph.nodes.indices.filter { !merged.contains($0) }.map { graph.nodes[$0] }
  }

  /// A summand as one number per output channel, if it is the same all over each channel.
  private static func channelValues(
    _ shift: Tensor, of maker: Operator, _ shape: Shape
  ) -> [Float]? {
    let channelAxis: Int
    switch maker {
    case .convolution: channelAxis = 0
    case .linear: channelAxis = shape.rank - 1
    default: return nil
    }
    let sizes = Array(repeating: 1, count: shape.rank - shift.shape.rank) + shift.shape.dimensions
    for (axis, size) in sizes.enumerated() where axis != channelAxis && size != 1 { return nil }
    let values = shift.floats()
    let channels = shape[channelAxis]
    return values.count == channels ? values : Array(repeating: values[0], count: channels)
  }

  private static func mergePads(_ graph: inout Graph) {
    let counts = readerCounts(graph)
    var makers: [ValueName: Int] = [:]
    var merged: Set<Int> = []
    for index in graph.nodes.indices {
      makers[graph.nodes[index].output] = index
      guard case .convolution(var geometry) = graph.nodes[index].operator,
        let source = graph.nodes[index].inputs.first, counts[source] == 1,
        let maker = makers[source],
        case .pad(let before, let after, let value) = graph.nodes[maker].operator, value == 0,
        before.first == 0, after.first == 0
      else { continue }
      for axis in geometry.kernel.indices {
        geometry.padsBefore[axis] += before[axis + 1]
        geometry.padsAfter[axis] += after[axis + 1]
      }
      graph.nodes[index].operator = .convolution(geometry)
      graph.nodes[index].inputs = graph.nodes[maker].inputs
      merged.insert(maker)
    }
    graph.nodes = graph.nodes.indices.filter { !merged.contains($0) }.map { graph.nodes[$0] }
  }

  private static func unusedName(_ wanted: String, in graph: Graph) -> ValueName {
    var name = wanted
    while graph.constants[name] != nil { name += "_" }
    return name
  }
}
