#include "CSpikePNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct source {
  const uint8_t *bytes;
  size_t count, offset;
  char *reason;
} source;

static void fail(png_structp png, png_const_charp text) {
  source *from = png_get_error_ptr(png);
  snprintf(from->reason, 80, "%s", text);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void pull(png_structp png, png_bytep output, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->count - from->offset) png_error(png, "the file ends inside a chunk");
  memcpy(output, from->bytes + from->offset, count);
  from->offset += count;
}

// The whole reading of a file. libpng reports errors by longjmp: what must be freed is volatile or
// belongs to the caller.
static int decode(
  source *from, uint32_t limit, spike_png_image *image, uint8_t *output, size_t capacity) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, from, fail, ignore);
  if (png == NULL) return snprintf(from->reason, 80, "no memory"), 1;
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    return snprintf(from->reason, 80, "no memory"), 1;
  }
  png_bytepp volatile rows = NULL;
  if (setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
  }
  png_set_user_limits(png, limit, limit);
  png_set_chunk_cache_max(png, 64);
  png_set_chunk_malloc_max(png, 4 << 20);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  png_set_read_fn(png, from, pull);
  png_read_info(png, info);
  png_byte kind = png_get_color_type(png, info);
  int has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  image->width = png_get_image_width(png, info);
  image->height = png_get_image_height(png, info);
  image->channels = kind & PNG_COLOR_MASK_COLOR ? 3 : 1;
  image->has_alpha = (kind & PNG_COLOR_MASK_ALPHA) != 0 || has_transparency;
  image->is_deep = png_get_bit_depth(png, info) == 16;
  if (output != NULL) {
    if (image->is_deep) png_set_scale_16(png);
    if (kind == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (kind == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if (kind & PNG_COLOR_MASK_ALPHA) png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row = (size_t)image->width * image->channels;
    if (png_get_rowbytes(png, info) != row || row * image->height != capacity)
      png_error(png, "the pixels do not have the form that the header announces");
    rows = malloc(image->height * sizeof(png_bytep));
    if (rows == NULL) png_error(png, "no memory");
    for (uint32_t y = 0; y < image->height; y++) rows[y] = output + y * row;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    free(rows);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

int spike_png_header(
  const uint8_t *bytes, size_t count, uint32_t limit, spike_png_image *image, char reason[80]) {
  source from = {bytes, count, 0, reason};
  return decode(&from, limit, image, NULL, 0);
}

int spike_png_pixels(
  const uint8_t *bytes, size_t count, uint32_t limit, uint8_t *output, size_t capacity,
  char reason[80]) {
  source from = {bytes, count, 0, reason};
  spike_png_image image;
  return decode(&from, limit, &image, output, capacity);
}
