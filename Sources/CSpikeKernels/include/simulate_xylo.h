#pragma once
#include <stdint.h>

/// A Xylo core: inputs, hidden neurons, outputs. Rows hold weights already shifted; arrays of neurons
/// hold the hidden ones first, then the outputs.
typedef struct {
  int32_t inputs, hidden, outputs;
  int32_t hidden_stride, output_stride;  // distance of rows
  const int32_t *input_rows;             // [inputs][hidden_stride]
  const int32_t *hidden_rows;            // [hidden][hidden_stride]
  const int32_t *output_rows;            // [hidden][output_stride]
  const int32_t *thresholds;             // at least 1
  const int32_t *biases;
  const int32_t *current_dashes;         // 0...15
  const int32_t *membrane_dashes;        // 0...15
  int32_t has_bias;                      // whether any bias is not 0: then all are added
} spike_sim_xylo;

typedef struct {
  int64_t operations;  // weights other than 0 that spikes delivered
  int64_t updates;     // potentials that a step changed before the reset
  int64_t clips;       // states that saturated
} spike_sim_xylo_counts;

/// One time step. `input` holds spikes by input line; `spikes` those of the step before and then of
/// this one; `currents` and `potentials` the states; counts are added to.
void spike_sim_xylo_step(
  const spike_sim_xylo *core, const int32_t *input, int32_t *currents, int32_t *potentials,
  int32_t *spikes, spike_sim_xylo_counts *counts);
