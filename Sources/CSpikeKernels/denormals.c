// Denormal numbers: some processors take a hundred times longer for a sum or product with one.

#include "include/spk_threads.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

// Flush results to zero and read denormals as zero.
uint64_t spk_flush_denormals(void) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}

void spk_restore_denormals(uint64_t before) { _mm_setcsr((unsigned)before); }
#elif defined(__aarch64__)
uint64_t spk_flush_denormals(void) {
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1ull << 24)));
  return before;
}

void spk_restore_denormals(uint64_t before) {
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
uint64_t spk_flush_denormals(void) { return 0; }
void spk_restore_denormals(uint64_t before) { (void)before; }
#endif
