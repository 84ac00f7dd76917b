// Reading JPEG files behind plain types: no libjpeg name leaves this target.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a JPEG file holds.
typedef struct spike_jpeg_image {
  uint32_t width, height;
  /// 1 for grey, 3 for red, green, blue.
  uint32_t channels;
} spike_jpeg_image;

/// Reads the header. Returns 0, or 1 with the reason in `reason`; files of other colours than grey,
/// YCbCr and RGB are refused.
int spike_jpeg_header(
  const uint8_t *bytes, size_t count, spike_jpeg_image *image, char reason[200]);

/// Reads the pixels, row by row, channels last; `output` holds width * height * channels bytes as the
/// header said. Whatever libjpeg warns of (damaged or missing data) is an error. Decoding uses the
/// accurate integer transform. Returns 0, or 1 with the reason.
int spike_jpeg_pixels(
  const uint8_t *bytes, size_t count, uint8_t *output, size_t capacity, char reason[200]);
