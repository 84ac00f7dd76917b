import SpikeGraph

/// A parameter of a population: one number for all neurons, or one for each.
struct NIRParameter: Hashable {
  /// One number, or one for each element of the population in row-major order.
  private(set) var values: [Double]

  /// One number for all neurons.
  init(_ value: Double) { values = [value] }

  /// One number for all neurons, or one for each.
  init(values: [Double]) { self.values = values }

  /// A field, spread over a shape by NumPy's rule.
  /// - Throws: `nir.missing-field`, `nir.invalid-field`.
  init(
    _ node: NIRNode, _ field: String, for shape: Shape, default value: Double? = nil
  ) throws(NIRError) {
    let numbers: NIRNode.Numbers
    if let value {
      numbers = try node.array(field, default: value)
    } else {
      numbers = try node.array(field)
    }
    guard !numbers.values.isEmpty, numbers.shape.broadcast(with: shape) == shape else {
      throw node.error(
        .invalidField,
        "The field '\(field)' has shape \(numbers.shape); the input of the node has \(shape).",
        fix: "make the shapes equal, as nir 1.0.8 demands; one number is allowed for all")
    }
    let first = numbers.values[0]
    values =
      numbers.values.allSatisfy { $0 == first }
      ? [first] : NIRParameter.spread(numbers, over: shape)
  }

  private static func spread(_ numbers: NIRNode.Numbers, over shape: Shape) -> [Double] {
    if numbers.shape == shape { return numbers.values }
    let lead = shape.rank - numbers.shape.rank
    return (0..<shape.elementCount).map { flat in
      var rest = flat
      var source = 0
      var stride = 1
      for axis in shape.dimensions.indices.reversed() {
        let position = rest % shape[axis]
        rest /= shape[axis]
        guard axis >= lead else { continue }
        if numbers.shape[axis - lead] != 1 { source += position * stride }
        stride *= numbers.shape[axis - lead]
      }
      return numbers.values[source]
    }
  }

  /// The one number of all neurons; nil where they differ.
  var uniform: Double? { values.count == 1 ? values[0] : nil }

  /// Number by number.
  func map(_ transform: (Double) -> Double) -> NIRParameter {
    NIRParameter(values: values.map(transform))
  }

  /// Number by number with another.
  func combined(
    with other: NIRParameter, _ transform: (Double, Double) -> Double
  ) -> NIRParameter {
    if other.values.count == 1 { return map { transform($0, other.values[0]) } }
    if values.count == 1 { return other.map { transform(values[0], $0) } }
    return NIRParameter(values: zip(values, other.values).map(transform))
  }

  /// The number of each channel (the first axis of the population); nil where neurons of one
  /// channel differ.
  func channels(of shape: Shape) -> [Double]? {
    guard values.count > 1 else { return nil }
    let channels = shape[0]
    let positions = values.count / channels
    var result: [Double] = []
    for channel in 0..<channels {
      let own = values[channel * positions..<(channel + 1) * positions]
      guard let first = own.first, own.allSatisfy({ $0 == first }) else { return nil }
      result.append(first)
    }
    return result
  }

  /// As a constant that broadcasts to the population, as small as it can be.
  func constant(for shape: Shape) -> Tensor {
    if let uniform { return .scalar(Float(uniform)) }
    if let channels = channels(of: shape) {
      return Tensor(
        channels.map { Float($0) },
        shape: Shape([shape[0]] + Array(repeating: 1, count: shape.rank - 1)))
    }
    return Tensor(values.map { Float($0) }, shape: shape)
  }
}
