/// What a node does. A closed list: a new case makes the compiler name every place to visit.
///
/// Formulas are per sample; `x` is the first input. Tensors of a node are found by their
/// ``ParameterRole``.
public enum Operator: Hashable, Sendable, Codable {
  /// y = W * x + b: cross-correlation over one or two spatial axes. Roles: weight
  /// `[O, C/groups, k…]`, bias `[O]` (optional).
  case convolution(Convolution)
  /// y = W x + b on the last axis. Roles: weight `[O, I]`, bias `[O]` (optional).
  case linear
  /// The sum of two or more activations of one shape (residual connection).
  case add
  /// y = scale ⊙ x + shift with constants that broadcast to x. Roles: scale, shift (each optional).
  case affine
  /// y = gamma (x - mean) / sqrt(variance + epsilon) + beta over the first axis. Roles: scale
  /// (gamma), shift (beta), mean, variance, each `[C]`.
  case batchNormalization(epsilon: Float)
  /// y = max(x, 0).
  case relu
  /// y = min(max(x, minimum), maximum).
  case clip(minimum: Float, maximum: Float)
  /// y = min(max(round(x), minimum), maximum): a grid of whole numbers, half-way cases to the even
  /// one. Bounds are whole and at most 2^22 in size. Scales are ``affine`` nodes around it.
  case quantize(minimum: Float, maximum: Float)
  /// y = x for x >= 0, alpha x below.
  case leakyRelu(alpha: Float)
  /// Largest value of each window.
  case maxPool(Pooling)
  /// Mean of each window.
  case averagePool(Pooling)
  /// Sum of each window.
  case sumPool(Pooling)
  /// The same elements in row-major order under another shape.
  case reshape(Shape)
  /// Axes in another order; `order[i]` is the input axis that becomes axis i.
  case transpose(order: [Int])
  /// Constant border: `before` and `after` elements on each axis.
  case pad(before: [Int], after: [Int], value: Float)
  /// Inputs joined along an axis.
  case concatenate(axis: Int)
  /// The product of two or more activations of one shape. Forward only: spikes cannot.
  case multiply
  /// One function of every element by itself. Forward only: spikes cannot.
  case pointwise(Pointwise)
  /// Slices of one axis in another order, repeated or left out. Roles: indices `[K]`, integers from
  /// 0 for a slice, or -1 for one of zeros; K is the size of the axis afterwards.
  case gather(axis: Int)
  /// exp(x) / sum(exp(x)) along an axis, or its logarithm. Only at the end of a network.
  case softmax(axis: Int, logarithm: Bool)
  /// y[t] = x[t - d] with a whole number d of time steps, 0 before: one for all elements, or one for
  /// each in row-major order.
  case delay(steps: [Int])
  /// A population of neurons: currents in, spikes (or potentials) out. Roles: threshold `[]` or
  /// `[C]` and recurrence `[N, N]` (optional), all models that spike.
  case neuron(Neuron)

  /// Name for people, as it appears in listings and errors.
  public var name: String {
    switch self {
    case .convolution: "Convolution"
    case .linear: "Linear"
    case .add: "Add"
    case .affine: "Affine"
    case .batchNormalization: "BatchNormalization"
    case .relu: "Relu"
    case .clip: "Clip"
    case .quantize: "Quantize"
    case .leakyRelu: "LeakyRelu"
    case .maxPool: "MaxPool"
    case .averagePool: "AveragePool"
    case .sumPool: "SumPool"
    case .reshape: "Reshape"
    case .transpose: "Transpose"
    case .pad: "Pad"
    case .concatenate: "Concatenate"
    case .multiply: "Multiply"
    case .pointwise(let pointwise): pointwise.function.rawValue
    case .gather: "Gather"
    case .softmax(_, let logarithm): logarithm ? "LogSoftmax" : "Softmax"
    case .delay: "Delay"
    case .neuron(let neuron): neuron.model.name
    }
  }

  /// Steps of delay: what every chip and file holds.
  public static let allowedDelays = 0...65_535

  /// Whether this is a neuron population.
  public var isNeuron: Bool {
    if case .neuron = self { true } else { false }
  }
}
