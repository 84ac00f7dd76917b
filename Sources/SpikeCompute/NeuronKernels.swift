import CSpikeKernels

extension Kernels {
  /// Runs a spiking population over all steps.
  ///
  /// - Parameters:
  ///   - steps: time steps T.
  ///   - input: currents [T][n], or [n] for the same current in every step (direct coding).
  ///   - thresholds: θ > 0 per channel; neuron i has threshold i % thresholds.count, so one value
  ///     is a scalar threshold. Its count divides n.
  ///   - units: real current of integer 1 per channel, for whole states; nil is 1.
  ///   - spikes: result [T][n], 0 or 1.
  ///   - potentials: potentials h before the reset, [T][n], which the backward pass needs. May be
  ///     the same view as `input` of [T][n].
  ///   - potentialState: potentials v [n], read before the first and written after the last step,
  ///     for runs in pieces; nil starts at the initial share of the threshold.
  ///   - currentState: synaptic currents [n] in the same way; nil starts at 0.
  public static func spikingForward(
    _ neuron: NeuronConstants, steps: Int, input: FloatView, thresholds: FloatView,
    units: FloatView? = nil, spikes: FloatView, potentials: FloatView? = nil,
    potentialState: FloatView? = nil,
    currentState: FloatView? = nil
  ) {
    let count = neurons(of: spikes, steps)
    let stride = inputStride(input, steps, count)
    checkThresholds(thresholds, count)
    checkUnits(units, thresholds.count)
    precondition(potentials.map { $0.count == steps * count } ?? true, "a potential per spike")
    checkState(potentialState, count)
    checkState(currentState, count)
    var constants = neuron.constants
    unsafe spk_spiking_forward(
      &constants, Int64(steps), Int64(count), Int64(stride), input.constant,
      thresholds.constant, units?.constant, Int64(thresholds.count), spikes.start,
      potentials?.start, potentialState?.start, currentState?.start)
  }

  /// Back-propagates through a spiking population and through time, from the state that
  /// ``spikingForward(_:steps:input:thresholds:units:spikes:potentials:potentialState:currentState:)``
  /// kept. It starts from the first step: runs in pieces are not supported.
  ///
  /// With G_S = dL/ds from above, G_V = dL/dv from the step after and g the surrogate derivative
  /// (spikefit design notes, 4.3; Neftci et al. 2019, surrogate gradient learning):
  ///
  ///     G_h = G_S g((h - θ)/θ)/θ + G_V D,  D = 1 (soft reset) or 1 - s (hard reset)
  ///     dL/dx = G_h (plus currentDecay · the same of the step after, with a current)
  ///     G_V of the step before = membraneDecay · G_h
  ///
  /// - Parameters:
  ///   - isResetDetached: whether the gradient ignores that a spike changes the potential;
  ///     otherwise G_S gains G_V · (-θ) or G_V · (resetValue - h).
  ///   - potentials: h [T][n] of the forward pass.
  ///   - spikeGradient: dL/ds [T][n].
  ///   - inputGradient: result dL/dx [T][n], or [n] summed over the steps if the input was [n].
  ///     May be the same view as `spikeGradient` or `potentials` if it is [T][n].
  ///   - thresholdGradient: result dL/dθ per channel, summed over neurons and steps, with
  ///     ds/dθ = -g h/θ², dv/dθ = -s (soft reset) and the initial potential's share.
  ///   - decayGradient: result dL/dmembraneDecay, one number: Σ G_h[t] v[t-1] over neurons and
  ///     steps, since h[t] = membraneDecay · v[t-1] + i[t] (Fang et al., ICCV 2021, learn 1/τ so).
  ///
  /// Rounding of whole states passes gradients as if it were not there.
  public static func spikingBackward(
    _ neuron: NeuronConstants, surrogate: Surrogate, isResetDetached: Bool, steps: Int,
    potentials: FloatView, thresholds: FloatView, units: FloatView? = nil,
    spikeGradient: FloatView, inputGradient: FloatView, thresholdGradient: FloatView? = nil,
    decayGradient: FloatView? = nil
  ) {
    precondition(potentials.count == spikeGradient.count, "a spike gradient per potential")
    unsafe backward(
      neuron, surrogate, isResetDetached, steps, potentials.constant, nil, thresholds, units,
      spikeGradient, inputGradient, thresholdGradient, decayGradient)
  }

  /// Steps for which ``spikingBackward(_:surrogate:isResetDetached:steps:currents:thresholds:spikeGradient:inputGradient:thresholdGradient:decayGradient:)``
  /// can compute the potentials once more.
  public static var maximumRemadeSteps: Int { Int(SPK_REMADE_STEPS) }

  /// As the other `spikingBackward`, from the input of the forward pass instead of the potentials
  /// that it kept: computing them again costs less than writing and reading them, and gives the
  /// same bits.
  ///
  /// - Parameters:
  ///   - neuron: with states that are real numbers.
  ///   - steps: at most ``maximumRemadeSteps``.
  ///   - currents: the input of the forward pass, [T][n] or [n]. `inputGradient` may be the same
  ///     view if both are [T][n].
  public static func spikingBackward(
    _ neuron: NeuronConstants, surrogate: Surrogate, isResetDetached: Bool, steps: Int,
    currents: FloatView, thresholds: FloatView, spikeGradient: FloatView,
    inputGradient: FloatView, thresholdGradient: FloatView? = nil,
    decayGradient: FloatView? = nil
  ) {
    precondition(neuron.stateSteps == 0, "potentials of whole states are kept")
    precondition(steps <= maximumRemadeSteps, "\(steps) steps")
    unsafe backward(
      neuron, surrogate, isResetDetached, steps, nil, currents, thresholds, nil,
      spikeGradient, inputGradient, thresholdGradient, decayGradient)
  }

  @unsafe
  private static func backward(
    _ neuron: NeuronConstants, _ surrogate: Surrogate, _ isResetDetached: Bool, _ steps: Int,
    _ potentials: UnsafePointer<Float>?, _ currents: FloatView?, _ thresholds: FloatView,
    _ units: FloatView?, _ spikeGradient: FloatView, _ inputGradient: FloatView,
    _ thresholdGradient: FloatView?, _ decayGradient: FloatView?
  ) {
    let count = neurons(of: spikeGradient, steps)
    let gradientStride = inputStride(inputGradient, steps, count)
    let currentStride = currents.map { inputStride($0, steps, count) } ?? 0
    checkThresholds(thresholds, count)
    checkUnits(units, thresholds.count)
    precondition(decayGradient.map { $0.count == 1 } ?? true, "one decay")
    precondition(
      thresholdGradient.map { $0.count == thresholds.count } ?? true, "a gradient per threshold")
    var constants = neuron.constants
    unsafe spk_spiking_backward(
      &constants, surrogate.constants, isResetDetached ? 1 : 0, Int64(steps), Int64(count),
      potentials, currents?.constant, Int64(currentStride), thresholds.constant,
      units?.constant, Int64(thresholds.count), spikeGradient.constant, inputGradient.start,
      Int64(gradientStride), thresholdGradient?.start, decayGradient?.start)
  }

  /// Runs a leaky integrator, the read-out: h = membraneDecay · h + i, which never spikes.
  ///
  /// - Parameters:
  ///   - input: currents [T][n], or [n] for the same current in every step.
  ///   - units: as for spiking populations; their count divides n.
  ///   - potentials: result h [T][n]. May be the same view as `input` of [T][n].
  ///   - potentialState, currentState: as for spiking populations; nil starts at 0.
  public static func integratorForward(
    _ neuron: NeuronConstants, steps: Int, input: FloatView, units: FloatView? = nil,
    potentials: FloatView, potentialState: FloatView? = nil, currentState: FloatView? = nil
  ) {
    let count = neurons(of: potentials, steps)
    let stride = inputStride(input, steps, count)
    checkState(potentialState, count)
    checkState(currentState, count)
    precondition(units.map { count % max(1, $0.count) == 0 } ?? true, "units of all neurons")
    var constants = neuron.constants
    unsafe spk_integrator_forward(
      &constants, Int64(steps), Int64(count), Int64(stride), input.constant, units?.constant,
      Int64(units?.count ?? 1), potentials.start, potentialState?.start, currentState?.start)
  }

  /// Back-propagates through a leaky integrator.
  ///
  /// - Parameters:
  ///   - potentials: h [T][n] of the forward pass; only read for `decayGradient`.
  ///   - potentialGradient: dL/dh [T][n] of every step's output.
  ///   - inputGradient: result dL/dx [T][n], or [n] summed over the steps. May be the same view as
  ///     `potentialGradient` if it is [T][n]; nil if nobody wants it.
  ///   - decayGradient: result dL/dmembraneDecay, one number.
  public static func integratorBackward(
    _ neuron: NeuronConstants, steps: Int, potentials: FloatView? = nil,
    potentialGradient: FloatView, inputGradient: FloatView?, decayGradient: FloatView? = nil
  ) {
    let count = neurons(of: potentialGradient, steps)
    let stride = inputGradient.map { inputStride($0, steps, count) } ?? count
    precondition(
      decayGradient.map { $0.count == 1 && potentials?.count == steps * count } ?? true,
      "one decay, and the potentials that it left")
    var constants = neuron.constants
    unsafe spk_integrator_backward(
      &constants, Int64(steps), Int64(count), Int64(stride), potentials?.constant,
      potentialGradient.constant, inputGradient?.start, decayGradient?.start)
  }

  private static func neurons(of view: FloatView, _ steps: Int) -> Int {
    precondition(steps >= 1 && view.count % steps == 0, "\(view.count) values in \(steps) steps")
    return view.count / steps
  }

  private static func inputStride(_ input: FloatView, _ steps: Int, _ count: Int) -> Int {
    if input.count == steps * count { return count }
    precondition(input.count == count, "\(input.count) currents for \(steps) steps of \(count)")
    return 0
  }

  private static func checkThresholds(_ thresholds: FloatView, _ count: Int) {
    precondition(
      thresholds.count >= 1 && count % thresholds.count == 0,
      "\(thresholds.count) thresholds for \(count) neurons")
  }

  private static func checkUnits(_ units: FloatView?, _ channels: Int) {
    precondition(units.map { $0.count == channels } ?? true, "a unit for each threshold")
  }

  private static func checkState(_ state: FloatView?, _ count: Int) {
    precondition(state.map { $0.count == count } ?? true, "a state for each of \(count) neurons")
  }
}
