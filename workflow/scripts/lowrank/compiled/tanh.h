// The nonlinearity phi, vectorized.
#ifndef TANH_H
#define TANH_H

#include "vectors.h"

typedef __typeof__((vector){0} > (vector){0}) mask;

// a where `which`, else b. NaN compares as false, so choose(x > limit, limit, x) keeps it and the reverse loses it.
INLINE vector choose(mask which, vector a, vector b) { return (vector)(((mask)a & which) | ((mask)b & ~which)); }

// tanh x = x p(x^2) / q(x^2) for |x| <= 9.1; beyond that, |tanh x| is 1 in float32. The polynomials are optimal for
// their degree in relative error, 2.3e-8; with rounding the error is at most 3e-7. In float64, used only by tests,
// this is the C library's tanh.
INLINE vector hyperbolic_tangent(vector x) {
#define POLYNOMIAL(y, c0, c1, c2, c3, c4) ((((all(c4) * y + all(c3)) * y + all(c2)) * y + all(c1)) * y + all(c0))
  if (sizeof(real) == sizeof(double)) {
    vector t;
    for (int i = 0; i < V; i++) t[i] = __builtin_tanh(x[i]);
    return t;
  }
  x = choose(x > all(9.1), all(9.1), x), x = choose(x < all(-9.1), all(-9.1), x);
  vector y = x * x;
  vector p = POLYNOMIAL(y, 9.999999772e-01, 1.337447647e-01, 3.487812515e-03, 2.048120850e-05, 1.317754783e-08);
  vector q = POLYNOMIAL(y, 1.0, 4.670779025e-01, 2.584739430e-02, 3.272922487e-04, 7.704057556e-07);
  vector t = x * p / q;
  t = choose(t > all(1), all(1), t);
  return choose(t < all(-1), all(-1), t);
#undef POLYNOMIAL
}

#endif
