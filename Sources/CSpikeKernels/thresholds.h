// Per-channel thresholds for blocks of neurons that run across channel boundaries; not part of
// the interface.
#pragma once

#include "support.h"

// Entry j + k of `values` belongs to channel (j + k) % channels for 0 <= j < channels and
// 0 <= k < SPK_LANES, so a block of lanes that begins at channel j is one contiguous load.
typedef struct {
  const float *values;
  int64_t channels;
} spk_thresholds;

// The values as they are where no block runs across a boundary, otherwise repeated in the scratch
// memory of the thread, at `place`. A null `values` is 1 for every channel.
static inline spk_thresholds spk_per_channel(const float *values, int64_t channels, int place) {
  if (values && channels % SPK_LANES == 0) return (spk_thresholds){values, channels};
  float *repeated = spk_scratch(place, channels + SPK_LANES, sizeof(float));
  for (int64_t j = 0; j < channels + SPK_LANES; j++) {
    repeated[j] = values ? values[j % channels] : 1;
  }
  return (spk_thresholds){repeated, channels};
}

// Channel of the first lane of the block after one that began at `channel`.
SPK_INLINE int64_t spk_next_channel(int64_t channel, int64_t channels) {
  channel += SPK_LANES;
  return channel < channels ? channel : channel % channels;
}
