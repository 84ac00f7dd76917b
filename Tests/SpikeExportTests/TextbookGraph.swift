import SpikeGraph

/// The oracle of lowering: runs a spiking graph node by node in double precision.
struct TextbookGraph {
  private let model: Model
  private var shapes: [ValueName: Shape] = [:]
  private var potentials: [ValueName: [Double]] = [:]

  /// The read-out potentials of a network of IF, LIF and LI after its last step.
  static func run(_ model: Model, _ sample: [UInt8]) throws -> [Double] {
    var runner = TextbookGraph(model: model)
    runner.shapes = try model.graph.inferredShapes()
    let input = sample.map { Double($0 >> (8 - UInt8(model.encoding.bits ?? 8))) }
    var result: [Double] = []
    for _ in 0..<(model.timeSteps ?? 1) { result = runner.step(input) }
    return result
  }

  private init(model: Model) { self.model = model }

  private mutating func step(_ input: [Double]) -> [Double] {
    var values: [ValueName: [Double]] = [model.graph.inputs[0].name: input]
    for node in model.graph.nodes {
      let x = values[node.inputs[0]] ?? []
      let from = (shapes[node.inputs[0]] ?? []).dimensions
      let to = (shapes[node.output] ?? []).dimensions
      switch node.operator {
      case .convolution(let geometry): values[node.output] = convolve(node, geometry, x, from, to)
      case .linear:
        let w = constant(.weight, node)
        let b = constant(.bias, node)
        values[node.output] = (0..<to[0]).map { o in
          x.indices.reduce(b.isEmpty ? 0 : b[o]) { $0 + w[o * x.count + $1] * x[$1] }
        }
      case .add:
        values[node.output] = node.inputs.dropFirst().reduce(x) { sum, name in
          zip(sum, values[name] ?? []).map(+)
        }
      case .affine:
        let scale = constant(.scale, node)
        let length = x.count / from[0]
        values[node.output] = x.indices.map {
          x[$0] * (scale.count == 1 ? scale[0] : scale[$0 / length])
        }
      case .sumPool(let pool): values[node.output] = self.pool(pool, x, from, to, divides: false)
      case .averagePool(let pool): values[node.output] = self.pool(pool, x, from, to, divides: true)
      case .reshape: values[node.output] = x
      case .neuron(let neuron): values[node.output] = fire(node, neuron, x)
      default: values[node.output] = []
      }
    }
    return values[model.graph.outputs[0]] ?? []
  }

  private func constant(_ role: ParameterRole, _ node: Node) -> [Double] {
    (model.graph.constant(role, of: node)?.floats() ?? []).map { Double($0) }
  }

  /// sgn(v) (|v| keep >> 12) for a potential with bits behind the point.
  private func leaked(_ potential: Double, _ neuron: Neuron) -> Double {
    guard neuron.leaks, let bits = neuron.fractionBits else { return potential }
    let steps = Int64(potential * Double(1 << bits))
    let keep = UInt64((neuron.membraneDecay * 4096).rounded())
    let kept = Double((steps.magnitude * keep) >> 12) / Double(1 << bits)
    return steps < 0 ? -kept : kept
  }

  private mutating func fire(_ node: Node, _ neuron: Neuron, _ x: [Double]) -> [Double] {
    let thresholds = constant(.threshold, node)
    let channels = (shapes[node.output] ?? []).dimensions[0]
    let length = x.count / channels
    var spikes: [Double] = []
    for index in x.indices {
      let threshold =
        thresholds.isEmpty ? 0 : thresholds.count == 1 ? thresholds[0] : thresholds[index / length]
      let before = potentials[node.name]?[index] ?? Double(neuron.initialShare) * threshold
      var h = leaked(before, neuron) + x[index]
      var spike = 0.0
      if neuron.spikes, neuron.comparator == .greater ? h > threshold : h >= threshold {
        spike = 1
        switch neuron.reset {
        case .bySubtraction: h -= threshold
        case .toValue(let value): h = Double(value)
        }
      }
      if potentials[node.name] == nil {
        potentials[node.name] = x.indices.map {
          let own =
            thresholds.isEmpty ? 0 : thresholds.count == 1 ? thresholds[0] : thresholds[$0 / length]
          return Double(neuron.initialShare) * own
        }
      }
      potentials[node.name]?[index] = h
      spikes.append(neuron.spikes ? spike : h)
    }
    return spikes
  }

  private func convolve(
    _ node: Node, _ geometry: Convolution, _ x: [Double], _ from: [Int], _ to: [Int]
  ) -> [Double] {
    let w = constant(.weight, node)
    let b = constant(.bias, node)
    // A line is a map of height 1.
    func two(_ values: [Int], _ first: Int) -> [Int] {
      values.count == 1 ? [first] + values : values
    }
    let size = two(Array(from.dropFirst()), 1)
    let out = two(Array(to.dropFirst()), 1)
    let kernel = two(geometry.kernel, 1)
    let strides = two(geometry.strides, 1)
    let pads = two(geometry.padsBefore, 0)
    let dilations = two(geometry.dilations, 1)
    let inputs = from[0] / geometry.groups
    var y = Array(repeating: 0.0, count: to.reduce(1, *))
    for o in 0..<to[0] {
      let group = o / (to[0] / geometry.groups)
      for row in 0..<out[0] {
        for column in 0..<out[1] {
          var sum = b.isEmpty ? 0 : b[o]
          for c in 0..<inputs {
            for i in 0..<kernel[0] {
              for j in 0..<kernel[1] {
                let r = row * strides[0] - pads[0] + i * dilations[0]
                let s = column * strides[1] - pads[1] + j * dilations[1]
                guard (0..<size[0]).contains(r), (0..<size[1]).contains(s) else { continue }
                sum +=
                  w[((o * inputs + c) * kernel[0] + i) * kernel[1] + j]
                  * x[((group * inputs + c) * size[0] + r) * size[1] + s]
              }
            }
          }
          y[(o * out[0] + row) * out[1] + column] = sum
        }
      }
    }
    return y
  }

  private func pool(
    _ pool: Pooling, _ x: [Double], _ from: [Int], _ to: [Int], divides: Bool
  ) -> [Double] {
    func two(_ values: [Int]) -> [Int] { values.count == 1 ? [1] + values : values }
    let size = two(Array(from.dropFirst()))
    let out = two(Array(to.dropFirst()))
    let kernel = two(pool.kernel)
    var y: [Double] = []
    for c in 0..<to[0] {
      for row in 0..<out[0] {
        for column in 0..<out[1] {
          var sum = 0.0
          for i in 0..<kernel[0] {
            for j in 0..<kernel[1] {
              sum += x[(c * size[0] + row * kernel[0] + i) * size[1] + column * kernel[1] + j]
            }
          }
          y.append(divides ? sum / Double(kernel[0] * kernel[1]) : sum)
        }
      }
    }
    return y
  }
}
