// A population and the pool that is its only reader, in one pass: the spikes stay in registers.
#pragma once

#include <stdint.h>

#include "spk_neurons.h"

enum { SPK_POOLED_STEPS = SPK_REMADE_STEPS };

// States are real numbers (state_steps is 0). Windows tile the image: stride = kernel, no border, sizes are multiples of the kernel.
typedef struct {
  int64_t steps;  // at most SPK_POOLED_STEPS
  int64_t images, height, width, channels;
  int64_t kernel_height, kernel_width;
  float divisor;           // 1 for sums, elements of a window for means
  int32_t input_is_fixed;  // the same input in every step
} spk_pooled_geometry;

// pooled is [steps][images][height / kernel_height][width / kernel_width][channels]; threshold is
// per channel. Returns the number of spikes. Pooled values have the bits of the two kernels one by
// one.
int64_t spk_pooled_forward(
    const spk_neuron *neuron, const spk_pooled_geometry *geometry, const float *input,
    const float *threshold, float *pooled);

// The potentials are made again from the input. Every spike gets the gradient
// pooled_gradient / divisor + spike_cost. A fixed input gets the sum over the steps. input_gradient,
// threshold_gradient ([channels]) and decay_gradient (one number by membrane_decay) may be null.
void spk_pooled_backward(
    const spk_neuron *neuron, const spk_pooled_geometry *geometry, spk_surrogate surrogate,
    int32_t is_reset_detached, float spike_cost, const float *input,
    const float *threshold, const float *pooled_gradient, float *input_gradient,
    float *threshold_gradient, float *decay_gradient);
