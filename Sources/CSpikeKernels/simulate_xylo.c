// Xylo's neurons and synapses: 16-bit states that saturate, spike by spike, in the chip's order.
//
// Formulas: docs/formats/xylo.md, "Arithmetic".
#include "simulate_xylo.h"

#if defined(__x86_64__) && defined(__ELF__)
  #define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
  #define CLONES
#endif

enum { HIGHEST = 32767, LOWEST = -32768 };
enum { MOST_INPUT = 15, MOST_HIDDEN = 31, MOST_OUTPUT = 1 };

static inline __attribute__((always_inline)) int32_t saturated(int32_t x, int32_t y)
{
  const int32_t sum = x + y;
  return sum > HIGHEST ? HIGHEST : sum < LOWEST ? LOWEST : sum;
}

// What a state loses: its dash-th part, rounded down, at least 1 towards 0.
static inline int32_t decay(int32_t state, int32_t dash)
{
  const int32_t part = state >> dash;
  return part != 0 ? part : (state > 0) - (state < 0);
}

CLONES
static void deliver(
  const int32_t *row, int32_t count, int32_t times, int32_t *currents,
  spike_sim_xylo_counts *counts)
{
  int32_t operations = 0, clips = 0;
  for (int32_t n = 0; n < count; n++) {
    // Repeated saturated addition of one number: it stops at the same end.
    const int32_t wanted = currents[n] + times * row[n];
    const int32_t inside = wanted > HIGHEST ? HIGHEST : wanted < LOWEST ? LOWEST : wanted;
    clips += inside != wanted;
    operations += row[n] != 0;
    currents[n] = inside;
  }
  counts->operations += (int64_t)operations * times;
  counts->clips += clips;
}

static int32_t step(
  const spike_sim_xylo *core, int32_t n, int32_t most, int32_t *currents, int32_t *potentials,
  spike_sim_xylo_counts *counts)
{
  const int32_t current = currents[n] - decay(currents[n], core->current_dashes[n]);
  currents[n] = current;
  const int32_t before = potentials[n];
  // The loss is a 16-bit number: 32768 becomes -32768.
  int32_t change = (int16_t)-decay(before, core->membrane_dashes[n]);
  change = saturated(change, current);
  if (core->has_bias) change = saturated(change, core->biases[n]);
  counts->clips += before + change > HIGHEST || before + change < LOWEST;
  int32_t potential = saturated(before, change);
  counts->updates += potential != before;
  int32_t fired = 0;
  while (potential >= core->thresholds[n] && fired < most) {
    potential -= core->thresholds[n];
    fired++;
  }
  potentials[n] = potential;
  return fired;
}

void spike_sim_xylo_step(
  const spike_sim_xylo *core, const int32_t *input, int32_t *currents, int32_t *potentials,
  int32_t *spikes, spike_sim_xylo_counts *counts)
{
  for (int32_t i = 0; i < core->inputs; i++) {
    const int32_t times = input[i] > MOST_INPUT ? MOST_INPUT : input[i];
    if (times <= 0) continue;
    deliver(
      core->input_rows + (int64_t)i * core->hidden_stride, core->hidden, times, currents, counts);
  }
  for (int32_t h = 0; h < core->hidden; h++) {
    const int32_t times = spikes[h];
    if (times <= 0) continue;
    deliver(
      core->hidden_rows + (int64_t)h * core->hidden_stride, core->hidden, times, currents, counts);
    deliver(
      core->output_rows + (int64_t)h * core->output_stride, core->outputs, times,
      currents + core->hidden, counts);
  }
  for (int32_t n = 0; n < core->hidden + core->outputs; n++) {
    const int32_t most = n < core->hidden ? MOST_HIDDEN : MOST_OUTPUT;
    spikes[n] = step(core, n, most, currents, potentials, counts);
  }
}
