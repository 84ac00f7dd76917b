package import SpikeGraph

/// The small graph that a node becomes where a chain of layers is not enough: several layers that read
/// each other, and several outputs.
package struct ONNXSketch: Sendable {
  /// A value on the way: an activation that enters, or the result of a step, with its shape.
  package struct Value: Sendable {
    package enum Source: Sendable {
      case activation(ONNXActivation)
      case step(Int)
    }
    package var source: Source
    package var shape: Shape

    package init(_ activation: ONNXActivation) {
      source = .activation(activation)
      shape = activation.shape
    }

    fileprivate init(step: Int, shape: Shape) {
      source = .step(step)
      self.shape = shape
    }
  }

  /// One layer and what it reads.
  package struct Step: Sendable {
    package var layer: ONNXLayer
    package var inputs: [Value]
  }

  /// The layers, each after those it reads.
  package private(set) var steps: [Step] = []
  /// Name of the node; derived constants are called by it.
  private let owner: String

  package init(for node: ONNXNode) { owner = node.name }

  /// Adds a layer; its result has the shape of its first input where no other is given.
  package mutating func add(
    _ operator: Operator, _ parameters: [ParameterRole: ONNXConstant] = [:], _ inputs: Value...,
    shape: Shape? = nil
  ) -> Value {
    add(`operator`, parameters, reading: inputs, shape: shape)
  }

  /// Adds a layer that reads a list of values.
  package mutating func add(
    _ operator: Operator, _ parameters: [ParameterRole: ONNXConstant] = [:],
    reading inputs: [Value], shape: Shape? = nil
  ) -> Value {
    steps.append(Step(layer: ONNXLayer(`operator`, parameters), inputs: inputs))
    return Value(step: steps.count - 1, shape: shape ?? inputs[0].shape)
  }

  /// The translation with these values as the outputs of the node. Mutating so that steps which its
  /// arguments add are in it.
  package mutating func translation(_ outputs: Value...) -> ONNXTranslation {
    .sketch(self, outputs: outputs)
  }
}

// Words that rows are written in.
extension ONNXSketch {
  /// scale · x + shift with one number each.
  mutating func affine(_ x: Value, scale: Float = 1, shift: Float = 0) -> Value {
    var parameters: [ParameterRole: ONNXConstant] = [:]
    if scale != 1 { parameters[.scale] = ONNXConstant(number: scale) }
    if shift != 0 { parameters[.shift] = ONNXConstant(number: shift) }
    return parameters.isEmpty ? x : add(.affine, parameters, x)
  }

  /// A function of every element.
  mutating func pointwise(
    _ x: Value, _ function: Pointwise.Function, alpha: Float = 0, beta: Float = 0
  ) -> Value {
    add(.pointwise(Pointwise(function, alpha: alpha, beta: beta)), [:], x)
  }

  /// The same elements under another shape.
  mutating func reshaped(_ x: Value, to shape: Shape) -> Value {
    x.shape == shape ? x : add(.reshape(shape), [:], x, shape: shape)
  }

  /// Slices of one axis; -1 is a slice of zeros.
  mutating func taken(_ x: Value, axis: Int, _ slices: [Int]) -> Value {
    if slices == Array(0..<x.shape[axis]) { return x }
    let indices = ONNXConstant(
      name: "\(owner).indices.\(steps.count)",
      tensor: Tensor(integers: slices.map { Int64($0) }, shape: [slices.count]), isDerived: true)
    var sizes = x.shape.dimensions
    sizes[axis] = slices.count
    return add(.gather(axis: axis), [.indices: indices], x, shape: Shape(sizes))
  }

  /// Axes of size 1 repeated to those of a shape of the same rank.
  mutating func expanded(_ x: Value, to shape: Shape) -> Value {
    var result = x
    for axis in x.shape.dimensions.indices where x.shape[axis] == 1 && shape[axis] != 1 {
      result = taken(result, axis: axis, Array(repeating: 0, count: shape[axis]))
    }
    return result
  }

  /// Axes in another order.
  mutating func transposed(_ x: Value, _ order: [Int]) -> Value {
    if order == Array(0..<order.count) { return x }
    return add(.transpose(order: order), [:], x, shape: Shape(order.map { x.shape[$0] }))
  }

  /// A pool over whole axes, which stay with size 1.
  mutating func reduced(_ x: Value, axes: [Int], _ pool: (Pooling) -> Operator) -> Value {
    var sizes = x.shape.dimensions
    var result = x
    for axis in axes where sizes[axis] != 1 {
      let outer = sizes[..<axis].reduce(1, *)
      let inner = sizes[(axis + 1)...].reduce(1, *)
      let plane = reshaped(result, to: [outer, sizes[axis], inner])
      result = add(
        pool(Pooling(kernel: [sizes[axis], 1], strides: [1, 1])), [:], plane,
        shape: [outer, 1, inner])
      sizes[axis] = 1
    }
    return reshaped(result, to: Shape(sizes))
  }
}

extension ONNXConstant {
  /// A number that a row brings along; equal numbers are one constant of the graph.
  init(number: Float) {
    self.init(name: "number.\(number)", tensor: .scalar(number), isDerived: true)
  }
}
