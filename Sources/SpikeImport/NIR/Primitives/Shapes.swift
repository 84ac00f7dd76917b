import SpikeDiagnostics
import SpikeGraph

extension NIRPrimitive {
  /// `SumPool2d`: the sum of each window.
  static let sumPool = NIRPrimitive("SumPool2d", becomes: "SumPool") {
    node, shape, _ throws(NIRError) in
    NIRTranslation(NIRLayer(operator: .sumPool(try pooling(node, shape))))
  }

  /// `AvgPool2d`: the mean of each window. A border counts as zeros, as in PyTorch.
  static let averagePool = NIRPrimitive("AvgPool2d", becomes: "AveragePool") {
    node, shape, _ throws(NIRError) in
    var pooling = try pooling(node, shape)
    pooling.countsPadding = true
    return NIRTranslation(NIRLayer(operator: .averagePool(pooling)))
  }

  /// `Flatten`: axes `start_dim` to `end_dim`, counted without a batch axis, become one.
  static let flatten = NIRPrimitive(
    "Flatten", becomes: "Reshape",
    inputShape: { node throws(NIRError) in
      node.has("input_type") ? try node.shape("input_type") : nil
    }
  ) { node, shape, _ throws(NIRError) in
    // nir.Flatten has 1 and -1 as defaults.
    let first = try axis(node, "start_dim", of: shape, default: 1)
    let last = try axis(node, "end_dim", of: shape, default: -1)
    guard first <= last else {
      throw node.error(
        .invalidField,
        "Axes \(first) to \(last) of an input of shape \(shape) are to be flattened.",
        fix: "choose start_dim <= end_dim; there is no batch axis")
    }
    let sizes = shape.dimensions
    let middle = sizes[first...last].reduce(1, *)
    let flat = Shape(Array(sizes[..<first]) + [middle] + Array(sizes[(last + 1)...]))
    return flat == shape
      ? NIRTranslation() : NIRTranslation(NIRLayer(operator: .reshape(flat)))
  }

  /// A door of a subgraph: what comes in goes out.
  static let passage = NIRPrimitive(NIROutline.passage, becomes: "nothing") {
    node, shape, _ throws(NIRError) in NIRTranslation()
  }

  /// `Delay`: a time for each element, a whole number of steps.
  static let delay = NIRPrimitive("Delay", becomes: "Delay") {
    node, shape, options throws(NIRError) in
    let delays = try NIRParameter(node, "delay", for: shape)
    if delays.values.allSatisfy({ $0 == 0 }) { return NIRTranslation() }
    guard let step = options.timeStep else {
      throw node.error(
        .unsupportedDelay,
        "The node delays by up to \(delays.values.max() ?? 0), in the unit of the time constants; how "
          + "many steps that are is not said.", fix: "give the length of a step with --dt")
    }
    let steps = delays.values.map { $0 / step }
    let allowed = 0...Double(Operator.allowedDelays.upperBound)
    // A quotient of float32 numbers is whole but for their rounding.
    guard let bad = steps.first(where: { !allowed.contains($0) || abs($0 - $0.rounded()) > 1e-4 })
    else {
      return NIRTranslation(
        [NIRLayer(operator: .delay(steps: steps.map { Int($0.rounded()) }))],
        findings: [
          Finding(
            .note, code: "nir.delay",
            message:
              "The node delays by up to \(Int((steps.max() ?? 0).rounded())) steps of \(step).",
            location: Location(node: node.name))
        ])
    }
    throw node.error(
      .unsupportedDelay,
      "A delay is \(bad) steps of \(step); allowed are whole numbers of steps, 0 to "
        + "\(Operator.allowedDelays.upperBound).",
      fix: "give another --dt, or train the network with whole steps of delay")
  }

  private static func pooling(_ node: NIRNode, _ input: Shape) throws(NIRError) -> Pooling {
    guard input.rank == 3 else {
      throw node.error(
        .shapeMismatch, "The input has shape \(input); \(node.type) takes [C, H, W].",
        fix: "take a batch axis away from the input")
    }
    let kernel = try node.integers("kernel_size", axes: 2, from: 1)
    let strides =
      node.has("stride") ? try node.integers("stride", axes: 2, from: 1) : kernel
    let pads = try integers(node, "padding", 2, from: 0, default: 0)
    guard zip(pads, kernel).allSatisfy({ 2 * $0 <= $1 }) else {
      throw node.error(
        .invalidField,
        "The padding is \(pads); allowed is half of the window \(kernel).",
        fix: "make the padding smaller")
    }
    return Pooling(kernel: kernel, strides: strides, padsBefore: pads, padsAfter: pads)
  }

  private static func axis(
    _ node: NIRNode, _ field: String, of shape: Shape, default value: Int
  ) throws(NIRError) -> Int {
    let found = try node.integer(field, from: -8, default: value)
    let axis = found < 0 ? found + shape.rank : found
    guard shape.dimensions.indices.contains(axis) else {
      throw node.error(
        .invalidField,
        "The field '\(field)' is \(found); an input of shape \(shape) has \(shape.rank) axes.",
        fix: "count axes from 0, without a batch axis")
    }
    return axis
  }
}
