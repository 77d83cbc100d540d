// Numbers and vectors of numbers, the only code in this folder that depends on the processor.
//
// Vectors use the compiler's vector extension (GCC and Clang) and hold V numbers, as many as fit in a register of the
// target processor. A tile of a matrix product, ROWS rows of WIDE vectors, stays in registers; their number sets its
// size.
#ifndef VECTORS_H
#define VECTORS_H

#include <string.h>

#ifndef REAL
#define REAL float  // double in tests, so that rounding does not hide errors
#endif
typedef REAL real;

#if defined __AVX512F__
enum { BYTES = 64, ROWS = 8, WIDE = 2 };  // of 32 registers
#elif defined __AVX__
enum { BYTES = 32, ROWS = 6, WIDE = 2 };  // of 16
#elif defined __aarch64__
enum { BYTES = 16, ROWS = 8, WIDE = 2 };  // of 32
#else
enum { BYTES = 16, ROWS = 4, WIDE = 2 };  // of 16, one of them for products, as there is no fused multiply-add
#endif
enum { V = BYTES / sizeof(real), PANEL = V * WIDE };

typedef real vector __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const real *from) { return *(const vector *)from; }
INLINE void store(real *to, vector x) { *(vector *)to = x; }
INLINE vector all(real x) { return x - (vector){0}; }  // x even for x = -0: no arithmetic; 0 + x would need an addition
INLINE long padded(long n, long to) { return (n + to - 1) / to * to; }
INLINE long least(long a, long b) { return a < b ? a : b; }

// Sum a vector's numbers by adding its halves until one number is left.
INLINE real total(vector x) {
  real part[V];
  store(part, x);
#pragma unroll
  for (int half = V / 2; half > 0; half /= 2)
#pragma unroll
    for (int i = 0; i < half; i++) part[i] += part[i + half];
  return part[0];
}

#endif
