// Neurons of the integer simulator.
//
// Per neuron and step, all integers (Lava's fixed-point CUBA LIF where shift = 6 and bits24 = 1):
//   p = u * current_keep,   u = sgn(p) (|p| >> 12) + (sum << shift), wrapped once to 24 bits
//   q = v * membrane_keep,  v = sgn(q) (|q| >> 12) + u + bias, clipped to +-(2^23 - 1)
//   spike where v > threshold (or >=), then v = reset value or v - threshold
//
// With `several` (DYNAP-CNN, as sinabs' integrate-and-fire layer computes a frame):
//   v = v + sum + bias, n = v / threshold spikes (0 below it, at most 255), then v = 0 where n > 0, or
//   v - n threshold; v saturates at 16 bits
#include "simulate_kernels.h"

#if defined(__x86_64__) && defined(__ELF__)
  #define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
  #define CLONES
#endif

enum { KEEP_ALL = 4096 };
static const int64_t HALF24 = 1 << 23, FULL24 = 1 << 24;

static inline __attribute__((always_inline)) int64_t kept(int64_t state, int64_t keep)
{
  const int64_t product = state * keep;
  return product < 0 ? -(-product >> 12) : product >> 12;
}

static inline __attribute__((always_inline)) int64_t sign_extended24(int64_t value)
{
  return ((value + HALF24) & (FULL24 - 1)) - HALF24;
}

// The flags are constants at every call, so each call becomes a loop without branches.
static inline __attribute__((always_inline)) void step(
  const spike_sim_neurons *n, const int32_t *restrict sums, int32_t *restrict currents,
  int32_t *restrict potentials, int32_t *restrict spikes, spike_sim_counts *counts, int leaks,
  int bits24, int fires, int subtracts)
{
  const int64_t above = n->above_only ? 1 : 0;
  const int64_t scale = (int64_t)1 << n->shift;
  for (int32_t position = 0; position < n->positions; position++) {
    const int64_t first = (int64_t)position * n->channels;
    int32_t fired = 0, updated = 0, wrapped = 0, clipped = 0;
    for (int32_t channel = 0; channel < n->channels; channel++) {
      const int64_t i = first + channel;
      const int64_t before = potentials[i];
      int64_t sum = sums[i];
      if (bits24 && n->wraps_sums) {
        const int64_t inside = sign_extended24(sum);
        wrapped += inside != sum;
        sum = inside;
      }
      int64_t u = sum * scale;
      if (leaks) u += kept(currents[i], n->current_keep);
      if (bits24) {
        const int64_t shifted = u > HALF24 ? u - FULL24 : u <= -HALF24 ? u + FULL24 : u;
        wrapped += shifted != u;
        u = shifted;
      }
      int64_t v = (leaks ? kept(before, n->membrane_keep) : before) + u + n->biases[channel];
      if (bits24) {
        const int64_t inside = v > HALF24 - 1 ? HALF24 - 1 : v < 1 - HALF24 ? 1 - HALF24 : v;
        clipped += inside != v;
        v = inside;
      }
      updated += v != before;
      if (fires) {
        const int64_t threshold = n->thresholds[channel];
        const int32_t spike = v >= threshold + above;
        fired += spike;
        spikes[i] = spike;
        v = spike ? (subtracts ? v - threshold : n->reset_value) : v;
      }
      currents[i] = (int32_t)u;
      potentials[i] = (int32_t)v;
    }
    counts->spikes += fired;
    counts->updates += updated;
    counts->wraps += wrapped;
    counts->clips += clipped;
  }
}

enum { MOST_SPIKES = 255 };

static void step_several(
  const spike_sim_neurons *n, const int32_t *restrict sums, int32_t *restrict currents,
  int32_t *restrict potentials, int32_t *restrict spikes, spike_sim_counts *counts)
{
  for (int32_t position = 0; position < n->positions; position++) {
    const int64_t first = (int64_t)position * n->channels;
    for (int32_t channel = 0; channel < n->channels; channel++) {
      const int64_t i = first + channel;
      const int64_t threshold = n->thresholds[channel];
      int64_t v = (int64_t)potentials[i] + sums[i] + n->biases[channel];
      counts->updates += v != potentials[i];
      int64_t fired = v >= threshold ? v / threshold : 0;
      if (fired > MOST_SPIKES) {
        fired = MOST_SPIKES;
        counts->clips++;
      }
      if (fired > 0) v = n->by_subtraction ? v - fired * threshold : n->reset_value;
      const int64_t inside = v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v;
      counts->clips += inside != v;
      counts->spikes += fired;
      spikes[i] = (int32_t)fired;
      currents[i] = sums[i];
      potentials[i] = (int32_t)inside;
    }
  }
}

CLONES
void spike_sim_step(
  const spike_sim_neurons *n, const int32_t *sums, int32_t *currents, int32_t *potentials,
  int32_t *spikes, spike_sim_counts *counts)
{
  const int leaks = n->current_keep != 0 || n->membrane_keep != KEEP_ALL;
  if (n->several) {
    step_several(n, sums, currents, potentials, spikes, counts);
  } else if (!leaks && n->bits24 && n->spikes && !n->by_subtraction) {
    step(n, sums, currents, potentials, spikes, counts, 0, 1, 1, 0);
  } else if (!leaks && !n->bits24 && n->spikes && n->by_subtraction) {
    step(n, sums, currents, potentials, spikes, counts, 0, 0, 1, 1);
  } else if (!leaks && !n->bits24 && n->spikes) {
    step(n, sums, currents, potentials, spikes, counts, 0, 0, 1, 0);
  } else {
    step(
      n, sums, currents, potentials, spikes, counts, 1, n->bits24, n->spikes, n->by_subtraction);
  }
}
