#include "entropy_coding.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define LOWEST (1u << 16)
#define MAX_TOTAL (1u << 14)

INLINE uint32_t load16(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

INLINE uint32_t load32(const uint8_t *p) {
  return load16(p) | load16(p + 2) << 16;
}

INLINE void store16(uint32_t word, uint8_t *p) {
  p[0] = (uint8_t)word;
  p[1] = (uint8_t)(word >> 8);
}

// MARK: coding

/// What coding a symbol needs. The quotient x / frequency is `x * reciprocal >> (32 + precision)`,
/// exact for x < frequency << (32 - precision), the largest state that takes the symbol: the
/// rounded-up reciprocal errs by less than frequency, which is at most 2^precision.
struct coder {
  uint64_t reciprocal;
  uint32_t frequency;
  uint32_t start;
};

size_t sf_entropy_bound(size_t count, unsigned lanes) {
  // A symbol costs at most 14 bits, so it emits at most one word.
  return 4 * (size_t)lanes + 2 * count;
}

INLINE uint32_t put(uint32_t x, const struct coder *coder, unsigned precision, uint8_t **end) {
  const bool full = (x >> (32 - precision)) >= coder->frequency;
  // The word is stored in any case; only a full state moves on.
  store16(x, *end - 2);
  *end -= full ? 2 : 0;
  x = full ? x >> 16 : x;
  const unsigned shift = 32 + precision;
  const uint32_t quotient = (uint32_t)((uint64_t)x * coder->reciprocal >> shift);
  // quotient * total + remainder + start
  return x + quotient * ((1u << precision) - coder->frequency) + coder->start;
}

INLINE uint8_t *encode_lanes(
    const uint8_t *symbols, size_t count, const struct coder *coders, unsigned precision,
    unsigned lanes, uint8_t *end) {
  uint32_t states[SF_ENTROPY_MAX_LANES];
  for (unsigned lane = 0; lane < lanes; lane++) states[lane] = LOWEST;
  size_t i = count;
  // Backwards, because the decoder goes forwards; first the symbols of an incomplete round.
  for (; i % lanes != 0; i--) {
    const size_t lane = (i - 1) % lanes;
    states[lane] = put(states[lane], &coders[symbols[i - 1]], precision, &end);
  }
  for (; i > 0; i -= lanes) {
    for (unsigned lane = lanes; lane-- > 0;) {
      states[lane] = put(states[lane], &coders[symbols[i - lanes + lane]], precision, &end);
    }
  }
  for (unsigned lane = lanes; lane-- > 0;) {
    end -= 4;
    store16(states[lane], end);
    store16(states[lane] >> 16, end + 2);
  }
  return end;
}

size_t sf_entropy_encode(
    const uint8_t *symbols, size_t count, sf_entropy_table table, uint8_t *output) {
  struct coder coders[256];
  uint32_t start = 0;
  for (unsigned symbol = 0; symbol < 256; symbol++) {
    const uint32_t frequency = table.frequencies[symbol];
    const uint64_t one = 1ull << (32 + table.precision);
    coders[symbol] = (struct coder){
        .reciprocal = frequency == 0 ? 0 : (one + frequency - 1) / frequency,
        .frequency = frequency,
        .start = start,
    };
    start += frequency;
  }
  // The coder moves down from the end; the result then moves to the front. The word that is stored
  // in any case lies in room that is still to be written.
  const size_t room = sf_entropy_bound(count, table.lanes);
  uint8_t *end = output + room;
  if (table.precision == 12 && table.lanes == 32) {
    end = encode_lanes(symbols, count, coders, 12, 32, end);
  } else if (table.precision == 14 && table.lanes == 32) {
    end = encode_lanes(symbols, count, coders, 14, 32, end);
  } else {
    end = encode_lanes(symbols, count, coders, table.precision, table.lanes, end);
  }
  const size_t bytes = (size_t)(output + room - end);
  memmove(output, end, bytes);
  return bytes;
}

// MARK: decoding

/// Tables from slots (the low bits of a state) to symbols. With 12 bits one row holds everything;
/// with 14 bits that would not fit the first cache, so there is a step more.
struct decoder {
  /// 12 bits: symbol in bits 0-7, offset in its range in 8-19, frequency - 1 in 20-31.
  uint32_t rows[1 << 12];
  /// 14 bits: symbols; four bytes more, because they are gathered as words.
  uint8_t symbols[MAX_TOTAL + 4];
  /// 14 bits, by symbol: start of its range in bits 0-15, frequency in 16-31.
  uint32_t ranges[256];
};

static bool fill(struct decoder *decoder, sf_entropy_table table) {
  const uint32_t total = 1u << table.precision;
  uint32_t slot = 0;
  for (uint32_t symbol = 0; symbol < 256; symbol++) {
    const uint32_t frequency = table.frequencies[symbol];
    if (frequency > total - slot) return false;
    decoder->ranges[symbol] = slot | frequency << 16;
    for (uint32_t offset = 0; offset < frequency; offset++, slot++) {
      decoder->symbols[slot] = (uint8_t)symbol;
      if (table.precision == 12) {
        decoder->rows[slot] = symbol | offset << 8 | (frequency - 1) << 20;
      }
    }
  }
  memset(decoder->symbols + total, 0, 4);
  return slot == total;
}

INLINE uint32_t take(
    uint32_t x, const struct decoder *decoder, unsigned precision, uint8_t *symbol) {
  const uint32_t slot = x & ((1u << precision) - 1);
  if (precision == 12) {
    const uint32_t row = decoder->rows[slot];
    *symbol = (uint8_t)row;
    return ((row >> 20) + 1) * (x >> precision) + ((row >> 8) & 0xFFF);
  }
  *symbol = decoder->symbols[slot];
  const uint32_t range = decoder->ranges[*symbol];
  return (range >> 16) * (x >> precision) + slot - (range & 0xFFFF);
}

#if defined(__x86_64__)
/// Whole rounds of 32 lanes, 16 at a time, as long as every lane could take a word. Returns the
/// number of symbols; moves `input`.
__attribute__((target("avx512f,avx512bw"))) INLINE size_t decode_rounds(
    const uint8_t **input, const uint8_t *end, const struct decoder *decoder,
    const unsigned precision, size_t count, uint8_t *symbols, uint32_t *states) {
  const __m512i mask = _mm512_set1_epi32((1 << precision) - 1);
  const __m512i lowest = _mm512_set1_epi32(LOWEST);
  __m512i x[2] = {_mm512_loadu_si512(states), _mm512_loadu_si512(states + 16)};
  const uint8_t *p = *input;
  size_t i = 0;
  while (count - i >= 32 && end - p >= 64) {
    for (int half = 0; half < 2; half++) {
      const __m512i slot = _mm512_and_si512(x[half], mask);
      __m512i symbol, frequency, offset;
      if (precision == 12) {
        symbol = _mm512_i32gather_epi32(slot, decoder->rows, 4);
        frequency = _mm512_add_epi32(_mm512_srli_epi32(symbol, 20), _mm512_set1_epi32(1));
        offset = _mm512_and_si512(_mm512_srli_epi32(symbol, 8), mask);
      } else {
        symbol = _mm512_and_si512(
            _mm512_i32gather_epi32(slot, decoder->symbols, 1), _mm512_set1_epi32(255));
        const __m512i range = _mm512_i32gather_epi32(symbol, decoder->ranges, 4);
        frequency = _mm512_srli_epi32(range, 16);
        offset = _mm512_sub_epi32(slot, _mm512_and_si512(range, _mm512_set1_epi32(0xFFFF)));
      }
      _mm_storeu_si128((__m128i *)(symbols + i + 16 * half), _mm512_cvtepi32_epi8(symbol));
      const __m512i quotient = _mm512_srli_epi32(x[half], precision);
      const __m512i next = _mm512_add_epi32(_mm512_mullo_epi32(frequency, quotient), offset);
      const __mmask16 low = _mm512_cmplt_epu32_mask(next, lowest);
      const __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
      const __m512i refilled =
          _mm512_or_si512(_mm512_slli_epi32(next, 16), _mm512_maskz_expand_epi32(low, words));
      x[half] = _mm512_mask_mov_epi32(next, low, refilled);
      p += 2 * __builtin_popcount(low);
    }
    i += 32;
  }
  _mm512_storeu_si512(states, x[0]);
  _mm512_storeu_si512(states + 16, x[1]);
  *input = p;
  return i;
}

__attribute__((target("avx512f,avx512bw"))) static size_t decode_rounds_avx512(
    const uint8_t **input, const uint8_t *end, const struct decoder *decoder, unsigned precision,
    size_t count, uint8_t *symbols, uint32_t *states) {
  return precision == 12 ? decode_rounds(input, end, decoder, 12, count, symbols, states)
                         : decode_rounds(input, end, decoder, 14, count, symbols, states);
}
#endif

/// Rounds of all lanes as long as each could take a word, so that no check is needed.
INLINE size_t decode_rounds_portable(
    const uint8_t **input, const uint8_t *end, const struct decoder *decoder, unsigned precision,
    unsigned lanes, size_t count, uint8_t *symbols, uint32_t *states) {
  const uint8_t *p = *input;
  size_t i = 0;
  while (count - i >= lanes && (size_t)(end - p) >= 2 * (size_t)lanes) {
    for (unsigned lane = 0; lane < lanes; lane++) {
      const uint32_t x = take(states[lane], decoder, precision, &symbols[i + lane]);
      const bool low = x < LOWEST;
      const uint32_t refilled = x << 16 | load16(p);
      states[lane] = low ? refilled : x;
      p += low ? 2 : 0;
    }
    i += lanes;
  }
  *input = p;
  return i;
}

int sf_entropy_decode(
    const uint8_t *input, size_t bytes, sf_entropy_table table, size_t count, uint8_t *symbols,
    int portable) {
  struct decoder decoder;
  const unsigned lanes = table.lanes;
  const unsigned precision = table.precision;
  if (!fill(&decoder, table) || bytes < 4 * (size_t)lanes) return 1;
  const uint8_t *end = input + bytes;
  uint32_t states[SF_ENTROPY_MAX_LANES];
  for (unsigned lane = 0; lane < lanes; lane++, input += 4) {
    states[lane] = load32(input);
    if (states[lane] < LOWEST) return 1;
  }
  size_t i = 0;
#if defined(__x86_64__)
  if (!portable && lanes == 32 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw")) {
    i = decode_rounds_avx512(&input, end, &decoder, precision, count, symbols, states);
  }
#else
  (void)portable;
#endif
  // Whole rounds begin at lane 0 again, so the next loop goes on where the one before ended.
  if (precision == 12 && lanes == 32) {
    i += decode_rounds_portable(
        &input, end, &decoder, 12, 32, count - i, symbols + i, states);
  } else if (precision == 14 && lanes == 32) {
    i += decode_rounds_portable(
        &input, end, &decoder, 14, 32, count - i, symbols + i, states);
  } else {
    i += decode_rounds_portable(
        &input, end, &decoder, precision, lanes, count - i, symbols + i, states);
  }
  for (; i < count; i++) {
    uint32_t *state = &states[i % lanes];
    *state = take(*state, &decoder, precision, &symbols[i]);
    if (*state < LOWEST) {
      if (end - input < 2) return 1;
      *state = *state << 16 | load16(input);
      input += 2;
    }
  }
  for (unsigned lane = 0; lane < lanes; lane++) {
    if (states[lane] != LOWEST) return 1;
  }
  return input != end;
}
