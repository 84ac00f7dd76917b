// Affine maps and batch normalisation per channel.

#include "include/spk_normalization.h"

#include "channels.h"
#include "support.h"

SPK_CLONES
void spk_channel_affine(
    int64_t rows, int64_t channels, const float *x, const float *scale, const float *shift,
    float *y) {
  for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
    if (scale && shift) {
      SPK_ELEMENTWISE
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] * scale[c] + shift[c];
    } else if (scale) {
      SPK_ELEMENTWISE
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] * scale[c];
    } else if (shift) {
      SPK_ELEMENTWISE
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] + shift[c];
    } else if (y != x) {
      memcpy(y, x, (size_t)channels * sizeof(float));
    }
  }
}

// Sums of dy and of dy * (x - center) per channel.
SPK_INLINE void spk_gradient_chunk(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *center,
    double *products, double *sums, int64_t width) {
  double middle[SPK_CHUNK] = {0};
  for (int64_t c = 0; c < width; c++) {
    middle[c] = center ? (double)center[c] : 0;
    products[c] = 0;
    sums[c] = 0;
  }
  for (int64_t r = 0; r < rows; r++, x += channels, dy += channels) {
    for (int64_t c = 0; c < width; c++) {
      sums[c] += (double)dy[c];
      products[c] += (double)dy[c] * ((double)x[c] - middle[c]);
    }
  }
}

SPK_CLONES
void spk_channel_affine_backward(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *scale,
    float *dx, float *scale_gradient, float *shift_gradient) {
  double products[SPK_CHUNK], sums[SPK_CHUNK];
  if (scale_gradient || shift_gradient) {
    SPK_FOR_CHUNKS(channels, {
      spk_gradient_chunk(
          rows, channels, x + first, dy + first, NULL, products, sums, width);
      for (int64_t c = 0; c < width; c++) {
        if (scale_gradient) scale_gradient[first + c] = (float)products[c];
        if (shift_gradient) shift_gradient[first + c] = (float)sums[c];
      }
    })
  }
  if (dx) spk_channel_affine(rows, channels, dy, scale, NULL, dx);
}

SPK_INLINE void spk_moments_chunk(
    int64_t rows, int64_t channels, const float *x, float *mean, float *variance,
    int64_t width) {
  double center[SPK_CHUNK] = {0}, spread[SPK_CHUNK] = {0};
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < width; c++) center[c] += (double)x[r * channels + c];
  }
  for (int64_t c = 0; c < width; c++) center[c] = center[c] / (double)rows;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < width; c++) {
      const double d = (double)x[r * channels + c] - center[c];
      spread[c] += d * d;
    }
  }
  for (int64_t c = 0; c < width; c++) {
    mean[c] = (float)center[c];
    variance[c] = (float)(spread[c] / (double)rows);
  }
}

SPK_CLONES
void spk_channel_moments(
    int64_t rows, int64_t channels, const float *x, float *mean, float *variance) {
  SPK_FOR_CHUNKS(
      channels,
      spk_moments_chunk(rows, channels, x + first, mean + first, variance + first, width))
}

// 1 / sqrt(variance + epsilon); both operations are correctly rounded everywhere.
SPK_INLINE double spk_inverse_deviation(float variance, float epsilon) {
  return 1.0 / __builtin_elementwise_sqrt((double)variance + (double)epsilon);
}

SPK_INLINE void spk_normalize_chunk(
    int64_t rows, int64_t channels, const float *x, const float *mean, const float *variance,
    const float *scale, const float *shift, float epsilon, float *y, int64_t width) {
  float center[SPK_CHUNK], factor[SPK_CHUNK], offset[SPK_CHUNK];
  for (int64_t c = 0; c < width; c++) {
    const double inverse = spk_inverse_deviation(variance[c], epsilon);
    center[c] = mean[c];
    factor[c] = (float)(inverse * (scale ? (double)scale[c] : 1));
    offset[c] = shift ? shift[c] : 0;
  }
  for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
    SPK_ELEMENTWISE
    for (int64_t c = 0; c < width; c++) y[c] = (x[c] - center[c]) * factor[c] + offset[c];
  }
}

SPK_CLONES
void spk_batch_norm_forward(
    int64_t rows, int64_t channels, const float *x, const float *mean, const float *variance,
    const float *scale, const float *shift, float epsilon, float *y) {
  SPK_FOR_CHUNKS(
      channels, spk_normalize_chunk(
                    rows, channels, x + first, mean + first, variance + first,
                    scale ? scale + first : NULL, shift ? shift + first : NULL, epsilon,
                    y + first, width))
}

// dx = factor (dy - level - (x - mean) slope); level and slope are 0 around the statistics.
SPK_INLINE void spk_unnormalize_chunk(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *mean,
    const float *factor, const float *level, const float *slope, float *dx, int64_t width) {
  float center[SPK_CHUNK];
  for (int64_t c = 0; c < width; c++) center[c] = mean[c];
  for (int64_t r = 0; r < rows; r++, x += channels, dy += channels, dx += channels) {
    SPK_ELEMENTWISE
    for (int64_t c = 0; c < width; c++) {
      dx[c] = ((dy[c] - level[c]) - (x[c] - center[c]) * slope[c]) * factor[c];
    }
  }
}

SPK_CLONES
void spk_batch_norm_backward(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *mean,
    const float *variance, const float *scale, float epsilon, int32_t is_training, float *dx,
    float *scale_gradient, float *shift_gradient) {
  double products[SPK_CHUNK], sums[SPK_CHUNK];
  float factor[SPK_CHUNK], level[SPK_CHUNK], slope[SPK_CHUNK];
  SPK_FOR_CHUNKS(channels, {
    spk_gradient_chunk(
        rows, channels, x + first, dy + first, mean + first, products, sums, width);
    for (int64_t c = 0; c < width; c++) {
      const double inverse = spk_inverse_deviation(variance[first + c], epsilon);
      if (scale_gradient) scale_gradient[first + c] = (float)(products[c] * inverse);
      if (shift_gradient) shift_gradient[first + c] = (float)sums[c];
      factor[c] = (float)(inverse * (scale ? (double)scale[first + c] : 1));
      level[c] = is_training ? (float)(sums[c] / (double)rows) : 0;
      slope[c] = is_training ? (float)(products[c] * inverse * inverse / (double)rows) : 0;
    }
    if (dx) {
      spk_unnormalize_chunk(
          rows, channels, x + first, dy + first, mean + first, factor, level, slope, dx + first,
          width);
    }
  })
}
