// Pooling over windows of channels-last images.
#pragma once

#include <stdint.h>

typedef struct {
  int64_t images, height, width, channels;
  int64_t output_height, output_width;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  int64_t dilation_height, dilation_width;
} spk_pooling;

enum {
  SPK_POOL_SUM = 0,
  SPK_POOL_MEAN = 1,                  // divides by the elements inside the image
  SPK_POOL_MEAN_COUNTING_PADDING = 2  // divides by the elements inside the padded image
};

// taps (may be null) receives the number of the winning kernel tap, -1 for a window without
// elements; of equal values the first wins.
void spk_max_pool_forward(const spk_pooling *pooling, const float *x, float *y, int32_t *taps);
void spk_max_pool_backward(
    const spk_pooling *pooling, const float *dy, const int32_t *taps, float *dx);
void spk_mean_pool_forward(const spk_pooling *pooling, int32_t mode, const float *x, float *y);
void spk_mean_pool_backward(const spk_pooling *pooling, int32_t mode, const float *dy, float *dx);
