#pragma once
#include <stddef.h>
#include <stdint.h>

/// Number of varints in `bytes`, or -1 where one is cut off or longer than 64 bits.
ptrdiff_t sf_pb_count_varints(const uint8_t *bytes, size_t count);

/// Decodes exactly `numbers` varints that sf_pb_count_varints has counted in `bytes`.
void sf_pb_read_varints(const uint8_t *bytes, size_t count, int64_t *target, size_t numbers);

/// How floating-point numbers are stored, little-endian.
typedef enum sf_pb_float {
  SF_PB_FLOAT32 = 0,
  SF_PB_FLOAT64 = 1,
  SF_PB_FLOAT16 = 2,
  SF_PB_BFLOAT16 = 3,
} sf_pb_float;

/// How many of `numbers` unaligned floats are NaN or infinite.
size_t sf_pb_count_nonfinite(const uint8_t *bytes, size_t numbers, sf_pb_float kind);
