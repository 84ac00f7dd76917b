import CSpikeKernels

/// The constants of a population; the equation of one time step with input current x:
///
///     i = currentDecay · i + x            (only with ``hasCurrent``, otherwise i = x)
///     h = membraneDecay · v + i
///     s = h > θ (``isStrict``) or h >= θ
///     v = h - θ s (``resetsBySubtraction``), or resetValue where s = 1
///
/// Before the first step v = ``initialShare`` · θ and i = 0.
///
/// With ``stateSteps`` n > 0, states are what a chip holds: whole multiples of u / n, where u is the
/// unit of the channel. Inputs and thresholds are rounded to whole units, both decays to 1/4096, and
/// what a decay leaves of a state is rounded towards zero: sgn(v) ⌊|v| · 4096 decay / 4096⌋. All of
/// it is exact while states stay below 2^40 steps.
public struct NeuronConstants: Hashable, Sendable {
  /// Factor on the potential per step; 1 is no leak.
  public var membraneDecay: Float
  /// Factor on the synaptic current per step.
  public var currentDecay: Float
  /// Whether the synaptic current is a state of its own (CubaLIF).
  public var hasCurrent: Bool
  /// Whether a spike subtracts the threshold; otherwise it sets ``resetValue``.
  public var resetsBySubtraction: Bool
  /// Potential after a spike with a hard reset.
  public var resetValue: Float
  /// Whether h = θ stays silent.
  public var isStrict: Bool
  /// Potential before the first step as a share of the threshold.
  public var initialShare: Float
  /// Steps of a state in one unit; 0 where states are real numbers.
  public var stateSteps: Int

  /// Makes constants; the default is IF with soft reset, `>=`, starting at 0.
  public init(
    membraneDecay: Float = 1, currentDecay: Float = 0, hasCurrent: Bool = false,
    resetsBySubtraction: Bool = true, resetValue: Float = 0, isStrict: Bool = false,
    initialShare: Float = 0, stateSteps: Int = 0
  ) {
    self.membraneDecay = membraneDecay
    self.currentDecay = currentDecay
    self.hasCurrent = hasCurrent
    self.resetsBySubtraction = resetsBySubtraction
    self.resetValue = resetValue
    self.isStrict = isStrict
    self.initialShare = initialShare
    self.stateSteps = stateSteps
  }

  var constants: spk_neuron {
    spk_neuron(
      membrane_decay: membraneDecay, current_decay: currentDecay, reset_value: resetValue,
      initial_share: initialShare, resets_by_subtraction: resetsBySubtraction ? 1 : 0,
      is_strict: isStrict ? 1 : 0, has_current: hasCurrent ? 1 : 0,
      state_steps: Int32(clamping: stateSteps))
  }
}
