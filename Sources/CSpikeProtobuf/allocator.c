#include "sf_pb_allocator.h"

#include <stdlib.h>

static void *grant(void *data, size_t size) {
  sf_pb_allocator *allocator = data;
  if (size > allocator->limit - allocator->used) {
    allocator->refused = true;
    return NULL;
  }
  // malloc(0) may be NULL, which protobuf-c would take for a failure.
  void *memory = malloc(size == 0 ? 1 : size);
  if (memory != NULL) allocator->used += size;
  return memory;
}

static void release(void *data, void *memory) {
  (void)data;
  free(memory);
}

void sf_pb_allocator_init(sf_pb_allocator *allocator, size_t limit) {
  allocator->base.alloc = grant;
  allocator->base.free = release;
  allocator->base.allocator_data = allocator;
  allocator->limit = limit;
  allocator->used = 0;
  allocator->refused = false;
}

ProtobufCAllocator *sf_pb_allocator_base(sf_pb_allocator *allocator) {
  return &allocator->base;
}
