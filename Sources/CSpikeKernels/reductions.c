// Sums in double over a fixed number of lanes, combined in a fixed order.

#include "include/spk_reductions.h"

#include "channels.h"
#include "include/spk_neurons.h"
#include "support.h"

static double spk_combine(const double *lanes) {
  double total = 0;
  for (int lane = 0; lane < SPK_LANES; lane++) total += lanes[lane];
  return total;
}

SPK_CLONES
double spk_sum(int64_t count, const float *x) {
  double lanes[SPK_LANES] = {0};
  int64_t i = 0;
  for (; i + SPK_LANES <= count; i += SPK_LANES) {
    for (int lane = 0; lane < SPK_LANES; lane++) lanes[lane] += (double)x[i + lane];
  }
  for (int lane = 0; i + lane < count; lane++) lanes[lane] += (double)x[i + lane];
  return spk_combine(lanes);
}

SPK_CLONES
double spk_dot(int64_t count, const float *x, const float *y) {
  double lanes[SPK_LANES] = {0};
  int64_t i = 0;
  for (; i + SPK_LANES <= count; i += SPK_LANES) {
    for (int lane = 0; lane < SPK_LANES; lane++) {
      lanes[lane] += (double)x[i + lane] * (double)y[i + lane];
    }
  }
  for (int lane = 0; i + lane < count; lane++) {
    lanes[lane] += (double)x[i + lane] * (double)y[i + lane];
  }
  return spk_combine(lanes);
}

SPK_CLONES
float spk_largest_magnitude(int64_t count, const float *x) {
  float lanes[SPK_LANES] = {0};
  for (int64_t i = 0; i < count; i++) {
    const float magnitude = x[i] < 0 ? -x[i] : x[i];
    float *lane = &lanes[i % SPK_LANES];
    *lane = magnitude > *lane ? magnitude : *lane;
  }
  float largest = 0;
  for (int lane = 0; lane < SPK_LANES; lane++) {
    largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  return largest;
}

SPK_CLONES
int64_t spk_count_nonzero(int64_t count, const float *x) {
  int64_t total = 0;
  for (int64_t i = 0; i < count; i++) total += x[i] != 0;
  return total;
}

SPK_INLINE void spk_sum_chunk(
    int64_t rows, int64_t channels, const float *x, float *sums, int64_t width) {
  double total[SPK_CHUNK] = {0};
  for (int64_t r = 0; r < rows; r++, x += channels) {
    for (int64_t c = 0; c < width; c++) total[c] += (double)x[c];
  }
  for (int64_t c = 0; c < width; c++) sums[c] = (float)total[c];
}

SPK_CLONES
void spk_channel_sums(int64_t rows, int64_t channels, const float *x, float *sums) {
  SPK_FOR_CHUNKS(channels, spk_sum_chunk(rows, channels, x + first, sums + first, width))
}

void spk_row_sums(int64_t rows, int64_t columns, const float *x, float *sums) {
  for (int64_t r = 0; r < rows; r++) sums[r] = (float)spk_sum(columns, x + r * columns);
}

SPK_CLONES
void spk_sum_shards(
    int64_t shards, int64_t count, int64_t stride, const float *restrict x, float factor,
    float *restrict y) {
  enum { BLOCK = 1024 };
  for (int64_t first = 0; first < count; first += BLOCK) {
    const int64_t last = first + BLOCK < count ? first + BLOCK : count;
    for (int64_t i = first; i < last; i++) y[i] = x[i];
    for (int64_t s = 1; s < shards; s++) {
      for (int64_t i = first; i < last; i++) y[i] += x[s * stride + i];
    }
    if (factor != 1) {
      for (int64_t i = first; i < last; i++) y[i] = factor * y[i];
    }
  }
}

// Totals of one sample for a chunk of channels.
SPK_INLINE void spk_adjoint_chunk(
    int64_t steps, int64_t step_size, int64_t positions, int64_t channels, const float *s,
    const float *d, const float *e, float *const out[4], int64_t width) {
  double spike[SPK_CHUNK] = {0}, adjoint[SPK_CHUNK] = {0};
  double product[SPK_CHUNK] = {0}, square[SPK_CHUNK] = {0};
  for (int64_t t = 0; t < steps; t++) {
    for (int64_t p = 0; p < positions; p++) {
      const int64_t at = t * step_size + p * channels;
      for (int64_t c = 0; c < width; c++) {
        spike[c] += (double)s[at + c];
        adjoint[c] += (double)d[at + c];
        product[c] += (double)s[at + c] * (double)d[at + c];
        square[c] += (double)e[at + c] * (double)e[at + c];
      }
    }
  }
  for (int64_t c = 0; c < width; c++) {
    out[0][c] = (float)spike[c];
    out[1][c] = (float)adjoint[c];
    out[2][c] = (float)product[c];
    out[3][c] = (float)square[c];
  }
}

SPK_CLONES
void spk_adjoint_sums(
    int64_t steps, int64_t samples, int64_t positions, int64_t channels, const float *spikes,
    const float *spike_gradient, const float *input_gradient, float *spike_sum,
    float *adjoint_sum, float *contribution, float *current_square) {
  const int64_t sample_size = positions * channels, step_size = samples * sample_size;
  for (int64_t n = 0; n < samples; n++) {
    SPK_FOR_CHUNKS(channels, {
      const int64_t at = n * sample_size + first, to = n * channels + first;
      float *const out[4] = {
          spike_sum + to, adjoint_sum + to, contribution + to, current_square + to};
      spk_adjoint_chunk(
          steps, step_size, positions, channels, spikes + at, spike_gradient + at,
          input_gradient + at, out, width);
    })
  }
}
