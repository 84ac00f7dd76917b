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

// A job is announced by a ticket. A worker joins while the job is open, by counting itself into the
// ticket; the caller closes the job when no item is left and waits only for workers that joined,
// so a worker that wakes late costs nothing. `job` and `next` are read by joined workers only.
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t started = PTHREAD_COND_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static spk_job job;
static int64_t workers;
static atomic_llong next;         // the next item to claim
static _Atomic uint64_t ticket;    // joined: 16 bits, invited: 16 bits, open: 1 bit, job number
static _Thread_local int inside;  // this thread runs a body

static const uint64_t SPK_OPEN = 1ull << 32;
static uint64_t spk_joined(uint64_t t) { return t & 0xFFFF; }
static int64_t spk_invited(uint64_t t) { return (int64_t)(t >> 16 & 0xFFFF); }
static uint64_t spk_number(uint64_t t) { return t >> 33; }

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
    if (spk_number(now) != seen) return now;
    spk_pause();
  }
  pthread_mutex_lock(&gate);
  uint64_t now = atomic_load(&ticket);
  while (spk_number(now) == seen) {
    pthread_cond_wait(&started, &gate);
    now = atomic_load(&ticket);
  }
  pthread_mutex_unlock(&gate);
  return now;
}

// Counts the thread into the job of the ticket, unless it is not invited or the job is over.
static int spk_join(uint64_t seen, int64_t thread) {
  uint64_t now = seen;
  while (now & SPK_OPEN && spk_number(now) == spk_number(seen) && thread <= spk_invited(now)) {
    if (atomic_compare_exchange_weak(&ticket, &now, now + 1)) return 1;
  }
  return 0;
}

static void spk_leave(void) {
  const uint64_t before = atomic_fetch_sub(&ticket, 1);
  if (before & SPK_OPEN || spk_joined(before) != 1) return;
  pthread_mutex_lock(&gate);
  pthread_cond_signal(&finished);
  pthread_mutex_unlock(&gate);
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
    const uint64_t now = spk_await_job(seen);
    seen = spk_number(now);
    if (!spk_join(now, worker.thread)) continue;
    spk_claim(&job, worker.thread);
    spk_leave();
  }
  return NULL;
}

// Starts workers until there are `wanted`, or fewer if the system refuses.
static void spk_grow(int64_t wanted) {
  while (workers < wanted) {
    spk_worker *worker = malloc(sizeof *worker);
    if (worker == NULL) return;
    worker->thread = workers + 1;
    worker->seen = spk_number(atomic_load(&ticket));
    pthread_t handle;
    if (pthread_create(&handle, NULL, spk_work, worker) != 0) {
      free(worker);
      return;
    }
    pthread_detach(handle);
    workers += 1;
  }
}

static void spk_open(const spk_job *work, int64_t invited) {
  job = *work;
  atomic_store(&next, 0);
  const uint64_t number = spk_number(atomic_load(&ticket)) + 1;
  pthread_mutex_lock(&gate);
  atomic_store(&ticket, number << 33 | SPK_OPEN | (uint64_t)invited << 16);
  pthread_cond_broadcast(&started);
  pthread_mutex_unlock(&gate);
}

static void spk_close(void) {
  atomic_fetch_and(&ticket, ~SPK_OPEN);
  for (int i = 0; i < SPK_SPINS; i++) {
    if (spk_joined(atomic_load(&ticket)) == 0) return;
    spk_pause();
  }
  pthread_mutex_lock(&gate);
  while (spk_joined(atomic_load(&ticket)) != 0) pthread_cond_wait(&finished, &gate);
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
  spk_open(&work, wanted < workers ? wanted : workers);
  spk_claim(&work, 0);
  spk_close();
  pthread_mutex_unlock(&busy);
}
