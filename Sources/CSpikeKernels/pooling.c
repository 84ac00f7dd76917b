// Pooling windows; the inner loops run over channels.

#include "include/spk_pooling.h"

#include <float.h>

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

SPK_INLINE void spk_max_window(
    const spk_pooling *p, spk_window rows, spk_window columns, const float *restrict image,
    float *restrict y, int32_t *restrict taps) {
  const int64_t channels = p->channels;
  if (rows.first == rows.last || columns.first == columns.last) {
    memset(y, 0, (size_t)channels * sizeof(float));
    if (taps) memset(taps, 0xFF, (size_t)channels * sizeof(int32_t));
    return;
  }
  int is_first = 1;
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      const float *x = image + spk_pixel(p, rows, columns, ky, kx);
      const int32_t tap = (int32_t)(ky * p->kernel_width + kx);
      if (is_first) {
        is_first = 0;
        memcpy(y, x, (size_t)channels * sizeof(float));
        if (taps) {
          for (int64_t c = 0; c < channels; c++) taps[c] = tap;
        }
      } else if (taps) {
        for (int64_t c = 0; c < channels; c++) {
          const int larger = x[c] > y[c];
          y[c] = larger ? x[c] : y[c];
          taps[c] = larger ? tap : taps[c];
        }
      } else {
        for (int64_t c = 0; c < channels; c++) y[c] = x[c] > y[c] ? x[c] : y[c];
      }
    }
  }
}

SPK_CLONES
void spk_max_pool_forward(const spk_pooling *p, const float *x, float *y, int32_t *taps) {
  for (int64_t n = 0; n < p->images; n++) {
    const float *image = x + n * p->height * p->width * p->channels;
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_max_window(p, rows, spk_columns_of(p, ox), image, y, taps);
        y += p->channels;
        if (taps) taps += p->channels;
      }
    }
  }
}

SPK_INLINE void spk_max_window_backward(
    const spk_pooling *p, spk_window rows, spk_window columns, const float *restrict dy,
    const int32_t *restrict taps, float *restrict image) {
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      float *dx = image + spk_pixel(p, rows, columns, ky, kx);
      const int32_t tap = (int32_t)(ky * p->kernel_width + kx);
      for (int64_t c = 0; c < p->channels; c++) dx[c] += taps[c] == tap ? dy[c] : 0;
    }
  }
}

SPK_CLONES
void spk_max_pool_backward(
    const spk_pooling *p, const float *dy, const int32_t *taps, float *dx) {
  const int64_t image_size = p->height * p->width * p->channels;
  memset(dx, 0, (size_t)(p->images * image_size) * sizeof(float));
  for (int64_t n = 0; n < p->images; n++) {
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_max_window_backward(p, rows, spk_columns_of(p, ox), dy, taps, dx + n * image_size);
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
    const spk_pooling *p, int32_t mode, spk_window rows, spk_window columns,
    const float *restrict image, float *restrict y) {
  memset(y, 0, (size_t)p->channels * sizeof(float));
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      const float *x = image + spk_pixel(p, rows, columns, ky, kx);
      for (int64_t c = 0; c < p->channels; c++) y[c] += x[c];
    }
  }
  if (mode == SPK_POOL_SUM) return;
  const float divisor = spk_divisor(p, mode, rows, columns);
  for (int64_t c = 0; c < p->channels; c++) y[c] = y[c] / divisor;
}

SPK_CLONES
void spk_mean_pool_forward(const spk_pooling *p, int32_t mode, const float *x, float *y) {
  for (int64_t n = 0; n < p->images; n++) {
    const float *image = x + n * p->height * p->width * p->channels;
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_mean_window(p, mode, rows, spk_columns_of(p, ox), image, y);
        y += p->channels;
      }
    }
  }
}

SPK_INLINE void spk_mean_window_backward(
    const spk_pooling *p, int32_t mode, spk_window rows, spk_window columns,
    const float *restrict dy, float *restrict image) {
  const float divisor = spk_divisor(p, mode, rows, columns);
  for (int64_t ky = rows.first; ky < rows.last; ky++) {
    for (int64_t kx = columns.first; kx < columns.last; kx++) {
      float *dx = image + spk_pixel(p, rows, columns, ky, kx);
      for (int64_t c = 0; c < p->channels; c++) dx[c] += dy[c] / divisor;
    }
  }
}

SPK_CLONES
void spk_mean_pool_backward(const spk_pooling *p, int32_t mode, const float *dy, float *dx) {
  const int64_t image_size = p->height * p->width * p->channels;
  memset(dx, 0, (size_t)(p->images * image_size) * sizeof(float));
  for (int64_t n = 0; n < p->images; n++) {
    for (int64_t oy = 0; oy < p->output_height; oy++) {
      const spk_window rows = spk_rows_of(p, oy);
      for (int64_t ox = 0; ox < p->output_width; ox++) {
        spk_mean_window_backward(
            p, mode, rows, spk_columns_of(p, ox), dy, dx + n * image_size);
        dy += p->channels;
      }
    }
  }
}
