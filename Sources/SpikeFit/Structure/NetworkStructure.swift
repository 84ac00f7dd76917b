import SpikeDiagnostics
import SpikeGraph

/// A projection (convolution or linear node) as the fitter sees it.
struct ProjectionSite: Hashable, Sendable, Codable {
  /// Position in `graph.nodes`.
  var node: Int
  /// Name of the weight constant, `[O, I/g, …]`.
  var weight: ValueName
  /// Name of the bias constant, if the node has one.
  var bias: ValueName?
  /// Which group of currents it belongs to: projections whose currents meet have one unit.
  var group: Int
  /// Real value of integer 1 of its input: 1 for spikes, less behind a mean.
  var inputUnit: Double
  /// Whether it is a convolution in more than one group.
  var isGrouped: Bool
}

/// A constant factor on spikes that meet other currents: a residual connection without weights.
struct BranchSite: Hashable, Sendable, Codable {
  /// Position in `graph.nodes` of the affine node.
  var node: Int
  /// Group of currents.
  var group: Int
  /// Real value of integer 1 of its input.
  var inputUnit: Double
}

/// A population of neurons with the group of currents that drive it.
struct PopulationSite: Hashable, Sendable, Codable {
  /// Position in `graph.nodes`.
  var node: Int
  /// Group of currents.
  var group: Int
  /// Real current per integer, as a multiple of the unit of the group: 1, less behind a mean.
  var factor: Double
  /// Number of channels (first axis).
  var channels: Int
  /// False for the read-out.
  var spikes: Bool
}

/// The wiring of a spiking graph: projections, populations, and which currents share a unit.
///
/// Every value carries spikes (or the input, or sums and means of them), whose real unit is known,
/// or currents, whose unit is free until integers are chosen: real = unit · integer. Currents that
/// are added must share one unit.
struct NetworkStructure: Sendable, Codable {
  let shapes: [ValueName: Shape]
  private(set) var projections: [ProjectionSite] = []
  private(set) var branches: [BranchSite] = []
  private(set) var populations: [PopulationSite] = []
  /// Number of groups of currents.
  private(set) var groupCount = 0

  private enum Unit {
    case known(Double)
    case current(group: Int, factor: Double)
  }
  private var parents: [Int] = []

  /// Analyses a graph.
  /// - Parameter inputUnit: Real value of integer 1 of the input.
  /// - Throws: `fit.unsupported-structure` with every node that cannot be taken.
  init(_ graph: Graph, inputUnit: Double) throws(FitError) {
    do throws(GraphError) {
      shapes = try graph.inferredShapes()
    } catch {
      throw FitError(.unsupportedStructure, error.message, at: error.location, cause: error)
    }
    var units: [ValueName: Unit] = [:]
    for input in graph.inputs { units[input.name] = .known(inputUnit) }
    var findings: [Finding] = []
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.compactMap { units[$0] }
      switch step(graph, index, node, inputs) {
      case .success(let unit): units[node.output] = unit
      case .failure(let problem):
        findings.append(
          Finding(
            .error, code: FitErrorCode.unsupportedStructure.rawValue, message: problem.message,
            location: Location(node: node.name, operator: node.operator.name), fix: problem.fix))
        units[node.output] = .known(1)
      }
    }
    if let first = findings.first {
      throw FitError(
        .unsupportedStructure, first.message, at: first.location, fix: first.fix,
        findings: findings)
    }
    settleGroups()
    guard populations.last.map({ !$0.spikes }) ?? false else {
      throw FitError(
        .unsupportedStructure, "The network does not end in a read-out population (LI).",
        fix: "convert the ANN with this program, which adds one")
    }
  }

  private struct Problem: Error {
    let message: String
    let fix: String
  }

  private mutating func step(
    _ graph: Graph, _ index: Int, _ node: Node, _ inputs: [Unit]
  ) -> Result<Unit, Problem> {
    guard let x = inputs.first else {
      return .failure(Problem(message: "The node has no input.", fix: "repair the graph"))
    }
    switch node.operator {
    case .convolution, .linear: return project(graph, index, node, x)
    case .affine: return scale(graph, index, node, x)
    case .add: return add(inputs)
    case .averagePool(let pool):
      guard
        pool.padsBefore.allSatisfy({ $0 == 0 }) && pool.padsAfter.allSatisfy({ $0 == 0 })
          && !pool.roundsUp || pool.countsPadding && !pool.roundsUp
      else {
        return .failure(
          Problem(
            message: "Windows of this mean hold different numbers of elements, so that it is no "
              + "sum with one scale.", fix: "use average pooling without padding"))
      }
      let area = Double(pool.kernel.reduce(1, *))
      switch x {
      case .known(let unit): return .success(.known(unit / area))
      case .current(let group, let factor):
        return .success(.current(group: group, factor: factor / area))
      }
    case .maxPool, .sumPool, .reshape, .transpose, .gather, .delay: return .success(x)
    case .pad(_, _, let value):
      return value == 0
        ? .success(x)
        : .failure(Problem(message: "The border is \(value), not 0.", fix: "pad with zeros"))
    case .concatenate:
      for other in inputs {
        guard case .known(let a) = x, case .known(let b) = other, a == b else {
          return .failure(
            Problem(
              message: "Joined values differ in unit or are currents.",
              fix: "join spikes of populations, not currents or means"))
        }
      }
      return .success(x)
    case .neuron(let neuron):
      guard node.parameters[.recurrence] == nil else {
        return .failure(
          Problem(
            message: "The neurons have recurrent synapses; fit trains networks that run forward.",
            fix: "train the network with its own program, with weights that the chip holds"))
      }
      let group: Int
      var factor = 1.0
      switch x {
      case .known(let unit):
        group = newGroup()
        factor = unit
      case .current(let id, let share): (group, factor) = (id, share)
      }
      populations.append(
        PopulationSite(
          node: index, group: group, factor: factor, channels: shapes[node.output]?[0] ?? 1,
          spikes: neuron.spikes))
      return .success(.known(1))
    case .batchNormalization, .relu, .clip, .quantize, .leakyRelu, .multiply, .pointwise, .softmax:
      return .failure(
        Problem(
          message: "\(node.operator.name) is no part of a spiking network.",
          fix: "convert the network to spikes first"))
    }
  }

  private mutating func project(
    _ graph: Graph, _ index: Int, _ node: Node, _ x: Unit
  ) -> Result<Unit, Problem> {
    guard case .known(let unit) = x, let weight = node.parameters[.weight] else {
      return .failure(
        Problem(
          message: "The projection reads currents: no neurons stand between two projections.",
          fix: "merge the two projections into one, or put a population between them"))
    }
    var isGrouped = false
    if case .convolution(let geometry) = node.operator, geometry.groups > 1 { isGrouped = true }
    let group = newGroup()
    projections.append(
      ProjectionSite(
        node: index, weight: weight, bias: node.parameters[.bias], group: group, inputUnit: unit,
        isGrouped: isGrouped))
    return .success(.current(group: group, factor: 1))
  }

  private mutating func scale(
    _ graph: Graph, _ index: Int, _ node: Node, _ x: Unit
  ) -> Result<Unit, Problem> {
    guard case .known(let unit) = x, graph.constant(.shift, of: node) == nil,
      graph.constant(.scale, of: node) != nil
    else {
      return .failure(
        Problem(
          message: "Only a factor on spikes that meet other currents can be taken.",
          fix: "fold scale and shift into a projection or a threshold"))
    }
    let group = newGroup()
    branches.append(BranchSite(node: index, group: group, inputUnit: unit))
    return .success(.current(group: group, factor: 1))
  }

  private mutating func add(_ inputs: [Unit]) -> Result<Unit, Problem> {
    var known: [Double] = []
    var groups: [Int] = []
    for input in inputs {
      switch input {
      case .known(let unit): known.append(unit)
      case .current(let group, let factor):
        guard factor == 1 else {
          return .failure(
            Problem(
              message: "A mean of currents meets other currents.",
              fix: "put the mean in front of the projection"))
        }
        groups.append(group)
      }
    }
    if groups.isEmpty {
      guard known.allSatisfy({ $0 == known[0] }) else {
        return .failure(
          Problem(
            message: "Sums and means of spikes with different units are added.",
            fix: "add populations before pooling"))
      }
      return .success(.known(known[0]))
    }
    guard known.isEmpty else {
      return .failure(
        Problem(
          message: "Spikes are added to currents without a weight.",
          fix: "put a factor (Affine) on the branch, as the converter does"))
    }
    for other in groups.dropFirst() { parents[root(other)] = root(groups[0]) }
    return .success(.current(group: groups[0], factor: 1))
  }

  private mutating func newGroup() -> Int {
    parents.append(parents.count)
    return parents.count - 1
  }

  private func root(_ group: Int) -> Int {
    var id = group
    while parents[id] != id { id = parents[id] }
    return id
  }

  /// Numbers the groups 0, 1, … in order of first use.
  private mutating func settleGroups() {
    var numbers: [Int: Int] = [:]
    func number(_ group: Int) -> Int {
      let id = root(group)
      if let known = numbers[id] { return known }
      numbers[id] = numbers.count
      return numbers.count - 1
    }
    for index in projections.indices { projections[index].group = number(projections[index].group) }
    for index in branches.indices { branches[index].group = number(branches[index].group) }
    for index in populations.indices { populations[index].group = number(populations[index].group) }
    groupCount = numbers.count
  }
}
