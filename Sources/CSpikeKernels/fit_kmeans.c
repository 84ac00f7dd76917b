#include "fit_kernels.h"

#include <math.h>
#include <stdlib.h>

#pragma STDC FP_CONTRACT OFF

// Prefix sums over the points, shifted by the mean so that differences keep their digits.
typedef struct {
  const double *s0, *s1, *s2; // sums of w, w y, w y^2 with y = x - shift, of the first i points
  double shift, grid, low, high;
} sums;

// Best centroid of points i..<j (at least one point).
static double centroid_of(const sums *s, int i, int j) {
  double mean = (s->s1[j] - s->s1[i]) / (s->s0[j] - s->s0[i]) + s->shift;
  if (s->grid <= 0) return mean;
  double k = nearbyint(mean / s->grid);
  return (k < s->low ? s->low : k > s->high ? s->high : k) * s->grid;
}

static double cost_of(const sums *s, int i, int j) {
  double a0 = s->s0[j] - s->s0[i], a1 = s->s1[j] - s->s1[i], a2 = s->s2[j] - s->s2[i];
  double cost = a2 - a1 * a1 / a0;
  if (s->grid > 0) {
    double off = centroid_of(s, i, j) - s->shift - a1 / a0;
    cost += a0 * off * off;
  }
  return cost > 0 ? cost : 0;
}

// now[j] = min over i < j of before[i] + cost(i, j) for j in [from, to], argmin in [low, high].
static void solve(const sums *s, const double *before, double *now, uint16_t *from_point, int from,
                  int to, int low, int high) {
  while (from <= to) {
    int j = from + (to - from) / 2;
    int last = high < j - 1 ? high : j - 1, best = low;
    double least = INFINITY;
    for (int i = low; i <= last; i++) {
      double c = before[i] + cost_of(s, i, j);
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

// State of the programme: [learnable clusters used][zero cluster used or not][points covered].
int fit_kmeans(const double *x, const double *w, int n, int clusters, int free_zero, double grid,
               double low, double high, double *centroids, double *cost) {
  int width = n + 1, lanes = free_zero ? 2 : 1;
  double *sum = calloc((size_t)width * 4, sizeof(double));
  double *value = malloc((size_t)width * 2 * 2 * sizeof(double));
  // Clusters are not empty, so they start below n <= 65536: 16 bits.
  uint16_t *from_point = malloc((size_t)(clusters + 1) * (size_t)lanes * (size_t)width * 2);
  uint16_t *zero_from = free_zero ? malloc((size_t)(clusters + 1) * (size_t)width * 2) : NULL;
  uint8_t *by_zero = free_zero ? malloc((size_t)(clusters + 1) * (size_t)width) : NULL;
  if (!sum || !value || !from_point || (free_zero && (!zero_from || !by_zero))) {
    free(sum), free(value), free(from_point), free(zero_from), free(by_zero);
    return -1;
  }
  double total = 0, first = 0;
  for (int i = 0; i < n; i++) total += w[i], first += w[i] * x[i];
  double *s0 = sum, *s1 = sum + width, *s2 = sum + 2 * width, *raw = sum + 3 * width;
  sums s = {s0, s1, s2, first / total, grid, low, high};
  for (int i = 0; i < n; i++) {
    double y = x[i] - s.shift;
    s0[i + 1] = s0[i] + w[i];
    s1[i + 1] = s1[i] + w[i] * y;
    s2[i + 1] = s2[i] + w[i] * y * y;
    raw[i + 1] = raw[i] + w[i] * x[i] * x[i];
  }
  // Lane 0: free clusters only. Lane 1: the zero cluster has been placed somewhere.
  double *before[2] = {value, value + width}, *now[2] = {value + 2 * width, value + 3 * width};
  for (int m = 0; m <= clusters; m++) {
    for (int lane = 0; lane < lanes; lane++) {
      uint16_t *row = from_point + ((size_t)m * (size_t)lanes + (size_t)lane) * (size_t)width;
      if (m == 0) {
        for (int j = 0; j <= n; j++) now[lane][j] = j == 0 && lane == 0 ? 0 : INFINITY, row[j] = 0;
      } else {
        now[lane][0] = INFINITY, row[0] = 0;
        solve(&s, before[lane], now[lane], row, 1, n, 0, n - 1);
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
  int lane = free_zero && before[1][n] < before[0][n] ? 1 : 0;
  if (cost) *cost = before[lane][n];
  int found = 0, j = n, m = clusters;
  while (j > 0 && m >= 0 && found <= clusters) {
    if (lane == 1 && by_zero[(size_t)m * (size_t)width + (size_t)j]) {
      centroids[found++] = 0;
      j = zero_from[(size_t)m * (size_t)width + (size_t)j];
      lane = 0;
    } else {
      int i = from_point[((size_t)m * (size_t)lanes + (size_t)lane) * (size_t)width + (size_t)j];
      centroids[found++] = centroid_of(&s, i, j);
      j = i, m--;
    }
  }
  for (int a = 0, b = found - 1; a < b; a++, b--) {
    double swap = centroids[a];
    centroids[a] = centroids[b], centroids[b] = swap;
  }
  free(sum), free(value), free(from_point), free(zero_from), free(by_zero);
  return found;
}
