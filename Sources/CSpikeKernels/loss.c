// Softmax and cross entropy. Rows are short (classes), so this is scalar code in double.

#include "include/spk_loss.h"

#include "support.h"

// e^x for x <= 0, relative error < 1e-15: reduction by powers of two, Taylor to degree 13.
static double spk_exp(double x) {
  if (x < -700) return 0;
  const double to_integer = 0x1.8p52;
  const double k = (x * 1.4426950408889634074 + to_integer) - to_integer;
  const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  double p = 1.0 / 6227020800.0;
  static const double factorials[] = {
      479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1};
  for (int i = 0; i < 13; i++) p = p * r + 1.0 / factorials[i];
  const uint64_t bits = (uint64_t)((int64_t)k + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

// Natural logarithm of a normal x > 0: x = 2^k m with m near 1, log m = 2 atanh((m-1)/(m+1)).
static double spk_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int64_t k = (int64_t)(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.41421356237309515) {
    m = m * 0.5;
    k += 1;
  }
  const double s = (m - 1) / (m + 1), z = s * s;
  double p = 0;
  for (int i = 23; i >= 1; i -= 2) p = p * z + 1.0 / i;
  return (double)k * 0.69314718055994530942 + 2 * s * p;
}

// The largest of factor * logits and log(sum of exp(factor * logits - largest)).
typedef struct {
  double largest, log_sum;
} spk_row;

static spk_row spk_row_of(int64_t classes, const float *logits, double factor) {
  spk_row row = {factor * (double)logits[0], 0};
  for (int64_t c = 1; c < classes; c++) {
    const double z = factor * (double)logits[c];
    if (z > row.largest) row.largest = z;
  }
  double sum = 0;
  for (int64_t c = 0; c < classes; c++) {
    sum += spk_exp(factor * (double)logits[c] - row.largest);
  }
  row.log_sum = spk_log(sum);
  return row;
}

static double spk_log_probability(spk_row row, float logit, double factor) {
  return (factor * (double)logit - row.largest) - row.log_sum;
}

void spk_softmax(int64_t rows, int64_t classes, const float *logits, float factor, float *y) {
  for (int64_t r = 0; r < rows; r++, logits += classes, y += classes) {
    const spk_row row = spk_row_of(classes, logits, (double)factor);
    for (int64_t c = 0; c < classes; c++) {
      y[c] = (float)spk_exp(spk_log_probability(row, logits[c], (double)factor));
    }
  }
}

void spk_log_softmax(
    int64_t rows, int64_t classes, const float *logits, float factor, float *y) {
  for (int64_t r = 0; r < rows; r++, logits += classes, y += classes) {
    const spk_row row = spk_row_of(classes, logits, (double)factor);
    for (int64_t c = 0; c < classes; c++) {
      y[c] = (float)spk_log_probability(row, logits[c], (double)factor);
    }
  }
}

void spk_softmax_backward(
    int64_t rows, int64_t classes, const float *y, const float *dy, float factor, float *dx) {
  for (int64_t r = 0; r < rows; r++, y += classes, dy += classes, dx += classes) {
    double mean = 0;
    for (int64_t c = 0; c < classes; c++) mean += (double)y[c] * (double)dy[c];
    for (int64_t c = 0; c < classes; c++) {
      dx[c] = (float)((double)factor * (double)y[c] * ((double)dy[c] - mean));
    }
  }
}

void spk_log_softmax_backward(
    int64_t rows, int64_t classes, const float *y, const float *dy, float factor, float *dx) {
  for (int64_t r = 0; r < rows; r++, y += classes, dy += classes, dx += classes) {
    double sum = 0;
    for (int64_t c = 0; c < classes; c++) sum += (double)dy[c];
    for (int64_t c = 0; c < classes; c++) {
      const double p = y[c] < 0 ? spk_exp((double)y[c]) : 1;
      dx[c] = (float)((double)factor * ((double)dy[c] - p * sum));
    }
  }
}

double spk_cross_entropy(
    int64_t rows, int64_t classes, const float *logits, float factor, const int32_t *labels,
    const float *targets, float smoothing, float gradient_scale, float *gradient, float *losses,
    int64_t *correct) {
  double total = 0;
  int64_t hits = 0;
  const double scale = (double)factor * (double)gradient_scale;
  const double spread = (double)smoothing / (double)classes;
  for (int64_t r = 0; r < rows; r++) {
    const float *z = logits + r * classes;
    const spk_row row = spk_row_of(classes, z, (double)factor);
    double loss = 0, mass = 0;
    int64_t best = 0, wanted = labels ? labels[r] : 0;
    for (int64_t c = 0; c < classes; c++) {
      double target = spread + (c == wanted ? 1 - (double)smoothing : 0);
      if (!labels) target = (double)targets[r * classes + c];
      if (target != 0) loss -= target * spk_log_probability(row, z[c], (double)factor);
      mass += target;
      if (z[c] > z[best]) best = c;
      if (!labels && targets[r * classes + c] > targets[r * classes + wanted]) wanted = c;
    }
    for (int64_t c = 0; gradient && c < classes; c++) {
      double target = spread + (c == wanted ? 1 - (double)smoothing : 0);
      if (!labels) target = (double)targets[r * classes + c];
      const double p = spk_exp(spk_log_probability(row, z[c], (double)factor));
      gradient[r * classes + c] = (float)(scale * (mass * p - target));
    }
    if (losses) losses[r] = (float)loss;
    if (best == wanted) hits += 1;
    total += loss;
  }
  if (correct) *correct = hits;
  return total;
}

double spk_taught_loss(
    const spk_taught *options, int64_t rows, int64_t classes, const float *logits,
    const int32_t *labels, const float *teacher, float gradient_scale, float *gradient,
    int64_t *correct) {
  const double factor = (double)options->factor, heat = (double)options->temperature;
  const double share = teacher ? (double)options->teacher_share : 0;
  const double cross = (double)options->cross_weight, square = (double)options->square_weight;
  const double spread = (double)options->smoothing / (double)classes;
  const double teacher_factor = (double)options->teacher_factor / heat;
  const double scale = factor * (double)gradient_scale;
  double total = 0;
  int64_t hits = 0;
  for (int64_t r = 0; r < rows; r++) {
    const float *z = logits + r * classes;
    const float *guide = share != 0 ? teacher + r * classes : z;
    const spk_row row = spk_row_of(classes, z, factor);
    const spk_row warm = spk_row_of(classes, z, factor / heat);
    const spk_row taught = spk_row_of(classes, guide, teacher_factor);
    int64_t best = 0;
    double loss = 0;
    for (int64_t c = 1; c < classes; c++) {
      if (z[c] > z[best]) best = c;
    }
    for (int64_t c = 0; c < classes; c++) {
      const double target = spread + (c == labels[r] ? 1 - (double)options->smoothing : 0);
      const double log_p = spk_log_probability(row, z[c], factor);
      double part = -(1 - share) * target * log_p;
      double slope = (1 - share) * (spk_exp(log_p) - target);
      if (share != 0) {
        const double log_q = spk_log_probability(taught, guide[c], teacher_factor);
        const double log_w = spk_log_probability(warm, z[c], factor / heat);
        const double q = spk_exp(log_q);
        part += share * heat * heat * q * (log_q - log_w);
        slope += share * heat * (spk_exp(log_w) - q);
      }
      const double distance = factor * (double)z[c] - (double)options->square_target;
      loss += cross * part + square * distance * distance / (double)classes;
      if (gradient) {
        gradient[r * classes + c] =
            (float)(scale * (cross * slope + 2 * square * distance / (double)classes));
      }
    }
    if (best == labels[r]) hits += 1;
    total += loss;
  }
  if (correct) *correct = hits;
  return total;
}
