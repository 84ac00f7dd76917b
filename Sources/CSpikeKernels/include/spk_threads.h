// A small pool of threads that live as long as the process.
#pragma once

#include <stdint.h>

// Calls body(context, item, thread) once for every item in 0..<count. Items are claimed in
// order by up to `threads` threads, of which the caller is thread 0. Runs on the caller alone
// when threads is 1, when called from inside a body, and while another caller uses the pool.
void spk_run(
    int64_t count, int64_t threads, void (*body)(void *context, int64_t item, int64_t thread),
    void *context);
