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
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] * scale[c] + shift[c];
    } else if (scale) {
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] * scale[c];
    } else if (shift) {
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
  return 1.0 / __builtin_sqrt((double)variance + (double)epsilon);
}

SPK_CLONES
void spk_batch_norm_forward(
    int64_t rows, int64_t channels, const float *x, const float *mean, const float *variance,
    const float *scale, const float *shift, float epsilon, float *y) {
  SPK_FOR_CHUNKS(channels, {
    float factor[SPK_CHUNK];
    float offset[SPK_CHUNK];
    for (int64_t c = 0; c < width; c++) {
      factor[c] = (float)(spk_inverse_deviation(variance[first + c], epsilon)
          * (scale ? (double)scale[first + c] : 1));
      offset[c] = shift ? shift[first + c] : 0;
    }
    for (int64_t r = 0; r < rows; r++) {
      const float *from = x + r * channels + first;
      float *to = y + r * channels + first;
      for (int64_t c = 0; c < width; c++) {
        to[c] = (from[c] - mean[first + c]) * factor[c] + offset[c];
      }
    }
  })
}

SPK_CLONES
void spk_batch_norm_backward(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *mean,
    const float *variance, const float *scale, float epsilon, int32_t is_training, float *dx,
    float *scale_gradient, float *shift_gradient) {
  SPK_FOR_CHUNKS(channels, {
    double products[SPK_CHUNK];
    double sums[SPK_CHUNK];
    spk_gradient_chunk(
        rows, channels, x + first, dy + first, mean + first, products, sums, width);
    // dx = f (dy - mean(dy) - xhat mean(dy xhat)), f = scale / deviation.
    float factor[SPK_CHUNK];
    float level[SPK_CHUNK];
    float slope[SPK_CHUNK];
    for (int64_t c = 0; c < width; c++) {
      const double inverse = spk_inverse_deviation(variance[first + c], epsilon);
      if (scale_gradient) scale_gradient[first + c] = (float)(products[c] * inverse);
      if (shift_gradient) shift_gradient[first + c] = (float)sums[c];
      factor[c] = (float)(inverse * (scale ? (double)scale[first + c] : 1));
      level[c] = is_training ? (float)(sums[c] / (double)rows) : 0;
      slope[c] =
          is_training ? (float)(products[c] * inverse * inverse / (double)rows) : 0;
    }
    for (int64_t r = 0; dx && r < rows; r++) {
      const int64_t at = r * channels + first;
      for (int64_t c = 0; c < width; c++) {
        const float centered = x[at + c] - mean[first + c];
        dx[at + c] = ((dy[at + c] - level[c]) - centered * slope[c]) * factor[c];
      }
    }
  })
}
