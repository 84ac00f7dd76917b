#include "index_streams.h"

#include <string.h>

// Eight numbers of `width` bits are `width` bytes; a 64-bit word holds either form. Packing joins
// neighbours in three steps (8 to 16 to 32 to 64 bits), unpacking separates them again.

#define EVEN_BYTES 0x00FF00FF00FF00FFull
#define EVEN_PAIRS 0x0000FFFF0000FFFFull
#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t load(const uint8_t *input, size_t count) {
  uint64_t word = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(&word, input, count);
#else
  for (size_t i = 0; i < count; i++) word |= (uint64_t)input[i] << (8 * i);
#endif
  return word;
}

INLINE void store(uint64_t word, uint8_t *output, size_t count) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(output, &word, count);
#else
  for (size_t i = 0; i < count; i++) output[i] = (uint8_t)(word >> (8 * i));
#endif
}

INLINE uint64_t pack8(uint64_t x, unsigned width) {
  x = (x & EVEN_BYTES) | ((x & ~EVEN_BYTES) >> (8 - width));
  x = (x & EVEN_PAIRS) | ((x & ~EVEN_PAIRS) >> (16 - 2 * width));
  return (x & 0xFFFFFFFFull) | ((x >> 32) << (4 * width));
}

INLINE uint64_t unpack8(uint64_t x, unsigned width) {
  const uint64_t low4 = (1ull << (4 * width)) - 1;
  const uint64_t low2 = ((1ull << (2 * width)) - 1) * 0x0000000100000001ull;
  const uint64_t low1 = ((1ull << width) - 1) * 0x0001000100010001ull;
  x = (x & low4) | (((x >> (4 * width)) & low4) << 32);
  x = (x & low2) | ((x & (low2 << (2 * width))) << (16 - 2 * width));
  return (x & low1) | ((x & (low1 << width)) << (8 - width));
}

size_t sf_packed_size(size_t count, unsigned width) {
  return count / 8 * width + (count % 8 * width + 7) / 8;
}

INLINE void pack_width(const uint8_t *numbers, size_t count, unsigned width, uint8_t *output) {
  const size_t whole = count / 8;
  size_t group = 0;
  // A whole word is stored where what it covers too much is written again by the next groups.
  for (; group < whole && group * width + 8 <= whole * width; group++) {
    store(pack8(load(numbers + 8 * group, 8), width), output + group * width, 8);
  }
  for (; group < whole; group++) {
    store(pack8(load(numbers + 8 * group, 8), width), output + group * width, width);
  }
  const size_t rest = count % 8;
  if (rest > 0) {
    const uint64_t word = pack8(load(numbers + 8 * whole, rest), width);
    store(word, output + whole * width, (rest * width + 7) / 8);
  }
}

INLINE int unpack_width(const uint8_t *input, size_t count, unsigned width, uint8_t *numbers) {
  const size_t whole = count / 8;
  const size_t size = sf_packed_size(count, width);
  size_t group = 0;
  for (; group < whole && group * width + 8 <= size; group++) {
    store(unpack8(load(input + group * width, 8), width), numbers + 8 * group, 8);
  }
  for (; group < whole; group++) {
    store(unpack8(load(input + group * width, width), width), numbers + 8 * group, 8);
  }
  const size_t rest = count % 8;
  if (rest == 0) return 0;
  const uint64_t word = load(input + whole * width, (rest * width + 7) / 8);
  store(unpack8(word, width), numbers + 8 * whole, rest);
  return (word >> (rest * width)) != 0;
}

// One copy of the loops for each width, so that shifts and masks are constants.
#define FOR_EACH_WIDTH(width, statement) \
  switch (width) {                       \
    case 1: statement(1); break;         \
    case 2: statement(2); break;         \
    case 3: statement(3); break;         \
    case 4: statement(4); break;         \
    case 5: statement(5); break;         \
    case 6: statement(6); break;         \
    case 7: statement(7); break;         \
    default: break;                      \
  }

void sf_pack(const uint8_t *numbers, size_t count, unsigned width, uint8_t *output) {
  if (count == 0) return;
  if (width == 8) memcpy(output, numbers, count);
#define PACK(w) pack_width(numbers, count, w, output)
  FOR_EACH_WIDTH(width, PACK)
}

int sf_unpack(const uint8_t *input, size_t count, unsigned width, uint8_t *numbers) {
  int surplus = 0;
  if (count == 0) return 0;
  if (width == 0) memset(numbers, 0, count);
  if (width == 8) memcpy(numbers, input, count);
#define UNPACK(w) surplus = unpack_width(input, count, w, numbers)
  FOR_EACH_WIDTH(width, UNPACK)
  return surplus;
}

uint8_t sf_largest(const uint8_t *numbers, size_t count) {
  uint8_t largest = 0;
  for (size_t i = 0; i < count; i++) largest = numbers[i] > largest ? numbers[i] : largest;
  return largest;
}

void sf_histogram(const uint8_t *numbers, size_t count, uint64_t *counts) {
  // Four tables, so that equal neighbours do not wait for each other.
  uint64_t tables[4][256] = {{0}};
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (size_t lane = 0; lane < 4; lane++) tables[lane][numbers[i + lane]]++;
  }
  for (; i < count; i++) tables[0][numbers[i]]++;
  for (size_t value = 0; value < 256; value++) {
    for (size_t lane = 0; lane < 4; lane++) counts[value] += tables[lane][value];
  }
}

void sf_zero_to_front(const uint8_t *indices, size_t count, uint8_t zero, uint8_t *symbols) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t index = indices[i];
    symbols[i] = index == zero ? 0 : (uint8_t)(index + (index < zero));
  }
}

void sf_zero_from_front(uint8_t *symbols, size_t count, uint8_t zero) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t symbol = symbols[i];
    symbols[i] = symbol == 0 ? zero : (uint8_t)(symbol - (symbol <= zero));
  }
}

size_t sf_split_bitmap(
    const uint8_t *symbols, size_t count, uint8_t *bitmap, uint8_t *nonzeros) {
  size_t found = 0;
  for (size_t i = 0; i < count; i += 8) {
    const size_t end = count - i < 8 ? count - i : 8;
    unsigned bits = 0;
    for (size_t j = 0; j < end; j++) {
      const unsigned set = symbols[i + j] != 0;
      bits |= set << j;
      nonzeros[found] = (uint8_t)(symbols[i + j] - 1);
      found += set;
    }
    bitmap[i / 8] = (uint8_t)bits;
  }
  return found;
}

size_t sf_count_bitmap(const uint8_t *bitmap, size_t count) {
  const size_t bytes = (count + 7) / 8;
  if (count % 8 != 0 && (bitmap[bytes - 1] >> (count % 8)) != 0) return SIZE_MAX;
  size_t found = 0;
  for (size_t i = 0; i < bytes; i++) found += (size_t)__builtin_popcount(bitmap[i]);
  return found;
}

void sf_join_bitmap(
    const uint8_t *bitmap, const uint8_t *nonzeros, size_t count, uint8_t *symbols) {
  size_t i = 0;
  // 64 bits at a time: one loop over the bits that are 1, whose end is guessed wrongly once.
  for (; i + 64 <= count; i += 64) {
    uint64_t bits = load(bitmap + i / 8, 8);
    if (bits == UINT64_MAX) {
      for (size_t j = 0; j < 64; j++) symbols[i + j] = (uint8_t)(nonzeros[j] + 1u);
      nonzeros += 64;
      continue;
    }
    memset(symbols + i, 0, 64);
    for (; bits != 0; bits &= bits - 1) {
      symbols[i + (size_t)__builtin_ctzll(bits)] = (uint8_t)(*nonzeros++ + 1u);
    }
  }
  for (; i < count; i += 8) {
    const unsigned bits = bitmap[i / 8];
    const size_t end = count - i < 8 ? count - i : 8;
    for (size_t j = 0; j < end; j++) {
      const unsigned set = (bits >> j) & 1;
      symbols[i + j] = (uint8_t)((*nonzeros + 1u) & (0u - set));
      nonzeros += set;
    }
  }
}

/// Bit i says whether byte i of 8 is not 0.
INLINE uint64_t nonzero8(const uint8_t *symbols) {
  const uint64_t word = load(symbols, 8);
  const uint64_t low = 0x7F7F7F7F7F7F7F7Full;
  const uint64_t high = (((word & low) + low) | word) & ~low;
  return (high >> 7) * 0x0102040810204080ull >> 56;
}

size_t sf_split_runs(
    const uint8_t *symbols, size_t count, uint8_t *runs, size_t *run_bytes, uint8_t *nonzeros) {
  size_t found = 0, written = 0, start = 0;
  for (size_t i = 0; i < count; i += 64) {
    const size_t end = count - i < 64 ? count - i : 64;
    uint64_t bits = 0;
    size_t j = 0;
    for (; j + 8 <= end; j += 8) bits |= nonzero8(symbols + i + j) << j;
    for (; j < end; j++) bits |= (uint64_t)(symbols[i + j] != 0) << j;
    for (; bits != 0; bits &= bits - 1) {
      const size_t place = i + (size_t)__builtin_ctzll(bits);
      size_t run = place - start;
      for (; run >= 255; run -= 255) runs[written++] = 255;
      runs[written++] = (uint8_t)run;
      nonzeros[found++] = (uint8_t)(symbols[place] - 1);
      start = place + 1;
    }
  }
  *run_bytes = written;
  return found;
}

int sf_join_runs(
    const uint8_t *runs, size_t run_bytes, const uint8_t *nonzeros, size_t nonzero_count,
    size_t count, uint8_t *symbols) {
  if (count > 0) memset(symbols, 0, count);
  size_t position = 0, used = 0;
  for (size_t i = 0; i < nonzero_count; i++) {
    uint8_t byte;
    do {
      if (used == run_bytes) return 1;
      byte = runs[used++];
      position += byte;
    } while (byte == 255);
    if (position >= count) return 1;
    symbols[position++] = (uint8_t)(nonzeros[i] + 1);
  }
  return used != run_bytes;
}
