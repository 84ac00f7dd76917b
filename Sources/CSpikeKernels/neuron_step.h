// One step of a spiking neuron, forward and backward in time; not part of the interface.
//
// Forward: i = i_before current_decay + x (or x without a current), h = v membrane_decay + i, a
// spike where h reaches the threshold, v = h - theta or the reset value behind a spike. Backward,
// with G_S from above, G_V from the step after and g the surrogate's derivative (spikefit design
// notes, 4.3): G_h = G_S g + G_V D, where D = 1 (soft reset) or 1 - s (hard reset).
#pragma once

#include "include/spk_neurons.h"
#include "surrogates.h"

// The equation of sixteen neurons. What is an int is known where the loops are compiled, or is a
// branch that is always predicted.
typedef struct {
  spk_f16 theta, unit;  // thresholds, and 1 / threshold
  float membrane_decay, current_decay, reset, initial_share;
  spk_surrogate surrogate;
  int soft, strict, has_current, detached;
  int sums_threshold;  // whether the threshold gradient is wanted
  int sums_decay;      // whether the gradient of the membrane decay is wanted
  int is_whole;        // whether states are whole multiples of 1 / steps_per_real
  spk_f16 steps_per_real;
} spk_step_rule;

// What goes from a step to the step before.
typedef struct {
  spk_f16 on_potential, on_current;
  spk_f16 on_threshold;  // summed over the steps
  // Gradient of h of the step after, and the sum of it times the potential that leaked into it.
  spk_f16 later_h, on_decay;
} spk_step_adjoint;

// What goes from a step to the step after.
typedef struct {
  spk_f16 potential, current;
} spk_step_state;

// A rule for the forward step alone.
SPK_INLINE void spk_step_rule_forward(
    spk_step_rule *rule, const spk_neuron *neuron, const spk_f16 *theta, int soft, int strict,
    int has_current) {
  rule->theta = *theta;
  rule->membrane_decay = neuron->membrane_decay;
  rule->current_decay = neuron->current_decay;
  rule->reset = neuron->reset_value;
  rule->initial_share = neuron->initial_share;
  rule->soft = soft;
  rule->strict = strict;
  rule->has_current = has_current;
}

// The state before the first step: the potential is a share of the threshold.
SPK_INLINE void spk_step_begin(const spk_step_rule *rule, spk_step_state *state) {
  state->potential = rule->theta * rule->initial_share;
  state->current = 0;
}

// From the input to h before the reset, and where h fires.
SPK_INLINE void spk_step_forward(
    const spk_step_rule *rule, const spk_f16 *input, spk_step_state *state, spk_f16 *potential,
    spk_i16 *fires) {
  if (rule->has_current) state->current = state->current * rule->current_decay + *input;
  const spk_f16 i = rule->has_current ? state->current : *input;
  const spk_f16 h = state->potential * rule->membrane_decay + i;
  *fires = rule->strict ? h > rule->theta : h >= rule->theta;
  state->potential = *fires ? (rule->soft ? h - rule->theta : (spk_f16)rule->reset) : h;
  *potential = h;
}

// A rule for both directions.
SPK_INLINE void spk_step_rule_make(
    spk_step_rule *rule, const spk_neuron *neuron, const spk_f16 *theta, spk_surrogate surrogate,
    int soft, int detached, int sums_threshold) {
  spk_step_rule_forward(
      rule, neuron, theta, soft, neuron->is_strict != 0, neuron->has_current != 0);
  rule->unit = 1.0f / *theta;
  rule->surrogate = surrogate;
  rule->detached = detached;
  rule->sums_threshold = sums_threshold;
  rule->sums_decay = 0;
  rule->is_whole = 0;
}

// From h before the reset and the gradient of the spike to `on_current`, the gradient of the input.
SPK_INLINE void spk_step_backward(
    const spk_step_rule *rule, const spk_f16 *potential, const spk_f16 *from_above,
    spk_step_adjoint *adjoint) {
  const spk_f16 h = *potential, theta = rule->theta, on_potential = adjoint->on_potential;
  const spk_f16 x = (h - theta) * rule->unit;
  spk_i16 fires = rule->strict ? h > theta : h >= theta;
  if (rule->is_whole) {
    // Real numbers may lie a rounding error apart where the whole ones are equal.
    const spk_f16 over = __builtin_elementwise_rint((h - theta) * rule->steps_per_real);
    fires = rule->strict ? over > 0.0f : over >= 0.0f;
  }
  spk_f16 slope, on_spike = *from_above;
  spk_surrogate_derivative(rule->surrogate, &x, &rule->unit, &slope);
  if (!rule->detached) {
    on_spike = on_spike + on_potential * (rule->soft ? -theta : rule->reset - h);
  }
  const spk_f16 through_spike = on_spike * slope;
  const spk_f16 kept = rule->soft ? on_potential : (fires ? (spk_f16)0.0f : on_potential);
  const spk_f16 on_h = through_spike + kept;
  if (rule->sums_threshold) {
    // x = h / theta - 1, so dx/dtheta = -(h / theta) / theta; v = h - theta s adds -s.
    adjoint->on_threshold = adjoint->on_threshold - through_spike * (h * rule->unit);
    if (rule->soft) {
      adjoint->on_threshold =
          adjoint->on_threshold - (fires ? on_potential : (spk_f16)0.0f);
    }
  }
  if (rule->sums_decay) {
    const spk_f16 left = fires ? (rule->soft ? h - theta : (spk_f16)rule->reset) : h;
    adjoint->on_decay = adjoint->on_decay + adjoint->later_h * left;
    adjoint->later_h = on_h;
  }
  adjoint->on_current =
      rule->has_current ? adjoint->on_current * rule->current_decay + on_h : on_h;
  adjoint->on_potential = on_h * rule->membrane_decay;
}

// Behind the first step: what the initial potential adds.
SPK_INLINE void spk_step_finish(const spk_step_rule *rule, spk_step_adjoint *adjoint) {
  adjoint->on_threshold = adjoint->on_threshold + adjoint->on_potential * rule->initial_share;
  if (rule->sums_decay) {
    const spk_f16 start = rule->theta * rule->initial_share;
    adjoint->on_decay = adjoint->on_decay + adjoint->later_h * start;
    adjoint->later_h = 0;
  }
}

// Sum of the lanes of a gradient that all neurons share.
SPK_INLINE float spk_lane_sum(const double *sums) {
  double total = 0;
  for (int64_t lane = 0; lane < SPK_LANES; lane++) total += sums[lane];
  return (float)total;
}
