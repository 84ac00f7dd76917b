// Convolutions over oneDNN 2.x and 3.x. Only the functions between the version marks differ.

#define _GNU_SOURCE
#include "CSpikeDNN.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "one_thread.h"

// MARK: Versions

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t md_ref;
#define MD_REF(md) (md)
#else
typedef const dnnl_memory_desc_t *md_ref;
#define MD_REF(md) (&(md))
#endif

// The layouts and sizes shared by the three passes of a convolution.
typedef struct {
  dnnl_memory_desc_t x, y, bias, weights, any_weights;
  dnnl_dims_t strides, dilations, pads_before, pads_after;
  dnnl_primitive_attr_t attributes;
} layouts;

static dnnl_status_t make_strided(
    dnnl_memory_desc_t *md, int rank, const dnnl_dims_t sizes, const dnnl_dims_t strides) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(md, rank, sizes, dnnl_f32, strides);
#else
  return dnnl_memory_desc_init_by_strides(md, rank, sizes, dnnl_f32, strides);
#endif
}

static dnnl_status_t make_any(dnnl_memory_desc_t *md, int rank, const dnnl_dims_t sizes) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(md, rank, sizes, dnnl_f32, dnnl_format_tag_any);
#else
  return dnnl_memory_desc_init_by_tag(md, rank, sizes, dnnl_f32, dnnl_format_tag_any);
#endif
}

static void free_layouts(layouts *l) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t all[] = {l->x, l->y, l->bias, l->weights, l->any_weights};
  for (int i = 0; i < 5; i++) {
    if (all[i]) dnnl_memory_desc_destroy(all[i]);
  }
#endif
  if (l->attributes) dnnl_primitive_attr_destroy(l->attributes);
}

static dnnl_status_t describe_forward(
    dnnl_primitive_desc_t *pd, dnnl_engine_t engine, layouts *l, int is_trained) {
  const dnnl_prop_kind_t kind = is_trained ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_convolution_forward_primitive_desc_create(
      pd, engine, kind, dnnl_convolution_direct, l->x, l->any_weights, l->bias, l->y, l->strides,
      l->dilations, l->pads_before, l->pads_after, l->attributes);
#else
  dnnl_convolution_desc_t description;
  const dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
      &description, kind, dnnl_convolution_direct, &l->x, &l->any_weights, &l->bias, &l->y,
      l->strides, l->dilations, l->pads_before, l->pads_after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(pd, &description, l->attributes, engine, NULL);
#endif
}

static dnnl_status_t describe_backward_data(
    dnnl_primitive_desc_t *pd, dnnl_engine_t engine, layouts *l,
    const_dnnl_primitive_desc_t hint) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_convolution_backward_data_primitive_desc_create(
      pd, engine, dnnl_convolution_direct, l->x, l->any_weights, l->y, l->strides, l->dilations,
      l->pads_before, l->pads_after, hint, l->attributes);
#else
  dnnl_convolution_desc_t description;
  const dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
      &description, dnnl_convolution_direct, &l->x, &l->any_weights, &l->y, l->strides,
      l->dilations, l->pads_before, l->pads_after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(pd, &description, l->attributes, engine, hint);
#endif
}

// Without bias: its gradient is a sum of ours, in an order that does not depend on the library.
static dnnl_status_t describe_backward_weights(
    dnnl_primitive_desc_t *pd, dnnl_engine_t engine, layouts *l,
    const_dnnl_primitive_desc_t hint) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_convolution_backward_weights_primitive_desc_create(
      pd, engine, dnnl_convolution_direct, l->x, l->any_weights, NULL, l->y, l->strides,
      l->dilations, l->pads_before, l->pads_after, hint, l->attributes);
#else
  dnnl_convolution_desc_t description;
  const dnnl_status_t status = dnnl_dilated_convolution_backward_weights_desc_init(
      &description, dnnl_convolution_direct, &l->x, &l->any_weights, NULL, &l->y, l->strides,
      l->dilations, l->pads_before, l->pads_after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(pd, &description, l->attributes, engine, hint);
#endif
}

// MARK: One thread

typedef void (*set_threads_function)(int);
typedef int (*get_threads_function)(void);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static set_threads_function set_threads;
static get_threads_function get_threads;
static dnnl_engine_t engine;
static dnnl_status_t engine_status;

static void prepare(void) {
  // oneDNN's OpenMP runtime, if it was built with one; ours is none.
  void *set = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  void *get = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  memcpy(&set_threads, &set, sizeof set);
  memcpy(&get_threads, &get, sizeof get);
  engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0);
}

int spk_enter_one_thread(void) {
  pthread_once(&once, prepare);
  if (!set_threads || !get_threads) return 0;
  const int before = get_threads();
  set_threads(1);
  return before;
}

void spk_leave_one_thread(int before) {
  if (before > 0) set_threads(before);
}

// MARK: Handles

enum { FORWARD = 0, BACKWARD_DATA = 1, BACKWARD_WEIGHTS = 2, PASSES = 3, MOST_ARGUMENTS = 5 };

// A primitive with its scratch memory.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t scratch;
  void *scratch_bytes;
} operation_handle;

// A pass, with weights in the layout that its primitive prefers.
typedef struct {
  operation_handle run, reorder;
  dnnl_memory_t packed;  // null where the user's layout is the preferred one
  void *packed_bytes;
  char implementation[64];
} pass_handle;

struct spk_convolution {
  dnnl_stream_t stream;
  layouts layouts;
  dnnl_memory_t x, y, weights, bias;
  float *zero_bias;
  pass_handle passes[PASSES];
};

#define TRY(name, call)                   \
  do {                                    \
    const dnnl_status_t status_ = (call); \
    if (status_ != dnnl_success) {        \
      *operation = (name);                \
      return status_;                     \
    }                                     \
  } while (0)

static dnnl_status_t allocate(void **bytes, size_t count) {
  if (posix_memalign(bytes, 64, count ? count : 64) != 0) {
    *bytes = NULL;
    return dnnl_out_of_memory;
  }
  memset(*bytes, 0, count);
  return dnnl_success;
}

static dnnl_status_t make_memory(
    dnnl_memory_t *memory, void **bytes, md_ref md, const char **operation) {
  TRY("allocate memory", allocate(bytes, dnnl_memory_desc_get_size(md)));
  TRY("create memory", dnnl_memory_create(memory, md, engine, *bytes));
  return dnnl_success;
}

static dnnl_status_t make_operation(
    operation_handle *handle, const_dnnl_primitive_desc_t pd, const char **operation) {
  TRY("create primitive", dnnl_primitive_create(&handle->primitive, pd));
  const md_ref scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
  if (scratch && dnnl_memory_desc_get_size(scratch) > 0) {
    return make_memory(&handle->scratch, &handle->scratch_bytes, scratch, operation);
  }
  return dnnl_success;
}

static void free_operation(operation_handle *handle) {
  if (handle->primitive) dnnl_primitive_destroy(handle->primitive);
  if (handle->scratch) dnnl_memory_destroy(handle->scratch);
  free(handle->scratch_bytes);
}

static dnnl_status_t make_reorder(
    operation_handle *handle, md_ref from, md_ref to, layouts *l, const char **operation) {
  dnnl_primitive_desc_t pd = NULL;
  TRY("describe weight reorder",
      dnnl_reorder_primitive_desc_create(&pd, from, engine, to, engine, l->attributes));
  const dnnl_status_t status = make_operation(handle, pd, operation);
  dnnl_primitive_desc_destroy(pd);
  return status;
}

// Makes the primitive of a pass, and the reorder where it prefers another weight layout.
static dnnl_status_t make_pass(
    spk_convolution *c, int which, const_dnnl_primitive_desc_t pd, const char **operation) {
  pass_handle *pass = &c->passes[which];
  const char *name = NULL;
  if (dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name) {
    snprintf(pass->implementation, sizeof pass->implementation, "%s", name);
  }
  const dnnl_status_t status = make_operation(&pass->run, pd, operation);
  if (status != dnnl_success) return status;
  const int gives_weights = which == BACKWARD_WEIGHTS;
  const md_ref wanted = dnnl_primitive_desc_query_md(
      pd, gives_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
  const md_ref given = MD_REF(c->layouts.weights);
  if (dnnl_memory_desc_equal(wanted, given)) return dnnl_success;
  const dnnl_status_t packed = make_memory(&pass->packed, &pass->packed_bytes, wanted, operation);
  if (packed != dnnl_success) return packed;
  return make_reorder(
      &pass->reorder, gives_weights ? wanted : given, gives_weights ? given : wanted,
      &c->layouts, operation);
}

static dnnl_status_t make_passes(spk_convolution *c, int is_trained, const char **operation) {
  dnnl_primitive_desc_t forward = NULL, backward = NULL;
  TRY("describe convolution", describe_forward(&forward, engine, &c->layouts, is_trained));
  dnnl_status_t status = make_pass(c, FORWARD, forward, operation);
  if (is_trained && status == dnnl_success) {
    *operation = "describe convolution data gradient";
    status = describe_backward_data(&backward, engine, &c->layouts, forward);
    if (status == dnnl_success) status = make_pass(c, BACKWARD_DATA, backward, operation);
    if (backward) dnnl_primitive_desc_destroy(backward);
  }
  if (is_trained && status == dnnl_success) {
    backward = NULL;
    *operation = "describe convolution weight gradient";
    status = describe_backward_weights(&backward, engine, &c->layouts, forward);
    if (status == dnnl_success) status = make_pass(c, BACKWARD_WEIGHTS, backward, operation);
    if (backward) dnnl_primitive_desc_destroy(backward);
  }
  dnnl_primitive_desc_destroy(forward);
  return status;
}

// MARK: Layouts

static dnnl_status_t make_image_layout(
    dnnl_memory_desc_t *md, int64_t images, int64_t channels, int64_t height, int64_t width) {
  const dnnl_dims_t sizes = {images, channels, height, width};
  const dnnl_dims_t strides = {height * width * channels, 1, width * channels, channels};
  return make_strided(md, 4, sizes, strides);
}

static dnnl_status_t make_layouts(
    layouts *l, const spk_convolution_geometry *g, const char **operation) {
  const int64_t o = g->outputs / g->groups, i = g->channels / g->groups;
  const int64_t kh = g->kernel_height, kw = g->kernel_width;
  const dnnl_dims_t sizes = {g->groups, o, i, kh, kw};
  const dnnl_dims_t strides = {kh * kw * i * o, 1, o, kw * i * o, i * o};
  const dnnl_dims_t outputs = {g->outputs}, one = {1};
  dnnl_dims_t plain_sizes = {0}, plain_strides = {0};
  memcpy(plain_sizes, sizes + 1, 4 * sizeof(int64_t));
  memcpy(plain_strides, strides + 1, 4 * sizeof(int64_t));
  const int rank = g->groups > 1 ? 5 : 4;
  TRY("describe input", make_image_layout(&l->x, g->images, g->channels, g->height, g->width));
  TRY("describe output",
      make_image_layout(&l->y, g->images, g->outputs, g->output_height, g->output_width));
  TRY("describe bias", make_strided(&l->bias, 1, outputs, one));
  TRY("describe weights",
      make_strided(
          &l->weights, rank, rank == 5 ? sizes : plain_sizes,
          rank == 5 ? strides : plain_strides));
  TRY("describe packed weights",
      make_any(&l->any_weights, rank, rank == 5 ? sizes : plain_sizes));
  const dnnl_dims_t steps = {g->stride_height, g->stride_width};
  const dnnl_dims_t gaps = {g->dilation_height - 1, g->dilation_width - 1};
  const dnnl_dims_t before = {g->pad_top, g->pad_left}, after = {g->pad_bottom, g->pad_right};
  memcpy(l->strides, steps, sizeof steps);
  memcpy(l->dilations, gaps, sizeof gaps);
  memcpy(l->pads_before, before, sizeof before);
  memcpy(l->pads_after, after, sizeof after);
  TRY("create attributes", dnnl_primitive_attr_create(&l->attributes));
  TRY("choose own scratch memory",
      dnnl_primitive_attr_set_scratchpad_mode(l->attributes, dnnl_scratchpad_mode_user));
  TRY("choose full precision",
      dnnl_primitive_attr_set_fpmath_mode(l->attributes, dnnl_fpmath_mode_strict));
  return dnnl_success;
}

static dnnl_status_t build(
    spk_convolution *c, const spk_convolution_geometry *g, int is_trained,
    const char **operation) {
  TRY("create engine", engine_status);
  TRY("create stream", dnnl_stream_create(&c->stream, engine, dnnl_stream_default_flags));
  const dnnl_status_t status = make_layouts(&c->layouts, g, operation);
  if (status != dnnl_success) return status;
  TRY("allocate bias", allocate((void **)&c->zero_bias, (size_t)g->outputs * sizeof(float)));
  TRY("create input", dnnl_memory_create(&c->x, MD_REF(c->layouts.x), engine, DNNL_MEMORY_NONE));
  TRY("create output", dnnl_memory_create(&c->y, MD_REF(c->layouts.y), engine, DNNL_MEMORY_NONE));
  TRY("create weights",
      dnnl_memory_create(&c->weights, MD_REF(c->layouts.weights), engine, DNNL_MEMORY_NONE));
  TRY("create bias",
      dnnl_memory_create(&c->bias, MD_REF(c->layouts.bias), engine, DNNL_MEMORY_NONE));
  return make_passes(c, is_trained, operation);
}

int spk_convolution_create(
    const spk_convolution_geometry *geometry, int is_trained, spk_convolution **result,
    const char **operation) {
  *result = NULL;
  *operation = "allocate convolution";
  spk_convolution *c = calloc(1, sizeof *c);
  if (!c) return dnnl_out_of_memory;
  const int before = spk_enter_one_thread();
  const dnnl_status_t status = build(c, geometry, is_trained, operation);
  spk_leave_one_thread(before);
  if (status == dnnl_success) {
    *result = c;
  } else {
    spk_convolution_destroy(c);
  }
  return status;
}

void spk_convolution_destroy(spk_convolution *c) {
  if (!c) return;
  for (int i = 0; i < PASSES; i++) {
    free_operation(&c->passes[i].run);
    free_operation(&c->passes[i].reorder);
    if (c->passes[i].packed) dnnl_memory_destroy(c->passes[i].packed);
    free(c->passes[i].packed_bytes);
  }
  dnnl_memory_t memories[] = {c->x, c->y, c->weights, c->bias};
  for (int i = 0; i < 4; i++) {
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  }
  free(c->zero_bias);
  free_layouts(&c->layouts);
  if (c->stream) dnnl_stream_destroy(c->stream);
  free(c);
}

// MARK: Execution

static dnnl_status_t execute(
    spk_convolution *c, operation_handle *handle, int count, const dnnl_exec_arg_t *arguments) {
  dnnl_exec_arg_t all[MOST_ARGUMENTS];
  memcpy(all, arguments, (size_t)count * sizeof *all);
  if (handle->scratch) {
    const dnnl_exec_arg_t scratch = {DNNL_ARG_SCRATCHPAD, handle->scratch};
    all[count++] = scratch;
  }
  const dnnl_status_t status = dnnl_primitive_execute(handle->primitive, c->stream, count, all);
  return status == dnnl_success ? dnnl_stream_wait(c->stream) : status;
}

static dnnl_status_t point(dnnl_memory_t memory, const float *data) {
  // oneDNN takes inputs and outputs by the same pointer type; inputs are only read.
  return dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)data);
}

static dnnl_status_t reorder(
    spk_convolution *c, pass_handle *pass, dnnl_memory_t from, dnnl_memory_t to) {
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  return execute(c, &pass->reorder, 2, arguments);
}

static dnnl_status_t pack(
    spk_convolution *c, pass_handle *pass, const float *weights, int keeps_weights,
    dnnl_memory_t *packed, const char **operation) {
  TRY("set weights", point(c->weights, weights));
  *packed = pass->packed ? pass->packed : c->weights;
  if (pass->packed && !keeps_weights) {
    TRY("reorder weights", reorder(c, pass, c->weights, pass->packed));
  }
  return dnnl_success;
}

static dnnl_status_t run_forward(
    spk_convolution *c, const float *x, const float *weights, int keeps_weights,
    const float *bias, float *y, const char **operation) {
  pass_handle *pass = &c->passes[FORWARD];
  dnnl_memory_t packed;
  const dnnl_status_t status = pack(c, pass, weights, keeps_weights, &packed, operation);
  if (status != dnnl_success) return status;
  TRY("set input", point(c->x, x));
  TRY("set output", point(c->y, y));
  TRY("set bias", point(c->bias, bias ? bias : c->zero_bias));
  const dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, c->x}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, c->bias},
      {DNNL_ARG_DST, c->y}};
  TRY("run convolution", execute(c, &pass->run, 4, arguments));
  return dnnl_success;
}

static dnnl_status_t run_backward_data(
    spk_convolution *c, const float *dy, const float *weights, int keeps_weights, float *dx,
    const char **operation) {
  pass_handle *pass = &c->passes[BACKWARD_DATA];
  dnnl_memory_t packed;
  if (!pass->run.primitive) TRY("find data gradient of an inference handle", dnnl_unimplemented);
  const dnnl_status_t status = pack(c, pass, weights, keeps_weights, &packed, operation);
  if (status != dnnl_success) return status;
  TRY("set output gradient", point(c->y, dy));
  TRY("set input gradient", point(c->x, dx));
  const dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_DIFF_DST, c->y}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DIFF_SRC, c->x}};
  TRY("run convolution data gradient", execute(c, &pass->run, 3, arguments));
  return dnnl_success;
}

static dnnl_status_t run_backward_weights(
    spk_convolution *c, const float *x, const float *dy, float *weights_gradient,
    const char **operation) {
  pass_handle *pass = &c->passes[BACKWARD_WEIGHTS];
  if (!pass->run.primitive) TRY("find weight gradient of an inference handle", dnnl_unimplemented);
  TRY("set input", point(c->x, x));
  TRY("set output gradient", point(c->y, dy));
  TRY("set weight gradient", point(c->weights, weights_gradient));
  const dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, c->x}, {DNNL_ARG_DIFF_DST, c->y},
      {DNNL_ARG_DIFF_WEIGHTS, pass->packed ? pass->packed : c->weights}};
  TRY("run convolution weight gradient", execute(c, &pass->run, 3, arguments));
  if (pass->packed) {
    TRY("reorder weight gradient", reorder(c, pass, pass->packed, c->weights));
  }
  return dnnl_success;
}

int spk_convolution_forward(
    spk_convolution *c, const float *x, const float *weights, int keeps_weights,
    const float *bias, float *y, const char **operation) {
  const int before = spk_enter_one_thread();
  const dnnl_status_t status = run_forward(c, x, weights, keeps_weights, bias, y, operation);
  spk_leave_one_thread(before);
  return status;
}

int spk_convolution_backward_data(
    spk_convolution *c, const float *dy, const float *weights, int keeps_weights, float *dx,
    const char **operation) {
  const int before = spk_enter_one_thread();
  const dnnl_status_t status = run_backward_data(c, dy, weights, keeps_weights, dx, operation);
  spk_leave_one_thread(before);
  return status;
}

int spk_convolution_backward_weights(
    spk_convolution *c, const float *x, const float *dy, float *weights_gradient,
    const char **operation) {
  const int before = spk_enter_one_thread();
  const dnnl_status_t status = run_backward_weights(c, x, dy, weights_gradient, operation);
  spk_leave_one_thread(before);
  return status;
}

const char *spk_convolution_implementation(const spk_convolution *c, int pass) {
  return pass >= 0 && pass < PASSES ? c->passes[pass].implementation : "";
}
