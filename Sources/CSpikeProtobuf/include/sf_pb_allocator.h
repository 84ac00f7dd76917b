#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/// An allocator for protobuf-c that refuses above a limit.
///
/// It counts every byte ever asked for and never gives back what was freed: that is simple,
/// deterministic, and bounds work as well as memory. A refused request makes `…__unpack` return
/// NULL. The struct must not move between `sf_pb_allocator_init` and the last `free_unpacked`.
typedef struct sf_pb_allocator {
  ProtobufCAllocator base;
  size_t limit;  // bytes that may be asked for in total
  size_t used;   // bytes that were granted so far
  bool refused;  // whether a request was refused because of the limit
} sf_pb_allocator;

/// Prepares an allocator that grants at most `limit` bytes in total.
void sf_pb_allocator_init(sf_pb_allocator *allocator, size_t limit);

/// The allocator in the form that protobuf-c takes; valid as long as `allocator`.
ProtobufCAllocator *sf_pb_allocator_base(sf_pb_allocator *allocator);
