// Element-wise functions: one loop each, vectorised by the compiler.

#include "include/spk_activations.h"

#include "support.h"

SPK_CLONES
void spk_clip_forward(
    int64_t count, const float *x, float low, float high, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) {
    const float v = x[i] < low ? low : x[i];
    y[i] = v > high ? high : v;
  }
}

SPK_CLONES
void spk_clip_backward(
    int64_t count, const float *x, const float *dy, float low, float high, float *dx) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) {
    const float inside = (float)((x[i] > low) & (x[i] < high));
    dx[i] = inside != 0 ? dy[i] : 0;
  }
}

// Adding and subtracting 1.5 * 2^23 rounds what is at most 2^22 in size to the nearest whole number,
// half-way cases to the even one, as the default rounding mode does.
SPK_CLONES
void spk_quantize_forward(
    int64_t count, const float *x, float low, float high, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) {
    const float v = x[i] < low ? low : x[i];
    const float inside = v > high ? high : v;
    y[i] = (inside + 12582912.0f) - 12582912.0f;
  }
}

SPK_CLONES
void spk_leaky_forward(int64_t count, const float *x, float slope, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : slope * x[i];
}

SPK_CLONES
void spk_leaky_backward(int64_t count, const float *x, const float *dy, float slope, float *dx) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) {
    const float all = dy[i], part = slope * dy[i];
    dx[i] = x[i] > 0 ? all : part;
  }
}

SPK_CLONES
void spk_add(int64_t count, const float *a, const float *b, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

SPK_CLONES
void spk_multiply(int64_t count, const float *a, const float *b, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = a[i] * b[i];
}

SPK_CLONES
void spk_axpy(int64_t count, float factor, const float *x, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = y[i] + factor * x[i];
}

SPK_CLONES
void spk_scale(int64_t count, float factor, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = factor * y[i];
}

SPK_CLONES
void spk_fill(int64_t count, float value, float *y) {
  SPK_ELEMENTWISE
  for (int64_t i = 0; i < count; i++) y[i] = value;
}
