/// A discrete-time population of neurons; one step per time step, the same for every neuron.
///
/// With input current x[t], potential v and threshold θ (spikefit design notes, 4.1):
///
///     IF       h = v + x
///     LIF      h = membraneDecay · v + x
///     CubaLIF  i = currentDecay · i + x,   h = membraneDecay · v + i
///     LI       as CubaLIF, never spikes: the output is h (the read-out accumulator)
///     spike    s = h > θ or h >= θ (``comparator``)
///     reset    v = h - θ s (``Reset/bySubtraction``) or v = r where s = 1 (``Reset/toValue(_:)``)
///
/// All quantities are dimensionless; decays are factors per time step in [0, 1].
///
/// In a fitted model whose neurons leak, states are integers like everything else, with
/// ``fractionBits`` b bits behind the point: decays are k/4096, and what a decay leaves of a state v
/// is rounded towards zero, sgn(v) ⌊|v| 2^b k / 4096⌋ / 2^b. b = 6 is Loihi's arithmetic, 0 that of
/// plain integers.
public struct Neuron: Hashable, Sendable, Codable {
  /// Which equation.
  public enum Model: String, Hashable, Sendable, Codable, CaseIterable {
    /// Integrate and fire, no leak.
    case integrateAndFire = "IF"
    /// Leaky integrate and fire.
    case leakyIntegrateAndFire = "LIF"
    /// Leaky integrate and fire with an exponentially decaying synaptic current.
    case currentBased = "CubaLIF"
    /// Integrator without spikes: the read-out of the last layer.
    case leakyIntegrator = "LI"

    /// Name as NIR spells it.
    public var name: String { rawValue }
  }

  /// What happens to the potential of a neuron that spikes.
  public enum Reset: Hashable, Sendable, Codable {
    /// v = h - θ; the residue is kept ("soft reset").
    case bySubtraction
    /// v = the given value ("hard reset"), normally 0.
    case toValue(Float)
  }

  /// When a neuron spikes. The difference matters: in integers h = θ happens often.
  public enum Comparator: String, Hashable, Sendable, Codable, CaseIterable {
    /// h > θ (NIR, Lava, snnTorch).
    case greater = ">"
    /// h >= θ (SpikingJelly, tinyODIN, RANC, Xylo).
    case greaterOrEqual = ">="
  }

  /// Which equation.
  public var model: Model
  /// What a spike does to the potential.
  public var reset: Reset
  /// When a neuron spikes.
  public var comparator: Comparator
  /// Factor on the potential per step; 1 is no leak.
  public var membraneDecay: Float
  /// Factor on the synaptic current per step; 0 is no memory. Only ``Model/currentBased``.
  public var currentDecay: Float
  /// Potential before the first step as a share of the threshold: 0.5 rounds to nearest, which is
  /// optimal in expectation for converted networks (Bu et al. 2022); chips start at 0.
  public var initialShare: Float
  /// Bits behind the point of the states of a fitted population that leaks; nil for real numbers.
  public var fractionBits: Int?

  /// Bits behind the point that states may have.
  public static let allowedFractionBits = 0...16

  /// Makes a population; the default is IF with soft reset, `>=`, starting at 0.
  public init(
    _ model: Model = .integrateAndFire, reset: Reset = .bySubtraction,
    comparator: Comparator = .greaterOrEqual, membraneDecay: Float = 1, currentDecay: Float = 0,
    initialShare: Float = 0, fractionBits: Int? = nil
  ) {
    self.model = model
    self.reset = reset
    self.comparator = comparator
    self.membraneDecay = membraneDecay
    self.currentDecay = currentDecay
    self.initialShare = initialShare
    self.fractionBits = fractionBits
  }

  /// Whether the population emits spikes; the read-out does not.
  public var spikes: Bool { model != .leakyIntegrator }

  /// Whether potentials leak: an IF neuron's do not, whatever ``membraneDecay`` says.
  public var leaks: Bool { model != .integrateAndFire && membraneDecay != 1 }

  /// Whether synaptic currents outlast their step.
  public var keepsCurrent: Bool {
    (model == .currentBased || model == .leakyIntegrator) && currentDecay != 0
  }
}
