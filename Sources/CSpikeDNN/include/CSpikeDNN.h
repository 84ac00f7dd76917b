// Convolutions and matrix products of oneDNN behind plain numbers and opaque handles.
//
// Everything runs on the calling thread: oneDNN's own threads are switched off around each call,
// because the partition of its weight gradient depends on their number. A handle keeps scratch
// memory and may be used by one thread at a time; different handles are independent.
//
// Functions return 0 or oneDNN's status; `operation` then names what failed (static text).
#pragma once

#include <stdint.h>

typedef struct {
  int64_t images, height, width, channels;
  int64_t output_height, output_width, outputs;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  int64_t dilation_height, dilation_width;  // 1 is dense
  int64_t groups;
} spk_convolution_geometry;

typedef struct spk_convolution spk_convolution;

// Images are [images][height][width][channels], weights
// [groups][kernel_height][kernel_width][channels / groups][outputs / groups].
int spk_convolution_create(
    const spk_convolution_geometry *geometry, int is_trained, spk_convolution **result,
    const char **operation);
void spk_convolution_destroy(spk_convolution *convolution);

// keeps_weights: the weights are those of the previous call of the same function on this handle.
// bias may be null.
int spk_convolution_forward(
    spk_convolution *convolution, const float *x, const float *weights, int keeps_weights,
    const float *bias, float *y, const char **operation);
int spk_convolution_backward_data(
    spk_convolution *convolution, const float *dy, const float *weights, int keeps_weights,
    float *dx, const char **operation);
int spk_convolution_backward_weights(
    spk_convolution *convolution, const float *x, const float *dy, float *weights_gradient,
    const char **operation);

// What oneDNN chose for the forward pass, the data gradient and the weight gradient (0, 1, 2).
const char *spk_convolution_implementation(const spk_convolution *convolution, int pass);

// c[m][n] = alpha op(a)[m][k] op(b)[k][n] + beta c; row-major, dense.
int spk_matrix_product(
    int transposes_a, int transposes_b, int64_t m, int64_t n, int64_t k, const float *a,
    const float *b, float beta, float *c, const char **operation);

// Text of a status.
const char *spk_dnn_status_text(int status);
// "major.minor.patch" of the library at run time.
const char *spk_dnn_version(void);

// Number of the instruction set that oneDNN generates code for on this processor.
int32_t spk_dnn_isa(void);
