#include "zstd_frames.h"

#include <zstd.h>

unsigned sf_zstd_version(void) {
  return ZSTD_versionNumber();
}

size_t sf_zstd_bound(size_t count) {
  return ZSTD_compressBound(count);
}

size_t sf_zstd_compress(
    const uint8_t *input, size_t count, uint8_t *output, size_t capacity, int variant) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  if (context == NULL) return 0;
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, variant == SF_ZSTD_SMALL ? 19 : 1);
  if (variant == SF_ZSTD_ENTROPY) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast);
    ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, 7);
    ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 6);
  }
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0);
  ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);
  size_t size = ZSTD_compress2(context, output, capacity, input, count);
  ZSTD_freeCCtx(context);
  return ZSTD_isError(size) ? 0 : size;
}

int64_t sf_zstd_content_size(const uint8_t *input, size_t count) {
  size_t frame = ZSTD_findFrameCompressedSize(input, count);
  if (ZSTD_isError(frame) || frame != count) return -1;
  unsigned long long size = ZSTD_getFrameContentSize(input, count);
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return -1;
  return size > INT64_MAX ? -1 : (int64_t)size;
}

int sf_zstd_decompress(const uint8_t *input, size_t count, uint8_t *output, size_t expected) {
  uint8_t nothing;
  size_t size = ZSTD_decompress(expected == 0 ? &nothing : output, expected, input, count);
  return ZSTD_isError(size) || size != expected;
}

int64_t sf_zstd_unpack(const uint8_t *input, size_t count, uint8_t *output, size_t capacity) {
  ZSTD_DStream *stream = ZSTD_createDStream();
  if (stream == NULL) return -2;
  // A window beyond what can be written is of no use to a sound frame.
  ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 28);
  ZSTD_inBuffer in = {input, count, 0};
  ZSTD_outBuffer out = {output, capacity, 0};
  int64_t result = -1;
  for (;;) {
    size_t consumed = in.pos, written = out.pos;
    size_t hint = ZSTD_decompressStream(stream, &out, &in);
    if (ZSTD_isError(hint)) break;
    if (hint == 0) {
      result = in.pos == in.size ? (int64_t)out.pos : -1;
      break;
    }
    // No step forward: the input ends inside the frame, or there is no room.
    if (in.pos == consumed && out.pos == written) {
      result = out.pos == out.size ? -2 : -1;
      break;
    }
  }
  ZSTD_freeDStream(stream);
  return result;
}
