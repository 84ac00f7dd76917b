// Stands in front of the functions of the C library that allocate (glibc: its own ones have other
// names as well) and counts the calls, by who makes them.
//
// With ALLOCATION_REPORT this is a library to be put in front of any program (LD_PRELOAD,
// Benchmarks/allocations.sh); it then counts all threads and prints the sums at the end.

#define _GNU_SOURCE
#include "include/CAllocationCount.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ALLOCATION_SANITIZED  // stands in front of them already
#endif
#endif

#if defined(__GLIBC__) && !defined(ALLOCATION_SANITIZED)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local __attribute__((tls_model("initial-exec"))) int counts;
static _Thread_local __attribute__((tls_model("initial-exec"))) int64_t ours;

#ifdef ALLOCATION_REPORT
static atomic_llong all, all_ours;

static void begin(void) __attribute__((constructor));
static void report(void) __attribute__((destructor));
static void begin(void) { atomic_store(&all, 0); }
static void report(void) {
  fprintf(stderr, "allocations %lld ours %lld\n", (long long)atomic_load(&all),
          (long long)atomic_load(&all_ours));
}
enum { COUNTS_ALWAYS = 1 };
#else
enum { COUNTS_ALWAYS = 0 };
#endif

static int is_ours(void *caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return 1;
  static const char *const others[] = {"libdnnl", "libstdc++", "libgomp"};
  for (int i = 0; i < 3; i++) {
    if (strstr(info.dli_fname, others[i])) return 0;
  }
  return 1;
}

static void note(void *caller) {
  if (!COUNTS_ALWAYS && !counts) return;
  const int is = is_ours(caller);
  ours += is;
#ifdef ALLOCATION_REPORT
  atomic_fetch_add(&all, 1);
  atomic_fetch_add(&all_ours, is);
#endif
}

#define NOTE note(__builtin_return_address(0))

void *malloc(size_t size) {
  NOTE;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  NOTE;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  NOTE;
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  NOTE;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  NOTE;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  NOTE;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

void allocation_count_begin(void) {
  ours = 0;
  counts = 1;
}

int64_t allocation_count_end(void) {
  counts = 0;
  return ours;
}

#else

void allocation_count_begin(void) {}
int64_t allocation_count_end(void) { return -1; }

#endif
