// The matrix product of this folder; the forward pass, the backward pass and the gradients share one tile.
#ifndef PRODUCT_H
#define PRODUCT_H

#include "vectors.h"

// c[i][j] = scale c[i][j] + sum_k a[i ar + k ak] b[k bk + j], i < rows, j < wide vectors; c is not read if scale is 0.
// Whatever the tile, the sum starts from c and runs through k in order, so a row's bits do not depend on other rows.
INLINE void tile(const int rows, const int wide, real *c, long stride, real scale, const real *a, long ar, long ak,
                 const real *b, long bk, long K) {
  vector sum[ROWS][WIDE];
#pragma unroll
  for (int i = 0; i < rows; i++)
#pragma unroll
    for (int j = 0; j < wide; j++) sum[i][j] = scale == 0 ? all(0) : all(scale) * load(c + i * stride + j * V);
  for (long k = 0; k < K; k++, a += ak, b += bk) {
    vector y[WIDE];
#pragma unroll
    for (int j = 0; j < wide; j++) y[j] = load(b + j * V);
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
      for (int j = 0; j < wide; j++) sum[i][j] += all(a[i * ar]) * y[j];
  }
#pragma unroll
  for (int i = 0; i < rows; i++)
#pragma unroll
    for (int j = 0; j < wide; j++) store(c + i * stride + j * V, sum[i][j]);
}

// The same for any number of rows and a panel of `columns`, V or WIDE * V. Rows are divided evenly among tiles: a tile
// with few rows is bound by the latency of its sums and not by the processor's throughput.
INLINE void panel(long rows, long columns, real *c, long stride, real scale, const real *a, long ar, long ak,
                  const real *b, long bk, long K) {
  for (long tiles = (rows + ROWS - 1) / ROWS, done; tiles > 0; tiles--) {
    done = (rows + tiles - 1) / tiles;
#define CASE(n)                                                                  \
  case n:                                                                        \
    if (columns == PANEL)                                                        \
      tile(n <= ROWS ? n : 1, WIDE, c, stride, scale, a, ar, ak, b, bk, K);      \
    else                                                                         \
      tile(n <= ROWS ? n : 1, 1, c, stride, scale, a, ar, ak, b, bk, K);         \
    break;
    switch (done) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) }
#undef CASE
    rows -= done, c += done * stride, a += done * ar;
  }
}

// Number of columns in the panel that begins at column j, of `width` columns in total, a multiple of V.
INLINE long columns_from(long j, long width) { return width - j >= PANEL ? PANEL : V; }

// Longest sum in one pass: this much of a panel of the right factor stays in the L1 cache for all rows.
enum { DEPTH = 320 };

// c (rows, columns) = scale c + a b over all K, for a panel of b packed by `pack`; rows of a are contiguous.
INLINE void deep_panel(long rows, long columns, real *c, long stride, real scale, const real *a, long ar,
                       const real *b, long K) {
  for (long parts = (K + DEPTH - 1) / DEPTH, done; parts > 0; parts--, K -= done, a += done, b += done * columns) {
    done = (K + parts - 1) / parts;
    panel(rows, columns, c, stride, scale, a, ar, 1, b, columns, done);
    scale = 1;
  }
}

// Pack the right factor [top; below], with top (H, N) and below (K, N), into panels out[panel][k][column]; columns
// from N on are 0. Elements are read at [k*tk + j*tj] and [k*bk + j*bj].
static inline void pack(real *out, long N, const real *top, long tk, long tj, real top_scale, long H, const real *below,
                        long bk, long bj, real below_scale, long K) {
  long width = padded(N, V);
  for (long j0 = 0, columns; j0 < width; j0 += columns, out += (H + K) * columns) {
    columns = columns_from(j0, width);
    long end = least(columns, N - j0);
    for (long k = 0; k < H + K; k++)
      for (long j = 0; j < columns; j++) out[k * columns + j] = 0;
    for (long k = 0; k < H; k++)
      for (long j = 0; j < end; j++) out[k * columns + j] = top_scale * top[k * tk + (j0 + j) * tj];
    for (long k = 0; k < K; k++)
      for (long j = 0; j < end; j++) out[(H + k) * columns + j] = below_scale * below[k * bk + (j0 + j) * bj];
  }
}

#endif
