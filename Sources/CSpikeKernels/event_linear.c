// Event-driven matrix products. Both walk the inputs in order and, for each, the rows in which it is
// active: the product adds the input's weights to the sums of those rows, which stay in L1 while the
// weights stream by once; the weight gradient adds the gradients of those rows, which stay in L1, in
// registers.

#include "include/spk_event_linear.h"

#include "support.h"

enum { SPK_LINEAR_MOST = 4, SPK_LINEAR_BLOCK = SPK_LINEAR_MOST * SPK_LANES };
// Floats of sums, or of gradients, that are worked on at once, and the rows that they belong to.
enum { SPK_LINEAR_NEAR = 8 << 10, SPK_LINEAR_ROWS = SPK_LINEAR_NEAR / SPK_LINEAR_BLOCK };

typedef struct {
  int64_t inputs, outputs, rows;  // rows of this tile
  const float *weights, *bias;
  const int32_t *begins;  // [inputs + 1] where the events of an input begin
  const int32_t *places;  // rows of the events
  const float *values;
  const int32_t *dense;
  float *y;
} spk_linear;

int64_t spk_event_linear_scratch(int64_t inputs, int64_t events) {
  return inputs + 1 + 2 * events;
}

// The events of some rows in the order of inputs, then rows.
static void spk_sort_by_input(
    spk_linear *w, const float *x, const int32_t *starts, const int32_t *indices,
    int64_t first_row, int graded, int32_t *scratch) {
  const int32_t *list = indices + starts[first_row];
  const int64_t events = starts[first_row + w->rows] - starts[first_row];
  int32_t *begins = scratch, *places = begins + w->inputs + 1;
  float *values = (float *)(void *)(places + events);
  memset(begins, 0, (size_t)(w->inputs + 1) * sizeof(int32_t));
  for (int64_t row = 0; row < w->rows; row++) {
    const int64_t origin = (first_row + row) * w->inputs;
    const int64_t end = starts[first_row + row + 1] - starts[first_row];
    for (int64_t e = starts[first_row + row] - starts[first_row]; e < end; e++) {
      begins[list[e] - origin]++;
    }
  }
  // First where the list of each input ends; it is filled from the back.
  int32_t end = 0;
  for (int64_t i = 0; i <= w->inputs; i++) begins[i] = end += begins[i];
  for (int64_t row = w->rows - 1; row >= 0; row--) {
    const int64_t origin = (first_row + row) * w->inputs;
    const int64_t begin = starts[first_row + row] - starts[first_row];
    for (int64_t e = starts[first_row + row + 1] - starts[first_row] - 1; e >= begin; e--) {
      const int32_t place = --begins[list[e] - origin];
      places[place] = (int32_t)row;
      if (graded) values[place] = x[list[e]];
    }
  }
  w->begins = begins;
  w->places = places;
  w->values = values;
}

// Adds the weights of one input, `blocks` vectors from column c on, to the sums of its rows.
SPK_INLINE void spk_add_input(
    const spk_linear *w, int64_t input, int64_t c, int64_t lanes, float *sums, int64_t pitch,
    int graded, int blocks) {
  const float *weights = w->weights + input * w->outputs + c;
  spk_f16 row[SPK_LINEAR_MOST];
  for (int b = 0; b < blocks; b++) spk_load(&row[b], weights + b * SPK_LANES, lanes);
  for (int32_t event = w->begins[input]; event < w->begins[input + 1]; event++) {
    float *place = sums + w->places[event] * pitch;
    const float value = graded ? w->values[event] : 1;
    for (int b = 0; b < blocks; b++) {
      spk_f16 sum;
      spk_load(&sum, place + b * SPK_LANES, SPK_LANES);
      sum = sum + (graded ? row[b] * value : row[b]);
      spk_store(&sum, place + b * SPK_LANES, SPK_LANES);
    }
  }
}

// Columns `first` to `first` + `width` of the product of a tile of rows.
SPK_INLINE void spk_product_tile(
    const spk_linear *w, int64_t first, int64_t width, float *sums, int graded) {
  const int64_t pitch = (width + SPK_LANES - 1) / SPK_LANES * SPK_LANES;
  for (int64_t row = 0; row < w->rows; row++) {
    float *place = sums + row * pitch;
    if (w->bias) {
      memcpy(place, w->bias + first, (size_t)width * sizeof(float));
      for (int64_t c = width; c < pitch; c++) place[c] = 0;
    } else {
      memset(place, 0, (size_t)pitch * sizeof(float));
    }
  }
  for (int64_t input = 0; input < w->inputs; input++) {
    if (w->begins[input] == w->begins[input + 1]) continue;
    int64_t c = 0;
    for (; c + SPK_LINEAR_BLOCK <= width; c += SPK_LINEAR_BLOCK) {
      spk_add_input(
          w, input, first + c, SPK_LANES, sums + c, pitch, graded, SPK_LINEAR_MOST);
    }
    for (; c + SPK_LANES <= width; c += SPK_LANES) {
      spk_add_input(w, input, first + c, SPK_LANES, sums + c, pitch, graded, 1);
    }
    if (c < width) spk_add_input(w, input, first + c, width - c, sums + c, pitch, graded, 1);
  }
  for (int64_t row = 0; row < w->rows; row++) {
    if (w->dense[row]) continue;
    memcpy(w->y + row * w->outputs + first, sums + row * pitch, (size_t)width * sizeof(float));
  }
}

static int64_t spk_tile_width(int64_t rows) {
  return SPK_LINEAR_NEAR / rows / SPK_LINEAR_BLOCK * SPK_LINEAR_BLOCK;
}

#define SPK_PRODUCT(name, graded)                                                        \
  SPK_CLONES static void name(const spk_linear *w) {                                     \
    _Alignas(64) float sums[SPK_LINEAR_NEAR];                                            \
    const int64_t width = spk_tile_width(w->rows);                                       \
    for (int64_t first = 0; first < w->outputs; first += width) {                        \
      const int64_t left = w->outputs - first;                                           \
      spk_product_tile(w, first, left < width ? left : width, sums, graded);             \
    }                                                                                    \
  }

SPK_PRODUCT(spk_product_ones, 0)
SPK_PRODUCT(spk_product_graded, 1)

void spk_event_product(
    int64_t rows, int64_t inputs, int64_t outputs, const float *x, const int32_t *starts,
    const int32_t *indices, const int32_t *dense, int32_t is_graded, const float *weights,
    const float *bias, void *scratch, float *y) {
  for (int64_t first = 0; first < rows; first += SPK_LINEAR_ROWS) {
    spk_linear w = {
        .inputs = inputs, .outputs = outputs, .rows = rows - first, .weights = weights,
        .bias = bias, .dense = dense + first, .y = y + first * outputs};
    if (w.rows > SPK_LINEAR_ROWS) w.rows = SPK_LINEAR_ROWS;
    spk_sort_by_input(&w, x, starts, indices, first, is_graded, scratch);
    if (is_graded) {
      spk_product_graded(&w);
    } else {
      spk_product_ones(&w);
    }
  }
}

// The gradient of one input's weights, `blocks` vectors from column c on.
SPK_INLINE void spk_sum_input(
    const spk_linear *w, int64_t input, const float *gradients, int64_t pitch, float *target,
    int64_t lanes, int adds, int graded, int blocks) {
  spk_f16 sums[SPK_LINEAR_MOST];
  for (int b = 0; b < blocks; b++) {
    sums[b] = 0;
    if (adds) spk_load(&sums[b], target + b * SPK_LANES, lanes);
  }
  for (int32_t event = w->begins[input]; event < w->begins[input + 1]; event++) {
    const float *row = gradients + w->places[event] * pitch;
    const float value = graded ? w->values[event] : 1;
    for (int b = 0; b < blocks; b++) {
      spk_f16 term;
      spk_load(&term, row + b * SPK_LANES, SPK_LANES);
      sums[b] = sums[b] + (graded ? term * value : term);
    }
  }
  for (int b = 0; b < blocks; b++) spk_store(&sums[b], target + b * SPK_LANES, lanes);
}

SPK_INLINE void spk_gradient_tile(
    const spk_linear *w, int64_t first, int64_t width, float *near, int adds, int graded) {
  const int64_t pitch = (width + SPK_LANES - 1) / SPK_LANES * SPK_LANES;
  for (int64_t row = 0; row < w->rows; row++) {
    memcpy(near + row * pitch, w->weights + row * w->outputs + first,
           (size_t)width * sizeof(float));
    for (int64_t c = width; c < pitch; c++) near[row * pitch + c] = 0;
  }
  for (int64_t input = 0; input < w->inputs; input++) {
    float *target = w->y + input * w->outputs + first;
    int64_t c = 0;
    for (; c + SPK_LINEAR_BLOCK <= width; c += SPK_LINEAR_BLOCK) {
      spk_sum_input(
          w, input, near + c, pitch, target + c, SPK_LANES, adds, graded, SPK_LINEAR_MOST);
    }
    for (; c + SPK_LANES <= width; c += SPK_LANES) {
      spk_sum_input(w, input, near + c, pitch, target + c, SPK_LANES, adds, graded, 1);
    }
    if (c < width) {
      spk_sum_input(w, input, near + c, pitch, target + c, width - c, adds, graded, 1);
    }
  }
}

#define SPK_GRADIENT(name, graded)                                                       \
  SPK_CLONES static void name(const spk_linear *w, int adds) {                           \
    _Alignas(64) float near[SPK_LINEAR_NEAR];                                            \
    const int64_t width = spk_tile_width(w->rows);                                       \
    for (int64_t first = 0; first < w->outputs; first += width) {                        \
      const int64_t left = w->outputs - first;                                           \
      spk_gradient_tile(w, first, left < width ? left : width, near, adds, graded);      \
    }                                                                                    \
  }

SPK_GRADIENT(spk_gradient_ones, 0)
SPK_GRADIENT(spk_gradient_graded, 1)

void spk_event_product_gradient(
    int64_t rows, int64_t inputs, int64_t outputs, const float *x, const int32_t *starts,
    const int32_t *indices, int32_t is_graded, const float *y_gradient, void *scratch,
    float *weight_gradient) {
  for (int64_t first = 0; first < rows; first += SPK_LINEAR_ROWS) {
    spk_linear w = {
        .inputs = inputs, .outputs = outputs, .rows = rows - first,
        .weights = y_gradient + first * outputs, .y = weight_gradient};
    if (w.rows > SPK_LINEAR_ROWS) w.rows = SPK_LINEAR_ROWS;
    spk_sort_by_input(&w, x, starts, indices, first, is_graded, scratch);
    if (is_graded) {
      spk_gradient_graded(&w, first > 0);
    } else {
      spk_gradient_ones(&w, first > 0);
    }
  }
}

SPK_CLONES
void spk_transpose(int64_t rows, int64_t columns, const float *x, float *y) {
  // In squares, so that reading along rows and writing along columns both stay near.
  for (int64_t r = 0; r < rows; r += SPK_LANES) {
    const int64_t last_row = r + SPK_LANES < rows ? r + SPK_LANES : rows;
    for (int64_t c = 0; c < columns; c += SPK_LANES) {
      const int64_t last = c + SPK_LANES < columns ? c + SPK_LANES : columns;
      for (int64_t j = c; j < last; j++) {
        for (int64_t i = r; i < last_row; i++) y[j * rows + i] = x[i * columns + j];
      }
    }
  }
}
