// A ring of processes over MPI; compiled with the package trait MPI, empty without it. One thread, the
// one that joined, makes all calls. No type of MPI leaves CSpikeMPI.c.
#pragma once
#include <stdint.h>

typedef struct spk_ring spk_ring;

// How a process left.
typedef struct spk_end {
  // Exit status: 0 for done.
  int32_t status;
  // Whether it has an error of its own to tell, and did not just lose another process.
  int32_t is_own;
} spk_end;

// Joins the processes of this run. NULL where MPI cannot be used.
spk_ring *spk_ring_join(void);
int32_t spk_ring_rank(const spk_ring *ring);
int32_t spk_ring_count(const spk_ring *ring);

// Sends to the next process without waiting; bytes stay as they are until spk_ring_flush, or are
// copied.
void spk_ring_send(spk_ring *ring, const void *bytes, int64_t count, int32_t copies);
// Waits for bytes from the process before this one. 0 where they came, else the ring is broken.
int32_t spk_ring_receive(spk_ring *ring, void *bytes, int64_t count);
// Waits until everything that was sent may change.
void spk_ring_flush(spk_ring *ring);
// Whether this process has waited in vain for one that has left.
int32_t spk_ring_is_broken(spk_ring *ring);

// Tells all processes how this one ends, and waits until all have ended their work: how each of them
// did, by rank. Nothing can be sent afterwards.
void spk_ring_end(spk_ring *ring, spk_end own, spk_end *all);
// Waits until all processes are here, then leaves MPI. With messages still under way, which is so
// in a broken ring, all processes end here with `status`.
void spk_ring_leave(spk_ring *ring, int32_t status);
