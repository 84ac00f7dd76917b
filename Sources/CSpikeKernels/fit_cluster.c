#include <stdlib.h>
#include <string.h>

#include "fit_kernels.h"
#include "fit_kmeans.h"

#pragma STDC FP_CONTRACT OFF

// k-means of many points without sorting them: bins, the optimum over bins, then the points again.
//
// 1. Three ranges of even cells: the bulk of the points, and a tail on either side, so that a far
//    point does not coarsen the others. Each cell is cut into even bins, as many as its share of
//    width times the cube root of density, where an optimal codebook puts its values.
// 2. Bins stand for their points: the exact optimum over bins, edges between bins.
// 3. Bins beside an edge are taken apart into points: the exact optimum over points with every edge
//    within one bin of where it was, and again while one is at the border of its window.

enum { bulk = 3584, tail = 256, cells = bulk + 2 * tail };

typedef struct {
  float base[3], factor[3];
  int start[3], size[3];
  float low, high;
  int offset[cells]; // first bin of each cell
  float pieces[cells]; // bins of each cell
  int bins;
} bin_map;

static inline int cell_of(const bin_map *m, float x, float *rest) {
  int part = (x >= m->low) + (x >= m->high);
  float t = (x - m->base[part]) * m->factor[part];
  int cell = (int)t;
  cell = cell < m->size[part] - 1 ? cell : m->size[part] - 1;
  *rest = t - (float)cell;
  return m->start[part] + cell;
}

static inline int bin_of(const bin_map *m, float x, int *at) {
  float rest;
  int cell = cell_of(m, x, &rest);
  *at = cell;
  int piece = (int)(rest * m->pieces[cell]), last = (int)m->pieces[cell] - 1;
  return m->offset[cell] + (piece < last ? piece : last);
}

static int compare_floats(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

// Cube root by Newton's method: the same on every machine.
static double cube_root(double x) {
  double y = x > 1 ? x : 1;
  for (int i = 0; i < 200; i++) {
    double next = (2 * y + x / (y * y)) / 3;
    if (!(next < y)) break;
    y = next;
  }
  return x > 0 ? y : 0;
}

static int make_map(bin_map *m, const float *x, int64_t n, int bins) {
  float least = x[0], most = x[0];
  for (int64_t i = 0; i < n; i++) {
    least = x[i] < least ? x[i] : least;
    most = x[i] > most ? x[i] : most;
  }
  enum { sample_size = 4096 };
  float sample[sample_size];
  for (int64_t i = 0; i < sample_size; i++) sample[i] = x[i * n / sample_size];
  qsort(sample, sample_size, sizeof(float), compare_floats);
  float low = sample[8], high = sample[sample_size - 9], margin = (high - low) / 4;
  m->low = low - margin > least ? low - margin : least;
  m->high = high + margin < most ? high + margin : most;
  const float ends[4] = {least, m->low, m->high, most};
  const int sizes[3] = {tail, bulk, tail};
  for (int p = 0, start = 0; p < 3; start += sizes[p++]) {
    float width = ends[p + 1] - ends[p];
    m->base[p] = ends[p], m->start[p] = start, m->size[p] = sizes[p];
    m->factor[p] = width > 0 ? (float)sizes[p] / width : 0;
    // A factor that overflows would make cells of nothing.
    if (!(m->factor[p] < INFINITY)) m->factor[p] = 0;
  }
  int64_t *counts = calloc(2 * cells, sizeof(int64_t));
  if (!counts) return -1;
  for (int64_t i = 0; i < n; i++) {
    // Two tables: neighbours in the data that fall into one cell need not wait for each other.
    float rest;
    counts[(i & 1) * cells + cell_of(m, x[i], &rest)]++;
  }
  double shares[cells], total = 0;
  for (int c = 0; c < cells; c++) {
    int p = (c >= tail) + (c >= tail + bulk);
    double width = m->factor[p] > 0 ? 1 / (double)m->factor[p] : 0;
    shares[c] = cube_root((double)(counts[c] + counts[cells + c]) * width * width);
    total += shares[c];
  }
  free(counts);
  m->bins = 0;
  for (int c = 0; c < cells; c++) {
    int pieces = 1 + (total > 0 ? (int)(shares[c] / total * (double)(bins - cells)) : 0);
    m->offset[c] = m->bins, m->pieces[c] = (float)pieces;
    m->bins += pieces;
  }
  return 0;
}

typedef struct {
  double *weight, *sum; // of each bin
  int *bin;             // bins with points, ascending
  double *mean, *mass;  // of these
  int used;
  double within; // weighted squared distances to the means of bins
} bin_table;

static int fill(bin_table *t, const bin_map *m, const float *x, const float *w, int64_t n) {
  size_t bins = (size_t)m->bins;
  t->weight = calloc(bins * 4, sizeof(double));
  t->bin = malloc(bins * sizeof(int));
  if (!t->weight || !t->bin) return -1;
  t->sum = t->weight + bins, t->mean = t->sum + bins, t->mass = t->mean + bins;
  // Sums from the middle of each cell, so that far points do not cost the near ones their digits.
  double middle[cells], squares = 0;
  for (int c = 0; c < cells; c++) {
    int part = (c >= tail) + (c >= tail + bulk);
    double width = m->factor[part] > 0 ? 1 / (double)m->factor[part] : 0;
    middle[c] = (double)m->base[part] + ((double)(c - m->start[part]) + 0.5) * width;
  }
  for (int64_t i = 0; i < n; i++) {
    int cell, b = bin_of(m, x[i], &cell);
    double mass = w ? (double)w[i] : 1, off = (double)x[i] - middle[cell];
    t->weight[b] += mass;
    t->sum[b] += mass * off;
    squares += mass * off * off;
  }
  t->used = 0;
  for (int c = 0; c < cells; c++) {
    int end = c + 1 < cells ? m->offset[c + 1] : m->bins;
    for (int b = m->offset[c]; b < end; b++) {
      if (!(t->weight[b] > 0)) continue;
      double off = t->sum[b] / t->weight[b];
      t->bin[t->used] = b, t->mean[t->used] = middle[c] + off;
      t->mass[t->used++] = t->weight[b];
      squares -= t->weight[b] * off * off;
    }
  }
  t->within = squares > 0 ? squares : 0;
  return 0;
}

typedef struct {
  double x, w;
  int bin;
} point;

static int compare_points(const void *a, const void *b) {
  const point *p = a, *q = b;
  return (p->x > q->x) - (p->x < q->x);
}

// Points more than this are left in their bins.
static const int64_t most_points = 1 << 22;

// The bins with those beside an edge taken apart; elements of `taken` bins in ascending order.
static int take_apart(const bin_table *t, const bin_map *m, const float *x, const float *w,
                      int64_t n, const uint8_t *taken, point **points, int64_t *count) {
  int64_t room = 1024, used = 0;
  point *list = malloc((size_t)room * sizeof(point));
  (void)t;
  for (int64_t i = 0; i < n && list; i++) {
    int cell, b = bin_of(m, x[i], &cell);
    if (!taken[b] || (w && !(w[i] > 0))) continue;
    if (used == room) {
      if (room >= most_points) {
        free(list);
        return 1;
      }
      room *= 2;
      point *larger = realloc(list, (size_t)room * sizeof(point));
      if (!larger) free(list);
      list = larger;
      if (!list) break;
    }
    list[used++] = (point){(double)x[i], w ? (double)w[i] : 1, b};
  }
  if (!list) return -1;
  // Bins ascend with their points, so one sort does it.
  qsort(list, (size_t)used, sizeof(point), compare_points);
  *points = list, *count = used;
  return 0;
}

// One refinement on points; 1 if an edge left the bins that were taken apart, 0 if done, -1 if
// memory ran out. Edges are over bins on entry, and over bins rounded on return.
static int refine(const bin_table *t, const bin_map *m, const float *x, const float *w, int64_t n,
                  const fit_sums *bins, fit_partition *p, double *centroids, double *cost) {
  uint8_t *taken = calloc((size_t)m->bins, 1);
  if (!taken) return -1;
  for (int k = 1; k < p->count; k++) {
    int e = p->edges[k];
    if (e > 0) taken[t->bin[e - 1]] = 1;
    if (e < t->used) taken[t->bin[e]] = 1;
  }
  point *points = NULL;
  int64_t count = 0;
  int status = take_apart(t, m, x, w, n, taken, &points, &count);
  if (status) {
    free(taken);
    return status > 0 ? 0 : -1;
  }
  int elements = t->used + (int)count;
  double *value = malloc((size_t)elements * 2 * sizeof(double)), *mass = value + elements;
  int *first = malloc(((size_t)t->used + 1) * sizeof(int)), *owner = malloc((size_t)elements * sizeof(int));
  fit_sums s = *bins;
  if (!value || !first || !owner || fit_sums_make(&s, elements)) {
    free(taken), free(points), free(value), free(first), free(owner);
    return -1;
  }
  int used = 0;
  int64_t next = 0;
  double within = t->within;
  for (int e = 0; e < t->used; e++) {
    first[e] = used;
    if (!taken[t->bin[e]]) {
      owner[used] = e, value[used] = t->mean[e], mass[used++] = t->mass[e];
      continue;
    }
    for (; next < count && points[next].bin == t->bin[e]; next++) {
      double off = points[next].x - t->mean[e];
      within -= points[next].w * off * off;
      if (used > first[e] && value[used - 1] == points[next].x) {
        mass[used - 1] += points[next].w;
      } else {
        owner[used] = e, value[used] = points[next].x, mass[used++] = points[next].w;
      }
    }
  }
  first[t->used] = used;
  fit_sums_fill(&s, value, mass, used);
  int low[258], high[258], isOutside = 0;
  fit_partition fine = *p;
  for (int k = 0; k <= p->count; k++) {
    int e = p->edges[k];
    fine.edges[k] = first[e];
    low[k] = e > 0 ? first[e - 1] : 0, high[k] = e < t->used ? first[e + 1] : used;
  }
  status = fit_windows(&s, &fine, low, high);
  if (status == 0) {
    for (int k = 1; k < p->count; k++) {
      int at = fine.edges[k];
      isOutside |= (at == low[k] && at > 0) || (at == high[k] && at < used);
      p->edges[k] = at < used ? owner[at] : t->used;
    }
    for (int k = 0; k < p->count; k++) {
      int i = fine.edges[k], j = fine.edges[k + 1];
      centroids[k] = k == fine.zero || i == j ? 0 : fit_centroid_of(&s, i, j);
    }
    *cost = fit_partition_cost(&s, &fine) + (within > 0 ? within : 0);
  }
  fit_sums_free(&s);
  free(taken), free(points), free(value), free(first), free(owner);
  return status ? -1 : isOutside;
}

int fit_cluster(const float *x, const float *w, int64_t n, int bins, int clusters, int free_zero,
                double grid, double low, double high, double *centroids, double *cost) {
  bin_map *m = malloc(sizeof(bin_map));
  bin_table t = {0};
  fit_sums s = {.grid = grid, .low = low, .high = high};
  fit_partition p = {.count = -1};
  int status = m ? 0 : -1, hasSums = 0;
  if (bins < 2 * cells) bins = 2 * cells;
  if (status == 0) status = make_map(m, x, n, bins);
  if (status == 0) status = fill(&t, m, x, w, n);
  if (status == 0 && t.used == 0) {
    p.count = 1, centroids[0] = 0, *cost = 0;
  } else if (status == 0) {
    if (clusters > t.used) clusters = t.used;
    status = fit_sums_make(&s, t.used), hasSums = status == 0;
    if (status == 0) {
      fit_sums_fill(&s, t.mean, t.mass, t.used);
      status = fit_partition_best(&s, t.used, clusters, free_zero, &p);
    }
    for (int k = 0; k < p.count && status == 0; k++) {
      int i = p.edges[k], j = p.edges[k + 1];
      centroids[k] = k == p.zero || i == j ? 0 : fit_centroid_of(&s, i, j);
    }
    if (status == 0) *cost = fit_partition_cost(&s, &p) + t.within;
    int again = 1;
    for (int round = 0; round < 4 && status == 0 && again; round++) {
      again = refine(&t, m, x, w, n, &s, &p, centroids, cost);
      if (again < 0) status = -1;
    }
  }
  if (hasSums) fit_sums_free(&s);
  free(t.weight), free(t.bin), free(m);
  return status == 0 ? p.count : -1;
}
