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

// States in whole steps, held in doubles: every product stays below 2^53 and is exact.
typedef struct {
  double keep, current_keep;  // of 4096
  double steps;               // of a unit
} spk_whole;

SPK_INLINE spk_whole spk_whole_make(const spk_neuron *neuron) {
  const spk_whole w = {
      __builtin_rint((double)neuron->membrane_decay * 4096),
      __builtin_rint((double)neuron->current_decay * 4096), (double)neuron->state_steps};
  return w;
}

// What a step leaves of a state.
#define SPK_KEPT(state, keep) __builtin_elementwise_trunc((state) * (keep) * (1.0 / 4096))

// A real number in steps, rounded to whole units.
#define SPK_IN_STEPS(real, per_unit, steps) \
  (__builtin_elementwise_rint(__builtin_convertvector(real, spk_d16) * (per_unit)) * (steps))

SPK_INLINE void spk_whole_block(
    const spk_forward *f, int64_t i, int64_t lanes, const float *threshold, const float *units,
    int fires_at_all) {
  const spk_whole w = spk_whole_make(&f->neuron);
  const int soft = f->neuron.resets_by_subtraction != 0, strict = f->neuron.is_strict != 0;
  const int has_current = f->neuron.has_current != 0;
  spk_f16 theta = 1, x, unit_of_lane;
  spk_load(&unit_of_lane, units, SPK_LANES);
  if (fires_at_all) spk_load(&theta, threshold, SPK_LANES);
  const spk_d16 unit = __builtin_convertvector(unit_of_lane, spk_d16), step = unit / w.steps;
  const spk_d16 per_unit = 1.0 / unit, limit = SPK_IN_STEPS(theta, per_unit, w.steps);
  const spk_f16 reset_value = f->neuron.reset_value;
  const spk_d16 reset = SPK_IN_STEPS(reset_value, per_unit, w.steps);
  spk_d16 v = 0, current = 0;
  if (fires_at_all) {
    v = __builtin_elementwise_rint(limit * (double)f->neuron.initial_share);
  }
  if (f->potential_state) {
    spk_load(&x, f->potential_state + i, lanes);
    v = __builtin_elementwise_rint(__builtin_convertvector(x, spk_d16) / step);
  }
  if (has_current && f->current_state) {
    spk_load(&x, f->current_state + i, lanes);
    current = __builtin_elementwise_rint(__builtin_convertvector(x, spk_d16) / step);
  }
  for (int64_t t = 0; t < f->steps; t++) {
    spk_load(&x, f->input + t * f->input_stride + i, lanes);
    const spk_d16 sum = SPK_IN_STEPS(x, per_unit, w.steps);
    current = has_current ? SPK_KEPT(current, w.current_keep) + sum : sum;
    const spk_d16 h = SPK_KEPT(v, w.keep) + current;
    const spk_f16 real = __builtin_convertvector(h * step, spk_f16);
    v = h;
    if (fires_at_all) {
      const spk_l16 fires = strict ? h > limit : h >= limit;
      const spk_d16 one = fires ? (spk_d16)1.0 : (spk_d16)0.0;
      const spk_f16 spike = __builtin_convertvector(one, spk_f16);
      v = fires ? (soft ? h - limit : reset) : h;
      spk_store(&spike, f->spikes + t * f->count + i, lanes);
    }
    if (f->potentials) spk_store(&real, f->potentials + t * f->count + i, lanes);
  }
  if (f->potential_state) {
    const spk_f16 real = __builtin_convertvector(v * step, spk_f16);
    spk_store(&real, f->potential_state + i, lanes);
  }
  if (has_current && f->current_state) {
    const spk_f16 real = __builtin_convertvector(current * step, spk_f16);
    spk_store(&real, f->current_state + i, lanes);
  }
}

SPK_CLONES
static void spk_whole_all(
    const spk_forward *f, const spk_thresholds *thresholds, const spk_thresholds *units,
    int fires_at_all) {
  int64_t channel = 0;
  for (int64_t i = 0; i < f->count; i += SPK_LANES) {
    const int64_t rest = f->count - i, lanes = rest < SPK_LANES ? rest : SPK_LANES;
    const float *theta = fires_at_all ? thresholds->values + channel : NULL;
    spk_whole_block(f, i, lanes, theta, units->values + channel, fires_at_all);
    channel = spk_next_channel(channel, units->channels);
  }
}

static void spk_whole_forward(
    const spk_forward *f, const float *threshold, const float *unit, int64_t channels) {
  spk_thresholds units = spk_per_channel(unit, channels, SPK_SCRATCH_UNITS);
  spk_thresholds thresholds = spk_per_channel(threshold, channels, SPK_SCRATCH_THRESHOLDS);
  spk_whole_all(f, &thresholds, &units, threshold != NULL);
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
    const float *input, const float *threshold, const float *unit, int64_t channels,
    float *spikes, float *potentials, float *potential_state, float *current_state) {
  const spk_forward f = {*neuron, steps,      count,           input_stride, input,
                         spikes,  potentials, potential_state, current_state};
  if (neuron->state_steps > 0) {
    spk_whole_forward(&f, threshold, unit, channels);
    return;
  }
  spk_thresholds thresholds = spk_per_channel(threshold, channels, SPK_SCRATCH_THRESHOLDS);
  spk_spiking_choose(&f, &thresholds);
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
    const float *input, const float *unit, int64_t channels, float *potentials,
    float *potential_state, float *current_state) {
  const spk_forward f = {*neuron, steps,      count,           input_stride, input,
                         NULL,    potentials, potential_state, current_state};
  if (neuron->state_steps > 0) {
    spk_whole_forward(&f, NULL, unit, channels);
    return;
  }
  spk_integrator_all(&f);
}
