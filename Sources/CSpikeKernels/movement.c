// Copies by maps.

#include "include/spk_movement.h"

#include "support.h"

void spk_gather(
    int64_t rows, int64_t entries, int64_t block, int64_t x_stride, int64_t y_stride,
    const int32_t *map, float constant, const float *x, float *y) {
  for (int64_t r = 0; r < rows; r++) {
    const float *from = x + r * x_stride;
    float *to = y + r * y_stride;
    if (block == 1) {
      for (int64_t j = 0; j < entries; j++) to[j] = map[j] < 0 ? constant : from[map[j]];
      continue;
    }
    for (int64_t j = 0; j < entries; j++) {
      if (map[j] < 0) {
        for (int64_t k = 0; k < block; k++) to[j * block + k] = constant;
      } else {
        memcpy(to + j * block, from + map[j] * block, (size_t)block * sizeof(float));
      }
    }
  }
}

void spk_scatter_add(
    int64_t rows, int64_t entries, int64_t block, int64_t x_stride, int64_t y_stride,
    const int32_t *map, const float *restrict dy, float *restrict dx) {
  for (int64_t r = 0; r < rows; r++) {
    const float *from = dy + r * y_stride;
    float *to = dx + r * x_stride;
    for (int64_t j = 0; j < entries; j++) {
      if (map[j] < 0) continue;
      for (int64_t k = 0; k < block; k++) to[map[j] * block + k] += from[j * block + k];
    }
  }
}
