#include "simulate_kernels.h"
#include <string.h>

int32_t spike_sim_collect(
  const int32_t *values, int32_t positions, int32_t channels, int32_t *indices, int32_t *amounts,
  int32_t *starts)
{
  int32_t count = 0;
  for (int32_t position = 0; position < positions; position++) {
    if (starts) starts[position] = count;
    const int32_t first = position * channels;
    for (int32_t index = first; index < first + channels; index++) {
      // Written always, kept only where non-zero: no branch to mispredict.
      indices[count] = index;
      amounts[count] = values[index];
      count += values[index] != 0;
    }
  }
  if (starts) starts[positions] = count;
  return count;
}

void spike_sim_operations(
  const int32_t *indices, const int32_t *amounts, int32_t count, const int32_t *fan_out,
  int64_t *events, int64_t *weighted)
{
  int64_t plain = 0, multiplied = 0;
  for (int32_t event = 0; event < count; event++) {
    const int64_t reach = fan_out[indices[event]];
    plain += reach;
    multiplied += reach * amounts[event];
  }
  *events = plain;
  *weighted = multiplied;
}

void spike_sim_sum_pool(
  const int32_t *values, int32_t height, int32_t width, int32_t channels, int32_t window_height,
  int32_t window_width, int32_t *sums)
{
  const int32_t rows = height / window_height, columns = width / window_width;
  memset(sums, 0, sizeof(int32_t) * (size_t)rows * (size_t)columns * (size_t)channels);
  for (int32_t y = 0; y < rows * window_height; y++) {
    for (int32_t x = 0; x < columns * window_width; x++) {
      const int32_t *from = values + ((int64_t)y * width + x) * channels;
      int32_t *to =
        sums + ((int64_t)(y / window_height) * columns + x / window_width) * channels;
      for (int32_t c = 0; c < channels; c++) to[c] += from[c];
    }
  }
}

void spike_sim_add(const int32_t *values, int32_t count, int32_t *sums)
{
  for (int32_t index = 0; index < count; index++) sums[index] += values[index];
}
