#include "fit_kernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

// Weights are worked on in blocks, value by value, so that the inner loops vectorise.
#define BLOCK 128

// e^x for x <= 0: 2^n times a Taylor polynomial on +-ln(2)/2, relative error below 3e-7. The C
// library's differs from processor to processor; this one does not.
static inline float soft_exp(float x) {
  x = x < -80 ? -80 : x;
  float scaled = x * 1.44269504f;
  int n = (int)(scaled - 0.5f);
  float r = x - (float)n * 0.693359375f + (float)n * 2.12194440e-4f;
  float p = 1 + r * (1 + r * (0.5f + r * (0.166666667f + r * (0.0416666667f
      + r * (0.00833333333f + r * 0.00138888889f)))));
  int32_t bits = (n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

// Shares of value c in a block: exp of -(w - c)^2 / temperature against the nearest value.
static inline void nearest_of(const float *w, int n, const float *values, int count, float *least) {
  for (int i = 0; i < n; i++) least[i] = (w[i] - values[0]) * (w[i] - values[0]);
  for (int k = 1; k < count; k++) {
    for (int i = 0; i < n; i++) {
      float d = (w[i] - values[k]) * (w[i] - values[k]);
      least[i] = d < least[i] ? d : least[i];
    }
  }
}

typedef struct {
  float least[BLOCK], total[BLOCK], mean[BLOCK], square[BLOCK];
} block;

static inline void shares_of(const float *w, int n, const float *values, int count, float inverse,
                             block *b) {
  nearest_of(w, n, values, count, b->least);
  for (int i = 0; i < n; i++) b->total[i] = b->mean[i] = b->square[i] = 0;
  for (int k = 0; k < count; k++) {
    float c = values[k];
    for (int i = 0; i < n; i++) {
      float e = soft_exp((b->least[i] - (w[i] - c) * (w[i] - c)) * inverse);
      b->total[i] += e;
      b->mean[i] += e * c;
      b->square[i] += e * c * c;
    }
  }
  for (int i = 0; i < n; i++) {
    b->total[i] = 1 / b->total[i];
    b->mean[i] *= b->total[i];
    b->square[i] *= b->total[i];
  }
}

CLONES void fit_soft_quantise(int first, const float *w, int rows, int columns, const float *scale,
                              const float *values, int count, float temperature, float *q) {
  float inverse = 1 / temperature;
  block b;
  for (int r = 0; r < rows; r++) {
    for (int start = 0; start < columns; start += BLOCK) {
      int n = columns - start < BLOCK ? columns - start : BLOCK, at = first + r * columns + start;
      shares_of(w + at, n, values, count, inverse, &b);
      for (int i = 0; i < n; i++) q[at + i] = scale[r] * b.mean[i];
    }
  }
}

CLONES void fit_soft_gradient(int first, const float *g, const float *w, int rows, int columns,
                              const float *scale, const float *values, int count,
                              float temperature, float *latent, double *centroid) {
  float inverse = 1 / temperature;
  block b;
  float part[BLOCK];
  for (int r = 0; r < rows; r++) {
    for (int start = 0; start < columns; start += BLOCK) {
      int n = columns - start < BLOCK ? columns - start : BLOCK, at = first + r * columns + start;
      const float *x = w + at, *gradient = g + at;
      shares_of(x, n, values, count, inverse, &b);
      for (int k = 0; k < count; k++) {
        float c = values[k];
        for (int i = 0; i < n; i++) {
          float p = b.total[i] * soft_exp((b.least[i] - (x[i] - c) * (x[i] - c)) * inverse);
          part[i] = scale[r] * gradient[i] * p
              * (1 + 2 * inverse * (x[i] - c) * (c - b.mean[i]));
        }
        double sum = 0;
        for (int i = 0; i < n; i++) sum += (double)part[i];
        centroid[k] += sum;
      }
      for (int i = 0; i < n; i++) {
        float variance = b.square[i] - b.mean[i] * b.mean[i];
        variance = variance > 0 ? variance : 0;
        latent[at + i] = scale[r] * gradient[i] * 2 * inverse * variance;
      }
    }
  }
}

CLONES void fit_soft_sums(int first, const float *w, int n, const float *values, int count,
                          float temperature, double *weight, double *product) {
  float inverse = 1 / temperature;
  block b;
  float part[BLOCK];
  for (int start = 0; start < n; start += BLOCK) {
    int m = n - start < BLOCK ? n - start : BLOCK;
    const float *x = w + first + start;
    shares_of(x, m, values, count, inverse, &b);
    for (int k = 0; k < count; k++) {
      float c = values[k];
      for (int i = 0; i < m; i++) {
        part[i] = b.total[i] * soft_exp((b.least[i] - (x[i] - c) * (x[i] - c)) * inverse);
      }
      double share = 0, moment = 0;
      for (int i = 0; i < m; i++) share += (double)part[i], moment += (double)(part[i] * x[i]);
      weight[k] += share, product[k] += moment;
    }
  }
}

CLONES void fit_soft_spread(int first, const float *w, int n, const float *values, int count,
                            float temperature, const float *amount, float *latent) {
  float inverse = 1 / temperature;
  block b;
  for (int start = 0; start < n; start += BLOCK) {
    int m = n - start < BLOCK ? n - start : BLOCK;
    const float *x = w + first + start;
    shares_of(x, m, values, count, inverse, &b);
    for (int k = 0; k < count; k++) {
      float c = values[k], a = amount[k];
      for (int i = 0; i < m; i++) {
        latent[first + start + i] +=
            a * b.total[i] * soft_exp((b.least[i] - (x[i] - c) * (x[i] - c)) * inverse);
      }
    }
  }
}
