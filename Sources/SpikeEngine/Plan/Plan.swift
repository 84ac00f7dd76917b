import SpikeGraph

/// A graph as a list of operations on numbered values: what every thread's program is bound from.
struct Plan: Sendable {
  /// One activation in memory.
  struct Value: Sendable {
    /// Shape of one sample in one step.
    var shape: Shape
    /// Whether it changes over the time steps. What depends only on the input is computed once.
    var isTemporal: Bool
    /// Elements of one sample in one step.
    var elements: Int { shape.elementCount }
  }

  /// One operation.
  struct Operation: Sendable {
    /// Name of the node, or of the node that it serves.
    var name: String
    /// Index of the node in the graph; nil for data movements and read-outs that were added.
    var node: Int?
    /// Values that it reads.
    var inputs: [Int]
    /// The value that it makes.
    var output: Int
    /// What it does.
    var layer: any LayerPlan
  }

  /// A value of the graph: where it lies and in which order.
  struct NamedValue: Sendable {
    /// Number of the value in memory.
    var value: Int
    /// Shape in the graph.
    var shape: Shape
    /// The shape whose order of elements the memory has. It differs from `shape` behind a reshape,
    /// which moves nothing until somebody needs the other order.
    var storedShape: Shape
  }

  /// A layer of synapses, for counting operations.
  struct Projection: Sendable {
    var operation: Int
    var input: Int
    /// Whether the input is the same in all steps, so that it is evaluated only once here.
    var isConstant: Bool
  }

  var values: [Value] = []
  var operations: [Operation] = []
  var names: [ValueName: NamedValue] = [:]
  var parameters = ParameterLayout()
  /// Time steps of temporal values; 1 where the graph has no neurons.
  var timeSteps = 1
  /// The value that the network is fed with.
  var input = 0
  /// The value that classes are read from: the input of a final softmax, or the output.
  var logits = 0
  /// The value that leaves the network.
  var output = 0
  /// Operations that are populations of spiking neurons.
  var populations: [Int] = []
  /// Operations that are convolutions or matrix products.
  var projections: [Projection] = []

  /// Floats that a value needs for so many samples.
  func floats(of value: Int, images: Int) -> Int {
    values[value].elements * images * steps(of: value)
  }

  /// Time steps for which a value is kept.
  func steps(of value: Int) -> Int { values[value].isTemporal ? timeSteps : 1 }

  /// For each value, whether it has a part in making the logits.
  func valuesBelowLogits() -> [Bool] { valuesBelow(logits) }

  /// For each value, whether it has a part in making another.
  func valuesBelow(_ value: Int) -> [Bool] {
    var needed = values.map { _ in false }
    needed[value] = true
    for operation in operations.reversed() where needed[operation.output] {
      for input in operation.inputs { needed[input] = true }
    }
    return needed
  }

  /// For each value, whether one of the operations chosen by `isSource` has a part in making it.
  func valuesAbove(_ isSource: (Operation) -> Bool) -> [Bool] {
    var reached = values.map { _ in false }
    for operation in operations {
      reached[operation.output] =
        isSource(operation) || operation.inputs.contains { reached[$0] }
    }
    return reached
  }
}
