// Backward pass of populations through time, last step first (spikefit design notes, 4.3).

#include "include/spk_neurons.h"
#include "neuron_step.h"
#include "support.h"
#include "thresholds.h"

typedef struct {
  spk_neuron neuron;
  spk_surrogate surrogate;
  int64_t steps, count;
  int64_t gradient_stride;  // of the input gradient: count, or 0 for the sum over the steps
  const float *spike_gradient;
  float *input_gradient;
  // Potentials of the forward pass or, without them, the input to make them again.
  const float *potentials, *input;
  int64_t input_stride;
  const spk_thresholds *units;  // null where states are real numbers
  double *decay_sums;           // [SPK_LANES], or null where nobody wants that gradient
} spk_backward;

// `sums`, if not null, receives the threshold gradient of each lane.
SPK_INLINE void spk_spiking_block(
    const spk_backward *b, int64_t i, int64_t lanes, const float *threshold, int64_t channel,
    double *sums, int64_t steps, int kind, int soft, int detached, int leaks) {
  spk_f16 theta, h, from_above, on_input = 0, made[SPK_REMADE_STEPS];
  spk_load(&theta, threshold, SPK_LANES);
  const spk_surrogate surrogate = {kind, b->surrogate.parameter};
  spk_step_rule rule;
  spk_step_rule_make(&rule, &b->neuron, &theta, surrogate, soft, detached, sums != NULL);
  const int sums_decay = leaks && b->decay_sums != NULL;
  rule.sums_decay = sums_decay;
  if (leaks && b->units) {
    rule.is_whole = 1;
    spk_load(&rule.steps_per_real, b->units->values + channel, SPK_LANES);
    rule.steps_per_real = (float)b->neuron.state_steps / rule.steps_per_real;
  }
  if (b->input) {
    spk_step_state state;
    spk_i16 fires;
    spk_step_begin(&rule, &state);
    for (int64_t t = 0; t < steps; t++) {
      spk_load(&h, b->input + t * b->input_stride + i, lanes);
      spk_step_forward(&rule, &h, &state, &made[t], &fires);
    }
  }
  spk_step_adjoint adjoint = {0, 0, 0, 0, 0};
  for (int64_t t = steps - 1; t >= 0; t--) {
    if (b->input) {
      h = made[t];
    } else {
      spk_load(&h, b->potentials + t * b->count + i, lanes);
    }
    spk_load(&from_above, b->spike_gradient + t * b->count + i, lanes);
    spk_step_backward(&rule, &h, &from_above, &adjoint);
    if (b->gradient_stride) {
      spk_store(&adjoint.on_current, b->input_gradient + t * b->count + i, lanes);
    } else {
      on_input = on_input + adjoint.on_current;
    }
  }
  if (!b->gradient_stride) spk_store(&on_input, b->input_gradient + i, lanes);
  if (sums || sums_decay) spk_step_finish(&rule, &adjoint);
  if (sums_decay) {
    for (int64_t lane = 0; lane < lanes; lane++) {
      b->decay_sums[lane] += (double)adjoint.on_decay[lane];
    }
  }
  if (sums) {
    for (int64_t lane = 0; lane < lanes; lane++) sums[lane] += (double)adjoint.on_threshold[lane];
  }
}

SPK_INLINE void spk_spiking_all(
    const spk_backward *b, const spk_thresholds *thresholds, double *sums, int64_t steps, int kind,
    int soft, int detached, int leaks) {
  int64_t channel = 0, i = 0;
  for (; i + SPK_LANES <= b->count; i += SPK_LANES) {
    const float *theta = thresholds->values + channel;
    double *lane_sums = sums ? sums + channel : NULL;
    spk_spiking_block(
        b, i, SPK_LANES, theta, channel, lane_sums, steps, kind, soft, detached, leaks);
    channel = spk_next_channel(channel, thresholds->channels);
  }
  if (i < b->count) {
    const float *theta = thresholds->values + channel;
    double *lane_sums = sums ? sums + channel : NULL;
    spk_spiking_block(
        b, i, b->count - i, theta, channel, lane_sums, steps, kind, soft, detached, leaks);
  }
}

// The usual choices get loops of their own, in which four steps stay in registers; the rest are
// branches that are always predicted.
SPK_INLINE void spk_spiking_kind(
    const spk_backward *b, const spk_thresholds *thresholds, double *sums, int kind,
    int detached) {
  const int soft = b->neuron.resets_by_subtraction != 0;
  if (b->units || b->decay_sums) {
    // Whole states, or a decay that is learned.
    spk_spiking_all(b, thresholds, sums, b->steps, kind, soft, detached, 1);
  } else if (detached && b->steps == 4 && soft && sums) {
    spk_spiking_all(b, thresholds, sums, 4, kind, 1, 1, 0);
  } else if (detached && b->steps == 4) {
    spk_spiking_all(b, thresholds, sums, 4, kind, soft, 1, 0);
  } else {
    spk_spiking_all(b, thresholds, sums, b->steps, kind, soft, detached, 0);
  }
}

#define SPK_SPIKING_BACKWARD(name, kind)                                             \
  SPK_CLONES static void name(                                                       \
      const spk_backward *b, const spk_thresholds *thresholds, double *sums,         \
      int detached) {                                                                \
    spk_spiking_kind(b, thresholds, sums, kind, detached);                           \
  }

SPK_SPIKING_BACKWARD(spk_backward_atan, SPK_SURROGATE_ATAN)
SPK_SPIKING_BACKWARD(spk_backward_triangle, SPK_SURROGATE_TRIANGLE)
SPK_SPIKING_BACKWARD(spk_backward_triangle_of_one, SPK_TRIANGLE_OF_ONE)
SPK_SPIKING_BACKWARD(spk_backward_sigmoid, SPK_SURROGATE_SIGMOID)
SPK_SPIKING_BACKWARD(spk_backward_fast_sigmoid, SPK_SURROGATE_FAST_SIGMOID)
SPK_SPIKING_BACKWARD(spk_backward_rectangle, SPK_SURROGATE_RECTANGLE)

void spk_spiking_backward(
    const spk_neuron *neuron, spk_surrogate surrogate, int32_t is_reset_detached, int64_t steps,
    int64_t count, const float *potentials, const float *input, int64_t input_stride,
    const float *threshold, const float *unit, int64_t channels, const float *spike_gradient,
    float *input_gradient, int64_t gradient_stride, float *threshold_gradient,
    float *decay_gradient) {
  const int is_whole = neuron->state_steps > 0;
  double decay_sums[SPK_LANES] = {0};
  spk_thresholds units =
      spk_per_channel(is_whole ? unit : threshold, channels, SPK_SCRATCH_UNITS);
  const spk_backward b = {
      .neuron = *neuron, .surrogate = surrogate, .steps = steps, .count = count,
      .gradient_stride = gradient_stride, .spike_gradient = spike_gradient,
      .input_gradient = input_gradient, .potentials = potentials, .input = input,
      .input_stride = input_stride, .units = is_whole ? &units : NULL,
      .decay_sums = decay_gradient ? decay_sums : NULL};
  spk_thresholds thresholds = spk_per_channel(threshold, channels, SPK_SCRATCH_THRESHOLDS);
  double *sums = NULL;
  if (threshold_gradient) {
    sums = spk_scratch(SPK_SCRATCH_SUMS, channels + SPK_LANES, sizeof(double));
  }
  const int detached = is_reset_detached != 0;
  switch (spk_surrogate_loops(surrogate)) {
    case SPK_SURROGATE_ATAN: spk_backward_atan(&b, &thresholds, sums, detached); break;
    case SPK_SURROGATE_TRIANGLE: spk_backward_triangle(&b, &thresholds, sums, detached); break;
    case SPK_TRIANGLE_OF_ONE: spk_backward_triangle_of_one(&b, &thresholds, sums, detached); break;
    case SPK_SURROGATE_SIGMOID: spk_backward_sigmoid(&b, &thresholds, sums, detached); break;
    case SPK_SURROGATE_RECTANGLE:
      spk_backward_rectangle(&b, &thresholds, sums, detached);
      break;
    default: spk_backward_fast_sigmoid(&b, &thresholds, sums, detached); break;
  }
  if (sums) {
    // Lanes behind the last channel belong to the first ones again.
    for (int64_t j = channels; j < channels + SPK_LANES; j++) sums[j % channels] += sums[j];
    for (int64_t c = 0; c < channels; c++) threshold_gradient[c] = (float)sums[c];
  }
  if (decay_gradient) *decay_gradient = spk_lane_sum(decay_sums);
}

SPK_INLINE void spk_integrator_block(const spk_backward *b, int64_t i, int64_t lanes) {
  spk_f16 on_h = 0, on_current = 0, on_input = 0, on_decay = 0, from_above, h;
  const int has_current = b->neuron.has_current != 0;
  for (int64_t t = b->steps - 1; t >= 0; t--) {
    spk_load(&from_above, b->spike_gradient + t * b->count + i, lanes);
    if (b->decay_sums) {
      // Still the gradient of the step after; 0 behind the last.
      spk_load(&h, b->potentials + t * b->count + i, lanes);
      on_decay = on_decay + on_h * h;
    }
    on_h = on_h * b->neuron.membrane_decay + from_above;
    on_current = has_current ? on_current * b->neuron.current_decay + on_h : on_h;
    if (!b->gradient_stride) {
      on_input = on_input + on_current;
    } else if (b->input_gradient) {
      spk_store(&on_current, b->input_gradient + t * b->count + i, lanes);
    }
  }
  if (!b->gradient_stride && b->input_gradient) {
    spk_store(&on_input, b->input_gradient + i, lanes);
  }
  if (b->decay_sums) {
    for (int64_t lane = 0; lane < lanes; lane++) b->decay_sums[lane] += (double)on_decay[lane];
  }
}

SPK_CLONES
static void spk_integrator_all(const spk_backward *b) {
  int64_t i = 0;
  for (; i + SPK_LANES <= b->count; i += SPK_LANES) spk_integrator_block(b, i, SPK_LANES);
  if (i < b->count) spk_integrator_block(b, i, b->count - i);
}

void spk_integrator_backward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *potentials, const float *potential_gradient, float *input_gradient,
    float *decay_gradient) {
  double decay_sums[SPK_LANES] = {0};
  const spk_backward b = {
      .neuron = *neuron, .steps = steps, .count = count, .gradient_stride = input_stride,
      .spike_gradient = potential_gradient, .input_gradient = input_gradient,
      .potentials = potentials, .decay_sums = decay_gradient ? decay_sums : NULL};
  spk_integrator_all(&b);
  if (decay_gradient) *decay_gradient = spk_lane_sum(decay_sums);
}
