// Element-wise functions of networks without spikes, and their gradients.
#pragma once

#include <stdint.h>

void spk_clip_forward(int64_t count, const float *x, float low, float high, float *y);
void spk_clip_backward(
    int64_t count, const float *x, const float *dy, float low, float high, float *dx);
void spk_quantize_forward(int64_t count, const float *x, float low, float high, float *y);
void spk_leaky_forward(int64_t count, const float *x, float slope, float *y);
void spk_leaky_backward(int64_t count, const float *x, const float *dy, float slope, float *dx);

void spk_add(int64_t count, const float *a, const float *b, float *y);
void spk_multiply(int64_t count, const float *a, const float *b, float *y);
void spk_axpy(int64_t count, float factor, const float *x, float *y);
void spk_scale(int64_t count, float factor, float *y);
void spk_fill(int64_t count, float value, float *y);
