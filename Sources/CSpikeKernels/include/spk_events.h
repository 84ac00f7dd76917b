// Events of activations: counting synaptic operations, charging spikes.
#pragma once

#include <stdint.h>

// Sum over all rows of fan_out[i] where x[r][i] is not 0. is_graded (set to 0 or 1) tells whether
// any x is outside {-1, 0, 1}.
int64_t spk_count_events(
    int64_t rows, int64_t columns, const float *x, const int32_t *fan_out, int32_t *is_graded);

// y += value.
void spk_shift(int64_t count, float value, float *y);
