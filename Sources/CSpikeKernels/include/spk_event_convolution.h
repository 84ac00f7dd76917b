// Convolutions that cost only what their input spikes: one row of weights, or of gradients, is
// added for every activation that is not 0.
#pragma once

#include <stdint.h>

// Images [images][height][width][channels], outputs [images][output_height][output_width][outputs],
// one group. Pads may be negative. Elements of an image batch stay below 2^31.
typedef struct {
  int64_t images, height, width, channels;
  int64_t output_height, output_width, outputs;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left;
  int64_t dilation_height, dilation_width;
} spk_event_geometry;

// Lists the activations of x [images][pixels][channels] that are not 0: `indices` gets their places
// in x in rising order (room for images * limit + SPK_EVENT_OVERHANG), those of pixel p of all from
// starts[p] to starts[p + 1]. An image with more than `limit` of them gets none, and 1 in `dense`
// instead of 0. Returns the number of dense images. `is_graded` (set to 0 or 1) tells whether any
// activation in the list is not 1.
enum { SPK_EVENT_OVERHANG = 16 };
int64_t spk_list_events(
    int64_t images, int64_t pixels, int64_t channels, const float *x, int64_t limit,
    int32_t *starts, int32_t *indices, int32_t *dense, int32_t *is_graded);

// Weights [taps][channels][outputs] in blocks of SPK_EVENT_BLOCK outputs,
// [blocks][taps][channels][width of the block], the last one filled up with 0 to whole vectors of
// 16. Transposed ones are those of the data gradient, with the taps in reverse:
// [blocks of channels][taps][outputs][width].
enum { SPK_EVENT_BLOCK = 64 };
int64_t spk_event_packed_count(int64_t taps, int64_t channels, int64_t outputs);
void spk_pack_event_weights(
    int64_t taps, int64_t channels, int64_t outputs, const float *weights, int32_t transposed,
    float *packed);

// y = convolution of the listed events with packed weights, plus bias (may be null). Terms are
// added in the order bias, rows of the kernel, its columns, channels. Dense images are left out.
void spk_event_convolution(
    const spk_event_geometry *geometry, const float *x, const int32_t *starts,
    const int32_t *indices, const int32_t *dense, int32_t is_graded, const float *packed,
    const float *bias, float *y);

// Gradient of the weights [taps][channels][outputs], overwritten; strides and dilations are 1.
// Terms are added in the order of images, rows and columns of x. `scratch` has room for
// spk_event_gradient_scratch(geometry) elements of 4 bytes.
int64_t spk_event_gradient_scratch(const spk_event_geometry *geometry);
void spk_event_weight_gradient(
    const spk_event_geometry *geometry, const float *x, const int32_t *starts,
    const int32_t *indices, int32_t is_graded, const float *y_gradient, void *scratch,
    float *weight_gradient);
