#include "fit_kernels.h"

#pragma STDC FP_CONTRACT OFF

#define BLOCK 32

void fit_axon_types(const float *w, const float *importance, const float *row_weight, int rows,
                    int columns, const float *values, int types, uint8_t *index) {
  for (int start = 0; start < columns; start += BLOCK) {
    int n = columns - start < BLOCK ? columns - start : BLOCK;
    float cost[256][BLOCK];
    for (int g = 0; g < types; g++) {
      for (int i = 0; i < n; i++) cost[g][i] = 0;
    }
    for (int r = 0; r < rows; r++) {
      const float *x = w + r * columns + start;
      const float *f = importance ? importance + r * columns + start : 0;
      for (int g = 0; g < types; g++) {
        float v = values[r * types + g];
        for (int i = 0; i < n; i++) {
          float share = row_weight[r] * (f ? f[i] : 1);
          cost[g][i] += share * (x[i] - v) * (x[i] - v);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      int best = 0;
      for (int g = 1; g < types; g++) best = cost[g][i] < cost[best][i] ? g : best;
      for (int r = 0; r < rows; r++) index[r * columns + start + i] = (uint8_t)best;
    }
  }
}
