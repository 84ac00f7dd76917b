// Event-driven integer kernels of the bundle simulator.
//
// Maps are int32 and channels last ([height][width][channels]); an event is a non-zero element of
// a map. Nothing here allocates; the caller owns every buffer and vouches for its size.
#pragma once
#include <stdint.h>

// Writes index and value of every non-zero element, in order; returns their number.
// Where `starts` is given, starts[p] is the first event of position p (a run of `channels`
// elements) and starts[positions] the number of events.
int32_t spike_sim_collect(
  const int32_t *values, int32_t positions, int32_t channels, int32_t *indices, int32_t *amounts,
  int32_t *starts);

// Sum over events of fan_out[index] (*events) and of amount * fan_out[index] (*weighted).
void spike_sim_operations(
  const int32_t *indices, const int32_t *amounts, int32_t count, const int32_t *fan_out,
  int64_t *events, int64_t *weighted);

// sums[o] += amount * weights[index][o] for every event; rows are `stride` apart.
void spike_sim_dense(
  const int32_t *indices, const int32_t *amounts, int32_t count, const int32_t *weights,
  int32_t outputs, int32_t stride, int32_t *sums);

typedef struct {
  int32_t height, width, channels;              // of the map that the kernel slides over
  int32_t out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t pad_height, pad_width;                // in front
  int32_t dilation_height, dilation_width;
  int32_t groups;
  int32_t stride;                               // distance of weight rows, a multiple of 16
} spike_sim_convolution_geometry;

// Cross-correlation of the events: weights [tap][channel][stride], where a row holds the output
// channels of the channel's group; sums [out_height][out_width][out_channels] are added to.
void spike_sim_convolution(
  const spike_sim_convolution_geometry *geometry, const int32_t *indices, const int32_t *amounts,
  const int32_t *starts, const int32_t *weights, int32_t *sums);

// Sums over tiles of window_height x window_width; rows and columns left over are dropped.
void spike_sim_sum_pool(
  const int32_t *values, int32_t height, int32_t width, int32_t channels, int32_t window_height,
  int32_t window_width, int32_t *sums);

// sums[i] += values[i].
void spike_sim_add(const int32_t *values, int32_t count, int32_t *sums);

typedef struct {
  int32_t positions, channels;
  const int32_t *thresholds;      // [channels], in units of the state
  const int32_t *biases;          // [channels], in units of the state
  int32_t shift;                  // sums are shifted left by this much: 6 on Loihi
  int32_t current_keep;           // of 4096: what is left of the current after a step
  int32_t membrane_keep;          // of 4096: what is left of the potential after a step
  int32_t bits24;                 // states are 24 bits: current wraps once, potential is clipped
  int32_t wraps_sums;             // sums wrap to 24 bits before the shift
  int32_t spikes;                 // 0: read-out that never spikes
  int32_t above_only;             // spike above the threshold only
  int32_t by_subtraction;         // reset: threshold is subtracted, else reset_value
  int32_t reset_value;            // in units of the state
  int32_t several;                // DYNAP-CNN: several spikes a step, states of 16 bits, no leak
} spike_sim_neurons;

typedef struct {
  int64_t spikes;                 // neurons that spiked
  int64_t updates;                // potentials that changed before the reset
  int64_t wraps;                  // currents or sums that wrapped
  int64_t clips;                  // potentials that were clipped, and numbers of spikes
} spike_sim_counts;

// One time step of a population; spikes[i] becomes 0 or 1, or with `several` up to 255; counts are added to.
void spike_sim_step(
  const spike_sim_neurons *neurons, const int32_t *sums, int32_t *currents, int32_t *potentials,
  int32_t *spikes, spike_sim_counts *counts);

typedef struct {
  int32_t neurons, stride;        // stride: distance of rows, at least neurons
  int32_t lowest, highest;        // where potentials saturate
  int32_t capacity;               // of the queue, the spike in work included
  const int32_t *rows;            // [addresses][stride]
  const int32_t *fan_out;         // [addresses]: weights that are not 0
  const int32_t *thresholds;      // [neurons]
  const int32_t *leaks;           // [neurons]
  const int32_t *silent;          // [neurons]: 1 where no spike leaves the neuron
} spike_sim_crossbar;

typedef struct {
  int64_t operations;             // weights that spikes delivered
  int64_t updates;                // potentials that an event changed before the reset
  int64_t clips;                  // potentials that saturated
  int64_t drops;                  // spikes that found the queue full
  int64_t longest;                // longest queue so far
} spike_sim_crossbar_counts;

// One spike from outside (`address`) or one leak event for all neurons (-1), and everything that
// follows until the queue is empty. `spikes` counts thresholds reached by neuron and is added to;
// `queue` has room for `capacity` spikes, `fired` for `neurons`; counts are added to.
void spike_sim_crossbar_event(
  const spike_sim_crossbar *crossbar, int32_t address, int32_t *potentials, int32_t *spikes,
  int32_t *queue, int32_t *fired, spike_sim_crossbar_counts *counts);
