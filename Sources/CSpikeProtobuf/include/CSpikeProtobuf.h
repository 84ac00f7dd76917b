#pragma once
// Bounded use of protobuf-c: a counting allocator, a wire scanner and readers of packed numbers.
#include "sf_pb_allocator.h"
#include "sf_pb_numbers.h"
#include "sf_pb_scan.h"
