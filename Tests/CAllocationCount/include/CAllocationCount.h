// Counts what a thread allocates from the heap of the C library.
#pragma once

#include <stdint.h>

// Begins to count the allocations of the calling thread, from 0.
void allocation_count_begin(void);

// Ends it. Returns the allocations that were asked for by anybody but oneDNN and the C++ runtime
// that it uses, or -1 where they cannot be counted.
int64_t allocation_count_end(void);
