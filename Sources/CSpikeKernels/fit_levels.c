#include "fit_kernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

void fit_look_up(int first, const uint8_t *index, int rows, int columns, const float *scale,
                 const float *values, int count, float *q, int32_t *counts) {
  for (int r = 0; r < rows; r++) {
    for (int i = first + r * columns; i < first + (r + 1) * columns; i++) {
      int k = index[i] < count ? index[i] : count - 1;
      q[i] = scale[r] * values[k];
      counts[k]++;
    }
  }
}

double fit_level_gradient(int first, const float *g, const float *w, const uint8_t *index, int rows,
                          int columns, const float *scale, const float *factor, float low,
                          float high, float *latent, double *centroid) {
  double product = 0;
  for (int r = 0; r < rows; r++) {
    for (int i = first + r * columns; i < first + (r + 1) * columns; i++) {
      float scaled = scale[r] * g[i];
      int inside = w[i] >= low && w[i] <= high;
      centroid[index[i]] += (double)scaled;
      if (inside) product += (double)(scaled * w[i]);
      latent[i] = inside ? factor[index[i]] * scaled : 0;
    }
  }
  return product;
}

void fit_row_products(int first, const float *g, const float *q, int rows, int columns, float *result) {
  for (int r = 0; r < rows; r++) {
    double sum = 0;
    for (int i = first + r * columns; i < first + (r + 1) * columns; i++) sum += (double)g[i] * (double)q[i];
    result[r] = (float)sum;
  }
}

void fit_commit(int first, float *w, const uint8_t *index, const float *values, const float *importance,
                int n, float rate) {
  for (int i = first; i < first + n; i++) {
    float share = importance ? rate * importance[i] : rate;
    share = share > 1 ? 1 : share;
    w[i] += share * (values[index[i]] - w[i]);
  }
}

void fit_add_squares(int first, const float *g, int rows, int columns, const float *scale, float *sums) {
  for (int r = 0; r < rows; r++) {
    for (int i = first + r * columns; i < first + (r + 1) * columns; i++) {
      float scaled = scale[r] * g[i];
      sums[i] += scaled * scaled;
    }
  }
}

void fit_magnitudes(int first, const float *w, int n, double *sum, float *largest) {
  for (int i = first; i < first + n; i++) {
    float a = fabsf(w[i]);
    *sum += (double)a;
    *largest = a > *largest ? a : *largest;
  }
}
