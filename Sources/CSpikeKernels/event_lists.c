// Lists of activations that are not 0. Places only: any way of finding them gives the same list.

#include "include/spk_event_convolution.h"

#include "support.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Sixteen places at once: the lanes that are not 0 are pushed together and written as a whole.
__attribute__((target("avx512f,popcnt"))) static int64_t spk_list_row_wide(
    const float *x, int64_t first, int64_t channels, int32_t *indices, int32_t *is_graded) {
  const __m512i lanes =
      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  int64_t found = 0;
  __mmask16 graded = 0;
  for (int64_t c = 0; c < channels; c += SPK_LANES) {
    const int64_t left = channels - c;
    const __mmask16 valid = left >= SPK_LANES ? 0xFFFF : (__mmask16)((1u << left) - 1);
    const __m512 values = _mm512_maskz_loadu_ps(valid, x + first + c);
    const __mmask16 active = _mm512_cmp_ps_mask(values, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    graded |= _mm512_mask_cmp_ps_mask(active, values, _mm512_set1_ps(1.0f), _CMP_NEQ_UQ);
    const __m512i places = _mm512_add_epi32(_mm512_set1_epi32((int32_t)(first + c)), lanes);
    _mm512_storeu_si512(indices + found, _mm512_maskz_compress_epi32(active, places));
    found += __builtin_popcount(active);
  }
  *is_graded |= graded != 0;
  return found;
}

static int spk_is_wide(void) { return __builtin_cpu_supports("avx512f"); }
#else
static int64_t spk_list_row_wide(
    const float *x, int64_t first, int64_t channels, int32_t *indices, int32_t *is_graded) {
  (void)x, (void)first, (void)channels, (void)indices, (void)is_graded;
  return 0;
}

static int spk_is_wide(void) { return 0; }
#endif

static int64_t spk_list_row(
    const float *x, int64_t first, int64_t channels, int32_t *indices, int32_t *is_graded) {
  int64_t found = 0;
  int32_t graded = 0;
  for (int64_t i = first; i < first + channels; i++) {
    if (x[i] == 0) continue;
    graded |= x[i] != 1;
    indices[found++] = (int32_t)i;
  }
  *is_graded |= graded;
  return found;
}

// Lists one image from `count` on and returns the new count, or -1 if there are more than `limit`.
static int64_t spk_list_image(
    int64_t first, int64_t pixels, int64_t channels, const float *x, int64_t count,
    int64_t limit, int32_t *starts, int32_t *indices, int32_t *is_graded) {
  const int wide = spk_is_wide();
  const int64_t most = count + limit;
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    starts[pixel] = (int32_t)count;
    // Near the limit a pixel is listed in pieces that cannot run over the room behind it.
    for (int64_t c = 0, width; c < channels; c += width) {
      width = channels - c;
      if (most - count < width && width > SPK_LANES) width = SPK_LANES;
      const int64_t place = first + pixel * channels + c;
      count += wide ? spk_list_row_wide(x, place, width, indices + count, is_graded)
                    : spk_list_row(x, place, width, indices + count, is_graded);
      if (count > most) return -1;
    }
  }
  return count;
}

int64_t spk_list_events(
    int64_t images, int64_t pixels, int64_t channels, const float *x, int64_t limit,
    int32_t *starts, int32_t *indices, int32_t *dense, int32_t *is_graded) {
  int64_t count = 0, left = 0;
  *is_graded = 0;
  for (int64_t image = 0; image < images; image++, starts += pixels) {
    int32_t graded = 0;
    const int64_t end = spk_list_image(
        image * pixels * channels, pixels, channels, x, count, limit, starts, indices, &graded);
    dense[image] = end < 0;
    if (end < 0) {
      for (int64_t pixel = 0; pixel < pixels; pixel++) starts[pixel] = (int32_t)count;
      left++;
      continue;
    }
    count = end;
    *is_graded |= graded;
  }
  *starts = (int32_t)count;
  return left;
}
