// Reading PNG files behind plain types: no libpng name leaves this target.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a PNG file holds.
typedef struct spike_png_image {
  uint32_t width, height;
  /// 1 for grey, 3 for red, green, blue.
  uint32_t channels;
  /// Whether there is an alpha channel or transparency, which is left out.
  int has_alpha;
  /// Whether samples had 16 bits.
  int is_deep;
} spike_png_image;

/// Reads the header. `limit` bounds each side. Returns 0, or 1 with the reason in `reason`.
int spike_png_header(
  const uint8_t *bytes, size_t count, uint32_t limit, spike_png_image *image, char reason[80]);

/// Reads the pixels, row by row, channels last, 8 bits each; `output` holds
/// width * height * channels bytes as the header said. Returns 0, or 1 with the reason.
int spike_png_pixels(
  const uint8_t *bytes, size_t count, uint32_t limit, uint8_t *output, size_t capacity,
  char reason[80]);
