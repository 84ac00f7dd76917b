#pragma once
#include <stddef.h>
#include <stdint.h>

// Range asymmetric numeral systems with a fixed table: near the entropy at a gigabyte a second.
//
// J. Duda, "Asymmetric numeral systems: entropy coding combining speed of Huffman coding with
// compression rate of arithmetic coding", arXiv:1311.2540; interleaving: F. Giesen, "Interleaved
// entropy coders", arXiv:1402.3392. States have 32 bits and never fall below 2^16; words have 16.

/// Largest number of interleaved states.
#define SF_ENTROPY_MAX_LANES 32

/// What coder and decoder must agree on.
typedef struct sf_entropy_table {
  /// 256 frequencies that add up to 2^precision.
  const uint16_t *frequencies;
  /// 12 or 14 bits.
  unsigned precision;
  /// Number of interleaved states, a power of two up to 32.
  unsigned lanes;
} sf_entropy_table;

/// Room that `count` symbols may need.
size_t sf_entropy_bound(size_t count, unsigned lanes);

/// Codes symbols, whose frequencies are not 0, into the states of all lanes and 16-bit words.
/// Returns the number of bytes.
size_t sf_entropy_encode(
    const uint8_t *symbols, size_t count, sf_entropy_table table, uint8_t *output);

/// The inverse; if `portable`, without the special instructions of the processor. Returns 0, or 1
/// if the bytes end too early or too late or the states do not come back to their start.
int sf_entropy_decode(
    const uint8_t *input, size_t bytes, sf_entropy_table table, size_t count, uint8_t *symbols,
    int portable);
