// Softmax and cross entropy over rows; all inner arithmetic in double.
#pragma once

#include <stdint.h>

void spk_softmax(int64_t rows, int64_t classes, const float *logits, float factor, float *y);
void spk_log_softmax(int64_t rows, int64_t classes, const float *logits, float factor, float *y);
// Gradient from the output y of the forward call.
void spk_softmax_backward(
    int64_t rows, int64_t classes, const float *y, const float *dy, float factor, float *dx);
void spk_log_softmax_backward(
    int64_t rows, int64_t classes, const float *y, const float *dy, float factor, float *dx);

// Returns the sum of the losses of all rows. p = softmax(factor * logits), the target of row r is
// (1 - smoothing) at labels[r] plus smoothing / classes everywhere, or targets[r][.] when labels
// is null. gradient (may be null) = gradient_scale * d(sum of losses) / d logits. losses (per
// row) and correct (count of rows whose first largest logit is the label) may be null.
double spk_cross_entropy(
    int64_t rows, int64_t classes, const float *logits, float factor, const int32_t *labels,
    const float *targets, float smoothing, float gradient_scale, float *gradient, float *losses,
    int64_t *correct);
