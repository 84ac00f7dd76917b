// Thread pool: workers spin for a moment after a job and then sleep.

#include "include/spk_threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SPK_MOST_WORKERS = 255, SPK_SPINS = 2000 };

typedef struct {
  int64_t count;
  void (*body)(void *context, int64_t item, int64_t thread);
  void *context;
} spk_job;

// `job` and the counters belong to the caller that holds `busy`. A worker touches them only after
// it has seen a ticket that invites it, and the caller waits for all invited workers.
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t started = PTHREAD_COND_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static spk_job job;
static int64_t workers;
static atomic_llong next;         // the next item to claim
static atomic_llong running;      // invited workers that have not finished
static atomic_ullong ticket;      // 256 * number of jobs so far + invited workers of the last one
static _Thread_local int inside;  // this thread runs a body

static void spk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void spk_claim(const spk_job *work, int64_t thread) {
  inside = 1;
  for (;;) {
    const int64_t item = atomic_fetch_add(&next, 1);
    if (item >= work->count) break;
    work->body(work->context, item, thread);
  }
  inside = 0;
}

static uint64_t spk_await_job(uint64_t seen) {
  for (int i = 0; i < SPK_SPINS; i++) {
    const uint64_t now = atomic_load(&ticket);
    if (now != seen) return now;
    spk_pause();
  }
  pthread_mutex_lock(&gate);
  uint64_t now = atomic_load(&ticket);
  while (now == seen) {
    pthread_cond_wait(&started, &gate);
    now = atomic_load(&ticket);
  }
  pthread_mutex_unlock(&gate);
  return now;
}

typedef struct {
  int64_t thread;
  uint64_t seen;
} spk_worker;

static void *spk_work(void *argument) {
  const spk_worker worker = *(spk_worker *)argument;
  free(argument);
  uint64_t seen = worker.seen;
  for (;;) {
    seen = spk_await_job(seen);
    if (worker.thread > (int64_t)(seen % 256)) continue;
    spk_claim(&job, worker.thread);
    if (atomic_fetch_sub(&running, 1) == 1) {
      pthread_mutex_lock(&gate);
      pthread_cond_signal(&finished);
      pthread_mutex_unlock(&gate);
    }
  }
  return NULL;
}

// Starts workers until there are `wanted`, or fewer if the system refuses.
static void spk_grow(int64_t wanted) {
  while (workers < wanted) {
    spk_worker *worker = malloc(sizeof *worker);
    if (worker == NULL) return;
    worker->thread = workers + 1;
    worker->seen = atomic_load(&ticket);
    pthread_t handle;
    if (pthread_create(&handle, NULL, spk_work, worker) != 0) {
      free(worker);
      return;
    }
    pthread_detach(handle);
    workers += 1;
  }
}

static void spk_await_workers(void) {
  for (int i = 0; i < SPK_SPINS; i++) {
    if (atomic_load(&running) == 0) return;
    spk_pause();
  }
  pthread_mutex_lock(&gate);
  while (atomic_load(&running) != 0) pthread_cond_wait(&finished, &gate);
  pthread_mutex_unlock(&gate);
}

void spk_run(
    int64_t count, int64_t threads, void (*body)(void *context, int64_t item, int64_t thread),
    void *context) {
  int64_t wanted = (threads < count ? threads : count) - 1;
  if (wanted > SPK_MOST_WORKERS) wanted = SPK_MOST_WORKERS;
  if (wanted < 1 || inside || pthread_mutex_trylock(&busy) != 0) {
    const int outer = inside;
    inside = 1;
    for (int64_t item = 0; item < count; item++) body(context, item, 0);
    inside = outer;
    return;
  }
  spk_grow(wanted);
  const spk_job work = {count, body, context};
  const int64_t taking_part = wanted < workers ? wanted : workers;
  job = work;
  atomic_store(&running, taking_part);
  atomic_store(&next, 0);
  pthread_mutex_lock(&gate);
  const uint64_t jobs = atomic_load(&ticket) / 256;
  atomic_store(&ticket, (jobs + 1) * 256 + (uint64_t)taking_part);
  pthread_cond_broadcast(&started);
  pthread_mutex_unlock(&gate);
  spk_claim(&work, 0);
  spk_await_workers();
  pthread_mutex_unlock(&busy);
}
