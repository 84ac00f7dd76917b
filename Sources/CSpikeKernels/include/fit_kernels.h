#ifndef FIT_KERNELS_H
#define FIT_KERNELS_H

#include <stdint.h>

// Kernels of the fine-tuner: exact one-dimensional k-means, codebook look-up and its gradients,
// Adam. Plain loops in a fixed order, one thread: the same bits everywhere. Nothing allocates
// except fit_kmeans and fit_cluster, which say so by their result.

/// Exact weighted k-means in one dimension by dynamic programming over sorted points
/// (divide and conquer on the monotone argmin): minimises sum_i w_i (x_i - c_a(i))^2.
///
/// x: ascending points; w: weights > 0; n: number of points (1...65536); clusters: largest number
/// of learnable centroids (1...256). With free_zero, one more centroid is fixed at 0 if that helps.
/// With grid > 0, centroids are multiples of grid in [low * grid, high * grid].
/// centroids: room for clusters + 1 values, ascending on return; cost: the minimum, if not null.
/// Returns the number of centroids, -1 if memory ran out.
int fit_kmeans(const double *x, const double *w, int n, int clusters, int free_zero, double grid,
               double low, double high, double *centroids, double *cost);

/// Weighted k-means in one dimension of many points in any order, by bins: the optimum over groups
/// of bins, then over points with every edge within two bins. Arguments as fit_kmeans; x: finite;
/// w: null for 1 each; n >= 1; bins: about how many, at most 65536. cost is that of the points.
int fit_cluster(const float *x, const float *w, int64_t n, int bins, int clusters, int free_zero,
                double grid, double low, double high, double *centroids, double *cost);

/// index[i] = number of mids below w[i]; q[i] = scale[row] * values[index[i]], rows of length
/// `columns`. mids: ascending, values - 1 of them. counts (values, may be null) are added to.
void fit_quantise(const float *w, int rows, int columns, const float *scale, const float *mids,
                  const float *values, int count, float *q, uint8_t *index, int32_t *counts);

/// q[i] = scale[row] * step * clamp(round(w[i] / step), low, high), ties to even.
void fit_snap(const float *w, int rows, int columns, const float *scale, float step, float low,
              float high, float *q);

/// The gradients of a codebook tensor, spikefit formulas (2) and (3):
/// centroid[k] += sum of scale[row] * g[i] over i with index[i] = k (in double, in order);
/// latent[i] = scale[row] * g[i] where low <= w[i] <= high, else 0. index and centroid may be null.
void fit_codebook_gradient(const float *g, const float *w, const uint8_t *index, int rows,
                           int columns, const float *scale, float low, float high, float *latent,
                           double *centroid);

/// One Adam step (Kingma & Ba 2015) with decoupled weight decay: m, v are the moments,
/// correction1 = 1 - beta1^t, correction2 = 1 - beta2^t.
void fit_adam(float *p, const float *g, float *m, float *v, int n, float rate, float beta1,
              float beta2, float correction1, float correction2, float epsilon, float decay);

/// Sum of squares in double, in order; NaN and infinity show in the result.
double fit_sum_of_squares(const float *x, int n);

/// One index for every column of a tensor, in all its rows: that of the type g with the least
/// sum over rows of row_weight[r] * importance[i] * (w[i] - values[r * types + g])^2. importance may
/// be null for 1; types: 1...256.
void fit_axon_types(const float *w, const float *importance, const float *row_weight, int rows,
                    int columns, const float *values, int types, uint8_t *index);

// The kernels below work on the elements from `first` on.

/// q[i] = scale[row] * values[index[i]], an index from `count` on counting as the last; counts
/// (`count` elements) are added to.
void fit_look_up(int first, const uint8_t *index, int rows, int columns, const float *scale,
                 const float *values, int count, float *q, int32_t *counts);

/// As fit_codebook_gradient, with a factor on the latent gradient of each value; returns the sum of
/// scale[row] * g[i] * w[i] over low <= w[i] <= high.
double fit_level_gradient(int first, const float *g, const float *w, const uint8_t *index, int rows,
                          int columns, const float *scale, const float *factor, float low,
                          float high, float *latent, double *centroid);

/// result[row] = sum of g[i] * q[i] over the row, in double.
void fit_row_products(int first, const float *g, const float *q, int rows, int columns, float *result);

/// w[i] moves towards values[index[i]] by the share min(1, rate * importance[i]) of the way;
/// importance null means 1.
void fit_commit(int first, float *w, const uint8_t *index, const float *values, const float *importance,
                int n, float rate);

/// sums[i] += (scale[row] * g[i])^2.
void fit_add_squares(int first, const float *g, int rows, int columns, const float *scale, float *sums);

/// Adds |w[i]| to sum and raises largest to the largest |w[i]|.
void fit_magnitudes(int first, const float *w, int n, double *sum, float *largest);

/// Soft assignment: p_ik = softmax over k of -(w_i - c_k)^2 / temperature, q_i = scale[row] times
/// sum_k p_ik c_k. temperature > 0; exponentials are computed here, not by the C library.
void fit_soft_quantise(int first, const float *w, int rows, int columns, const float *scale,
                       const float *values, int count, float temperature, float *q);

/// Derivatives of fit_soft_quantise, spikefit formulas (4) and (5): latent[i] is set, centroid[k]
/// is added to.
void fit_soft_gradient(int first, const float *g, const float *w, int rows, int columns, const float *scale,
                       const float *values, int count, float temperature, float *latent,
                       double *centroid);

/// One soft k-means step: weight[k] += sum_i p_ik, product[k] += sum_i p_ik w_i.
void fit_soft_sums(int first, const float *w, int n, const float *values, int count, float temperature,
                   double *weight, double *product);

/// latent[i] += sum_k p_ik amount[k].
void fit_soft_spread(int first, const float *w, int n, const float *values, int count, float temperature,
                     const float *amount, float *latent);

#endif
