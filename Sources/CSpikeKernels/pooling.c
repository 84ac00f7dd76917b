// Pooling windows; the inner loops run over channels.

#include "include/spk_pooling.h"

#include "support.h"

// Taps first..<last of a window that begins at `start` lie inside 0..<size.
typedef struct {
  int64_t start, first, last;
} spk_window;

SPK_INLINE spk_window spk_window_at(
    int64_t output, int64_t stride, int64_t pad, int64_t kernel, int64_t dilation,
    int64_t size) {
  spk_window w = {output * stride - pad, 0, kernel};
  if (w.start < 0) w.first = (-w.start + dilation - 1) / dilation;
  const int64_t room = size - w.start;
  const int64_t reach = room <= 0 ? 0 : (room + dilation - 1) / dilation;
  if (reach < w.last) w.last = reach;
  if (w.first > w.last) w.first = w.last;
  return w;
}

SPK_INLINE spk_window spk_rows_of(const spk_pooling *p, int64_t oy) {
  return spk_window_at(
      oy, p->stride_height, p->pad_top, p->kernel_height, p->dilation_height, p->height);
}

SPK_INLINE spk_window spk_columns_of(const spk_pooling *p, int64_t ox) {
  return spk_window_at(
      ox, p->stride_width, p->pad_left, p->kernel_width, p->dilation_width, p->width);
}

SPK_INLINE int64_t spk_pixel(
    const spk_pooling *p, spk_window rows, spk_window columns, int64_t ky, int64_t kx) {
  const int64_t y = rows.start + ky * p->dilation_height;
  return (y * p->width + columns.start + kx * p->dilation_width) * p->channels;
}

// The elements of one window inside the image, for walking: `corner` is the first of them, a tap
// to the right and a tap below are so many floats away.
typedef struct {
  int64_t rows, columns, corner, right, below;
  int32_t first_tap, taps_below;
} spk_area;

SPK_INLINE spk_area spk_area_of(const spk_pooling *p, spk_window rows, spk_window columns) {
  const spk_area area = {
      rows.last - rows.first,
      columns.last - columns.first,
      spk_pixel(p, rows, columns, rows.first, columns.first),
      p->dilation_width * p->channels,
      p->dilation_height * p->width * p->channels,
      (int32_t)(rows.first * p->kernel_width + columns.first),
      (int32_t)p->kernel_width,
  };
  return area;
}

// The taps of a window are read in an order that processors do not foresee; asking for what lies
// 4 KB further on the same image row doubles the speed of large pools.
enum { SPK_AHEAD = 1024 };

// Sixteen channels of one window, all taps in registers.
SPK_INLINE void spk_max_block(spk_area area, const float *corner, float *y, int32_t *taps) {
  spk_f16 best, x;
  spk_load(&best, corner, SPK_LANES);
  spk_i16 winner = area.first_tap;
  for (int64_t j = 0; j < area.rows; j++) {
    const float *row = corner + j * area.below;
    const int32_t tap = area.first_tap + (int32_t)j * area.taps_below;
    for (int64_t i = 0; i < area.columns; i++) {
      __builtin_prefetch(row + i * area.right + SPK_AHEAD);
      spk_load(&x, row + i * area.right, SPK_LANES);
      const spk_i16 larger = x > best;
      winner = larger ? (spk_i16)(tap + (int32_t)i) : winner;
      best = larger ? x : best;
    }
  }
  spk_store(&best, y, SPK_LANES);
  if (taps) memcpy(taps, &winner, sizeof winner);
}

SPK_INLINE void spk_max_channel(spk_area area, const float *corner, float *y, int32_t *taps) {
  float best = *corner;
  int32_t winner = area.first_tap;
  for (int64_t j = 0; j < area.rows; j++) {
    for (int64_t i = 0; i < area.columns; i++) {
      const float x = corner[j * area.below + i * area.right];
      if (x > best) {
        best = x;
        winner = area.first_tap + (int32_t)(j * area.taps_below + i);
      }
    }
  }
  *y = best;
  if (taps) *taps = winner;
}

SPK_INLINE void spk_max_window(
    int64_t channels, spk_area area, const float *image, float *y, int32_t *taps) {
  if (area.rows == 0 || area.columns == 0) {
    memset(y, 0, (size_t)channels * sizeof(float));
    if (taps) memset(taps, 0xFF, (size_t)channels * sizeof(int32_t));
    return;
  }
  const float *corner = image + area.corner;
  int64_t c = 0;
  for (; c + SPK_LANES <= channels; c += SPK_LANES) {
    spk_max_block(area, corner + c, y + c, taps ? taps + c : NULL);
  }
  for (; c < channels; c++) spk_max_channel(area, corner + c, y + c, taps ? taps + c : NULL);
}

SPK_CLONES
void spk_max_pool_forward(const spk_pooling *p, const float *x, float *y, int32_t *taps) {
  for (int64_t n = 0; n < p->images; n++) {
    const float *image = x + n * p->height * p->width * p->channels;
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        const spk_area area = spk_area_of(p, rows, spk_columns_of(p, ox));
        spk_max_window(p->channels, area, image, y, taps);
        y += p->channels;
        if (taps) taps += p->channels;
      }
    }
  }
}

// Whether every input element lies in exactly one window: gradients are then written, not added.
static int spk_windows_tile(const spk_pooling *p) {
  return p->stride_height == p->kernel_height && p->stride_width == p->kernel_width
      && p->dilation_height == 1 && p->dilation_width == 1 && p->pad_top == 0
      && p->pad_left == 0 && p->output_height * p->kernel_height == p->height
      && p->output_width * p->kernel_width == p->width;
}

SPK_INLINE void spk_max_window_backward(
    const spk_pooling *p, spk_window rows, spk_window columns, const float *restrict dy,
    const int32_t *restrict taps, float *restrict image, int tiles) {
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      float *dx = image + spk_pixel(p, rows, columns, ky, kx);
      const int32_t tap = (int32_t)(ky * p->kernel_width + kx);
      if (tiles) {
        for (int64_t c = 0; c < p->channels; c++) dx[c] = taps[c] == tap ? dy[c] : 0;
      } else {
        for (int64_t c = 0; c < p->channels; c++) dx[c] += taps[c] == tap ? dy[c] : 0;
      }
    }
  }
}

SPK_CLONES
void spk_max_pool_backward(
    const spk_pooling *p, const float *dy, const int32_t *taps, float *dx) {
  const int64_t image_size = p->height * p->width * p->channels;
  const int tiles = spk_windows_tile(p);
  for (int64_t n = 0; n < p->images; n++, dx += image_size) {
    if (!tiles) memset(dx, 0, (size_t)image_size * sizeof(float));
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_max_window_backward(p, rows, spk_columns_of(p, ox), dy, taps, dx, tiles);
        dy += p->channels;
        taps += p->channels;
      }
    }
  }
}

// Elements of a window that lie inside the padded size along one axis.
SPK_INLINE int64_t spk_padded_taps(
    spk_window w, int64_t kernel, int64_t dilation, int64_t end) {
  const int64_t room = end - w.start;
  const int64_t reach = room <= 0 ? 0 : (room + dilation - 1) / dilation;
  return reach < kernel ? reach : kernel;
}

SPK_INLINE float spk_divisor(
    const spk_pooling *p, int32_t mode, spk_window rows, spk_window columns) {
  if (mode == SPK_POOL_SUM) return 1;
  int64_t count = (rows.last - rows.first) * (columns.last - columns.first);
  if (mode == SPK_POOL_MEAN_COUNTING_PADDING) {
    count = spk_padded_taps(rows, p->kernel_height, p->dilation_height, p->height + p->pad_bottom)
        * spk_padded_taps(columns, p->kernel_width, p->dilation_width, p->width + p->pad_right);
  }
  return count > 0 ? (float)count : 1;
}

SPK_INLINE void spk_mean_window(
    int64_t channels, spk_area area, float divisor, const float *image, float *y) {
  const float *corner = image + area.corner;
  int64_t c = 0;
  for (; c + SPK_LANES <= channels; c += SPK_LANES) {
    spk_f16 total = 0, x;
    for (int64_t j = 0; j < area.rows; j++) {
      for (int64_t i = 0; i < area.columns; i++) {
        const float *tap = corner + c + j * area.below + i * area.right;
        __builtin_prefetch(tap + SPK_AHEAD);
        spk_load(&x, tap, SPK_LANES);
        total = total + x;
      }
    }
    total = total / divisor;
    spk_store(&total, y + c, SPK_LANES);
  }
  for (; c < channels; c++) {
    float total = 0;
    for (int64_t j = 0; j < area.rows; j++) {
      for (int64_t i = 0; i < area.columns; i++) {
        total = total + corner[c + j * area.below + i * area.right];
      }
    }
    y[c] = total / divisor;
  }
}

SPK_CLONES
void spk_mean_pool_forward(const spk_pooling *p, int32_t mode, const float *x, float *y) {
  for (int64_t n = 0; n < p->images; n++) {
    const float *image = x + n * p->height * p->width * p->channels;
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        const spk_window columns = spk_columns_of(p, ox);
        const float divisor = spk_divisor(p, mode, rows, columns);
        spk_mean_window(p->channels, spk_area_of(p, rows, columns), divisor, image, y);
        y += p->channels;
      }
    }
  }
}

SPK_INLINE void spk_mean_window_backward(
    const spk_pooling *p, int32_t mode, spk_window rows, spk_window columns,
    const float *restrict dy, float *restrict image, int tiles) {
  const float divisor = spk_divisor(p, mode, rows, columns);
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      float *dx = image + spk_pixel(p, rows, columns, ky, kx);
      if (tiles) {
        for (int64_t c = 0; c < p->channels; c++) dx[c] = dy[c] / divisor;
      } else {
        for (int64_t c = 0; c < p->channels; c++) dx[c] += dy[c] / divisor;
      }
    }
  }
}

SPK_CLONES
void spk_mean_pool_backward(const spk_pooling *p, int32_t mode, const float *dy, float *dx) {
  const int64_t image_size = p->height * p->width * p->channels;
  const int tiles = spk_windows_tile(p);
  for (int64_t n = 0; n < p->images; n++, dx += image_size) {
    if (!tiles) memset(dx, 0, (size_t)image_size * sizeof(float));
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_mean_window_backward(p, mode, rows, spk_columns_of(p, ox), dy, dx, tiles);
        dy += p->channels;
      }
    }
  }
}
