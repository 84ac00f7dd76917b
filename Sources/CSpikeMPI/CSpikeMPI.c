// The ring over MPI. Waiting is always a loop that also looks for a process that has left, so that no
// process waits for one that will not come.
#include "CSpikeMPI.h"

#ifdef SPIKE_MPI
#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  TAG_DATA = 1,
  TAG_END = 2,
  // MPI counts in int.
  PIECE = 1 << 30,
  // Looks at a message before the processor is given to others between two looks.
  PATIENCE = 20000,
  // Milliseconds that a message may take after its sender has left.
  GRACE = 1000,
};

// A message under way.
typedef struct spk_sent {
  MPI_Request request;
  void *copy;
} spk_sent;

struct spk_ring {
  int rank, count;
  // Data go around the ring, ends from everyone to everyone.
  MPI_Comm data, ends;
  spk_sent *sent;
  int sent_count, sent_room;
  // What others said about their ends, and who has.
  spk_end *end_of;
  char *has_ended;
  // Whether a process has left with an error; whether this one has given up waiting.
  int has_failure, is_broken;
};

spk_ring *spk_ring_join(void) {
  int provided = 0, done = 0;
  if (MPI_Initialized(&done) != MPI_SUCCESS) return NULL;
  if (!done && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    return NULL;
  }
  spk_ring *ring = calloc(1, sizeof *ring);
  if (ring == NULL) return NULL;
  MPI_Comm_rank(MPI_COMM_WORLD, &ring->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ring->count);
  MPI_Comm_dup(MPI_COMM_WORLD, &ring->data);
  MPI_Comm_dup(MPI_COMM_WORLD, &ring->ends);
  ring->end_of = calloc((size_t)ring->count, sizeof *ring->end_of);
  ring->has_ended = calloc((size_t)ring->count, 1);
  if (ring->end_of == NULL || ring->has_ended == NULL) return NULL;
  return ring;
}

int32_t spk_ring_rank(const spk_ring *ring) { return ring->rank; }
int32_t spk_ring_count(const spk_ring *ring) { return ring->count; }

static int before(const spk_ring *ring) { return (ring->rank + ring->count - 1) % ring->count; }
static int behind(const spk_ring *ring) { return (ring->rank + 1) % ring->count; }

// Reads the ends that have been told.
static void look_for_ends(spk_ring *ring) {
  for (;;) {
    int found = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, TAG_END, ring->ends, &found, &status);
    if (!found) return;
    int source = status.MPI_SOURCE;
    int32_t words[2];
    MPI_Recv(words, 2, MPI_INT32_T, source, TAG_END, ring->ends, MPI_STATUS_IGNORE);
    ring->end_of[source] = (spk_end){words[0], words[1]};
    ring->has_ended[source] = 1;
    if (words[0] != 0) ring->has_failure = 1;
  }
}

// Between two looks: first without rest, then the processor is for others.
static void rest(int64_t looks) {
  if (looks < PATIENCE) {
    if (looks % 16 == 15) sched_yield();
    return;
  }
  struct timespec pause = {0, 50000};
  nanosleep(&pause, NULL);
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Waits for a request; 0 where the ring is broken. What was sent before a process left still comes, and
// so do other processes to an error that all have: only after a while nobody will come.
static int wait_for(spk_ring *ring, MPI_Request *request, int partner) {
  int64_t limit = 0;
  for (int64_t looks = 0; !ring->is_broken; looks++) {
    int done = 0;
    MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (done) return 1;
    if (looks % 64 == 63 || looks >= PATIENCE) {
      look_for_ends(ring);
      if (ring->has_failure || ring->has_ended[partner]) {
        int64_t now = milliseconds();
        if (limit == 0) limit = now + GRACE;
        if (now > limit) ring->is_broken = 1;
      }
    }
    rest(looks);
  }
  return 0;
}

void spk_ring_send(spk_ring *ring, const void *bytes, int64_t count, int32_t copies) {
  if (ring->is_broken) return;
  for (int64_t first = 0; first < count; first += PIECE) {
    int size = (int)(count - first < PIECE ? count - first : PIECE);
    if (ring->sent_count == ring->sent_room) {
      int room = ring->sent_room * 2 + 16;
      spk_sent *sent = realloc(ring->sent, (size_t)room * sizeof *sent);
      if (sent == NULL) MPI_Abort(MPI_COMM_WORLD, 70);
      ring->sent = sent;
      ring->sent_room = room;
    }
    spk_sent *sent = &ring->sent[ring->sent_count++];
    const void *start = (const char *)bytes + first;
    sent->copy = NULL;
    if (copies) {
      sent->copy = malloc((size_t)size);
      if (sent->copy == NULL) MPI_Abort(MPI_COMM_WORLD, 70);
      start = memcpy(sent->copy, start, (size_t)size);
    }
    MPI_Isend(start, size, MPI_BYTE, behind(ring), TAG_DATA, ring->data, &sent->request);
  }
}

int32_t spk_ring_receive(spk_ring *ring, void *bytes, int64_t count) {
  for (int64_t first = 0; first < count && !ring->is_broken; first += PIECE) {
    int size = (int)(count - first < PIECE ? count - first : PIECE);
    MPI_Request request;
    MPI_Irecv(
        (char *)bytes + first, size, MPI_BYTE, before(ring), TAG_DATA, ring->data, &request);
    if (!wait_for(ring, &request, before(ring))) {
      // The memory is the caller's again.
      MPI_Cancel(&request);
      MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
  }
  if (ring->is_broken) memset(bytes, 0, (size_t)count);
  return ring->is_broken;
}

void spk_ring_flush(spk_ring *ring) {
  int index = 0;
  for (; index < ring->sent_count; index++) {
    if (!wait_for(ring, &ring->sent[index].request, behind(ring))) break;
    free(ring->sent[index].copy);
  }
  // In a broken ring what is under way stays so, with its memory, until the end.
  if (index == ring->sent_count) ring->sent_count = 0;
}

int32_t spk_ring_is_broken(spk_ring *ring) { return ring->is_broken; }

void spk_ring_end(spk_ring *ring, spk_end own, spk_end *all) {
  int32_t words[2] = {own.status, own.is_own};
  MPI_Request *requests = calloc((size_t)ring->count, sizeof *requests);
  if (requests == NULL) MPI_Abort(MPI_COMM_WORLD, 70);
  for (int rank = 0; rank < ring->count; rank++) {
    requests[rank] = MPI_REQUEST_NULL;
    if (rank == ring->rank) continue;
    MPI_Isend(words, 2, MPI_INT32_T, rank, TAG_END, ring->ends, &requests[rank]);
  }
  ring->end_of[ring->rank] = own;
  ring->has_ended[ring->rank] = 1;
  for (int64_t looks = 0;; looks++) {
    int here = 0, done = 0;
    look_for_ends(ring);
    for (int rank = 0; rank < ring->count; rank++) here += ring->has_ended[rank];
    MPI_Testall(ring->count, requests, &done, MPI_STATUSES_IGNORE);
    if (here == ring->count && done) break;
    rest(looks);
  }
  free(requests);
  memcpy(all, ring->end_of, (size_t)ring->count * sizeof *all);
}

void spk_ring_leave(spk_ring *ring, int32_t status) {
  // Whether anyone has messages under way that nobody will take.
  int own = ring->is_broken, any = 0, done = 0;
  MPI_Request request;
  MPI_Iallreduce(&own, &any, 1, MPI_INT, MPI_MAX, ring->ends, &request);
  for (int64_t looks = 0; !done; looks++) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    rest(looks);
  }
  if (any) MPI_Abort(MPI_COMM_WORLD, status);
  MPI_Finalize();
}
#endif
