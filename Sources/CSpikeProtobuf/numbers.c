#include "sf_pb_numbers.h"

#include <string.h>

ptrdiff_t sf_pb_count_varints(const uint8_t *bytes, size_t count) {
  ptrdiff_t numbers = 0;
  size_t length = 0;
  for (size_t index = 0; index < count; index++) {
    length++;
    if (bytes[index] < 0x80) {
      if (length == 10 && bytes[index] > 1) return -1;
      numbers++;
      length = 0;
    } else if (length == 10) {
      return -1;
    }
  }
  return length == 0 ? numbers : -1;
}

void sf_pb_read_varints(const uint8_t *bytes, size_t count, int64_t *target, size_t numbers) {
  size_t position = 0;
  for (size_t index = 0; index < numbers; index++) {
    uint64_t value = 0;
    for (int shift = 0; position < count && shift < 70; shift += 7) {
      const uint8_t byte = bytes[position++];
      value |= (uint64_t)(byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    target[index] = (int64_t)value;
  }
}

// A float is not finite when all bits of its exponent are set (IEEE 754).
size_t sf_pb_count_nonfinite(const uint8_t *bytes, size_t numbers, sf_pb_float kind) {
  size_t found = 0;
  switch (kind) {
    case SF_PB_FLOAT32:
      for (size_t index = 0; index < numbers; index++) {
        uint32_t bits;
        memcpy(&bits, bytes + index * 4, 4);
        found += (bits & 0x7F800000u) == 0x7F800000u;
      }
      break;
    case SF_PB_FLOAT64:
      for (size_t index = 0; index < numbers; index++) {
        uint64_t bits;
        memcpy(&bits, bytes + index * 8, 8);
        found += (bits & 0x7FF0000000000000u) == 0x7FF0000000000000u;
      }
      break;
    case SF_PB_FLOAT16:
    case SF_PB_BFLOAT16: {
      const uint16_t mask = kind == SF_PB_FLOAT16 ? 0x7C00 : 0x7F80;
      for (size_t index = 0; index < numbers; index++) {
        uint16_t bits;
        memcpy(&bits, bytes + index * 2, 2);
        found += (bits & mask) == mask;
      }
      break;
    }
  }
  return found;
}
