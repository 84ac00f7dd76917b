#include "fit_kmeans.h"

#include <stdlib.h>

#include "fit_kernels.h"

#pragma STDC FP_CONTRACT OFF

int fit_sums_make(fit_sums *s, int n) {
  size_t width = (size_t)n + 1;
  s->s0 = calloc(width * 4, sizeof(double));
  if (!s->s0) return -1;
  s->s1 = s->s0 + width, s->s2 = s->s1 + width, s->raw = s->s2 + width;
  return 0;
}

void fit_sums_free(fit_sums *s) { free(s->s0); }

void fit_sums_fill(fit_sums *s, const double *x, const double *w, int n) {
  double total = 0, first = 0;
  for (int i = 0; i < n; i++) total += w[i], first += w[i] * x[i];
  s->shift = first / total;
  for (int i = 0; i < n; i++) {
    double y = x[i] - s->shift;
    s->s0[i + 1] = s->s0[i] + w[i];
    s->s1[i + 1] = s->s1[i] + w[i] * y;
    s->s2[i + 1] = s->s2[i] + w[i] * y * y;
    s->raw[i + 1] = s->raw[i] + w[i] * x[i] * x[i];
  }
}

// now[j] = min over i < j of before[i] + cost(i, j) for j in [from, to], argmin in [low, high].
static void solve(const fit_sums *s, const double *before, double *now, uint16_t *from_point,
                  int from, int to, int low, int high) {
  while (from <= to) {
    int j = from + (to - from) / 2;
    int last = high < j - 1 ? high : j - 1, best = low;
    double least = INFINITY;
    for (int i = low; i <= last; i++) {
      double c = before[i] + fit_cost_of(s, i, j);
      if (c < least) least = c, best = i;
    }
    now[j] = least;
    from_point[j] = (uint16_t)best;
    // The smaller half by recursion, the other by the loop: depth O(log n).
    if (j - from < to - j) {
      solve(s, before, now, from_point, from, j - 1, low, best);
      from = j + 1, low = best;
    } else {
      solve(s, before, now, from_point, j + 1, to, best, high);
      to = j - 1, high = best;
    }
  }
}

static void reverse(fit_partition *p) {
  for (int a = 0, b = p->count; a < b; a++, b--) {
    int swap = p->edges[a];
    p->edges[a] = p->edges[b], p->edges[b] = swap;
  }
  if (p->zero >= 0) p->zero = p->count - 1 - p->zero;
}

// State of the programme: [learnable clusters used][zero cluster used or not][points covered].
int fit_layers(const fit_sums *s, int n, int clusters, int free_zero, fit_partition *result) {
  int width = n + 1, lanes = free_zero ? 2 : 1;
  double *value = malloc((size_t)width * 2 * 2 * sizeof(double));
  // Clusters are not empty, so they start below n <= 65536: 16 bits.
  uint16_t *from_point = malloc((size_t)(clusters + 1) * (size_t)lanes * (size_t)width * 2);
  uint16_t *zero_from = free_zero ? malloc((size_t)(clusters + 1) * (size_t)width * 2) : NULL;
  uint8_t *by_zero = free_zero ? malloc((size_t)(clusters + 1) * (size_t)width) : NULL;
  if (!value || !from_point || (free_zero && (!zero_from || !by_zero))) {
    free(value), free(from_point), free(zero_from), free(by_zero);
    return -1;
  }
  const double *raw = s->raw;
  // Lane 0: free clusters only. Lane 1: the zero cluster has been placed somewhere.
  double *before[2] = {value, value + width}, *now[2] = {value + 2 * width, value + 3 * width};
  for (int m = 0; m <= clusters; m++) {
    for (int lane = 0; lane < lanes; lane++) {
      uint16_t *row = from_point + ((size_t)m * (size_t)lanes + (size_t)lane) * (size_t)width;
      if (m == 0) {
        for (int j = 0; j <= n; j++) now[lane][j] = j == 0 && lane == 0 ? 0 : INFINITY, row[j] = 0;
      } else {
        now[lane][0] = INFINITY, row[0] = 0;
        solve(s, before[lane], now[lane], row, 1, n, 0, n - 1);
      }
    }
    if (free_zero) {
      uint8_t *flag = by_zero + (size_t)m * (size_t)width;
      uint16_t *row = zero_from + (size_t)m * (size_t)width;
      double least = INFINITY;
      int best = 0;
      for (int j = 0; j <= n; j++) {
        // The zero cluster i..<j costs raw[j] - raw[i].
        flag[j] = 0, row[j] = 0;
        if (j > 0 && least + raw[j] < now[1][j]) {
          now[1][j] = least + raw[j], flag[j] = 1, row[j] = (uint16_t)best;
        }
        if (now[0][j] - raw[j] < least) least = now[0][j] - raw[j], best = j;
      }
    }
    double *swap0 = before[0], *swap1 = before[1];
    before[0] = now[0], before[1] = now[1], now[0] = swap0, now[1] = swap1;
  }
  // `before` holds exactly `clusters` clusters, none empty; splitting never costs, and the caller
  // asks for no more clusters than points.
  int lane = free_zero && before[1][n] < before[0][n] ? 1 : 0, j = n, m = clusters;
  result->count = 0, result->zero = -1;
  while (j > 0 && m >= 0 && result->count <= clusters) {
    if (lane == 1 && by_zero[(size_t)m * (size_t)width + (size_t)j]) {
      result->zero = result->count;
      result->edges[result->count++] = j;
      j = zero_from[(size_t)m * (size_t)width + (size_t)j];
      lane = 0;
    } else {
      result->edges[result->count++] = j;
      j = from_point[((size_t)m * (size_t)lanes + (size_t)lane) * (size_t)width + (size_t)j];
      m--;
    }
  }
  result->edges[result->count] = 0;
  reverse(result);
  free(value), free(from_point), free(zero_from), free(by_zero);
  return 0;
}

double fit_partition_cost(const fit_sums *s, const fit_partition *p) {
  double cost = 0;
  for (int k = 0; k < p->count; k++) {
    int i = p->edges[k], j = p->edges[k + 1];
    if (i < j) cost += k == p->zero ? s->raw[j] - s->raw[i] : fit_cost_of(s, i, j);
  }
  return cost;
}

int fit_partition_best(const fit_sums *s, int n, int clusters, int free_zero,
                       fit_partition *result) {
  // Layers cost a pass for each cluster, prices about a dozen passes.
  int status = 1;
  if (clusters > 8 && s->grid <= 0 && n > 1024) {
    status = fit_prices(s, n, clusters, free_zero, result);
  }
  return status > 0 ? fit_layers(s, n, clusters, free_zero, result) : status;
}

int fit_kmeans(const double *x, const double *w, int n, int clusters, int free_zero, double grid,
               double low, double high, double *centroids, double *cost) {
  fit_sums s = {.grid = grid, .low = low, .high = high};
  if (fit_sums_make(&s, n)) return -1;
  fit_sums_fill(&s, x, w, n);
  fit_partition p;
  int status = fit_partition_best(&s, n, clusters, free_zero, &p);
  if (status == 0) {
    for (int k = 0; k < p.count; k++) {
      centroids[k] = k == p.zero ? 0 : fit_centroid_of(&s, p.edges[k], p.edges[k + 1]);
    }
    if (cost) *cost = fit_partition_cost(&s, &p);
  }
  fit_sums_free(&s);
  return status == 0 ? p.count : -1;
}
