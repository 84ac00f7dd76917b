// Forward pass of populations: all steps of sixteen neurons in registers, then the next sixteen.

#include "include/spk_neurons.h"
#include "neuron_step.h"
#include "support.h"
#include "thresholds.h"

typedef struct {
  spk_neuron neuron;
  int64_t steps, count, input_stride;
  const float *input;
  float *spikes, *potentials, *potential_state, *current_state;
} spk_forward;

SPK_INLINE void spk_spiking_block(
    const spk_forward *f, int64_t i, int64_t lanes, const float *threshold, int soft, int strict,
    int has_current) {
  spk_f16 theta, x, h;
  spk_i16 fires;
  spk_load(&theta, threshold, SPK_LANES);
  spk_step_rule rule;
  spk_step_rule_forward(&rule, &f->neuron, &theta, soft, strict, has_current);
  spk_step_state state;
  spk_step_begin(&rule, &state);
  if (f->potential_state) spk_load(&state.potential, f->potential_state + i, lanes);
  if (has_current && f->current_state) spk_load(&state.current, f->current_state + i, lanes);
  for (int64_t t = 0; t < f->steps; t++) {
    spk_load(&x, f->input + t * f->input_stride + i, lanes);
    spk_step_forward(&rule, &x, &state, &h, &fires);
    const spk_f16 spike = fires ? (spk_f16)1.0f : (spk_f16)0.0f;
    spk_store(&spike, f->spikes + t * f->count + i, lanes);
    if (f->potentials) spk_store(&h, f->potentials + t * f->count + i, lanes);
  }
  if (f->potential_state) spk_store(&state.potential, f->potential_state + i, lanes);
  if (has_current && f->current_state) spk_store(&state.current, f->current_state + i, lanes);
}

SPK_INLINE void spk_spiking_all(
    const spk_forward *f, const spk_thresholds *thresholds, int soft, int strict,
    int has_current) {
  int64_t channel = 0, i = 0;
  for (; i + SPK_LANES <= f->count; i += SPK_LANES) {
    const float *theta = thresholds->values + channel;
    spk_spiking_block(f, i, SPK_LANES, theta, soft, strict, has_current);
    channel = spk_next_channel(channel, thresholds->channels);
  }
  if (i < f->count) {
    const float *theta = thresholds->values + channel;
    spk_spiking_block(f, i, f->count - i, theta, soft, strict, has_current);
  }
}

// The equation is chosen once, outside the loops.
SPK_CLONES
static void spk_spiking_choose(const spk_forward *f, const spk_thresholds *thresholds) {
  const int soft = f->neuron.resets_by_subtraction != 0, strict = f->neuron.is_strict != 0;
  if (f->neuron.has_current) {
    spk_spiking_all(f, thresholds, soft, strict, 1);
  } else if (soft) {
    if (strict) {
      spk_spiking_all(f, thresholds, 1, 1, 0);
    } else {
      spk_spiking_all(f, thresholds, 1, 0, 0);
    }
  } else {
    if (strict) {
      spk_spiking_all(f, thresholds, 0, 1, 0);
    } else {
      spk_spiking_all(f, thresholds, 0, 0, 0);
    }
  }
}

void spk_spiking_forward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *input, const float *threshold, int64_t channels, float *spikes,
    float *potentials, float *potential_state, float *current_state) {
  const spk_forward f = {*neuron, steps,      count,           input_stride, input,
                         spikes,  potentials, potential_state, current_state};
  spk_thresholds thresholds = spk_thresholds_make(threshold, channels);
  spk_spiking_choose(&f, &thresholds);
  spk_thresholds_free(&thresholds);
}

SPK_INLINE void spk_integrator_block(const spk_forward *f, int64_t i, int64_t lanes) {
  spk_f16 h = 0, current = 0, x;
  const int has_current = f->neuron.has_current != 0;
  if (f->potential_state) spk_load(&h, f->potential_state + i, lanes);
  if (f->current_state) spk_load(&current, f->current_state + i, lanes);
  for (int64_t t = 0; t < f->steps; t++) {
    spk_load(&x, f->input + t * f->input_stride + i, lanes);
    current = has_current ? current * f->neuron.current_decay + x : x;
    h = h * f->neuron.membrane_decay + current;
    spk_store(&h, f->potentials + t * f->count + i, lanes);
  }
  if (f->potential_state) spk_store(&h, f->potential_state + i, lanes);
  if (f->current_state) spk_store(&current, f->current_state + i, lanes);
}

SPK_CLONES
static void spk_integrator_all(const spk_forward *f) {
  int64_t i = 0;
  for (; i + SPK_LANES <= f->count; i += SPK_LANES) spk_integrator_block(f, i, SPK_LANES);
  if (i < f->count) spk_integrator_block(f, i, f->count - i);
}

void spk_integrator_forward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *input, float *potentials, float *potential_state, float *current_state) {
  const spk_forward f = {*neuron, steps,      count,           input_stride, input,
                         NULL,    potentials, potential_state, current_state};
  spk_integrator_all(&f);
}
