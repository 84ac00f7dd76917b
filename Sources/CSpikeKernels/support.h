// Shared by the kernels of this directory; not part of the interface.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Products and sums stay separate: contraction to FMA would give other bits on newer processors.
#pragma STDC FP_CONTRACT OFF

// One copy of the function per processor generation, chosen by the loader. Needs ifunc (glibc).
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define SPK_CLONES \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SPK_CLONES
#endif

// For loops whose iterations touch only their own elements: they may work in place, where the
// compiler alone would fall back to one element at a time.
#define SPK_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

#define SPK_INLINE static inline __attribute__((always_inline))

// Sixteen lanes on every processor, split by the compiler where registers are narrower.
enum { SPK_LANES = 16 };
typedef float spk_f16 __attribute__((ext_vector_type(16)));
typedef int32_t spk_i16 __attribute__((ext_vector_type(16)));
typedef double spk_d16 __attribute__((ext_vector_type(16)));
typedef int64_t spk_l16 __attribute__((ext_vector_type(16)));

// The last block of an array is shorter; missing lanes are 0 and are not stored.
SPK_INLINE void spk_load(spk_f16 *v, const float *p, int64_t lanes) {
  if (lanes == SPK_LANES) {
    memcpy(v, p, sizeof *v);
  } else {
    *v = 0;
    memcpy(v, p, (size_t)lanes * sizeof(float));
  }
}

SPK_INLINE void spk_store(const spk_f16 *v, float *p, int64_t lanes) {
  memcpy(p, v, (size_t)lanes * sizeof(float));
}

// What kernels keep in the scratch memory of their thread, one place each.
enum { SPK_SCRATCH_THRESHOLDS, SPK_SCRATCH_UNITS, SPK_SCRATCH_SUMS, SPK_SCRATCH_PLACES };

// Zeros in the calling thread's scratch memory, which the thread keeps, so that a kernel that is
// called again allocates nothing. A few kilobytes; without them the process cannot go on.
void *spk_scratch(int place, int64_t count, size_t size);
