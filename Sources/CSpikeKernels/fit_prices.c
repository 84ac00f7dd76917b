#include "fit_kmeans.h"

#include <stdlib.h>

#pragma STDC FP_CONTRACT OFF

// The least cost of m clusters is convex in m, so with a price for every cluster the cheapest
// partition has the number of clusters where the gain of one more falls below the price (Aggarwal,
// Schieber and Tokuyama 1994; Gronlund et al., arXiv 1701.07204). For one price the programme has no
// layers: value[j] = min over i < j of value[i] + cost(i, j) + price, and because cost is concave
// Monge a candidate i that is once beaten by a later one stays beaten.

typedef struct {
  int point, start; // candidate, and the first j at which it is the best so far
} candidate;

typedef struct {
  double *value;    // [lane][j]
  int *from, *used; // [lane][j]: start of the last cluster, learnable clusters in all
  candidate *queue; // [lane]
} workspace;

static inline double through(const fit_sums *s, const double *value, int i, int j) {
  return value[i] + fit_cost_of(s, i, j);
}

typedef struct {
  candidate *at;
  int head, tail;
} line;

// Enters candidate i into a line: at its end, from where it beats the last one on.
static inline void enter(const fit_sums *s, const double *value, line *q, int i, int n) {
  if (isinf(value[i])) return;
  while (q->tail > q->head) {
    candidate last = q->at[q->tail - 1];
    int start = last.start > i + 1 ? last.start : i + 1;
    if (start > n) return;
    if (through(s, value, i, start) < through(s, value, last.point, start)) {
      q->tail--;
      continue;
    }
    if (!(through(s, value, i, n) < through(s, value, last.point, n))) return;
    int low = start, high = n; // beaten at high, not at low
    while (high - low > 1) {
      int middle = low + (high - low) / 2;
      if (through(s, value, i, middle) < through(s, value, last.point, middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    q->at[q->tail++] = (candidate){i, high};
    return;
  }
  q->at[q->tail++] = (candidate){i, i + 1};
}

// One pass at a price; returns the lane in which the cheapest partition ends.
static int pass(const fit_sums *s, int n, double price, int lanes, workspace *t) {
  size_t width = (size_t)n + 1;
  line q[2] = {{t->queue, 0, 0}, {t->queue + width, 0, 0}};
  double least = 0; // of value[0][i] - raw[i], i < j
  int best = 0;
  t->value[0] = 0, t->used[0] = 0, t->from[0] = 0;
  if (lanes > 1) t->value[width] = INFINITY, t->used[width] = 0, t->from[width] = 0;
  enter(s, t->value, &q[0], 0, n);
  for (int j = 1; j <= n; j++) {
    for (int lane = 0; lane < lanes; lane++) {
      double *value = t->value + (size_t)lane * width;
      int *from = t->from + (size_t)lane * width, *used = t->used + (size_t)lane * width;
      value[j] = INFINITY, from[j] = 0, used[j] = 0;
      while (q[lane].tail - q[lane].head > 1 && q[lane].at[q[lane].head + 1].start <= j) {
        q[lane].head++;
      }
      if (q[lane].tail > q[lane].head) {
        int i = q[lane].at[q[lane].head].point;
        value[j] = through(s, value, i, j) + price;
        from[j] = i, used[j] = used[i] + 1;
      }
      if (lane == 1 && least + s->raw[j] < value[j]) {
        value[j] = least + s->raw[j];
        from[j] = -1 - best, used[j] = t->used[best];
      }
    }
    if (t->value[j] - s->raw[j] < least) least = t->value[j] - s->raw[j], best = j;
    for (int lane = 0; lane < lanes; lane++) {
      enter(s, t->value + (size_t)lane * width, &q[lane], j, n);
    }
  }
  return lanes > 1 && t->value[width + (size_t)n] < t->value[n] ? 1 : 0;
}

static void trace(const workspace *t, int n, int lane, fit_partition *p) {
  size_t width = (size_t)n + 1;
  int count = 0, zero = -1, edges[258];
  for (int j = n; j > 0 && count < 257;) {
    edges[count++] = j;
    int from = t->from[(size_t)lane * width + (size_t)j];
    if (from < 0) zero = count - 1, lane = 0, from = -1 - from;
    j = from;
  }
  p->count = count, p->zero = zero < 0 ? -1 : count - 1 - zero;
  p->edges[0] = 0;
  for (int k = 0; k < count; k++) p->edges[count - k] = edges[k];
}

int fit_prices(const fit_sums *s, int n, int clusters, int free_zero, fit_partition *result) {
  int lanes = free_zero ? 2 : 1;
  size_t cells = (size_t)lanes * ((size_t)n + 1);
  workspace t = {malloc(cells * sizeof(double)), malloc(cells * sizeof(int)),
                 malloc(cells * sizeof(int)), malloc(cells * sizeof(candidate))};
  int status = 1;
  if (!t.value || !t.from || !t.used || !t.queue) {
    status = -1;
  } else {
    // With as many clusters as points nothing is left to gain, with one the whole cost is there.
    double total = fit_cost_of(s, 0, n), low = 0, high = total > 0 ? total : 1;
    double m = (double)clusters, price = total / (m * m * m);
    for (int round = 0; round < 200 && price > low && price < high; round++) {
      int lane = pass(s, n, price, lanes, &t);
      int found = t.used[(size_t)lane * ((size_t)n + 1) + (size_t)n];
      if (found == clusters) {
        trace(&t, n, lane, result);
        status = 0;
        break;
      }
      if (found > clusters) low = price; else high = price;
      // Cost falls about as m^-2, its slope as m^-3.
      double ratio = (double)found / m, next = price * ratio * ratio * ratio;
      int isInside = next > low && next < high;
      if (round > 12 || !isInside) next = low > 0 ? sqrt(low) * sqrt(high) : high / 1024;
      price = next;
    }
  }
  free(t.value), free(t.from), free(t.used), free(t.queue);
  return status;
}
