// Optimisers.
#include "vectors.h"

// Adam (Kingma & Ba, 2015, Algorithm 1) with PyTorch's defaults and order of operations; `step` starts at 1.
void adam(long size, real *weight, const real *gradient, real *mean, real *square, double rate, double step) {
  const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  const real stride = rate / (1 - __builtin_pow(beta1, step)), unbias = __builtin_sqrt(1 - __builtin_pow(beta2, step));
  const real new1 = 1 - beta1, old2 = beta2, new2 = 1 - beta2, small = epsilon;
  for (long i = 0; i < size; i++) {
    real g = gradient[i];
    mean[i] = mean[i] + new1 * (g - mean[i]);
    square[i] = old2 * square[i] + new2 * g * g;
    real root = sizeof(real) == sizeof(float) ? __builtin_sqrtf(square[i]) : __builtin_sqrt(square[i]);
    weight[i] -= stride * mean[i] / (root / unbias + small);
  }
}

// Plain gradient descent.
void descend(long size, real *weight, const real *gradient, double rate) {
  for (long i = 0; i < size; i++) weight[i] -= (real)rate * gradient[i];
}
