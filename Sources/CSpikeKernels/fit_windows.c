#include "fit_kmeans.h"

#include <stdlib.h>

#pragma STDC FP_CONTRACT OFF

// Cost of points i..<j as cluster k.
static inline double cost_as(const fit_sums *s, int k, int zero, int i, int j) {
  if (k == zero) return s->raw[j] - s->raw[i];
  return i < j ? fit_cost_of(s, i, j) : INFINITY;
}

// As in fit_kmeans.c: now[j] over the window of an edge, before[i] over that of the edge before.
static void solve(const fit_sums *s, int k, int zero, const double *before, int base, double *now,
                  int *from_point, int start, int from, int to, int low, int high) {
  while (from <= to) {
    int j = from + (to - from) / 2;
    int last = high < j ? high : j, best = low;
    double least = INFINITY;
    for (int i = low; i <= last; i++) {
      double c = before[i - base] + cost_as(s, k, zero, i, j);
      if (c < least) least = c, best = i;
    }
    now[j - start] = least;
    from_point[j - start] = best;
    if (isinf(least)) best = low; // nothing can be said about the others
    if (j - from < to - j) {
      solve(s, k, zero, before, base, now, from_point, start, from, j - 1, low,
            isinf(least) ? high : best);
      from = j + 1, low = best;
    } else {
      solve(s, k, zero, before, base, now, from_point, start, j + 1, to, best, high);
      to = j - 1, high = isinf(least) ? high : best;
    }
  }
}

int fit_windows(const fit_sums *s, fit_partition *p, const int *low, const int *high) {
  int count = p->count, widest = 1;
  size_t total = 0;
  for (int k = 1; k < count; k++) {
    int width = high[k] - low[k] + 1;
    widest = width > widest ? width : widest;
    total += (size_t)width;
  }
  double *value = malloc((size_t)widest * 2 * sizeof(double));
  int *from_point = malloc((total + 1) * sizeof(int));
  if (!value || !from_point) {
    free(value), free(from_point);
    return -1;
  }
  double *before = value, *now = value + widest;
  int base = 0, base_end = 0, n = p->edges[count];
  before[0] = 0;
  size_t row = 0;
  for (int k = 1; k < count; k++) {
    solve(s, k - 1, p->zero, before, base, now, from_point + row, low[k], low[k], high[k], base,
          base_end);
    row += (size_t)(high[k] - low[k] + 1);
    base = low[k], base_end = high[k];
    double *swap = before;
    before = now, now = swap;
  }
  double least = INFINITY;
  int best = -1;
  for (int i = base; i <= base_end; i++) {
    double c = before[i - base] + cost_as(s, count - 1, p->zero, i, n);
    if (c < least) least = c, best = i;
  }
  // Rounding may make the same partition look dearer; then it stays.
  if (best >= 0) {
    for (int k = count - 1; k >= 1; k--) {
      row -= (size_t)(high[k] - low[k] + 1);
      p->edges[k] = best;
      best = from_point[row + (size_t)(best - low[k])];
    }
  }
  free(value), free(from_point);
  return 0;
}
