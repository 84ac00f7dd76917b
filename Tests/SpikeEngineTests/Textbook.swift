import Foundation
import SpikeEngine
import SpikeGraph

/// A slow executor of graphs, one sample at a time, element by element, in the order of the graph
/// and in double precision: the oracle of the engine.
struct Textbook {
  let graph: Graph
  let shapes: [ValueName: Shape]
  let connections: [TextbookConnections?]
  let timeSteps: Int
  var constants: [ValueName: [Double]]

  init(_ graph: Graph, timeSteps: Int) throws {
    self.graph = graph
    self.timeSteps = timeSteps
    let shapes = try graph.inferredShapes()
    self.shapes = shapes
    connections = graph.nodes.map { node in
      TextbookConnections(
        node, inputs: node.inputs.map { shapes[$0] ?? [] }, output: shapes[node.output] ?? [],
        weight: graph.constant(.weight, of: node)?.shape,
        indices: graph.constant(.indices, of: node)?.integers())
    }
    constants = graph.constants.mapValues { $0.floats().map(Double.init) }
  }

  /// Everything that happened to one sample.
  struct Trace {
    /// Values by step and name.
    var values: [[ValueName: [Double]]] = []
    /// Potentials before the reset, by step and node.
    var potentials: [[Int: [Double]]] = []
  }

  func constant(_ role: ParameterRole, _ node: Node) -> [Double]? {
    node.parameters[role].flatMap { constants[$0] }
  }

  /// The element of a constant that broadcasts to an element of a shape.
  func broadcastIndex(_ flat: Int, _ shape: Shape, _ constant: Shape) -> Int {
    let position = TextbookConnections.positions(shape.dimensions)[flat]
    let tail = position.suffix(constant.rank)
    let clipped = zip(tail, constant.dimensions).map { $1 == 1 ? 0 : $0 }
    return TextbookConnections.index(clipped, constant.dimensions)
  }

  /// First-axis position of an element.
  func channel(_ flat: Int, _ shape: Shape) -> Int {
    shape.rank == 0 ? 0 : flat / (shape.elementCount / shape[0])
  }

  func threshold(_ node: Node, _ flat: Int, _ shape: Shape) -> Double {
    let all = constant(.threshold, node) ?? [0]
    return all.count == 1 ? all[0] : all[channel(flat, shape)]
  }

  /// The learned decay of a population, or that of its neurons.
  func decay(_ node: Node, _ neuron: Neuron) -> Double {
    if let learned = constant(.decay, node) { return learned[0] }
    return neuron.model == .integrateAndFire ? 1 : Double(neuron.membraneDecay)
  }

  /// Runs one sample.
  func run(_ input: [Float]) -> Trace {
    var trace = Trace()
    var potential: [Int: [Double]] = [:]
    var current: [Int: [Double]] = [:]
    for _ in 0..<timeSteps {
      var values = [graph.inputs[0].name: input.map(Double.init)]
      var before: [Int: [Double]] = [:]
      for (index, node) in graph.nodes.enumerated() {
        let operands = node.inputs.map { values[$0] ?? [] }
        if case .neuron(let neuron) = node.operator {
          let shape = shapes[node.output] ?? []
          let start = operands[0].indices.map {
            neuron.spikes ? Double(neuron.initialShare) * threshold(node, $0, shape) : 0
          }
          var v = potential[index] ?? start
          var i = current[index] ?? v.map { _ in 0 }
          var h = v
          var out = v
          for k in v.indices {
            var x = operands[0][k]
            let hasCurrent = neuron.model == .currentBased || neuron.model == .leakyIntegrator
            if hasCurrent {
              i[k] = Double(neuron.currentDecay) * i[k] + x
              x = i[k]
            }
            let decay = decay(node, neuron)
            h[k] = decay * v[k] + x
            guard neuron.spikes else {
              v[k] = h[k]
              out[k] = h[k]
              continue
            }
            let theta = threshold(node, k, shape)
            let fires = neuron.comparator == .greater ? h[k] > theta : h[k] >= theta
            out[k] = fires ? 1 : 0
            switch neuron.reset {
            case .bySubtraction: v[k] = h[k] - (fires ? theta : 0)
            case .toValue(let value): v[k] = fires ? Double(value) : h[k]
            }
          }
          potential[index] = v
          current[index] = i
          before[index] = h
          values[node.output] = out
        } else if case .delay(let steps) = node.operator {
          values[node.output] = operands[0].indices.map { k in
            let past = trace.values.count - (steps.count == 1 ? steps[0] : steps[k])
            if past == trace.values.count { return operands[0][k] }
            return past < 0 ? 0 : trace.values[past][node.inputs[0]]?[k] ?? 0
          }
        } else {
          values[node.output] = apply(index, operands)
        }
      }
      trace.values.append(values)
      trace.potentials.append(before)
    }
    return trace
  }

  private func apply(_ index: Int, _ operands: [[Double]]) -> [Double] {
    let node = graph.nodes[index]
    let shape = shapes[node.output] ?? []
    if let connections = connections[index] {
      var start = 0.0
      if case .pad(_, _, let value) = node.operator { start = Double(value) }
      var y = Array(repeating: start, count: shape.elementCount)
      if start != 0 { for c in connections.list { y[c.output] = 0 } }
      let weight = constant(.weight, node)
      for c in connections.list {
        let factor = c.weight.flatMap { weight?[$0] } ?? c.factor
        y[c.output] += factor * operands[c.operand][c.input]
      }
      if let bias = constant(.bias, node) {
        for k in y.indices { y[k] += bias[biasIndex(node, k, shape)] }
      }
      return y
    }
    let x = operands[0]
    switch node.operator {
    case .relu: return x.map { max($0, 0) }
    case .clip(let low, let high): return x.map { min(max($0, Double(low)), Double(high)) }
    case .quantize(let low, let high):
      return x.map { min(max($0.rounded(.toNearestOrEven), Double(low)), Double(high)) }
    case .leakyRelu(let alpha): return x.map { $0 >= 0 ? $0 : Double(alpha) * $0 }
    case .pointwise(let function): return x.map { Double(function(Float($0))) }
    case .multiply:
      return x.indices.map { k in operands.reduce(1) { $0 * $1[k] } }
    case .maxPool(let pooling):
      let input = shapes[node.inputs[0]]?.dimensions ?? []
      return TextbookConnections.positions(shape.dimensions).map { to in
        TextbookConnections.window(pooling, at: to, input).inside
          .map { x[TextbookConnections.index($0, input)] }.max() ?? 0
      }
    case .affine:
      return x.indices.map { k in
        var y = x[k]
        for role in [ParameterRole.scale, .shift] {
          guard let tensor = graph.constant(role, of: node), let all = constant(role, node) else {
            continue
          }
          let value = all[broadcastIndex(k, shape, tensor.shape)]
          y = role == .scale ? y * value : y + value
        }
        return y
      }
    case .batchNormalization(let epsilon):
      return x.indices.map { k in
        let c = channel(k, shape)
        let (scale, shift) = (constant(.scale, node) ?? [], constant(.shift, node) ?? [])
        let (mean, variance) = (constant(.mean, node) ?? [], constant(.variance, node) ?? [])
        return scale[c] * (x[k] - mean[c]) / (variance[c] + Double(epsilon)).squareRoot()
          + shift[c]
      }
    case .softmax(_, let logarithm):
      let top = x.max() ?? 0
      let sum = x.reduce(0) { $0 + exp($1 - top) }
      return x.map { logarithm ? $0 - top - log(sum) : exp($0 - top) / sum }
    default: preconditionFailure("no textbook for \(node.operator.name)")
    }
  }

  func biasIndex(_ node: Node, _ flat: Int, _ shape: Shape) -> Int {
    if case .linear = node.operator { return flat % shape[shape.rank - 1] }
    return channel(flat, shape)
  }

  /// What classes are read from after each step: the potential of a final integrator, the sum so
  /// far of another temporal value, or a constant value. Softmax is left out.
  func logits(_ trace: Trace) -> [[Double]] {
    var name = graph.outputs[0]
    if let index = graph.producer(of: name), case .softmax = graph.nodes[index].operator {
      name = graph.nodes[index].inputs[0]
    }
    let steps = trace.values.map { $0[name] ?? [] }
    guard graph.nodes.contains(where: { $0.operator.isNeuron }) else { return [steps[0]] }
    if let index = graph.producer(of: name), case .neuron(let neuron) = graph.nodes[index].operator,
      !neuron.spikes
    {
      return steps
    }
    var sum = steps[0].map { _ in 0.0 }
    return steps.map { step in
      sum = zip(sum, step).map(+)
      return sum
    }
  }
}
