#pragma once
#include <stddef.h>
#include <stdint.h>

/// How a frame is compressed. The parameters are pinned here; a frame also depends on the version
/// of the zstd library, which readers need not care about.
enum sf_zstd_variant {
  /// Compression level 1.
  SF_ZSTD_FAST = 0,
  /// Level 1 without short matches (strategy fast, minMatch 7, hashLog 6): indices that are
  /// independent of each other have no true matches, false ones only disturb the Huffman code.
  SF_ZSTD_ENTROPY = 1,
  /// Compression level 19; about a thousand times slower.
  SF_ZSTD_SMALL = 2,
};

/// Version of the library, as 10504 for 1.5.4.
unsigned sf_zstd_version(void);

/// Room that a frame of `count` bytes may need.
size_t sf_zstd_bound(size_t count);

/// Compresses into one frame with its content size and without a checksum.
/// Returns the size of the frame, or 0 if there is no memory or no room.
size_t sf_zstd_compress(
    const uint8_t *input, size_t count, uint8_t *output, size_t capacity, int variant);

/// Content size of the one frame that `input` consists of, or -1 if it is not exactly one whole
/// frame with a content size.
int64_t sf_zstd_content_size(const uint8_t *input, size_t count);

/// Decompresses a frame of exactly `expected` bytes. Returns 0, or 1 if the frame is damaged.
int sf_zstd_decompress(const uint8_t *input, size_t count, uint8_t *output, size_t expected);

/// Unpacks one frame, with or without a content size, that `input` consists of.
/// Returns the number of bytes written, -1 if the frame is damaged, cut short or followed by more, or
/// -2 if there is no memory or `capacity` is too small.
int64_t sf_zstd_unpack(const uint8_t *input, size_t count, uint8_t *output, size_t capacity);
