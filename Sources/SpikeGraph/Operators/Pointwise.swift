import Foundation

/// A function of one number, applied to every element: what an ANN may compute and spikes cannot.
///
/// Such networks are imported and run, as teachers and for comparison; `convert` refuses them, or says
/// what it drops. Values are computed in double precision and rounded once.
public struct Pointwise: Hashable, Sendable, Codable {
  /// Which function. Names are those of the ONNX operators where there is one.
  public enum Function: String, Hashable, Sendable, Codable, CaseIterable {
    case exponential = "Exp"
    case logarithm = "Log"
    case squareRoot = "Sqrt"
    case reciprocal = "Reciprocal"
    /// x to the power alpha.
    case power = "Power"
    case sigmoid = "Sigmoid"
    case tanh = "Tanh"
    case errorFunction = "Erf"
    case softplus = "Softplus"
    case softsign = "Softsign"
    /// x above 0, alpha (e^x - 1) below.
    case elu = "Elu"
    /// beta times ``elu``.
    case selu = "Selu"
    /// max(x, 0) + min(0, alpha (e^(x / alpha) - 1)).
    case celu = "Celu"
    case gelu = "Gelu"
    /// ``gelu`` with the error function approximated by a hyperbolic tangent.
    case geluByTanh = "GeluByTanh"
    case mish = "Mish"
    /// x times the sigmoid of alpha x.
    case swish = "Swish"
    /// x times (x / 6 + 1/2) between 0 and 1.
    case hardSwish = "HardSwish"
    /// x above alpha, else 0.
    case thresholdedRelu = "ThresholdedRelu"
    /// x + beta below -alpha, x - beta above alpha, else 0.
    case shrink = "Shrink"
    /// -1, 0 or 1.
    case sign = "Sign"
    /// 1 from 0 on, -1 below.
    case bipolar = "Bipolar"
    case floor = "Floor"
    case ceiling = "Ceil"
    /// The nearest integer, the even one of two.
    case round = "Round"
    case sine = "Sin"
    case cosine = "Cos"
    case tangent = "Tan"
    case arcSine = "Asin"
    case arcCosine = "Acos"
    case arcTangent = "Atan"
    case hyperbolicSine = "Sinh"
    case hyperbolicCosine = "Cosh"
    case arcHyperbolicSine = "Asinh"
    case arcHyperbolicCosine = "Acosh"
    case arcHyperbolicTangent = "Atanh"
  }

  /// Which function.
  public var function: Function
  /// First number of the function; 0 where it has none.
  public var alpha: Float
  /// Second number of the function; 0 where it has none.
  public var beta: Float

  /// Makes a function.
  public init(_ function: Function, alpha: Float = 0, beta: Float = 0) {
    self.function = function
    self.alpha = alpha
    self.beta = beta
  }

  /// The value at `x`.
  public func callAsFunction(_ x: Float) -> Float { Float(value(Double(x))) }

  /// The slope at `x`, by a central difference in double precision: as exact as float32 can show,
  /// away from kinks and steps.
  public func slope(at x: Float) -> Float {
    let width = 1e-5 * max(1, abs(Double(x)))
    return Float((value(Double(x) + width) - value(Double(x) - width)) / (2 * width))
  }

  /// The value at `x` in double precision.
  private func value(_ x: Double) -> Double {
    let (a, b) = (Double(alpha), Double(beta))
    switch function {
    case .exponential: return exp(x)
    case .logarithm: return log(x)
    case .squareRoot: return x.squareRoot()
    case .reciprocal: return 1 / x
    case .power: return pow(x, a)
    case .sigmoid: return Pointwise.sigmoid(x)
    case .tanh: return Foundation.tanh(x)
    case .errorFunction: return erf(x)
    case .softplus: return Pointwise.softplus(x)
    case .softsign: return x / (1 + abs(x))
    case .elu: return x > 0 ? x : a * expm1(x)
    case .selu: return b * (x > 0 ? x : a * expm1(x))
    case .celu: return max(x, 0) + min(0, a * expm1(x / a))
    case .gelu: return x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .geluByTanh:
      return x / 2
        * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .mish: return x * Foundation.tanh(Pointwise.softplus(x))
    case .swish: return x * Pointwise.sigmoid(a * x)
    case .hardSwish: return x * min(max(x / 6 + 0.5, 0), 1)
    case .thresholdedRelu: return x > a ? x : 0
    case .shrink: return x < -a ? x + b : x > a ? x - b : 0
    case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
    case .bipolar: return x >= 0 ? 1 : -1
    case .floor: return x.rounded(.down)
    case .ceiling: return x.rounded(.up)
    case .round: return x.rounded(.toNearestOrEven)
    case .sine: return sin(x)
    case .cosine: return cos(x)
    case .tangent: return tan(x)
    case .arcSine: return asin(x)
    case .arcCosine: return acos(x)
    case .arcTangent: return atan(x)
    case .hyperbolicSine: return sinh(x)
    case .hyperbolicCosine: return cosh(x)
    case .arcHyperbolicSine: return asinh(x)
    case .arcHyperbolicCosine: return acosh(x)
    case .arcHyperbolicTangent: return atanh(x)
    }
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}
