import SpikeCompute
import SpikeGraph

/// The constants of a network in the order of the kernels, with the ways from and to that of the
/// graph.
struct ParameterStore: Sendable {
  let layout: ParameterLayout
  let values: FloatBuffer
  private let maps: [MovementMap?]
  private let slotsByName: [ValueName: [Int]]
  /// Room for one constant in the order of the graph.
  private let staging: FloatBuffer

  init(_ layout: ParameterLayout, _ graph: Graph) {
    self.layout = layout
    values = FloatBuffer(count: layout.count)
    maps = layout.slots.map { slot in
      slot.map.map { MovementMap($0.map(Int.init), sourceBlocks: slot.shape.elementCount) }
    }
    slotsByName = Dictionary(grouping: layout.slots.indices) { layout.slots[$0].name }
    staging = FloatBuffer(count: layout.slots.map(\.shape.elementCount).max() ?? 0)
    for name in slotsByName.keys {
      if let tensor = graph.constants[name] { set(tensor.floats(), of: name) }
    }
  }

  /// Slots of a constant; at least one, or the name is wrong.
  func slots(of name: ValueName) -> [Int] {
    guard let slots = slotsByName[name] else {
      preconditionFailure("no node of the network uses a constant '\(name)'")
    }
    return slots
  }

  func count(of name: ValueName) -> Int { layout.slots[slots(of: name)[0]].shape.elementCount }

  func set(_ new: [Float], of name: ValueName) {
    let graphOrder = staging.view(0..<new.count)
    graphOrder.assign(new)
    for slot in slots(of: name) {
      let view = values.view(layout.slots[slot].range)
      if let map = maps[slot] {
        Kernels.gather(map, rows: 1, from: graphOrder, into: view)
      } else {
        view.assign(from: graphOrder)
      }
    }
  }

  /// The values of a constant. A broadcast one lies several times in memory, always the same.
  func get(_ name: ValueName) -> [Float] {
    let slot = slots(of: name)[0]
    let view = values.view(layout.slots[slot].range)
    guard let map = layout.slots[slot].map else { return view.array() }
    var result = [Float](repeating: 0, count: count(of: name))
    for (place, index) in map.enumerated() { result[Int(index)] = view[place] }
    return result
  }

  /// Adds up gradients of all uses of a constant, in the order of the graph.
  func readSum(of name: ValueName, in gradients: FloatBuffer, into result: inout [Float]) {
    let slots = slots(of: name)
    let graphOrder = staging.view(0..<result.count)
    if slots.count == 1, maps[slots[0]] == nil {
      gradients.view(layout.slots[slots[0]].range).copy(into: &result)
      return
    }
    graphOrder.fill(0)
    for slot in slots {
      let view = gradients.view(layout.slots[slot].range)
      if let map = maps[slot] {
        Kernels.scatterAdd(map, rows: 1, from: view, into: graphOrder)
      } else {
        Kernels.add(graphOrder, view, into: graphOrder)
      }
    }
    graphOrder.copy(into: &result)
  }
}
