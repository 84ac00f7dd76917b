import SpikeDiagnostics
import SpikeGraph

extension SpikingGraphBuilder {
  /// A positive scale becomes part of the unit and vanishes; a shift is a constant current.
  mutating func applyAffine(_ index: Int, _ unit: ValueUnit) throws(ConvertError) {
    let node = graph.nodes[index]
    let shape = shapes[node.output] ?? []
    var result = unit.expanded(to: shape)
    let scale = graph.constant(.scale, of: node).map { Broadcasting.expand($0, to: shape) }
    let isAbsorbed = scale?.allSatisfy { $0 > 0 } ?? true
    if let scale, isAbsorbed {
      for element in result.indices { result[element] *= scale[element] }
    }
    let shift = graph.constant(.shift, of: node).map { Broadcasting.expand($0, to: shape) }
    units[node.output] = ValueUnit(result)
    if isAbsorbed && (shift?.allSatisfy { $0 == 0 } ?? true) {
      // Nothing is left to do at run time.
      if graph.soleReader(of: node.inputs[0]) == index {
        units[node.inputs[0]] = ValueUnit(result)
        edit { $0.bypass(index) }
        return
      }
      // Others read the input in its own unit: the node becomes an identity.
      edit {
        $0.removeConstant(.scale, of: index)
        $0.removeConstant(.shift, of: index)
        $0.nodes[index].operator = .reshape(shape)
      }
      return
    }
    let current = shift.map { zip($0, result).map { $0 / $1 } }
    edit {
      if isAbsorbed { $0.removeConstant(.scale, of: index) }
      guard let current else { return }
      let tensor =
        Broadcasting.channels(current, of: shape).map {
          Broadcasting.tensor($0, rank: shape.rank)
        } ?? Tensor(current, shape: shape)
      $0.setConstant(.shift, of: index, to: tensor)
    }
    warnNotDeployable(node, "A scale or shift is left that no projection could take.")
  }

  /// Mean, sum and maximum keep the unit of a channel.
  mutating func pool(_ index: Int, _ unit: ValueUnit) throws(ConvertError) {
    let node = graph.nodes[index]
    if unit.uniform == nil {
      guard let channels = unit.channels(of: shapes[node.inputs[0]] ?? []) else {
        throw conflict("The pool mixes values of different units.", at: index)
      }
      units[node.output] = .perChannel(channels, of: shapes[node.output] ?? [])
    } else {
      units[node.output] = unit
    }
    if case .maxPool(var geometry) = node.operator, options.maximumPooling == .cumulative {
      geometry.isCumulative = true
      edit { $0.nodes[index].operator = .maxPool(geometry) }
      warnNotDeployable(
        node, "Max pooling follows the largest spike count.",
        fix: "for a chip convert with --max-pool spikes, or train with average pooling or strides")
    }
  }

  func transpose(_ node: Node, _ unit: ValueUnit, _ order: [Int]) -> ValueUnit {
    guard case .elements(let values) = unit, let input = shapes[node.inputs[0]] else { return unit }
    var strides = [Int](repeating: 1, count: input.rank)
    for axis in stride(from: input.rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * input[axis + 1]
    }
    var sources = [0]
    for axis in order {
      sources = sources.flatMap { source in
        (0..<input[axis]).map { source + $0 * strides[axis] }
      }
    }
    return ValueUnit(sources.map { values[$0] })
  }

  /// Every slice keeps its unit; one of zeros has any.
  func gather(_ node: Node, _ unit: ValueUnit, _ axis: Int) -> ValueUnit {
    guard case .elements(let values) = unit, let input = shapes[node.inputs[0]],
      let slices = graph.constant(.indices, of: node)?.integers()
    else { return unit }
    let inner = input.dimensions[(axis + 1)...].reduce(1, *)
    let outer = input.dimensions[..<axis].reduce(1, *)
    var result: [Float] = []
    for block in 0..<outer {
      for slice in slices {
        let start = (block * input[axis] + max(Int(slice), 0)) * inner
        result += values[start..<start + inner]
      }
    }
    return ValueUnit(result)
  }

  /// A border of zeros has any unit; other constants need one unit to be expressed in.
  mutating func pad(_ index: Int, _ unit: ValueUnit, _ value: Float) throws(ConvertError) {
    let node = graph.nodes[index]
    let output = shapes[node.output] ?? []
    if let factor = unit.uniform {
      units[node.output] = unit
      guard value != 0, case .pad(let before, let after, _) = node.operator else { return }
      edit {
        $0.nodes[index].operator = .pad(before: before, after: after, value: value / factor)
      }
      return
    }
    guard value == 0, output.dimensions.first == shapes[node.inputs[0]]?.dimensions.first,
      let channels = unit.channels(of: shapes[node.inputs[0]] ?? [])
    else {
      throw conflict("The border joins values of different units.", at: index)
    }
    units[node.output] = .perChannel(channels, of: output)
  }
}
