import SpikeGraph

/// Runs a graph on one sample with the loops of a textbook: the oracle of the importer's tests.
/// Slow, obvious, and without a line in common with the engine.
enum TextbookExecutor {
  /// The first output for `input`, in row-major order.
  static func run(_ graph: Graph, _ input: [Float]) throws -> [Float] {
    let shapes = try graph.inferredShapes()
    var values: [ValueName: [Float]] = [graph.inputs[0].name: input]
    for node in graph.nodes {
      let operands = try node.inputs.map { name in
        Array2(shape: try require(shapes[name]), values: try require(values[name]))
      }
      values[node.output] = try result(
        of: node, operands, try require(shapes[node.output]), graph)
    }
    return try require(values[graph.outputs[0]])
  }

  struct Missing: Error {}

  /// A value with its shape, addressed by a list of indices.
  struct Array2 {
    var shape: Shape
    var values: [Float]

    subscript(index: [Int]) -> Float {
      var place = 0
      for (axis, position) in index.enumerated() { place = place * shape[axis] + position }
      return values[place]
    }
  }

  private static func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
  }

  /// All indices of a shape in row-major order.
  private static func indices(of shape: Shape) -> [[Int]] {
    shape.dimensions.reduce([[]]) { partial, size in
      partial.flatMap { index in (0..<size).map { index + [$0] } }
    }
  }

  private static func result(
    of node: Node, _ x: [Array2], _ shape: Shape, _ graph: Graph
  ) throws -> [Float] {
    func tensor(_ role: ParameterRole) -> Array2? {
      graph.constant(role, of: node).map { Array2(shape: $0.shape, values: $0.floats()) }
    }
    switch node.operator {
    case .convolution(let geometry):
      return try convolution(geometry, x[0], require(tensor(.weight)), tensor(.bias), shape)
    case .linear:
      let weight = try require(tensor(.weight))
      let bias = tensor(.bias)
      return indices(of: shape).map { index in
        let output = index.last ?? 0
        let sum = (0..<weight.shape[1]).reduce(Double(0)) {
          $0 + Double(weight[[output, $1]]) * Double(x[0][index.dropLast() + [$1]])
        }
        return Float(sum) + (bias?[[output]] ?? 0)
      }
    case .add:
      return indices(of: shape).map { index in x.reduce(0) { $0 + $1[index] } }
    case .affine:
      return indices(of: shape).map { index in
        let scaled = x[0][index] * (tensor(.scale).map { broadcast($0, index) } ?? 1)
        return scaled + (tensor(.shift).map { broadcast($0, index) } ?? 0)
      }
    case .batchNormalization(let epsilon):
      let (gamma, beta) = (try require(tensor(.scale)), try require(tensor(.shift)))
      let (mean, variance) = (try require(tensor(.mean)), try require(tensor(.variance)))
      return indices(of: shape).map { index in
        let channel = [index[0]]
        let centred = x[0][index] - mean[channel]
        return gamma[channel] * centred / (variance[channel] + epsilon).squareRoot() + beta[channel]
      }
    case .relu: return x[0].values.map { max($0, 0) }
    case .clip(let low, let high): return x[0].values.map { min(max($0, low), high) }
    case .quantize(let low, let high):
      return x[0].values.map { min(max($0.rounded(.toNearestOrEven), low), high) }
    case .leakyRelu(let alpha): return x[0].values.map { $0 < 0 ? alpha * $0 : $0 }
    case .maxPool(let pool):
      return windows(pool, x[0], shape).map { $0.inside.max() ?? -.infinity }
    case .averagePool(let pool):
      return windows(pool, x[0], shape).map { window in
        let count = pool.countsPadding ? window.countWithBorder : window.inside.count
        return window.inside.reduce(0, +) / Float(count)
      }
    case .sumPool(let pool):
      return windows(pool, x[0], shape).map { $0.inside.reduce(0, +) }
    case .reshape: return x[0].values
    case .transpose(let order):
      return indices(of: shape).map { index in
        var source = index
        for (axis, origin) in order.enumerated() { source[origin] = index[axis] }
        return x[0][source]
      }
    case .pad(let before, _, let value):
      return indices(of: shape).map { index in
        let source = zip(index, before).map { $0 - $1 }
        let isInside = zip(source, x[0].shape.dimensions).allSatisfy { $0 >= 0 && $0 < $1 }
        return isInside ? x[0][source] : value
      }
    case .concatenate(let axis):
      return indices(of: shape).map { index in
        var source = index
        for part in x {
          if source[axis] < part.shape[axis] { return part[source] }
          source[axis] -= part.shape[axis]
        }
        return .nan
      }
    case .multiply:
      return indices(of: shape).map { index in x.reduce(1) { $0 * $1[index] } }
    case .pointwise(let function): return x[0].values.map { function($0) }
    case .gather(let axis):
      let slices = try require(graph.constant(.indices, of: node)).integers()
      return indices(of: shape).map { index in
        var source = index
        source[axis] = Int(slices[index[axis]])
        return source[axis] < 0 ? 0 : x[0][source]
      }
    case .softmax(let axis, let logarithm):
      return indices(of: shape).map { index in
        var other = index
        let row = (0..<shape[axis]).map { position in
          other[axis] = position
          return Double(x[0][other])
        }
        let largest = row.max() ?? 0
        let sum = row.reduce(0) { $0 + exponential($1 - largest) }
        let share = exponential(Double(x[0][index]) - largest) / sum
        return Float(logarithm ? naturalLogarithm(share) : share)
      }
    case .delay, .neuron: throw Missing()
    }
  }

  private static func broadcast(_ constant: Array2, _ index: [Int]) -> Float {
    let tail = index.suffix(constant.shape.rank)
    return constant[zip(tail, constant.shape.dimensions).map { $1 == 1 ? 0 : $0 }]
  }

  private static func convolution(
    _ geometry: Convolution, _ x: Array2, _ weight: Array2, _ bias: Array2?, _ shape: Shape
  ) -> [Float] {
    let outputsPerGroup = shape[0] / geometry.groups
    let inputsPerGroup = weight.shape[1]
    let taps = indices(of: Shape(geometry.kernel))
    return indices(of: shape).map { index in
      var sum = 0.0
      for channel in 0..<inputsPerGroup {
        for tap in taps {
          let place = tap.indices.map { axis in
            index[axis + 1] * geometry.strides[axis] - geometry.padsBefore[axis]
              + tap[axis] * geometry.dilations[axis]
          }
          guard zip(place, x.shape.dimensions.dropFirst()).allSatisfy({ $0 >= 0 && $0 < $1 })
          else { continue }
          let source = index[0] / outputsPerGroup * inputsPerGroup + channel
          sum += Double(weight[[index[0], channel] + tap]) * Double(x[[source] + place])
        }
      }
      return Float(sum) + (bias?[[index[0]]] ?? 0)
    }
  }

  /// Per output: the elements of its window, and how many cells it has inside input and border.
  private static func windows(
    _ pool: Pooling, _ x: Array2, _ shape: Shape
  ) -> [(inside: [Float], countWithBorder: Int)] {
    let sizes = Array(x.shape.dimensions.dropFirst())
    return indices(of: shape).map { index in
      var inside: [Float] = []
      var count = 0
      for tap in indices(of: Shape(pool.kernel)) {
        let place = tap.indices.map { axis in
          index[axis + 1] * pool.strides[axis] - pool.padsBefore[axis]
            + tap[axis] * pool.dilations[axis]
        }
        let isInBorder = place.indices.allSatisfy { axis in
          place[axis] < sizes[axis] + pool.padsAfter[axis]
        }
        count += isInBorder ? 1 : 0
        guard zip(place, sizes).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
        inside.append(x[[index[0]] + place])
      }
      return (inside, count)
    }
  }

  /// exp(x) for x ≤ 0 by halving and the Taylor series; 20 terms are exact to double precision.
  private static func exponential(_ x: Double) -> Double {
    if x < -700 { return 0 }
    if x < -0.5 {
      let half = exponential(x / 2)
      return half * half
    }
    var (term, sum) = (1.0, 1.0)
    for power in 1...20 {
      term *= x / Double(power)
      sum += term
    }
    return sum
  }

  /// ln(x) by Newton's method on exp.
  private static func naturalLogarithm(_ x: Double) -> Double {
    var guess = 0.0
    for _ in 0..<200 { guess += x / exponential(guess) - 1 }
    return guess
  }
}
