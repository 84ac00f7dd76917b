#pragma once
#include <stddef.h>
#include <stdint.h>

/// Unpacks one LZ4 frame that `input` consists of, checksums included.
///
/// Returns the number of bytes written, -1 if the frame is damaged, cut short or followed by more, or
/// -2 if there is no memory or `capacity` is too small.
int64_t sf_lz4_unpack(const uint8_t *input, size_t count, uint8_t *output, size_t capacity);
