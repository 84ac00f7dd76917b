// Loops over channels in chunks whose sums stay in registers or L1; not part of the interface.
#pragma once

#include "support.h"

enum { SPK_CHUNK = 64 };

// Runs the statement with `first` (channel) and `width` (channels in this chunk). Most chunks see
// a constant width, so their loops are unrolled and vectorised.
#define SPK_FOR_CHUNKS(channels, ...)                               \
  {                                                                 \
    int64_t first = 0;                                              \
    for (; first + SPK_CHUNK <= (channels); first += SPK_CHUNK) {   \
      const int64_t width = SPK_CHUNK;                              \
      __VA_ARGS__;                                                  \
    }                                                               \
    for (; first + SPK_LANES <= (channels); first += SPK_LANES) {   \
      const int64_t width = SPK_LANES;                              \
      __VA_ARGS__;                                                  \
    }                                                               \
    if (first < (channels)) {                                       \
      const int64_t width = (channels) - first;                     \
      __VA_ARGS__;                                                  \
    }                                                               \
  }
