// Speed of the codings of indices: IndexCodec COUNT ROUNDS. Prints one line of JSON for each case and
// method: size, and the rates of encoding and decoding, each the median over the rounds, in processor time of
// the one thread that runs.
//
// Encoding starts at indices of one byte, decoding ends there, with every check that reading a bundle makes.
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CSpikeZstd.h"
#include <zstd.h>

struct work {
  size_t count;
  unsigned entries;
  uint8_t zero;
  uint8_t *indices, *symbols, *nonzeros, *stream, *second, *frame, *result, *scratch;
  size_t capacity;
};

struct method {
  const char *name;
  /// Returns the number of bytes.
  size_t (*encode)(struct work *);
  /// Returns whether the bytes are sound.
  bool (*decode)(struct work *);
};

// What an encoder leaves for its decoder, besides the streams.
static size_t stream_size, second_size, frame_size, second_frame_size, nonzero_count;
static uint16_t frequencies[256];

static unsigned width_of(unsigned count) {
  unsigned width = 0;
  while ((1u << width) < count) width++;
  return width;
}

static void *memory(size_t size) {
  void *result = malloc(size);
  if (result == NULL) exit(70);
  return result;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// MARK: the codings of bundles

static size_t encode_packed(struct work *w) {
  sf_pack(w->indices, w->count, width_of(w->entries), w->stream);
  return stream_size = sf_packed_size(w->count, width_of(w->entries));
}

static bool decode_packed(struct work *w) {
  return sf_unpack(w->stream, w->count, width_of(w->entries), w->result) == 0 &&
         sf_largest(w->result, w->count) < w->entries;
}

/// Counts scaled to 4096; the most frequent symbol takes what rounding leaves.
static void quantise(const uint64_t *counts, size_t total) {
  unsigned sum = 0, largest = 0;
  for (unsigned symbol = 0; symbol < 256; symbol++) {
    uint64_t share = counts[symbol] * 4096 / total;
    if (counts[symbol] > 0 && share == 0) share = 1;
    frequencies[symbol] = (uint16_t)share;
    sum += (unsigned)share;
    if (counts[symbol] > counts[largest]) largest = symbol;
  }
  frequencies[largest] = (uint16_t)(frequencies[largest] + 4096 - sum);
}

static size_t encode_entropy(struct work *w) {
  uint64_t counts[256] = {0};
  sf_zero_to_front(w->indices, w->count, w->zero, w->symbols);
  sf_histogram(w->symbols, w->count, counts);
  quantise(counts, w->count);
  const sf_entropy_table table = {.frequencies = frequencies, .precision = 12, .lanes = 32};
  return stream_size = sf_entropy_encode(w->symbols, w->count, table, w->stream);
}

static bool decode_entropy_with(struct work *w, int portable) {
  const sf_entropy_table table = {.frequencies = frequencies, .precision = 12, .lanes = 32};
  if (sf_entropy_decode(w->stream, stream_size, table, w->count, w->result, portable)) return false;
  sf_zero_from_front(w->result, w->count, w->zero);
  return sf_largest(w->result, w->count) < w->entries;
}

static bool decode_entropy(struct work *w) {
  return decode_entropy_with(w, 0);
}

static bool decode_entropy_portable(struct work *w) {
  return decode_entropy_with(w, 1);
}

/// The second stream of bitmap and zero runs.
static void pack_nonzeros(struct work *w) {
  const unsigned width = width_of(w->entries - 1);
  sf_pack(w->nonzeros, nonzero_count, width, w->second);
  second_size = sf_packed_size(nonzero_count, width);
}

static bool unpack_nonzeros(struct work *w) {
  if (sf_unpack(w->second, nonzero_count, width_of(w->entries - 1), w->scratch)) return false;
  w->scratch[nonzero_count] = 0;
  return nonzero_count == 0 || sf_largest(w->scratch, nonzero_count) < w->entries - 1;
}

static bool finish(struct work *w) {
  sf_zero_from_front(w->result, w->count, w->zero);
  return sf_largest(w->result, w->count) < w->entries;
}

static size_t encode_bitmap(struct work *w) {
  sf_zero_to_front(w->indices, w->count, w->zero, w->symbols);
  nonzero_count = sf_split_bitmap(w->symbols, w->count, w->stream, w->nonzeros);
  stream_size = (w->count + 7) / 8;
  pack_nonzeros(w);
  return stream_size + second_size;
}

static bool decode_bitmap(struct work *w) {
  if (!unpack_nonzeros(w) || sf_count_bitmap(w->stream, w->count) != nonzero_count) return false;
  sf_join_bitmap(w->stream, w->scratch, w->count, w->result);
  return finish(w);
}

static size_t encode_runs(struct work *w) {
  sf_zero_to_front(w->indices, w->count, w->zero, w->symbols);
  nonzero_count = sf_split_runs(w->symbols, w->count, w->stream, &stream_size, w->nonzeros);
  pack_nonzeros(w);
  return stream_size + second_size;
}

static bool decode_runs(struct work *w) {
  return unpack_nonzeros(w) && sf_join_runs(w->stream, stream_size, w->scratch, nonzero_count,
                                            w->count, w->result) == 0 && finish(w);
}

// MARK: the same with the frames that a bundle puts around these two

static size_t compress(struct work *w) {
  frame_size = sf_zstd_compress(
      w->stream, stream_size, w->frame, w->capacity, SF_ZSTD_ENTROPY);
  second_frame_size = sf_zstd_compress(
      w->second, second_size, w->frame + frame_size, w->capacity - frame_size, SF_ZSTD_ENTROPY);
  return frame_size + second_frame_size;
}

static bool decompress(struct work *w) {
  return sf_zstd_decompress(w->frame, frame_size, w->stream, stream_size) == 0 &&
         sf_zstd_decompress(w->frame + frame_size, second_frame_size, w->second, second_size) == 0;
}

static size_t encode_bitmap_framed(struct work *w) {
  encode_bitmap(w);
  return compress(w);
}

static bool decode_bitmap_framed(struct work *w) {
  return decompress(w) && decode_bitmap(w);
}

static size_t encode_runs_framed(struct work *w) {
  encode_runs(w);
  return compress(w);
}

static bool decode_runs_framed(struct work *w) {
  return decompress(w) && decode_runs(w);
}

// MARK: zstd alone

static size_t zstd(struct work *w, const uint8_t *input, size_t size, int level) {
  frame_size = ZSTD_compress(w->frame, w->capacity, input, size, level);
  if (ZSTD_isError(frame_size)) exit(70);
  return frame_size;
}

static size_t encode_zstd1(struct work *w) {
  return zstd(w, w->indices, w->count, 1);
}

static size_t encode_zstd3(struct work *w) {
  return zstd(w, w->indices, w->count, 3);
}

static bool decode_zstd(struct work *w) {
  return ZSTD_decompress(w->result, w->count, w->frame, frame_size) == w->count &&
         sf_largest(w->result, w->count) < w->entries;
}

static size_t encode_packed_zstd1(struct work *w) {
  encode_packed(w);
  return zstd(w, w->stream, stream_size, 1);
}

static bool decode_packed_zstd(struct work *w) {
  return ZSTD_decompress(w->stream, stream_size, w->frame, frame_size) == stream_size &&
         decode_packed(w);
}

static const struct method methods[] = {
    {"packed", encode_packed, decode_packed},
    {"entropy", encode_entropy, decode_entropy},
    {"entropy, no AVX-512", encode_entropy, decode_entropy_portable},
    {"bitmap", encode_bitmap, decode_bitmap},
    {"bitmap, frames", encode_bitmap_framed, decode_bitmap_framed},
    {"zero runs", encode_runs, decode_runs},
    {"zero runs, frames", encode_runs_framed, decode_runs_framed},
    {"zstd 1 of bytes", encode_zstd1, decode_zstd},
    {"zstd 3 of bytes", encode_zstd3, decode_zstd},
    {"zstd 1 of packed", encode_packed_zstd1, decode_packed_zstd},
};

// MARK: cases

static uint64_t state = 1;

/// SplitMix64, in 0..<1.
static double uniform(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, ascending);
  return values[count / 2];
}

static void measure(struct work *w, double zeros, const struct method *method, size_t rounds) {
  double *encode = memory(rounds * sizeof(double)), *decode = memory(rounds * sizeof(double));
  size_t bytes = 0;
  // One round warms up.
  for (size_t round = 0; round <= rounds; round++) {
    const double start = now();
    bytes = method->encode(w);
    const double middle = now();
    const bool sound = method->decode(w);
    const double end = now();
    if (!sound || memcmp(w->result, w->indices, w->count) != 0) exit(70);
    if (round > 0) {
      encode[round - 1] = (double)w->count / (middle - start) / 1e6;
      decode[round - 1] = (double)w->count / (end - middle) / 1e6;
    }
    memset(w->result, 0, w->count);
  }
  printf(
      "{\"M\":%u,\"zeros\":%.2f,\"method\":\"%s\",\"bytes\":%zu,\"encode\":%.0f,\"decode\":%.0f}\n",
      w->entries, zeros, method->name, bytes, median(encode, rounds), median(decode, rounds));
  fflush(stdout);
  free(encode);
  free(decode);
}

int main(int argc, char **argv) {
  const size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  const size_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  if (count < 1 || count > 1u << 28 || rounds < 1 || rounds > 10000) {
    fprintf(stderr, "usage: IndexCodec COUNT ROUNDS\n");
    return 64;
  }
  struct work w = {.count = count, .capacity = 4 * count + 65536};
  uint8_t **buffers[] = {&w.indices, &w.symbols, &w.nonzeros, &w.stream,
                         &w.second,  &w.frame,   &w.result,   &w.scratch};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) *buffers[i] = memory(w.capacity);
  const unsigned entries[] = {2, 3, 4, 8, 16, 256};
  const double shares[] = {0, 0.5, 0.9, 0.99};
  for (size_t m = 0; m < 6; m++) {
    for (size_t share = 0; share < 4; share++) {
      w.entries = entries[m];
      w.zero = (uint8_t)(w.entries / 2);
      for (size_t i = 0; i < count; i++) {
        w.indices[i] = uniform() < shares[share] ? w.zero : (uint8_t)(uniform() * w.entries);
      }
      for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        measure(&w, shares[share], &methods[i], rounds);
      }
    }
  }
  return 0;
}
