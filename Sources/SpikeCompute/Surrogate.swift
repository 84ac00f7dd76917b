import CSpikeKernels

/// The derivative that stands in for that of the spike function in the backward pass.
///
/// The argument is scale free: x = (h - θ) / θ for potential h and threshold θ > 0, and the
/// derivative by h is g(x) / θ, so a network whose weights and thresholds are all multiplied by
/// a constant learns in the same way. The formulas (spikefit design notes, 4.3) are those of
/// SpikingJelly (atan, sigmoid), STBP (triangle, rectangle) and snnTorch (fast sigmoid).
public enum Surrogate: Hashable, Sendable {
  /// g = α/2 / (1 + (π/2 α x)²)
  case atan(alpha: Float)
  /// g = max(0, 1 - |x|/width) / width
  case triangle(width: Float)
  /// g = α σ(αx) (1 - σ(αx))
  case sigmoid(alpha: Float)
  /// g = 1 / (1 + slope |x|)²
  case fastSigmoid(slope: Float)
  /// g = 1/width where |x| < width/2, else 0
  case rectangle(width: Float)

  var constants: spk_surrogate {
    switch self {
    case .atan(let alpha):
      spk_surrogate(kind: Int32(SPK_SURROGATE_ATAN), parameter: alpha)
    case .triangle(let width):
      spk_surrogate(kind: Int32(SPK_SURROGATE_TRIANGLE), parameter: width)
    case .sigmoid(let alpha):
      spk_surrogate(kind: Int32(SPK_SURROGATE_SIGMOID), parameter: alpha)
    case .fastSigmoid(let slope):
      spk_surrogate(kind: Int32(SPK_SURROGATE_FAST_SIGMOID), parameter: slope)
    case .rectangle(let width):
      spk_surrogate(kind: Int32(SPK_SURROGATE_RECTANGLE), parameter: width)
    }
  }
}
