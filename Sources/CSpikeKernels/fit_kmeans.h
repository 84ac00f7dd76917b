#ifndef FIT_KMEANS_H
#define FIT_KMEANS_H

#include <math.h>
#include <stdint.h>

// What the exact k-means kernels share: prefix sums, costs of intervals, the divide-and-conquer step.

// Prefix sums over the points, shifted by the mean so that differences keep their digits; a cluster
// at 0 costs raw[j] - raw[i].
typedef struct {
  double *s0, *s1, *s2, *raw; // sums of w, w y, w y^2 with y = x - shift, and of w x^2
  double shift, grid, low, high;
} fit_sums;

// Best centroid of points i..<j (at least one point).
static inline double fit_centroid_of(const fit_sums *s, int i, int j) {
  double mean = (s->s1[j] - s->s1[i]) / (s->s0[j] - s->s0[i]) + s->shift;
  if (s->grid <= 0) return mean;
  double k = nearbyint(mean / s->grid);
  return (k < s->low ? s->low : k > s->high ? s->high : k) * s->grid;
}

static inline double fit_cost_of(const fit_sums *s, int i, int j) {
  double a0 = s->s0[j] - s->s0[i], a1 = s->s1[j] - s->s1[i], a2 = s->s2[j] - s->s2[i];
  double cost = a2 - a1 * a1 / a0;
  if (s->grid > 0) {
    double off = fit_centroid_of(s, i, j) - s->shift - a1 / a0;
    cost += a0 * off * off;
  }
  return cost > 0 ? cost : 0;
}

// Room for sums over n points; -1 if memory ran out.
int fit_sums_make(fit_sums *s, int n);
void fit_sums_free(fit_sums *s);
// Sums of n points of weight w > 0.
void fit_sums_fill(fit_sums *s, const double *x, const double *w, int n);

// A partition of the points into intervals.
typedef struct {
  int edges[258]; // edges[k]..<edges[k + 1] is cluster k
  int count;      // clusters, the one at 0 included
  int zero;       // the cluster at 0, or -1
} fit_partition;

// Optimal partition by dynamic programming layer by layer, O(clusters n log n), n <= 65536; 0, or -1
// if memory ran out.
int fit_layers(const fit_sums *s, int n, int clusters, int free_zero, fit_partition *result);
// The same without layers, by a price for each cluster: O(n log n) for each price tried. 1 if no
// price gives the number of clusters, -1 if memory ran out. Not for grids.
int fit_prices(const fit_sums *s, int n, int clusters, int free_zero, fit_partition *result);
// The quicker of the two.
int fit_partition_best(const fit_sums *s, int n, int clusters, int free_zero, fit_partition *result);
// Moves the edges within low[k]...high[k] to their best places, k = 1..<count; 0, or -1 if memory
// ran out.
int fit_windows(const fit_sums *s, fit_partition *partition, const int *low, const int *high);
double fit_partition_cost(const fit_sums *s, const fit_partition *p);

#endif
