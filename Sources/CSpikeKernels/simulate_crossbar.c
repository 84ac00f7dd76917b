// One crossbar that works on one spike after the other (tinyODIN, ODIN).
//
// A spike adds its row of weights to all potentials in ascending order of addresses; potentials
// saturate; where one is at its threshold or above afterwards it becomes 0 and, unless the neuron is
// silent, its spike enters the queue. The spike in work leaves the queue when all are done, so it
// takes a place of the queue meanwhile. A leak event moves potentials towards 0 and compares alike.
#include "simulate_kernels.h"

#if defined(__x86_64__) && defined(__ELF__)
  #define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
  #define CLONES
#endif

// Adds `deltas` (or leaks where it is null) and writes which neurons reached their threshold;
// returns whether any did.
CLONES
static int32_t update(
  const spike_sim_crossbar *c, const int32_t *restrict deltas, int32_t *restrict potentials,
  int32_t *restrict fired, spike_sim_crossbar_counts *counts)
{
  int32_t any = 0, changed = 0, clipped = 0;
  for (int32_t n = 0; n < c->neurons; n++) {
    const int32_t before = potentials[n];
    int32_t v = before;
    if (deltas) {
      v += deltas[n];
      const int32_t inside = v > c->highest ? c->highest : v < c->lowest ? c->lowest : v;
      clipped += inside != v;
      v = inside;
    } else {
      const int32_t leak = c->leaks[n];
      v = before > 0 ? (before > leak ? before - leak : 0) : (before < -leak ? before + leak : 0);
    }
    changed += v != before;
    const int32_t spike = v >= 0 && v >= c->thresholds[n];
    fired[n] = spike;
    any += spike;
    potentials[n] = spike ? 0 : v;
  }
  counts->updates += changed;
  counts->clips += clipped;
  return any;
}

// Puts the spikes of one event at the end of the queue, in ascending order.
static void enqueue(
  const spike_sim_crossbar *c, const int32_t *fired, int32_t *spikes, int32_t *queue,
  int32_t first, int32_t *length, spike_sim_crossbar_counts *counts)
{
  for (int32_t n = 0; n < c->neurons; n++) {
    if (!fired[n]) continue;
    spikes[n]++;
    if (c->silent[n]) continue;
    if (*length == c->capacity) {
      counts->drops++;
    } else {
      queue[(first + *length) % c->capacity] = n;
      ++*length;
      if (*length > counts->longest) counts->longest = *length;
    }
  }
}

void spike_sim_crossbar_event(
  const spike_sim_crossbar *c, int32_t address, int32_t *potentials, int32_t *spikes,
  int32_t *queue, int32_t *fired, spike_sim_crossbar_counts *counts)
{
  int32_t first = 0, length = 0;
  if (address < 0) {
    if (update(c, 0, potentials, fired, counts))
      enqueue(c, fired, spikes, queue, first, &length, counts);
  } else {
    queue[0] = address;
    length = 1;
    if (counts->longest < 1) counts->longest = 1;
  }
  while (length > 0) {
    const int32_t source = queue[first];
    counts->operations += c->fan_out[source];
    if (update(c, c->rows + (int64_t)source * c->stride, potentials, fired, counts))
      enqueue(c, fired, spikes, queue, first, &length, counts);
    first = (first + 1) % c->capacity;
    length--;
  }
}
