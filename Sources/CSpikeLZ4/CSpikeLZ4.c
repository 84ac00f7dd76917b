#include "CSpikeLZ4.h"

#include <lz4frame.h>

int64_t sf_lz4_unpack(const uint8_t *input, size_t count, uint8_t *output, size_t capacity) {
  LZ4F_dctx *context = NULL;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return -2;
  size_t consumed = 0, written = 0;
  int64_t result = -1;
  for (;;) {
    size_t in = count - consumed, out = capacity - written;
    size_t hint = LZ4F_decompress(context, output + written, &out, input + consumed, &in, NULL);
    consumed += in;
    written += out;
    if (LZ4F_isError(hint)) break;
    if (hint == 0) {
      result = consumed == count ? (int64_t)written : -1;
      break;
    }
    // No step forward: the input ends inside the frame, or there is no room.
    if (in == 0 && out == 0) {
      result = written == capacity ? -2 : -1;
      break;
    }
  }
  LZ4F_freeDecompressionContext(context);
  return result;
}
