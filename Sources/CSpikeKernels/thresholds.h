// Per-channel thresholds for blocks of neurons that run across channel boundaries; not part of
// the interface.
#pragma once

#include "support.h"

// Entry j + k of `values` belongs to channel (j + k) % channels for 0 <= j < channels and
// 0 <= k < SPK_LANES, so a block of lanes that begins at channel j is one contiguous load.
typedef struct {
  const float *values;
  int64_t channels;
  float *owned;
} spk_thresholds;

static inline spk_thresholds spk_thresholds_make(const float *threshold, int64_t channels) {
  spk_thresholds result = {threshold, channels, NULL};
  if (channels % SPK_LANES == 0) return result;
  result.owned = spk_scratch(channels + SPK_LANES, sizeof(float));
  for (int64_t j = 0; j < channels + SPK_LANES; j++) result.owned[j] = threshold[j % channels];
  result.values = result.owned;
  return result;
}

// As for thresholds; a null `unit` is 1 for every channel.
static inline spk_thresholds spk_units_make(const float *unit, int64_t channels) {
  if (unit) return spk_thresholds_make(unit, channels);
  spk_thresholds result = {NULL, channels, spk_scratch(channels + SPK_LANES, sizeof(float))};
  for (int64_t j = 0; j < channels + SPK_LANES; j++) result.owned[j] = 1;
  result.values = result.owned;
  return result;
}

static inline void spk_thresholds_free(spk_thresholds *thresholds) { free(thresholds->owned); }

// Channel of the first lane of the block after one that began at `channel`.
SPK_INLINE int64_t spk_next_channel(int64_t channel, int64_t channels) {
  channel += SPK_LANES;
  return channel < channels ? channel : channel % channels;
}
