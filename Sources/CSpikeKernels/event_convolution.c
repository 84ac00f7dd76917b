// Event-driven convolution: the sums of an output pixel stay in registers while the weight rows of
// the events that reach it are added.
//
// Outputs come in blocks of up to 64 channels, so that the weights of one kernel row, or of one
// tap where there are many channels, stay in L1 while the pixels of a tile are walked. The order
// in which the terms of one sum are added is the same either way.

#include "include/spk_event_convolution.h"

#include "support.h"

enum { SPK_EVENT_TILE = 256, SPK_EVENT_NEAR = 48 << 10, SPK_EVENT_MOST = SPK_EVENT_BLOCK / SPK_LANES };

static int64_t spk_block_width(int64_t outputs, int64_t first) {
  const int64_t left = (outputs - first + SPK_LANES - 1) / SPK_LANES * SPK_LANES;
  return left < SPK_EVENT_BLOCK ? left : SPK_EVENT_BLOCK;
}

int64_t spk_event_packed_count(int64_t taps, int64_t channels, int64_t outputs) {
  return taps * channels * ((outputs + SPK_LANES - 1) / SPK_LANES * SPK_LANES);
}

static void spk_pack_rows(
    int64_t rows, int64_t outputs, const float *weights, float *packed) {
  for (int64_t first = 0; first < outputs; first += SPK_EVENT_BLOCK) {
    const int64_t width = spk_block_width(outputs, first);
    const int64_t used = outputs - first < width ? outputs - first : width;
    for (int64_t row = 0; row < rows; row++, packed += width) {
      memcpy(packed, weights + row * outputs + first, (size_t)used * sizeof(float));
      for (int64_t o = used; o < width; o++) packed[o] = 0;
    }
  }
}

SPK_CLONES
static void spk_pack_columns(
    int64_t taps, int64_t channels, int64_t outputs, const float *weights, float *packed) {
  for (int64_t first = 0; first < channels; first += SPK_EVENT_BLOCK) {
    const int64_t width = spk_block_width(channels, first);
    const int64_t used = channels - first < width ? channels - first : width;
    for (int64_t tap = taps - 1; tap >= 0; tap--, packed += outputs * width) {
      const float *block = weights + (tap * channels + first) * outputs;
      // In squares, so that reading along rows and writing along columns both stay near.
      for (int64_t o = 0; o < outputs; o += SPK_LANES) {
        const int64_t end = o + SPK_LANES < outputs ? o + SPK_LANES : outputs;
        for (int64_t c = 0; c < used; c++) {
          for (int64_t k = o; k < end; k++) packed[k * width + c] = block[c * outputs + k];
        }
        for (int64_t k = o; k < end; k++) {
          for (int64_t c = used; c < width; c++) packed[k * width + c] = 0;
        }
      }
    }
  }
}

void spk_pack_event_weights(
    int64_t taps, int64_t channels, int64_t outputs, const float *weights, int32_t transposed,
    float *packed) {
  if (transposed) {
    spk_pack_columns(taps, channels, outputs, weights, packed);
  } else {
    spk_pack_rows(taps * channels, outputs, weights, packed);
  }
}

typedef struct {
  const spk_event_geometry *g;
  const float *x, *weights, *bias;
  const int32_t *starts, *indices, *dense;
  float *y;
  int64_t columns;  // taps of a row that are walked at once: all of them or 1
  int64_t lanes;    // channels in the last vector of the block
} spk_gather;

SPK_INLINE void spk_load_block(spk_f16 *sums, const float *p, int64_t lanes, int blocks) {
  for (int b = 0; b < blocks - 1; b++) spk_load(&sums[b], p + b * SPK_LANES, SPK_LANES);
  spk_load(&sums[blocks - 1], p + (blocks - 1) * SPK_LANES, lanes);
}

SPK_INLINE void spk_store_block(const spk_f16 *sums, float *p, int64_t lanes, int blocks) {
  for (int b = 0; b < blocks - 1; b++) spk_store(&sums[b], p + b * SPK_LANES, SPK_LANES);
  if (lanes == SPK_LANES) {
    spk_store(&sums[blocks - 1], p + (blocks - 1) * SPK_LANES, SPK_LANES);
  } else {
    spk_store(&sums[blocks - 1], p + (blocks - 1) * SPK_LANES, lanes);
  }
}

// One row of the kernel from column kx on, for the outputs of one row of one image.
SPK_INLINE void spk_gather_row(
    const spk_gather *w, int64_t row, int64_t ky, int64_t kx, int graded, int blocks) {
  const spk_event_geometry *g = w->g;
  const int64_t width = blocks * SPK_LANES, channels = g->channels;
  const int64_t image = row / g->output_height;
  if (w->dense[image]) return;
  const int64_t from_y =
      row % g->output_height * g->stride_height - g->pad_top + ky * g->dilation_height;
  const int is_first = ky == 0 && kx == 0, is_inside = from_y >= 0 && from_y < g->height;
  if (!is_first && !is_inside) return;
  const int64_t pixel = (image * g->height + from_y) * g->width;
  const float *taps = w->weights + (ky * g->kernel_width + kx) * channels * width;
  float *y = w->y + row * g->output_width * g->outputs;
  for (int64_t column = 0; column < g->output_width; column++, y += g->outputs) {
    const int64_t from_x = column * g->stride_width - g->pad_left + kx * g->dilation_width;
    const int64_t low = from_x < 0 ? 0 : from_x;
    const int64_t high = from_x + w->columns < g->width ? from_x + w->columns : g->width;
    int64_t event = 0, end = 0;
    if (is_inside && low < high) {
      event = w->starts[pixel + low];
      end = w->starts[pixel + high];
    }
    if (event == end && !is_first) continue;
    spk_f16 sums[SPK_EVENT_MOST];
    if (!is_first) {
      spk_load_block(sums, y, w->lanes, blocks);
    } else if (w->bias) {
      spk_load_block(sums, w->bias, w->lanes, blocks);
    } else {
      for (int b = 0; b < blocks; b++) sums[b] = 0;
    }
    // Places of events and rows of weights run alike along the taps of a kernel row.
    const float *origin = taps - (pixel + from_x) * channels * width;
    for (; event < end; event++) {
      const int64_t place = w->indices[event];
      const float *weights = origin + place * width;
      const float value = graded ? w->x[place] : 1;
      for (int b = 0; b < blocks; b++) {
        spk_f16 term;
        spk_load(&term, weights + b * SPK_LANES, SPK_LANES);
        sums[b] = sums[b] + (graded ? term * value : term);
      }
    }
    spk_store_block(sums, y, w->lanes, blocks);
  }
}

SPK_INLINE void spk_gather_all(const spk_gather *w, int graded, int blocks) {
  const spk_event_geometry *g = w->g;
  const int64_t rows = g->images * g->output_height;
  const int64_t tile = g->output_width < SPK_EVENT_TILE ? SPK_EVENT_TILE / g->output_width : 1;
  for (int64_t first = 0; first < rows; first += tile) {
    const int64_t end = first + tile < rows ? first + tile : rows;
    for (int64_t ky = 0; ky < g->kernel_height; ky++) {
      for (int64_t kx = 0; kx < g->kernel_width; kx += w->columns) {
        for (int64_t row = first; row < end; row++) {
          spk_gather_row(w, row, ky, kx, graded, blocks);
        }
      }
    }
  }
}

SPK_CLONES
static void spk_gather_ones(const spk_gather *w, int64_t blocks) {
  switch (blocks) {
    case 1: spk_gather_all(w, 0, 1); break;
    case 2: spk_gather_all(w, 0, 2); break;
    case 3: spk_gather_all(w, 0, 3); break;
    default: spk_gather_all(w, 0, 4); break;
  }
}

SPK_CLONES
static void spk_gather_graded(const spk_gather *w, int64_t blocks) {
  switch (blocks) {
    case 1: spk_gather_all(w, 1, 1); break;
    case 2: spk_gather_all(w, 1, 2); break;
    case 3: spk_gather_all(w, 1, 3); break;
    default: spk_gather_all(w, 1, 4); break;
  }
}

void spk_event_convolution(
    const spk_event_geometry *geometry, const float *x, const int32_t *starts,
    const int32_t *indices, const int32_t *dense, int32_t is_graded, const float *packed,
    const float *bias, float *y) {
  const spk_event_geometry *g = geometry;
  const int64_t taps = g->kernel_height * g->kernel_width;
  const int64_t pixels = g->images * g->height * g->width;
  // Few events leave most rows of weights untouched, so that many of them do not crowd L1.
  const int is_sparse = starts[pixels] < pixels * g->channels / 12;
  for (int64_t first = 0; first < g->outputs; first += SPK_EVENT_BLOCK) {
    const int64_t width = spk_block_width(g->outputs, first), blocks = width / SPK_LANES;
    const int64_t kernel_row = g->kernel_width * g->channels * width * (int64_t)sizeof(float);
    const int at_once = g->dilation_width == 1 && (is_sparse || kernel_row <= SPK_EVENT_NEAR);
    const int64_t left = g->outputs - first - (blocks - 1) * SPK_LANES;
    const spk_gather w = {
        .g = g, .x = x, .weights = packed, .bias = bias ? bias + first : NULL,
        .starts = starts, .indices = indices, .dense = dense, .y = y + first,
        .columns = at_once ? g->kernel_width : 1,
        .lanes = left < SPK_LANES ? left : SPK_LANES};
    if (is_graded) {
      spk_gather_graded(&w, blocks);
    } else {
      spk_gather_ones(&w, blocks);
    }
    packed += taps * g->channels * width;
  }
}
