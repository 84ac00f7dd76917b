// Sums in a fixed order.
#pragma once

#include <stdint.h>

double spk_sum(int64_t count, const float *x);
double spk_dot(int64_t count, const float *x, const float *y);
float spk_largest_magnitude(int64_t count, const float *x);
int64_t spk_count_nonzero(int64_t count, const float *x);
// sums[c] = sum over rows of x[r][c]; overwrites.
void spk_channel_sums(int64_t rows, int64_t channels, const float *x, float *sums);
// sums[r] = sum of row r.
void spk_row_sums(int64_t rows, int64_t columns, const float *x, float *sums);
// y = factor * (((x_0 + x_1) + x_2) + ...), x_s = x + s * stride.
void spk_sum_shards(
    int64_t shards, int64_t count, int64_t stride, const float *x, float factor, float *y);
