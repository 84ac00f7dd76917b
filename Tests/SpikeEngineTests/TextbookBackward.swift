import Foundation
import SpikeCompute
import SpikeEngine
import SpikeGraph

/// Backpropagation through time of the textbook executor, one sample, element by element.
extension Textbook {
  struct Gradients {
    /// Gradients of constants in the order of the graph.
    var constants: [ValueName: [Double]] = [:]
    /// Gradients of values by step, from all their readers.
    var values: [[ValueName: [Double]]]
    /// Gradients of the input currents of neuron nodes, by step.
    var currents: [[Int: [Double]]]
  }

  /// Derivative of the spike at relative distance x = (h - θ) / θ from the threshold.
  static func derivative(_ surrogate: Surrogate, _ x: Double) -> Double {
    switch surrogate {
    case .atan(let alpha):
      let a = Double(alpha)
      return a / 2 / (1 + pow(.pi / 2 * a * x, 2))
    case .triangle(let width): return max(0, 1 - abs(x) / Double(width)) / Double(width)
    case .sigmoid(let alpha):
      let s = 1 / (1 + exp(-Double(alpha) * x))
      return Double(alpha) * s * (1 - s)
    case .fastSigmoid(let slope): return 1 / pow(1 + Double(slope) * abs(x), 2)
    case .rectangle(let width): return abs(x) < Double(width) / 2 ? 1 / Double(width) : 0
    }
  }

  /// Gradients of a loss from its gradients at the logits after the last step.
  func backward(
    _ trace: Trace, _ logitGradient: [Double], surrogate: Surrogate = .atan(alpha: 2),
    detached: Bool = true, spikeCosts: [String: Double] = [:]
  ) -> Gradients {
    var result = Gradients(
      values: trace.values.map { _ in [:] }, currents: trace.values.map { _ in [:] })
    seed(&result, logitGradient)
    // A node is done for all steps, last first, before the nodes that it reads from.
    for (index, node) in graph.nodes.enumerated().reversed() {
      guard result.values[0][node.output] != nil else { continue }
      if case .neuron(let neuron) = node.operator {
        let cost = spikeCosts[node.name] ?? 0
        for t in trace.values.indices {
          result.values[t][node.output] = result.values[t][node.output]?.map { $0 + cost }
        }
        backward(neuron, index, trace, &result, surrogate, detached)
      } else if case .delay(let steps) = node.operator {
        for t in trace.values.indices {
          let above = result.values[t][node.output] ?? []
          for (k, gradient) in above.enumerated() {
            let past = t - (steps.count == 1 ? steps[0] : steps[k])
            var one = above.map { _ in 0.0 }
            if past >= 0 { one[k] = gradient }
            add(one, to: &result.values[max(0, past)][node.inputs[0]])
          }
          add(above.map { _ in 0 }, to: &result.values[t][node.inputs[0]])
        }
      } else {
        for t in trace.values.indices { backward(index, trace.values[t], t, &result) }
      }
    }
    return result
  }

  private func seed(_ result: inout Gradients, _ gradient: [Double]) {
    var name = graph.outputs[0]
    if let index = graph.producer(of: name), case .softmax = graph.nodes[index].operator {
      name = graph.nodes[index].inputs[0]
    }
    var onlyLast = false
    if let index = graph.producer(of: name), case .neuron(let n) = graph.nodes[index].operator {
      onlyLast = !n.spikes
    }
    if !graph.nodes.contains(where: { $0.operator.isNeuron }) { onlyLast = true }
    for t in 0..<timeSteps {
      let isZero = onlyLast && t < timeSteps - 1
      result.values[t][name] = isZero ? gradient.map { _ in 0 } : gradient
    }
  }

  private func add(_ more: [Double], to target: inout [Double]?) {
    target = target.map { zip($0, more).map(+) } ?? more
  }

  private func backward(
    _ neuron: Neuron, _ index: Int, _ trace: Trace, _ result: inout Gradients,
    _ surrogate: Surrogate, _ detached: Bool
  ) {
    let node = graph.nodes[index]
    let shape = shapes[node.output] ?? []
    let size = shape.elementCount
    let decay = decay(node, neuron)
    var onDecay = 0.0
    let hasCurrent = neuron.model == .currentBased || neuron.model == .leakyIntegrator
    var onThreshold = Array(repeating: 0.0, count: constant(.threshold, node)?.count ?? 0)
    var onV = Array(repeating: 0.0, count: size)
    var onCurrent = onV
    for t in trace.values.indices.reversed() {
      let above = result.values[t][node.output] ?? onV.map { _ in 0 }
      let h = trace.potentials[t][index] ?? []
      for k in 0..<size {
        guard neuron.spikes else {
          onV[k] = above[k] + onV[k]
          if t > 0 { onDecay += onV[k] * (trace.potentials[t - 1][index]?[k] ?? 0) }
          onCurrent[k] = onV[k] + Double(neuron.currentDecay) * onCurrent[k]
          onV[k] *= decay
          continue
        }
        let theta = threshold(node, k, shape)
        let s = trace.values[t][node.output]?[k] ?? 0
        let x = (h[k] - theta) / theta
        let slope = Textbook.derivative(surrogate, x)
        var (jump, kept, byTheta) = (-theta, 1.0, -s)
        if case .toValue(let value) = neuron.reset {
          (jump, kept, byTheta) = (Double(value) - h[k], 1 - s, 0)
        }
        let onSpike = above[k] + (detached ? 0 : onV[k] * jump)
        let onH = onSpike * slope / theta + onV[k] * kept
        let place = onThreshold.count == 1 ? 0 : channel(k, shape)
        onThreshold[place] += onV[k] * byTheta - onSpike * slope * h[k] / (theta * theta)
        onCurrent[k] = onH + (hasCurrent ? Double(neuron.currentDecay) * onCurrent[k] : 0)
        onV[k] = onH * decay
        onDecay += onH * leaking(into: t, k, index, neuron, theta, trace)
        if t == 0 { onThreshold[place] += onV[k] * Double(neuron.initialShare) }
      }
      result.currents[t][index] = onCurrent
      add(onCurrent, to: &result.values[t][node.inputs[0]])
    }
    if let name = node.parameters[.decay] { add([onDecay], to: &result.constants[name]) }
    if let name = node.parameters[.threshold] { add(onThreshold, to: &result.constants[name]) }
  }

  /// The potential after the reset of the step before.
  private func leaking(
    into t: Int, _ k: Int, _ index: Int, _ neuron: Neuron, _ theta: Double, _ trace: Trace
  ) -> Double {
    guard t > 0 else { return theta * Double(neuron.initialShare) }
    let h = trace.potentials[t - 1][index]?[k] ?? 0
    guard trace.values[t - 1][graph.nodes[index].output]?[k] == 1 else { return h }
    if case .toValue(let value) = neuron.reset { return Double(value) }
    return h - theta
  }

  private func backward(
    _ index: Int, _ values: [ValueName: [Double]], _ t: Int, _ result: inout Gradients
  ) {
    let node = graph.nodes[index]
    let shape = shapes[node.output] ?? []
    let dy = result.values[t][node.output] ?? []
    if let connections = connections[index] {
      let weight = constant(.weight, node)
      var dw = weight.map { $0.map { _ in 0.0 } }
      var dx = node.inputs.map { name in (values[name] ?? []).map { _ in 0.0 } }
      for c in connections.list {
        let factor = c.weight.flatMap { weight?[$0] } ?? c.factor
        dx[c.operand][c.input] += factor * dy[c.output]
        if let w = c.weight {
          dw?[w] += dy[c.output] * (values[node.inputs[c.operand]]?[c.input] ?? 0)
        }
      }
      for (name, gradient) in zip(node.inputs, dx) { add(gradient, to: &result.values[t][name]) }
      if let name = node.parameters[.weight], let dw { add(dw, to: &result.constants[name]) }
      if let name = node.parameters[.bias], let bias = constants[name] {
        var db = bias.map { _ in 0.0 }
        for k in dy.indices { db[biasIndex(node, k, shape)] += dy[k] }
        add(db, to: &result.constants[name])
      }
      return
    }
    if case .multiply = node.operator {
      for (index, name) in node.inputs.enumerated() {
        let others = node.inputs.enumerated().filter { $0.offset != index }.map {
          values[$0.element] ?? []
        }
        add(
          dy.indices.map { k in others.reduce(dy[k]) { $0 * $1[k] } }, to: &result.values[t][name])
      }
      return
    }
    let x = values[node.inputs[0]] ?? []
    var dx = x.map { _ in 0.0 }
    switch node.operator {
    case .relu: for k in dx.indices where x[k] > 0 { dx[k] = dy[k] }
    case .clip(let low, let high), .quantize(let low, let high):
      for k in dx.indices where x[k] > Double(low) && x[k] < Double(high) { dx[k] = dy[k] }
    case .leakyRelu(let alpha):
      for k in dx.indices { dx[k] = x[k] > 0 ? dy[k] : Double(alpha) * dy[k] }
    case .pointwise(let function) where function.function == .sigmoid:
      for k in dx.indices {
        let share = 1 / (1 + exp(-x[k]))
        dx[k] = dy[k] * share * (1 - share)
      }
    case .maxPool(let pooling):
      let input = shapes[node.inputs[0]]?.dimensions ?? []
      for (k, to) in TextbookConnections.positions(shape.dimensions).enumerated() {
        let window = TextbookConnections.window(pooling, at: to, input).inside
          .map { TextbookConnections.index($0, input) }
        let top = window.map { x[$0] }.max() ?? 0
        if let winner = window.first(where: { x[$0] == top }) { dx[winner] += dy[k] }
      }
    case .affine:
      for role in [ParameterRole.scale, .shift] {
        guard let tensor = graph.constant(role, of: node), let name = node.parameters[role] else {
          continue
        }
        var gradient = Array(repeating: 0.0, count: tensor.count)
        for k in dy.indices {
          gradient[broadcastIndex(k, shape, tensor.shape)] += dy[k] * (role == .scale ? x[k] : 1)
        }
        add(gradient, to: &result.constants[name])
      }
      let scale = constant(.scale, node)
      let scaleShape = graph.constant(.scale, of: node)?.shape ?? []
      for k in dx.indices {
        dx[k] = dy[k] * (scale.map { $0[broadcastIndex(k, shape, scaleShape)] } ?? 1)
      }
    default: preconditionFailure("no textbook gradient for \(node.operator.name)")
    }
    add(dx, to: &result.values[t][node.inputs[0]])
  }
}
