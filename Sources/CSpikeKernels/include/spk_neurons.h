// Neuron populations over all time steps in one pass; layout [steps][count].
#pragma once

#include <stdint.h>

typedef struct {
  float membrane_decay;
  float current_decay;
  float reset_value;
  float initial_share;
  int32_t resets_by_subtraction;
  int32_t is_strict;  // 1: spike when h > threshold, 0: when h >= threshold
  int32_t has_current;
  // 0: states are real numbers. n > 0: states are whole multiples of unit / n, as a chip holds them:
  // currents and thresholds are rounded to multiples of the unit, both decays to 1/4096, and what a
  // decay leaves of a state is rounded towards zero, sgn(v) floor(|v| keep / 4096).
  int32_t state_steps;
} spk_neuron;

enum {
  SPK_SURROGATE_ATAN = 0,
  SPK_SURROGATE_TRIANGLE = 1,
  SPK_SURROGATE_SIGMOID = 2,
  SPK_SURROGATE_FAST_SIGMOID = 3,
  SPK_SURROGATE_RECTANGLE = 4
};

typedef struct {
  int32_t kind;
  float parameter;
} spk_surrogate;

// The threshold of neuron i is threshold[i % channels]. input_stride is count, or 0 when every
// step gets the same input. potentials receives h before the reset and may be null or the same
// memory as input (with input_stride = count). The states may be null; otherwise they are read
// before the first step and written after the last. unit ([channels], read where state_steps is
// set) may be null for 1.
void spk_spiking_forward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *input, const float *threshold, const float *unit, int64_t channels,
    float *spikes, float *potentials, float *potential_state, float *current_state);

// Either potentials or input is null; whole states need potentials. From the input ([steps][count], or [count] with
// input_stride = 0; at most SPK_REMADE_STEPS steps) the potentials are computed once more, with the
// bits that the forward pass gave. With gradient_stride = 0 instead of count the input gradient is
// summed over the steps. threshold_gradient ([channels], overwritten) and decay_gradient (one number
// by membrane_decay, overwritten) may be null. Rounding of states passes gradients. input_gradient
// may be the same memory as spike_gradient, potentials or input (where both are [steps][count]).
enum { SPK_REMADE_STEPS = 64 };
void spk_spiking_backward(
    const spk_neuron *neuron, spk_surrogate surrogate, int32_t is_reset_detached, int64_t steps,
    int64_t count, const float *potentials, const float *input, int64_t input_stride,
    const float *threshold, const float *unit, int64_t channels, const float *spike_gradient,
    float *input_gradient, int64_t gradient_stride, float *threshold_gradient,
    float *decay_gradient);

// unit is as for spiking populations, for channels that divide count.
void spk_integrator_forward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *input, const float *unit, int64_t channels, float *potentials,
    float *potential_state, float *current_state);

// potentials of the forward pass are read where decay_gradient is wanted; it and input_gradient may
// be null.
void spk_integrator_backward(
    const spk_neuron *neuron, int64_t steps, int64_t count, int64_t input_stride,
    const float *potentials, const float *potential_gradient, float *input_gradient,
    float *decay_gradient);

// Sums per sample and channel over steps and positions; layout [steps][samples][positions]
// [channels] in, [samples][channels] out. Overwrites.
void spk_adjoint_sums(
    int64_t steps, int64_t samples, int64_t positions, int64_t channels, const float *spikes,
    const float *spike_gradient, const float *input_gradient, float *spike_sum,
    float *adjoint_sum, float *contribution, float *current_square);
