// Synapses of the integer simulator: weight rows added for every event.
//
// Sums are 32-bit two's complement; the simulator proves beforehand that no sum can leave that
// range, whatever the order of the events.
#include "simulate_kernels.h"
#include <string.h>

#if defined(__x86_64__) && defined(__ELF__)
  #define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
  #define CLONES
#endif

CLONES
void spike_sim_dense(
  const int32_t *indices, const int32_t *amounts, int32_t count, const int32_t *weights,
  int32_t outputs, int32_t stride, int32_t *sums)
{
  for (int32_t event = 0; event < count; event++) {
    const int32_t *row = weights + (int64_t)indices[event] * stride;
    const int32_t amount = amounts[event];
    if (amount == 1) {
      for (int32_t o = 0; o < outputs; o++) sums[o] += row[o];
    } else {
      for (int32_t o = 0; o < outputs; o++) sums[o] += amount * row[o];
    }
  }
}

typedef int32_t lanes __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16, MOST = 4 };

// Output channels in registers while the taps of one output position are walked: `blocks` times 16.
static inline __attribute__((always_inline)) void gather(
  const spike_sim_convolution_geometry *g, const int32_t *indices, const int32_t *amounts,
  const int32_t *starts, const int32_t *weights, int32_t y, int32_t x, int32_t first, int blocks,
  int32_t *sums)
{
  lanes total[MOST];
  for (int b = 0; b < blocks; b++) total[b] = (lanes){0};
  for (int32_t i = 0; i < g->kernel_height; i++) {
    const int32_t from_y = y * g->stride_height - g->pad_height + i * g->dilation_height;
    if (from_y < 0 || from_y >= g->height) continue;
    for (int32_t j = 0; j < g->kernel_width; j++) {
      const int32_t from_x = x * g->stride_width - g->pad_width + j * g->dilation_width;
      if (from_x < 0 || from_x >= g->width) continue;
      const int32_t position = from_y * g->width + from_x;
      // Row of channel c of this tap is at base + (index of the event) * stride.
      const int32_t *base = weights
        + ((int64_t)(i * g->kernel_width + j) * g->channels - (int64_t)position * g->channels)
          * g->stride
        + first;
      for (int32_t event = starts[position]; event < starts[position + 1]; event++) {
        const int32_t *row = base + (int64_t)indices[event] * g->stride;
        const int32_t amount = amounts[event];
        if (amount == 1) {
          for (int b = 0; b < blocks; b++) total[b] += *(const lanes *)(row + b * LANES);
        } else {
          for (int b = 0; b < blocks; b++) total[b] += *(const lanes *)(row + b * LANES) * amount;
        }
      }
    }
  }
  int32_t *target = sums + ((int64_t)y * g->out_width + x) * g->out_channels + first;
  for (int b = 0; b < blocks; b++) {
    int32_t left = g->out_channels - first - b * LANES;
    if (left > LANES) left = LANES;
    for (int32_t lane = 0; lane < left; lane++) target[b * LANES + lane] += total[b][lane];
  }
}

CLONES
static void gather_all(
  const spike_sim_convolution_geometry *g, const int32_t *indices, const int32_t *amounts,
  const int32_t *starts, const int32_t *weights, int32_t *sums)
{
  for (int32_t y = 0; y < g->out_height; y++) {
    for (int32_t x = 0; x < g->out_width; x++) {
      int32_t first = 0;
      for (; first + (MOST - 1) * LANES < g->out_channels; first += MOST * LANES) {
        gather(g, indices, amounts, starts, weights, y, x, first, MOST, sums);
      }
      for (; first + LANES < g->out_channels; first += 2 * LANES) {
        gather(g, indices, amounts, starts, weights, y, x, first, 2, sums);
      }
      for (; first < g->out_channels; first += LANES) {
        gather(g, indices, amounts, starts, weights, y, x, first, 1, sums);
      }
    }
  }
}

// With groups, every event reaches the few output channels of its own group.
CLONES
static void scatter_groups(
  const spike_sim_convolution_geometry *g, const int32_t *indices, const int32_t *amounts,
  int32_t count, const int32_t *weights, int32_t *sums)
{
  const int32_t inputs = g->channels / g->groups, outputs = g->out_channels / g->groups;
  for (int32_t event = 0; event < count; event++) {
    const int32_t channel = indices[event] % g->channels;
    const int32_t from_x = indices[event] / g->channels % g->width;
    const int32_t from_y = indices[event] / g->channels / g->width;
    for (int32_t i = 0; i < g->kernel_height; i++) {
      const int32_t reach_y = from_y + g->pad_height - i * g->dilation_height;
      if (reach_y < 0 || reach_y % g->stride_height) continue;
      const int32_t y = reach_y / g->stride_height;
      if (y >= g->out_height) continue;
      for (int32_t j = 0; j < g->kernel_width; j++) {
        const int32_t reach_x = from_x + g->pad_width - j * g->dilation_width;
        if (reach_x < 0 || reach_x % g->stride_width) continue;
        const int32_t x = reach_x / g->stride_width;
        if (x >= g->out_width) continue;
        const int32_t *row =
          weights + ((int64_t)(i * g->kernel_width + j) * g->channels + channel) * g->stride;
        int32_t *target = sums + ((int64_t)y * g->out_width + x) * g->out_channels
          + channel / inputs * outputs;
        for (int32_t o = 0; o < outputs; o++) target[o] += amounts[event] * row[o];
      }
    }
  }
}

void spike_sim_convolution(
  const spike_sim_convolution_geometry *geometry, const int32_t *indices, const int32_t *amounts,
  const int32_t *starts, const int32_t *weights, int32_t *sums)
{
  if (geometry->groups == 1) {
    gather_all(geometry, indices, amounts, starts, weights, sums);
  } else {
    scatter_groups(
      geometry, indices, amounts, starts[geometry->height * geometry->width], weights, sums);
  }
}
