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

// How spk_taught_loss weighs its parts. z = factor * logits is what enters the softmax.
typedef struct {
  float factor;
  float smoothing;
  float cross_weight;    // of the cross entropy with labels and teacher together
  float teacher_share;   // of the teacher in it
  float teacher_factor;  // teacher_factor * teacher logits enter the teacher's softmax
  float temperature;     // both softmaxes of the teacher's part are taken of z / temperature
  float square_weight;   // of the mean over the classes of (z - square_target)^2
  float square_target;
} spk_taught;

// As spk_cross_entropy with labels, for the loss of each row
//   cross_weight ((1 - a) CE(label) + a t^2 KL(teacher_t || p_t)) + square_weight mean (z - s)^2
// with a = teacher_share and t = temperature (Hinton, Vinyals, Dean 2015). teacher may be null if
// a = 0. gradient may be the same memory as logits.
double spk_taught_loss(
    const spk_taught *options, int64_t rows, int64_t classes, const float *logits,
    const int32_t *labels, const float *teacher, float gradient_scale, float *gradient,
    int64_t *correct);
