// The linear network of Section 3: states and adjoints, with one pass over its connectivity per step.
#include "vectors.h"

// Wx = W x and Wq = W' q for W (n, n): eight rows at a time, the remainder one by one.
INLINE void some_rows(const int rows, long n, const real *W, const real *x, const real *q, real *Wx, real *Wq) {
  vector sum[8] = {0}, pull[8];
  long j = 0;
#pragma unroll
  for (int k = 0; k < rows; k++) pull[k] = all(q[k]);
  for (; j + V <= n; j += V) {
    vector y = load(x + j), z = load(Wq + j);
#pragma unroll
    for (int k = 0; k < rows; k++) {
      vector w = load(W + k * n + j);
      sum[k] += w * y, z += w * pull[k];
    }
    store(Wq + j, z);
  }
#pragma unroll
  for (int k = 0; k < rows; k++) {
    Wx[k] = total(sum[k]);
    for (long l = j; l < n; l++) Wx[k] += W[k * n + l] * x[l], Wq[l] += W[k * n + l] * q[k];
  }
}

static void products(long n, const real *W, const real *x, const real *q, real *Wx, real *Wq) {
  long i = 0;
  memset(Wq, 0, n * sizeof(real));
  for (; i + 8 <= n; i += 8) some_rows(8, n, W + i * n, x, q + i, Wx + i, Wq);
  for (; i < n; i++) some_rows(1, n, W + i * n, x, q + i, Wx + i, Wq);
}

INLINE real inner(long n, const real *a, const real *b) {
  vector sum[4] = {0};
  long i = 0;
  for (; i + 4 * V <= n; i += 4 * V)
#pragma unroll
    for (int j = 0; j < 4; j++) sum[j] += load(a + i + j * V) * load(b + i + j * V);
  real found = total((sum[0] + sum[1]) + (sum[2] + sum[3]));
  for (; i < n; i++) found += a[i] * b[i];
  return found;
}

// y += left' right x, for left and right (rank, n).
static void add_low_rank(long n, long rank, const real *left, const real *right, const real *x, real *y) {
  for (long r = 0; r < rank; r++) {
    real scale = inner(n, right + r * n, x);
    for (long i = 0; i < n; i++) y[i] += left[r * n + i] * scale;
  }
}

// Fill x (steps + 1, n) and q (steps, n) for W = W0 + left' right, until each reaches rest:
//
//     x[k+1] = x[k] + dt (W x[k] + drive - x[k]),  x[0] = 0        q[l+1] = q[l] + dt (W' q[l] - q[l]),  q[0] = readout
//
// x is at rest when a step changes it by less than `rest` relative to its norm; q, which decays to 0, when its norm is
// below `rest` relative to the readout's. last: indices of the last rows filled in x and q; work: (2, n).
void march(long n, long steps, long rank, const real *W0, const real *left, const real *right, const real *drive,
           const real *readout, double step, double rest, real *x, real *q, real *work, long *last) {
  real *Wx = work, *Wq = work + n, dt = step, small = rest * rest, limit = small * inner(n, readout, readout);
  memset(x, 0, n * sizeof(real)), memcpy(q, readout, n * sizeof(real));
  long k = 0, l = 0;
  int x_rests = steps == 0, q_rests = steps <= 1;
  while (!x_rests || !q_rests) {
    products(n, W0, x + k * n, q + l * n, Wx, Wq);
    if (!x_rests) {
      real *now = x + k++ * n, *then = now + n;
      add_low_rank(n, rank, left, right, now, Wx);
      for (long i = 0; i < n; i++) then[i] = now[i] + (Wx[i] = dt * (Wx[i] + drive[i] - now[i]));
      x_rests = inner(n, Wx, Wx) <= small * inner(n, then, then) || k == steps;
    }
    if (!q_rests) {
      real *now = q + l++ * n, *then = now + n;
      add_low_rank(n, rank, right, left, now, Wq);
      for (long i = 0; i < n; i++) then[i] = now[i] + dt * (Wq[i] - now[i]);
      q_rests = inner(n, then, then) <= limit || l == steps - 1;
    }
  }
  last[0] = k, last[1] = l;
}
