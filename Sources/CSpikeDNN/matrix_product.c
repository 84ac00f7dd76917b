// Matrix products over oneDNN; the same functions in 2.x and 3.x.

#include <oneapi/dnnl/dnnl.h>

#include "CSpikeDNN.h"
#include "one_thread.h"

enum { PANEL = 1 << 17 };  // floats of b that are copied at once

int spk_matrix_product(
    int transposes_a, int transposes_b, int64_t m, int64_t n, int64_t k, const float *a,
    const float *b, float beta, float *c, const char **operation) {
  // oneDNN copies all of a transposed b at every call, into memory that it allocates. In panels of
  // columns the copy stays small and near; no sum changes.
  int64_t panel = n;
  if (transposes_b) panel = (k < PANEL / 128 ? PANEL / k / 128 : 1) * 128;
  const int before = spk_enter_one_thread();
  dnnl_status_t status = dnnl_success;
  for (int64_t first = 0; first < n && status == dnnl_success; first += panel) {
    const int64_t width = n - first < panel ? n - first : panel;
    status = dnnl_sgemm(
        transposes_a ? 'T' : 'N', transposes_b ? 'T' : 'N', m, width, k, 1.0f, a,
        transposes_a ? m : k, b + first * (transposes_b ? k : 1), transposes_b ? k : n, beta,
        c + first, n);
  }
  spk_leave_one_thread(before);
  *operation = "multiply matrices";
  return status;
}
