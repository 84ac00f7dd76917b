// Per-channel affine maps and batch normalisation; layout [rows][channels].
#pragma once

#include <stdint.h>

// scale or shift may be null (1 and 0).
void spk_channel_affine(
    int64_t rows, int64_t channels, const float *x, const float *scale, const float *shift,
    float *y);
void spk_channel_affine_backward(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *scale,
    float *dx, float *scale_gradient, float *shift_gradient);

// Mean and biased variance per channel, two passes, double.
void spk_channel_moments(
    int64_t rows, int64_t channels, const float *x, float *mean, float *variance);
void spk_batch_norm_forward(
    int64_t rows, int64_t channels, const float *x, const float *mean, const float *variance,
    const float *scale, const float *shift, float epsilon, float *y);
// Through the statistics of the batch (is_training) or around them.
void spk_batch_norm_backward(
    int64_t rows, int64_t channels, const float *x, const float *dy, const float *mean,
    const float *variance, const float *scale, float epsilon, int32_t is_training, float *dx,
    float *scale_gradient, float *shift_gradient);
