public import SpikeCompute

/// A surrogate derivative by name, with the parameter that works for it.
public struct SurrogateChoice: Sendable {
  /// Name, for example `fast-sigmoid`.
  public let name: String
  /// Parameter if none is given.
  public let parameter: Float
  private let make: @Sendable (Float) -> Surrogate

  /// All of them; the first is the default of a fit.
  public static let all = [
    SurrogateChoice(name: "triangle", parameter: 1) { .triangle(width: $0) },
    SurrogateChoice(name: "atan", parameter: 2) { .atan(alpha: $0) },
    SurrogateChoice(name: "sigmoid", parameter: 4) { .sigmoid(alpha: $0) },
    SurrogateChoice(name: "fast-sigmoid", parameter: 25) { .fastSigmoid(slope: $0) },
    SurrogateChoice(name: "rectangle", parameter: 1) { .rectangle(width: $0) },
  ]

  private init(
    name: String, parameter: Float, make: @escaping @Sendable (Float) -> Surrogate
  ) {
    self.name = name
    self.parameter = parameter
    self.make = make
  }

  /// The derivative with a parameter; nil for the usual one.
  public func surrogate(_ parameter: Float? = nil) -> Surrogate {
    make(parameter ?? self.parameter)
  }
}
