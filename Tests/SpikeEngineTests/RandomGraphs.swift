import SpikeGraph

/// Seeded small graphs of all operators.
enum RandomGraphs {
  /// A network without neurons. Operators without a gradient (softmax) only where asked for.
  static func ann(seed: UInt64, softmax: Bool = false) -> Graph {
    var sketch = plane(seed: seed)
    for _ in 0..<sketch.dice.whole(2...5) { body(&sketch, activation: annActivation) }
    if sketch.dice.whole(0...2) == 0 {
      sketch.linear(3)
      sketch.flatten()
    }
    sketch.flatten()
    sketch.linear(4)
    if softmax { sketch.add(.softmax(axis: 0, logarithm: seed % 2 == 0)) }
    return sketch.graph
  }

  /// A network of spiking populations, with or without a read-out at the end.
  static func snn(seed: UInt64) -> Graph {
    var sketch = plane(seed: seed)
    body(&sketch, activation: population)
    population(&sketch)
    for _ in 0..<sketch.dice.whole(1...3) { body(&sketch, activation: population) }
    sketch.flatten()
    sketch.linear(4)
    switch sketch.dice.whole(0...3) {
    case 0: break
    case 1: population(&sketch)
    default:
      sketch.neuron(Neuron(.leakyIntegrator, membraneDecay: 0.5, currentDecay: 0.5))
    }
    return sketch.graph
  }

  private static func plane(seed: UInt64) -> GraphSketch {
    var dice = Dice(seed)
    let channels = dice.whole(1...4)
    let shape: Shape =
      dice.whole(0...3) == 0
      ? [channels, dice.whole(6...9)] : [channels, dice.whole(4...6), dice.whole(4...6)]
    return GraphSketch(input: shape, seed: seed &+ 1)
  }

  private static func annActivation(_ sketch: inout GraphSketch) {
    switch sketch.dice.whole(0...2) {
    case 0: sketch.add(.relu)
    case 1: sketch.add(.clip(minimum: -0.5, maximum: 1.5))
    default: sketch.add(.leakyRelu(alpha: 0.25))
    }
  }

  private static func population(_ sketch: inout GraphSketch) {
    let all = GraphSketch.spikingNeurons
    let neuron = all[sketch.dice.whole(0...all.count - 1)]
    sketch.neuron(neuron, perChannel: sketch.dice.whole(0...1) == 0)
  }

  /// One or more nodes that keep a `[C, L]` or `[C, H, W]` value.
  private static func body(
    _ sketch: inout GraphSketch, activation: (inout GraphSketch) -> Void
  ) {
    let shape = sketch.lastShape
    let axes = shape.rank - 1
    let small = shape.dimensions.dropFirst().min() ?? 1
    switch sketch.dice.whole(0...11) {
    case 0, 1, 2:
      sketch.convolution(sketch.dice.whole(1...5), geometry(&sketch, axes, small))
      activation(&sketch)
    case 3:
      sketch.convolution(shape[0] * 2, geometry(&sketch, axes, small, groups: shape[0]))
      activation(&sketch)
    case 4:
      guard small >= 2 else { return }
      let pooling = pooling(&sketch, axes)
      switch sketch.dice.whole(0...2) {
      case 0: sketch.add(.maxPool(pooling))
      case 1: sketch.add(.averagePool(pooling))
      default: sketch.add(.sumPool(pooling))
      }
    case 5:
      let branch = sketch.last
      sketch.convolution(
        shape[0],
        Convolution(
          kernel: Array(repeating: 3, count: axes), padsBefore: Array(repeating: 1, count: axes)))
      activation(&sketch)
      let other = sketch.last
      sketch.add(
        .add, inputs: sketch.dice.whole(0...1) == 0 ? [branch, other] : [other, branch, other])
    case 6:
      let branch = sketch.last
      activation(&sketch)
      sketch.add(
        .concatenate(axis: sketch.dice.whole(0...shape.rank - 1)), inputs: [branch, sketch.last])
    case 7:
      sketch.add(.transpose(order: Array((0..<shape.rank).reversed())))
    case 8:
      var before = Array(repeating: 0, count: shape.rank)
      var after = before
      before[shape.rank - 1] = 1
      after[shape.rank - 1] = shape[shape.rank - 1] > 3 ? -1 : 0
      after[0] = 1
      sketch.add(.pad(before: before, after: after, value: 0.5))
    case 9:
      let ones = Array(repeating: 1, count: axes)
      let shapes: [Shape] = [
        [], Shape([shape[0]] + ones), Shape(shape.dimensions.suffix(1)), shape,
        Shape([1] + shape.dimensions.dropFirst()),
      ]
      let scale = shapes[sketch.dice.whole(0...4)]
      let shift = sketch.dice.whole(0...1) == 0 ? nil : shapes[sketch.dice.whole(0...4)]
      sketch.affine(scale: scale, shift: shift)
      activation(&sketch)
    case 10:
      guard axes == 2 else { return }
      sketch.add(.reshape([shape[1], shape[0], shape[2]]))
    default:
      sketch.linear(sketch.dice.whole(2...4))
      activation(&sketch)
    }
  }

  private static func geometry(
    _ sketch: inout GraphSketch, _ axes: Int, _ small: Int, groups: Int = 1
  ) -> Convolution {
    let kernel = min(sketch.dice.whole(1...3), small)
    let dilation = kernel == 2 && small >= 3 ? sketch.dice.whole(1...2) : 1
    let stride = sketch.dice.whole(1...2)
    let before = sketch.dice.whole(0...1)
    let after = sketch.dice.whole(0...1)
    return Convolution(
      kernel: Array(repeating: kernel, count: axes),
      strides: Array(repeating: stride, count: axes),
      padsBefore: Array(repeating: before, count: axes),
      padsAfter: Array(repeating: after, count: axes),
      dilations: Array(repeating: dilation, count: axes), groups: groups)
  }

  private static func pooling(_ sketch: inout GraphSketch, _ axes: Int) -> Pooling {
    let overlaps = sketch.dice.whole(0...1) == 0
    let pad = sketch.dice.whole(0...1)
    return Pooling(
      kernel: Array(repeating: 2, count: axes),
      strides: Array(repeating: overlaps ? 1 : 2, count: axes),
      padsBefore: Array(repeating: pad, count: axes), roundsUp: sketch.dice.whole(0...1) == 0,
      countsPadding: sketch.dice.whole(0...1) == 0)
  }
}
