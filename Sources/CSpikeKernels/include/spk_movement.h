// Data movement by maps: every reshape, transpose, pad, slice and concatenation.
#pragma once

#include <stdint.h>

// For every row r and entry j, copies `block` floats: y[r][j] = x[r][map[j]], or `constant` where
// map[j] < 0. Rows of x begin every x_stride floats, rows of y every y_stride floats.
void spk_gather(
    int64_t rows, int64_t entries, int64_t block, int64_t x_stride, int64_t y_stride,
    const int32_t *map, float constant, const float *x, float *y);
// dx[r][map[j]] += dy[r][j], in order of j; entries with map[j] < 0 are dropped.
void spk_scatter_add(
    int64_t rows, int64_t entries, int64_t block, int64_t x_stride, int64_t y_stride,
    const int32_t *map, const float *dy, float *dx);
