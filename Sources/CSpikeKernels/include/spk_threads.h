// A small pool of threads that live as long as the process, and the rounding of a thread.
#pragma once

#include <stdint.h>

// Calls body(context, item, thread) once for every item in 0..<count. Items are claimed in
// order by up to `threads` threads, of which the caller is thread 0. Runs on the caller alone
// when threads is 1, when called from inside a body, and while another caller uses the pool.
void spk_run(
    int64_t count, int64_t threads, void (*body)(void *context, int64_t item, int64_t thread),
    void *context);

// From here on, numbers of the calling thread below 2^-126 count as 0, where the processor can.
// Returns what spk_restore_denormals needs to go back.
uint64_t spk_flush_denormals(void);
void spk_restore_denormals(uint64_t before);
