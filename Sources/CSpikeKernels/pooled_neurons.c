// Populations behind which only a pool reads: for each window and sixteen channels, all steps of
// each neuron of the window in turn.

#include "include/spk_pooled_neurons.h"

#include "neuron_step.h"
#include "support.h"

typedef struct {
  const spk_neuron *neuron;
  const spk_pooled_geometry *g;
  spk_surrogate surrogate;
  int64_t size, pooled_size;  // floats of one step
  float spike_cost;
  const float *input, *threshold, *pooled_gradient;
  float *pooled, *input_gradient;
  double *decay_sums;  // [SPK_LANES], or null where nobody wants that gradient
} spk_pooled;

SPK_INLINE void spk_pooled_window_forward(
    const spk_pooled *p, int64_t origin, int64_t target, int64_t channel, int64_t lanes,
    spk_i16 *spikes, int64_t steps, int soft, int strict, int has_current) {
  const spk_pooled_geometry *g = p->g;
  spk_f16 theta, sums[SPK_POOLED_STEPS];
  spk_load(&theta, p->threshold + channel, lanes);
  spk_step_rule rule;
  spk_step_rule_forward(&rule, p->neuron, &theta, soft, strict, has_current);
  for (int64_t t = 0; t < steps; t++) sums[t] = 0;
  for (int64_t ky = 0; ky < g->kernel_height; ky++) {
    for (int64_t kx = 0; kx < g->kernel_width; kx++) {
      const int64_t i = origin + (ky * g->width + kx) * g->channels;
      spk_step_state state;
      spk_step_begin(&rule, &state);
      spk_f16 x, h;
      spk_i16 fires;
      spk_load(&x, p->input + i, lanes);
      for (int64_t t = 0; t < steps; t++) {
        if (!g->input_is_fixed) spk_load(&x, p->input + t * p->size + i, lanes);
        spk_step_forward(&rule, &x, &state, &h, &fires);
        sums[t] = sums[t] + (fires ? (spk_f16)1.0f : (spk_f16)0.0f);
      }
    }
  }
  for (int64_t t = 0; t < steps; t++) {
    *spikes += __builtin_convertvector(sums[t], spk_i16);
    const spk_f16 pooled = sums[t] / g->divisor;
    spk_store(&pooled, p->pooled + t * p->pooled_size + target, lanes);
  }
}

SPK_INLINE void spk_pooled_window_backward(
    const spk_pooled *p, int64_t origin, int64_t target, int64_t channel, int64_t lanes,
    double *sums, int64_t steps, int kind, int soft, int detached, int learns) {
  const spk_pooled_geometry *g = p->g;
  spk_f16 theta, from_above[SPK_POOLED_STEPS], made[SPK_POOLED_STEPS];
  spk_load(&theta, p->threshold + channel, lanes);
  for (int64_t k = lanes; k < SPK_LANES; k++) theta[k] = 1;
  const spk_surrogate surrogate = {kind, p->surrogate.parameter};
  spk_step_rule rule;
  spk_step_rule_make(&rule, p->neuron, &theta, surrogate, soft, detached, sums != NULL);
  rule.sums_decay = learns;
  spk_step_adjoint adjoint = {0, 0, 0, 0, 0};
  for (int64_t t = 0; t < steps; t++) {
    spk_load(&from_above[t], p->pooled_gradient + t * p->pooled_size + target, lanes);
    from_above[t] = from_above[t] / g->divisor + p->spike_cost;
  }
  for (int64_t ky = 0; ky < g->kernel_height; ky++) {
    for (int64_t kx = 0; kx < g->kernel_width; kx++) {
      const int64_t i = origin + (ky * g->width + kx) * g->channels;
      spk_f16 on_input = 0, x;
      spk_i16 fires;
      spk_step_state state;
      spk_step_begin(&rule, &state);
      spk_load(&x, p->input + i, lanes);
      for (int64_t t = 0; t < steps; t++) {
        if (!g->input_is_fixed) spk_load(&x, p->input + t * p->size + i, lanes);
        spk_step_forward(&rule, &x, &state, &made[t], &fires);
      }
      adjoint.on_potential = 0;
      adjoint.on_current = 0;
      for (int64_t t = steps - 1; t >= 0; t--) {
        spk_step_backward(&rule, &made[t], &from_above[t], &adjoint);
        if (g->input_is_fixed) {
          on_input = on_input + adjoint.on_current;
        } else if (p->input_gradient) {
          spk_store(&adjoint.on_current, p->input_gradient + t * p->size + i, lanes);
        }
      }
      if (g->input_is_fixed && p->input_gradient) {
        spk_store(&on_input, p->input_gradient + i, lanes);
      }
      if (sums || learns) spk_step_finish(&rule, &adjoint);
    }
  }
  if (learns) {
    for (int64_t lane = 0; lane < lanes; lane++) {
      p->decay_sums[lane] += (double)adjoint.on_decay[lane];
    }
  }
  if (sums) {
    for (int64_t lane = 0; lane < lanes; lane++) {
      sums[channel + lane] += (double)adjoint.on_threshold[lane];
    }
  }
}

// Runs the statement for every window and block of channels.
#define SPK_FOR_WINDOWS(p, ...)                                                              \
  {                                                                                          \
    const spk_pooled_geometry *g = (p)->g;                                                   \
    int64_t target = 0;                                                                      \
    for (int64_t row = 0; row < g->images * g->height; row += g->kernel_height) {            \
      for (int64_t column = 0; column < g->width; column += g->kernel_width) {               \
        const int64_t pixel = (row * g->width + column) * g->channels;                       \
        for (int64_t channel = 0; channel < g->channels; channel += SPK_LANES) {             \
          const int64_t origin = pixel + channel;                                            \
          if (channel + SPK_LANES <= g->channels) {                                          \
            const int64_t lanes = SPK_LANES;                                                 \
            __VA_ARGS__;                                                                     \
            target += SPK_LANES;                                                             \
          } else {                                                                           \
            const int64_t lanes = g->channels - channel;                                     \
            __VA_ARGS__;                                                                     \
            target += lanes;                                                                 \
          }                                                                                  \
        }                                                                                    \
      }                                                                                      \
    }                                                                                        \
  }

SPK_INLINE int64_t spk_pooled_forward_all(
    const spk_pooled *p, int64_t steps, int soft, int strict, int has_current) {
  int64_t total = 0;
  SPK_FOR_WINDOWS(p, {
    spk_i16 spikes = 0;
    spk_pooled_window_forward(
        p, origin, target, channel, lanes, &spikes, steps, soft, strict, has_current);
    int32_t sum = 0;
    for (int64_t lane = 0; lane < lanes; lane++) sum += spikes[lane];
    total += sum;
  })
  return total;
}

// The usual equations get loops of their own, the others share one. Four steps stay in registers.
SPK_CLONES
static int64_t spk_pooled_forward_choose(const spk_pooled *p) {
  const int soft = p->neuron->resets_by_subtraction != 0;
  const int strict = p->neuron->is_strict != 0;
  const int64_t steps = p->g->steps;
  if (p->neuron->has_current) return spk_pooled_forward_all(p, steps, soft, strict, 1);
  if (soft && !strict && steps == 4) return spk_pooled_forward_all(p, 4, 1, 0, 0);
  if (soft && !strict) return spk_pooled_forward_all(p, steps, 1, 0, 0);
  if (soft) return spk_pooled_forward_all(p, steps, 1, 1, 0);
  return spk_pooled_forward_all(p, steps, 0, strict, 0);
}

SPK_INLINE void spk_pooled_backward_all(
    const spk_pooled *p, double *sums, int64_t steps, int kind, int soft, int detached,
    int learns) {
  SPK_FOR_WINDOWS(
      p, spk_pooled_window_backward(
             p, origin, target, channel, lanes, sums, steps, kind, soft, detached, learns))
}

SPK_INLINE void spk_pooled_backward_kind(
    const spk_pooled *p, double *sums, int kind, int detached) {
  const int soft = p->neuron->resets_by_subtraction != 0;
  const int64_t steps = p->g->steps;
  if (p->decay_sums) {
    spk_pooled_backward_all(p, sums, steps, kind, soft, detached, 1);
  } else if (detached && steps == 4 && soft && sums) {
    spk_pooled_backward_all(p, sums, 4, kind, 1, 1, 0);
  } else if (detached && steps == 4) {
    spk_pooled_backward_all(p, sums, 4, kind, soft, 1, 0);
  } else {
    spk_pooled_backward_all(p, sums, steps, kind, soft, detached, 0);
  }
}

#define SPK_POOLED_BACKWARD(name, kind)                                                     \
  SPK_CLONES static void name(const spk_pooled *p, double *sums, int detached) {            \
    spk_pooled_backward_kind(p, sums, kind, detached);                                      \
  }

SPK_POOLED_BACKWARD(spk_pooled_atan, SPK_SURROGATE_ATAN)
SPK_POOLED_BACKWARD(spk_pooled_triangle, SPK_SURROGATE_TRIANGLE)
SPK_POOLED_BACKWARD(spk_pooled_triangle_of_one, SPK_TRIANGLE_OF_ONE)
SPK_POOLED_BACKWARD(spk_pooled_sigmoid, SPK_SURROGATE_SIGMOID)
SPK_POOLED_BACKWARD(spk_pooled_fast_sigmoid, SPK_SURROGATE_FAST_SIGMOID)
SPK_POOLED_BACKWARD(spk_pooled_rectangle, SPK_SURROGATE_RECTANGLE)

static spk_pooled spk_pooled_make(
    const spk_neuron *neuron, const spk_pooled_geometry *g, const float *threshold) {
  const int64_t size = g->images * g->height * g->width * g->channels;
  spk_pooled p = {.neuron = neuron, .g = g, .threshold = threshold, .size = size};
  p.pooled_size = size / (g->kernel_height * g->kernel_width);
  return p;
}

int64_t spk_pooled_forward(
    const spk_neuron *neuron, const spk_pooled_geometry *geometry, const float *input,
    const float *threshold, float *pooled) {
  spk_pooled p = spk_pooled_make(neuron, geometry, threshold);
  p.input = input;
  p.pooled = pooled;
  return spk_pooled_forward_choose(&p);
}

void spk_pooled_backward(
    const spk_neuron *neuron, const spk_pooled_geometry *geometry, spk_surrogate surrogate,
    int32_t is_reset_detached, float spike_cost, const float *input,
    const float *threshold, const float *pooled_gradient, float *input_gradient,
    float *threshold_gradient, float *decay_gradient) {
  double decay_sums[SPK_LANES] = {0};
  spk_pooled p = spk_pooled_make(neuron, geometry, threshold);
  p.decay_sums = decay_gradient ? decay_sums : NULL;
  p.surrogate = surrogate;
  p.spike_cost = spike_cost;
  p.input = input;
  p.pooled_gradient = pooled_gradient;
  p.input_gradient = input_gradient;
  const int64_t channels = geometry->channels;
  double *sums = NULL;
  if (threshold_gradient) sums = spk_scratch(SPK_SCRATCH_SUMS, channels, sizeof(double));
  const int detached = is_reset_detached != 0;
  switch (spk_surrogate_loops(surrogate)) {
    case SPK_SURROGATE_ATAN: spk_pooled_atan(&p, sums, detached); break;
    case SPK_SURROGATE_TRIANGLE: spk_pooled_triangle(&p, sums, detached); break;
    case SPK_TRIANGLE_OF_ONE: spk_pooled_triangle_of_one(&p, sums, detached); break;
    case SPK_SURROGATE_SIGMOID: spk_pooled_sigmoid(&p, sums, detached); break;
    case SPK_SURROGATE_RECTANGLE: spk_pooled_rectangle(&p, sums, detached); break;
    default: spk_pooled_fast_sigmoid(&p, sums, detached); break;
  }
  if (sums) {
    for (int64_t c = 0; c < channels; c++) threshold_gradient[c] = (float)sums[c];
  }
  if (decay_gradient) *decay_gradient = spk_lane_sum(decay_sums);
}
