import SpikeGraph

/// What the number 1 of a value stands for: real value = unit · value, element by element.
///
/// A spike of a population with threshold θ stands for θ. A projection passes the unit of its input
/// on to its current, which is why weights can stay untouched: W (u s) + b = u (W s + b / u). Units
/// are positive.
enum ValueUnit: Equatable {
  /// The same for all elements.
  case uniform(Float)
  /// One for each element, in row-major order of the value's shape.
  case elements([Float])

  /// The shortest way to write `values`.
  init(_ values: [Float]) {
    if let first = values.first, values.allSatisfy({ $0 == first }) {
      self = .uniform(first)
    } else {
      self = .elements(values)
    }
  }

  /// The unit if it is the same for all elements.
  var uniform: Float? { if case .uniform(let unit) = self { unit } else { nil } }

  /// One number for each element of a shape.
  func expanded(to shape: Shape) -> [Float] {
    switch self {
    case .uniform(let unit): [Float](repeating: unit, count: shape.elementCount)
    case .elements(let units): units
    }
  }

  /// One number for each channel, or nil where a channel has several.
  func channels(of shape: Shape) -> [Float]? {
    switch self {
    case .uniform(let unit): [Float](repeating: unit, count: shape.rank == 0 ? 1 : shape[0])
    case .elements(let units): Broadcasting.channels(units, of: shape)
    }
  }

  /// The unit of a value of another shape with the same channels.
  static func perChannel(_ channels: [Float], of shape: Shape) -> ValueUnit {
    let area = channels.isEmpty ? 1 : shape.elementCount / channels.count
    return ValueUnit(channels.flatMap { [Float](repeating: $0, count: area) })
  }
}
