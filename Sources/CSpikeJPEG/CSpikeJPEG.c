#include "CSpikeJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

// Scans of a progressive file: ordinary ones have about 10, a few bytes can ask for thousands.
enum { SCAN_LIMIT = 100 };

typedef struct handler {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *reason;
} handler;

static void fail(j_common_ptr info) {
  handler *to = (handler *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(to->reason, 200, "%s", text);
  longjmp(to->escape, 1);
}

static void report(j_common_ptr info, int level) {
  if (level < 0) fail(info);
}

static void say_nothing(j_common_ptr info) { (void)info; }

static void watch(j_common_ptr info) {
  handler *to = (handler *)info->err;
  if (((j_decompress_ptr)info)->input_scan_number <= SCAN_LIMIT) return;
  snprintf(to->reason, 200, "more than %d scans", SCAN_LIMIT);
  longjmp(to->escape, 1);
}

// The whole reading of a file. libjpeg reports errors by longjmp: nothing is allocated here.
static int decode(
  const uint8_t *bytes, size_t count, spike_jpeg_image *image, uint8_t *output, size_t capacity,
  char *reason) {
  struct jpeg_decompress_struct info;
  handler errors = {.reason = reason};
  struct jpeg_progress_mgr progress = {.progress_monitor = watch};
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = fail;
  errors.base.emit_message = report;
  errors.base.output_message = say_nothing;
  jpeg_create_decompress(&info);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return 1;
  }
  info.progress = &progress;
  // Progressive files are kept whole; what goes beyond is an error, not a file on disk.
  info.mem->max_memory_to_use = 1L << 30;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  image->width = info.image_width;
  image->height = info.image_height;
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE: info.out_color_space = JCS_GRAYSCALE; break;
    case JCS_YCbCr:
    case JCS_RGB: info.out_color_space = JCS_RGB; break;
    default:
      snprintf(reason, 200, "colours other than grey, YCbCr and RGB");
      longjmp(errors.escape, 1);
  }
  image->channels = info.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  if (output != NULL) {
    info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info);
    size_t row = (size_t)info.output_width * (size_t)info.output_components;
    if (row * info.output_height != capacity) {
      snprintf(reason, 200, "the pixels do not have the form that the header announces");
      longjmp(errors.escape, 1);
    }
    while (info.output_scanline < info.output_height) {
      JSAMPROW line = output + (size_t)info.output_scanline * row;
      jpeg_read_scanlines(&info, &line, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return 0;
}

int spike_jpeg_header(
  const uint8_t *bytes, size_t count, spike_jpeg_image *image, char reason[200]) {
  return decode(bytes, count, image, NULL, 0, reason);
}

int spike_jpeg_pixels(
  const uint8_t *bytes, size_t count, uint8_t *output, size_t capacity, char reason[200]) {
  spike_jpeg_image image;
  return decode(bytes, count, &image, output, capacity, reason);
}
