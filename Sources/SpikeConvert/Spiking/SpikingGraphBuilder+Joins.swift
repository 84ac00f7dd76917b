import SpikeDiagnostics
import SpikeGraph

extension SpikingGraphBuilder {
  /// Summands must have one unit. That of spikes is fixed; a projection in front of another summand
  /// is scaled to it, row by row.
  mutating func add(_ index: Int, _ operands: [ValueUnit]) throws(ConvertError) {
    let node = graph.nodes[index]
    guard operands.contains(where: { $0 != operands[0] }) else {
      units[node.output] = operands[0]
      return
    }
    let fixed = node.inputs.indices.first { scalableProjection(for: node.inputs[$0]) == nil }
    let target = operands[fixed ?? 0]
    let shape = shapes[node.output] ?? []
    let targetUnits = target.expanded(to: shape)
    var position = index
    for (operand, value) in zip(operands, node.inputs) where operand != target {
      let ratios = zip(operand.expanded(to: shape), targetUnits).map { $0 / $1 }
      if let projection = scalableProjection(for: value),
        let rows = Broadcasting.channels(ratios, of: shape),
        scaleRows(of: projection, upTo: value, by: rows)
      {
        units[value] = target
      } else {
        insertScale(ratios, on: value, before: position, of: shape)
        position += 1
      }
    }
    units[node.output] = target
  }

  /// Parts keep their units.
  func join(_ node: Node, _ operands: [ValueUnit], _ axis: Int) -> ValueUnit {
    if let first = operands[0].uniform, operands.allSatisfy({ $0.uniform == first }) {
      return operands[0]
    }
    // Row-major: for each index of the axes in front, the parts follow each other.
    let parts = zip(operands, node.inputs).map { unit, value -> ([Float], Int) in
      let shape = shapes[value] ?? []
      return (unit.expanded(to: shape), shape.dimensions[axis...].reduce(1, *))
    }
    let outer = (shapes[node.output] ?? []).dimensions.prefix(axis).reduce(1, *)
    var result: [Float] = []
    for block in 0..<outer {
      for (values, size) in parts { result += values[block * size..<(block + 1) * size] }
    }
    return ValueUnit(result)
  }

  /// The projection whose current a value is, if nobody else reads it on the way: its rows can be
  /// scaled for this value alone.
  private func scalableProjection(for value: ValueName) -> Int? {
    guard let producer = graph.producer(of: value), graph.soleReader(of: value) != nil else {
      return nil
    }
    let node = graph.nodes[producer]
    if node.isProjection {
      let weight = graph.constant(.weight, of: node)?.shape
      let channels = shapes[value]?.dimensions.first
      return weight?.dimensions.first == channels ? producer : nil
    }
    switch node.operator {
    case .averagePool, .sumPool: return scalableProjection(for: node.inputs[0])
    default: return nil
    }
  }

  private mutating func scaleRows(
    of projection: Int, upTo value: ValueName, by rows: [Float]
  ) -> Bool {
    let node = graph.nodes[projection]
    guard let weight = graph.constant(.weight, of: node), weight.shape[0] == rows.count else {
      return false
    }
    let scaled = Pass.rows(of: weight, times: rows)
    let bias = graph.constant(.bias, of: node).map { old in
      Tensor(zip(old.floats(), rows).map { $0 * $1 }, shape: old.shape)
    }
    edit {
      $0.setConstant(.weight, of: projection, to: scaled)
      if let bias { $0.setConstant(.bias, of: projection, to: bias) }
    }
    // One factor for all rows keeps the number of unique values: nothing to report.
    guard rows.contains(where: { $0 != rows[0] }) else { return true }
    report(
      Finding(
        .warning, code: ConvertFinding.weightsScaled.rawValue,
        message: "The rows of the weights were multiplied by \(rows.count) different factors, so "
          + "that the branch can be added to the others: more unique values.",
        location: Location(node: node.name, operator: node.operator.name),
        fix: "fit the network; its codebook is learnt afterwards"))
    return true
  }

  private mutating func insertScale(
    _ ratios: [Float], on value: ValueName, before index: Int, of shape: Shape
  ) {
    let tensor =
      Broadcasting.channels(ratios, of: shape).map { Broadcasting.tensor($0, rank: shape.rank) }
      ?? Tensor(ratios, shape: shape)
    let reader = graph.nodes[index]
    let name = graph.freshName("\(value).rescaled")
    edit {
      $0.nodes.insert(
        Node(name: name, operator: .affine, inputs: [value], output: name), at: index)
      $0.setConstant(.scale, of: index, to: tensor)
      $0.nodes[index + 1].inputs = reader.inputs.map { $0 == value ? name : $0 }
    }
    warnNotDeployable(
      reader, "A branch carries spikes of another size than the branch that it is added to.")
  }
}
