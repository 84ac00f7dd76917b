// Matrix products that cost only what their input spikes: one row of weights, or of gradients, is
// added for every element of x [rows][inputs] that is not 0. Elements are listed by
// spk_list_events, with rows as images of one pixel. `scratch` has room for
// spk_event_linear_scratch elements of 4 bytes for so many events.
#pragma once

#include <stdint.h>

int64_t spk_event_linear_scratch(int64_t inputs, int64_t events);

// y [rows][outputs] = x W + bias (may be null), weights [inputs][outputs]. Terms are added in the
// order bias, inputs. Rows that are marked in `dense` are left out.
void spk_event_product(
    int64_t rows, int64_t inputs, int64_t outputs, const float *x, const int32_t *starts,
    const int32_t *indices, const int32_t *dense, int32_t is_graded, const float *weights,
    const float *bias, void *scratch, float *y);

// Weight gradient [inputs][outputs] = transposed x times dy, overwritten. Terms are added in the
// order of rows.
void spk_event_product_gradient(
    int64_t rows, int64_t inputs, int64_t outputs, const float *x, const int32_t *starts,
    const int32_t *indices, int32_t is_graded, const float *y_gradient, void *scratch,
    float *weight_gradient);

// y [columns][rows] = transposed x [rows][columns].
void spk_transpose(int64_t rows, int64_t columns, const float *x, float *y);
