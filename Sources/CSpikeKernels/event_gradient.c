// Event-driven weight gradient: the sums of one input channel, all taps and up to 32 outputs, stay
// in registers while the gradient rows of the pixels in which the channel was active are added.
//
// Pixels come in tiles whose gradients, with the border that the taps reach, are copied together
// so that they stay in L1 and no tap has to ask where the image ends. Sums go back to memory
// between tiles, which rounds nothing: the terms of a sum are added in the order of the pixels.

#include "include/spk_event_convolution.h"

#include "support.h"

enum { SPK_GRADIENT_TILE = 256, SPK_GRADIENT_BLOCK = 2 * SPK_LANES, SPK_GRADIENT_TAPS = 9 };

// A tile: some rows of one image, or some whole images.
typedef struct {
  int64_t images, rows;
  int64_t height, width;  // of the copied gradients of one image
  int64_t pixels;         // of the input
} spk_tile;

static spk_tile spk_largest_tile(const spk_event_geometry *g) {
  spk_tile tile = {1, g->height, 0, g->width + g->kernel_width - 1, 0};
  const int64_t image = g->height * g->width;
  if (image <= SPK_GRADIENT_TILE) {
    tile.images = SPK_GRADIENT_TILE / image;
    if (tile.images > g->images) tile.images = g->images;
  } else {
    tile.rows = g->width < SPK_GRADIENT_TILE ? SPK_GRADIENT_TILE / g->width : 1;
  }
  tile.height = tile.rows + g->kernel_height - 1;
  tile.pixels = tile.images * tile.rows * g->width;
  return tile;
}

// Places of the scratch memory.
typedef struct {
  int32_t *counts, *offsets;  // [channels], [channels][pixels of a tile]
  float *values;              // as offsets
  float *gradients;           // [images][height][width][width of the block]
} spk_gradient_scratch;

static int64_t spk_aligned(int64_t count) { return (count + SPK_LANES - 1) / SPK_LANES * SPK_LANES; }

int64_t spk_event_gradient_scratch(const spk_event_geometry *g) {
  const spk_tile tile = spk_largest_tile(g);
  return spk_aligned(g->channels) + 2 * spk_aligned(g->channels * tile.pixels) +
         tile.images * tile.height * tile.width * SPK_GRADIENT_BLOCK;
}

static spk_gradient_scratch spk_divide(const spk_event_geometry *g, void *memory) {
  const spk_tile tile = spk_largest_tile(g);
  int32_t *counts = memory;
  int32_t *offsets = counts + spk_aligned(g->channels);
  void *values = offsets + spk_aligned(g->channels * tile.pixels);
  void *gradients = (int32_t *)values + spk_aligned(g->channels * tile.pixels);
  return (spk_gradient_scratch){counts, offsets, values, gradients};
}

typedef struct {
  const spk_event_geometry *g;
  const float *x, *y_gradient;
  const int32_t *starts, *indices;
  float *weight_gradient;
  spk_gradient_scratch memory;
  spk_tile tile, largest;
  int64_t first_image, first_row;
  int64_t first, width, lanes;  // the block of outputs, and the lanes of its last vector
  int graded;
} spk_scatter;

// For each channel, where the gradients of the pixels begin in which it was active.
static void spk_sort_by_channel(const spk_scatter *w) {
  const spk_event_geometry *g = w->g;
  const spk_gradient_scratch *m = &w->memory;
  const int64_t room = w->largest.pixels;
  memset(m->counts, 0, (size_t)g->channels * sizeof(int32_t));
  for (int64_t image = 0; image < w->tile.images; image++) {
    for (int64_t row = 0; row < w->tile.rows; row++) {
      int64_t pixel = ((w->first_image + image) * g->height + w->first_row + row) * g->width;
      int64_t offset = (image * w->tile.height + row) * w->tile.width;
      for (int64_t column = 0; column < g->width; column++, pixel++, offset++) {
        const int64_t base = pixel * g->channels;
        for (int32_t event = w->starts[pixel]; event < w->starts[pixel + 1]; event++) {
          const int64_t channel = w->indices[event] - base;
          const int64_t place = channel * room + m->counts[channel]++;
          m->offsets[place] = (int32_t)offset;
          if (w->graded) m->values[place] = w->x[w->indices[event]];
        }
      }
    }
  }
}

// The gradients that the pixels of the tile reach, for one block of outputs; 0 outside the image.
static void spk_copy_gradients(const spk_scatter *w) {
  const spk_event_geometry *g = w->g;
  const int64_t left = g->outputs - w->first;
  const size_t used = (size_t)(left < w->width ? left : w->width) * sizeof(float);
  const size_t whole = (size_t)w->width * sizeof(float);
  float *target = w->memory.gradients;
  for (int64_t image = 0; image < w->tile.images; image++) {
    for (int64_t row = 0; row < w->tile.height; row++) {
      const int64_t y = w->first_row + g->pad_top - (g->kernel_height - 1) + row;
      const float *source = w->y_gradient +
                            ((w->first_image + image) * g->output_height + y) *
                                g->output_width * g->outputs + w->first;
      for (int64_t column = 0; column < w->tile.width; column++, target += w->width) {
        const int64_t x = g->pad_left - (g->kernel_width - 1) + column;
        if (y < 0 || y >= g->output_height || x < 0 || x >= g->output_width) {
          memset(target, 0, whole);
        } else if (used == SPK_GRADIENT_BLOCK * sizeof(float)) {
          memcpy(target, source + x * g->outputs, SPK_GRADIENT_BLOCK * sizeof(float));
        } else {
          memset(target, 0, whole);
          memcpy(target, source + x * g->outputs, used);
        }
      }
    }
  }
}

// Adds the events of a channel to `rows` by `columns` taps, the first of which is (ky, kx).
SPK_INLINE void spk_add_events(
    const spk_scatter *w, int64_t channel, int64_t ky, int64_t kx, int rows, int columns,
    int graded, int blocks) {
  const spk_event_geometry *g = w->g;
  const int64_t pitch = w->tile.width * blocks * SPK_LANES;
  const int64_t tap = g->channels * g->outputs;
  float *target = w->weight_gradient + ((ky * g->kernel_width + kx) * g->channels + channel) * g->outputs + w->first;
  const float *origin = w->memory.gradients + (g->kernel_height - ky - rows) * pitch +
                        (g->kernel_width - kx - columns) * blocks * SPK_LANES;
  const int32_t *offsets = w->memory.offsets + channel * w->largest.pixels;
  const float *values = w->memory.values + channel * w->largest.pixels;
  const int64_t count = w->memory.counts[channel];
  spk_f16 sums[SPK_GRADIENT_TAPS * 2];
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      float *place = target + (r * g->kernel_width + c) * tap;
      for (int b = 0; b < blocks; b++) {
        spk_load(&sums[(r * columns + c) * blocks + b], place + b * SPK_LANES,
                 b + 1 < blocks ? SPK_LANES : w->lanes);
      }
    }
  }
  for (int64_t event = 0; event < count; event++) {
    const float *gradient = origin + (int64_t)offsets[event] * (blocks * SPK_LANES);
    const float value = graded ? values[event] : 1;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        for (int b = 0; b < blocks; b++) {
          spk_f16 term;
          spk_load(&term, gradient + (rows - 1 - r) * pitch +
                              ((columns - 1 - c) * blocks + b) * SPK_LANES, SPK_LANES);
          const int s = (r * columns + c) * blocks + b;
          sums[s] = sums[s] + (graded ? term * value : term);
        }
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      float *place = target + (r * g->kernel_width + c) * tap;
      for (int b = 0; b < blocks; b++) {
        const spk_f16 *sum = &sums[(r * columns + c) * blocks + b];
        if (b + 1 < blocks || w->lanes == SPK_LANES) {
          spk_store(sum, place + b * SPK_LANES, SPK_LANES);
        } else {
          spk_store(sum, place + b * SPK_LANES, w->lanes);
        }
      }
    }
  }
}

// `rows`: 3 where the registers hold nine taps, otherwise 1.
SPK_INLINE void spk_add_channel(
    const spk_scatter *w, int64_t channel, int rows, int graded, int blocks) {
  const spk_event_geometry *g = w->g;
  if (rows == 3 && g->kernel_height == 3 && g->kernel_width == 3) {
    spk_add_events(w, channel, 0, 0, 3, 3, graded, blocks);
    return;
  }
  for (int64_t ky = 0; ky < g->kernel_height; ky++) {
    int64_t kx = 0;
    for (; kx + 3 <= g->kernel_width; kx += 3) {
      spk_add_events(w, channel, ky, kx, 1, 3, graded, blocks);
    }
    if (kx + 2 <= g->kernel_width) {
      spk_add_events(w, channel, ky, kx, 1, 2, graded, blocks);
    } else if (kx < g->kernel_width) {
      spk_add_events(w, channel, ky, kx, 1, 1, graded, blocks);
    }
  }
}

#define SPK_ADD_CHANNELS(name, rows, graded)                                                  \
  SPK_CLONES static void name(const spk_scatter *w) {                                         \
    for (int64_t channel = 0; channel < w->g->channels; channel++) {                          \
      if (w->memory.counts[channel] == 0) continue;                                           \
      if (w->width > SPK_LANES) {                                                             \
        spk_add_channel(w, channel, rows, graded, 2);                                         \
      } else {                                                                                \
        spk_add_channel(w, channel, rows, graded, 1);                                         \
      }                                                                                       \
    }                                                                                         \
  }

SPK_ADD_CHANNELS(spk_add_ones, 1, 0)
SPK_ADD_CHANNELS(spk_add_graded, 1, 1)
SPK_ADD_CHANNELS(spk_add_ones_wide, 3, 0)
SPK_ADD_CHANNELS(spk_add_graded_wide, 3, 1)

static void spk_add_tile(spk_scatter *w) {
#if defined(__x86_64__)
  const int wide = __builtin_cpu_supports("avx512f");
#else
  const int wide = 0;
#endif
  spk_sort_by_channel(w);
  for (w->first = 0; w->first < w->g->outputs; w->first += SPK_GRADIENT_BLOCK) {
    const int64_t left = w->g->outputs - w->first;
    w->width = left > SPK_LANES ? SPK_GRADIENT_BLOCK : SPK_LANES;
    w->lanes = left < w->width ? left - (w->width - SPK_LANES) : SPK_LANES;
    spk_copy_gradients(w);
    if (w->graded) {
      (wide ? spk_add_graded_wide : spk_add_graded)(w);
    } else {
      (wide ? spk_add_ones_wide : spk_add_ones)(w);
    }
  }
}

void spk_event_weight_gradient(
    const spk_event_geometry *geometry, const float *x, const int32_t *starts,
    const int32_t *indices, int32_t is_graded, const float *y_gradient, void *scratch,
    float *weight_gradient) {
  const spk_event_geometry *g = geometry;
  const int64_t count = g->kernel_height * g->kernel_width * g->channels * g->outputs;
  memset(weight_gradient, 0, (size_t)count * sizeof(float));
  spk_scatter w = {
      .g = g, .x = x, .y_gradient = y_gradient, .starts = starts, .indices = indices,
      .weight_gradient = weight_gradient, .memory = spk_divide(g, scratch),
      .largest = spk_largest_tile(g), .graded = is_graded != 0};
  for (w.first_image = 0; w.first_image < g->images; w.first_image += w.largest.images) {
    for (w.first_row = 0; w.first_row < g->height; w.first_row += w.largest.rows) {
      w.tile = w.largest;
      const int64_t images = g->images - w.first_image, rows = g->height - w.first_row;
      if (images < w.tile.images) w.tile.images = images;
      if (rows < w.tile.rows) w.tile.rows = rows;
      w.tile.height = w.tile.rows + g->kernel_height - 1;
      spk_add_tile(&w);
    }
  }
}
