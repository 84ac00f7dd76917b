#pragma once
#include <stddef.h>
#include <stdint.h>

// Hot loops over codebook indices, one byte each in memory. A width is 0...8 bits.

/// Bytes of `count` packed numbers of `width` bits.
size_t sf_packed_size(size_t count, unsigned width);

/// Packs numbers below 2^width, the first into the lowest bits of the first byte; unused bits of
/// the last byte are 0. Writes `sf_packed_size` bytes.
void sf_pack(const uint8_t *numbers, size_t count, unsigned width, uint8_t *output);

/// The inverse of `sf_pack`. Returns 0, or 1 if unused bits of the last byte are not 0.
int sf_unpack(const uint8_t *input, size_t count, unsigned width, uint8_t *numbers);

/// The largest number; 0 for none.
uint8_t sf_largest(const uint8_t *numbers, size_t count);

/// Adds how often every number occurs to `counts`, which has 256 elements.
void sf_histogram(const uint8_t *numbers, size_t count, uint64_t *counts);

/// Renumbers so that `zero` becomes 0 and the order of the others stays.
void sf_zero_to_front(const uint8_t *indices, size_t count, uint8_t zero, uint8_t *symbols);

/// The inverse of `sf_zero_to_front`, in place.
void sf_zero_from_front(uint8_t *symbols, size_t count, uint8_t zero);

/// Separates symbols into a bitmap (1 is not 0) of `(count + 7) / 8` bytes and the symbols that are
/// not 0, each less 1; `nonzeros` has room for `count`. Returns the number of these.
size_t sf_split_bitmap(
    const uint8_t *symbols, size_t count, uint8_t *bitmap, uint8_t *nonzeros);

/// Number of bits that are 1 in a bitmap of `count` bits, or SIZE_MAX if unused bits are not 0.
size_t sf_count_bitmap(const uint8_t *bitmap, size_t count);

/// The inverse of `sf_split_bitmap`. The number of nonzeros was checked; one more byte behind them
/// is readable.
void sf_join_bitmap(
    const uint8_t *bitmap, const uint8_t *nonzeros, size_t count, uint8_t *symbols);

/// Separates symbols into zero runs and the symbols that are not 0, each less 1. A run is the
/// number of zeros in front of a symbol: bytes of 255 to continue and one below 255. `runs` has
/// room for `count + count / 255`, `nonzeros` for `count`. Returns the number of nonzeros and, by
/// `run_bytes`, the number of run bytes.
size_t sf_split_runs(
    const uint8_t *symbols, size_t count, uint8_t *runs, size_t *run_bytes, uint8_t *nonzeros);

/// The inverse of `sf_split_runs`. Returns 0, or 1 if the runs leave the `count` symbols or do not
/// use exactly `run_bytes` bytes.
int sf_join_runs(
    const uint8_t *runs, size_t run_bytes, const uint8_t *nonzeros, size_t nonzero_count,
    size_t count, uint8_t *symbols);
