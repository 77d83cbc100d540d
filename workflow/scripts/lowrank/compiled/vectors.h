// Numbers and vectors of them: what of this folder depends on the processor.
//
// A vector is a type of the compiler's (GCC's and Clang's extension), V numbers wide, as wide as a register of the
// processor that it compiles for. A tile of a matrix product, ROWS rows of WIDE vectors, stays in registers: their
// number decides its size.
#ifndef VECTORS_H
#define VECTORS_H

#include <string.h>

#ifndef REAL
#define REAL float  // double in tests, for rounding not to hide what is wrong
#endif
typedef REAL real;

#if defined __AVX512F__
enum { BYTES = 64, ROWS = 8, WIDE = 2 };  // of 32 registers
#elif defined __AVX__
enum { BYTES = 32, ROWS = 6, WIDE = 2 };  // of 16
#elif defined __aarch64__
enum { BYTES = 16, ROWS = 8, WIDE = 2 };  // of 32
#else
enum { BYTES = 16, ROWS = 4, WIDE = 2 };  // of 16, one of them for products: there is no fused multiply-add
#endif
enum { V = BYTES / sizeof(real), PANEL = V * WIDE };

typedef real vector __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const real *from) { return *(const vector *)from; }
INLINE void store(real *to, vector x) { *(vector *)to = x; }
INLINE vector all(real x) { return (vector){0} + x; }
INLINE long padded(long n, long to) { return (n + to - 1) / to * to; }
INLINE long least(long a, long b) { return a < b ? a : b; }

// The sum of a vector's numbers: halves are added until one is left.
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
