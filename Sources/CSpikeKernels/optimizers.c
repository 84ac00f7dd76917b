// Optimiser steps; formulas as in PyTorch's documentation of SGD, Adam and AdamW.

#include "include/spk_optimizers.h"

#include "support.h"

SPK_CLONES
void spk_sgd_step(
    int64_t count, float *restrict parameter, const float *restrict gradient,
    float *restrict velocity, float rate, float momentum, float weight_decay,
    int32_t nesterov) {
  if (!velocity) {
    SPK_ELEMENTWISE
    for (int64_t i = 0; i < count; i++) {
      const float g = gradient[i] + weight_decay * parameter[i];
      parameter[i] = parameter[i] - rate * g;
    }
    return;
  }
  const float look_ahead = nesterov ? momentum : 0, base = nesterov ? 1 : 0;
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i] + weight_decay * parameter[i];
    const float v = momentum * velocity[i] + g;
    const float step = nesterov ? base * g + look_ahead * v : v;
    velocity[i] = v;
    parameter[i] = parameter[i] - rate * step;
  }
}

typedef struct {
  float *parameter, *first, *second;
  const float *gradient;
  float rate, beta1, beta2, epsilon, weight_decay, correction1, correction2;
  int32_t decoupled;
} spk_adam;

SPK_INLINE void spk_adam_block(const spk_adam *a, int64_t i, int64_t lanes) {
  spk_f16 w, g, m, v;
  spk_load(&w, a->parameter + i, lanes);
  spk_load(&g, a->gradient + i, lanes);
  spk_load(&m, a->first + i, lanes);
  spk_load(&v, a->second + i, lanes);
  if (a->decoupled) {
    w = w - w * (a->rate * a->weight_decay);
  } else {
    g = g + w * a->weight_decay;
  }
  m = m * a->beta1 + g * (1 - a->beta1);
  v = v * a->beta2 + (g * g) * (1 - a->beta2);
  const spk_f16 corrected = v * a->correction2;
  const spk_f16 root = __builtin_elementwise_sqrt(corrected) + a->epsilon;
  w = w - ((m * a->correction1) * a->rate) / root;
  spk_store(&w, a->parameter + i, lanes);
  spk_store(&m, a->first + i, lanes);
  spk_store(&v, a->second + i, lanes);
}

SPK_CLONES
static void spk_adam_all(const spk_adam *a, int64_t count) {
  int64_t i = 0;
  for (; i + SPK_LANES <= count; i += SPK_LANES) spk_adam_block(a, i, SPK_LANES);
  if (i < count) spk_adam_block(a, i, count - i);
}

void spk_adam_step(
    int64_t count, float *parameter, const float *gradient, float *first, float *second,
    float rate, float beta1, float beta2, float epsilon, float weight_decay, int32_t decoupled,
    float correction1, float correction2) {
  const spk_adam a = {parameter, first,   second,       gradient,    rate,        beta1,
                      beta2,     epsilon, weight_decay, correction1, correction2, decoupled};
  spk_adam_all(&a, count);
}
