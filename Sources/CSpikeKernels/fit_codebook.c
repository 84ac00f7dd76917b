#include "fit_kernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

// Small codebooks: count the boundaries below, which vectorises. Large ones: bisect.
CLONES static void assign_row(const float *w, int n, const float *mids, int boundaries,
                              uint8_t *index) {
  if (boundaries <= 16) {
    for (int i = 0; i < n; i++) {
      int k = 0;
      for (int b = 0; b < boundaries; b++) k += w[i] > mids[b];
      index[i] = (uint8_t)k;
    }
    return;
  }
  for (int i = 0; i < n; i++) {
    int low = 0, high = boundaries;
    while (low < high) {
      int middle = (low + high) / 2;
      if (w[i] > mids[middle]) low = middle + 1; else high = middle;
    }
    index[i] = (uint8_t)low;
  }
}

void fit_quantise(const float *w, int rows, int columns, const float *scale, const float *mids,
                  const float *values, int count, float *q, uint8_t *index, int32_t *counts) {
  for (int r = 0; r < rows; r++) {
    int start = r * columns;
    assign_row(w + start, columns, mids, count - 1, index + start);
    for (int i = start; i < start + columns; i++) q[i] = scale[r] * values[index[i]];
    if (counts) {
      for (int i = start; i < start + columns; i++) counts[index[i]]++;
    }
  }
}

CLONES static void snap_row(const float *w, int n, float scale, float step, float low, float high,
                            float *q) {
  for (int i = 0; i < n; i++) {
    float k = nearbyintf(w[i] / step);
    k = k < low ? low : k > high ? high : k;
    q[i] = scale * (step * k);
  }
}

void fit_snap(const float *w, int rows, int columns, const float *scale, float step, float low,
              float high, float *q) {
  for (int r = 0; r < rows; r++) {
    snap_row(w + r * columns, columns, scale[r], step, low, high, q + r * columns);
  }
}

void fit_codebook_gradient(const float *g, const float *w, const uint8_t *index, int rows,
                           int columns, const float *scale, float low, float high, float *latent,
                           double *centroid) {
  for (int r = 0; r < rows; r++) {
    for (int i = r * columns; i < (r + 1) * columns; i++) {
      float scaled = scale[r] * g[i];
      if (index && centroid) centroid[index[i]] += (double)scaled;
      latent[i] = w[i] >= low && w[i] <= high ? scaled : 0;
    }
  }
}

CLONES void fit_adam(float *p, const float *g, float *m, float *v, int n, float rate, float beta1,
                     float beta2, float correction1, float correction2, float epsilon,
                     float decay) {
  for (int i = 0; i < n; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    float step = (m[i] / correction1) / (sqrtf(v[i] / correction2) + epsilon);
    p[i] = p[i] - rate * (step + decay * p[i]);
  }
}

double fit_sum_of_squares(const float *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}
