// Counts of events: integers, so any order gives the same result.

#include "include/spk_events.h"

#include "support.h"

SPK_CLONES
int64_t spk_count_events(
    int64_t rows, int64_t columns, const float *x, const int32_t *fan_out, int32_t *is_graded) {
  int64_t total = 0;
  int32_t graded = 0;
  for (int64_t r = 0; r < rows; r++, x += columns) {
    for (int64_t i = 0; i < columns; i++) {
      const float value = x[i];
      total += value != 0 ? (int64_t)fan_out[i] : 0;
      graded |= (value != 0) & (value != 1) & (value != -1);
    }
  }
  *is_graded = graded;
  return total;
}

SPK_CLONES
void spk_shift(int64_t count, float value, float *y) {
  for (int64_t i = 0; i < count; i++) y[i] = y[i] + value;
}
