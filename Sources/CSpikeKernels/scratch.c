// Scratch memory of a thread: grows to what its kernels need and is freed when the thread ends.

#include <pthread.h>

#include "support.h"

typedef struct {
  void *memory[SPK_SCRATCH_PLACES];
  size_t size[SPK_SCRATCH_PLACES];
} spk_kept;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void spk_forget(void *of_thread) {
  spk_kept *kept = of_thread;
  for (int place = 0; place < SPK_SCRATCH_PLACES; place++) free(kept->memory[place]);
  free(kept);
}

static void spk_make_key(void) {
  if (pthread_key_create(&key, spk_forget) != 0) abort();
}

static spk_kept *spk_of_thread(void) {
  pthread_once(&once, spk_make_key);
  spk_kept *kept = pthread_getspecific(key);
  if (kept) return kept;
  kept = calloc(1, sizeof *kept);
  if (kept == NULL || pthread_setspecific(key, kept) != 0) abort();
  return kept;
}

void *spk_scratch(int place, int64_t count, size_t size) {
  spk_kept *kept = spk_of_thread();
  const size_t bytes = (size_t)count * size;
  if (kept->size[place] < bytes) {
    free(kept->memory[place]);
    kept->memory[place] = malloc(bytes);
    if (kept->memory[place] == NULL) abort();
    kept->size[place] = bytes;
  }
  return memset(kept->memory[place], 0, bytes);
}
