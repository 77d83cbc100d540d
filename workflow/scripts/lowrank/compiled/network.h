// A network and the memory layout of its trials.
//
//     x[k+1] = (1 - dt) x[k] + dt (W phi(x[k]) + M u[k]),  x[0] = 0,        z[k] = v' phi(x[k+1])
//
// A row is one trial at one step: [inputs | rates], multiplied in a single product, with the rates aligned to a vector.
// Trials are sorted longest first, and step k runs the first active[k] of them; active never increases.
#ifndef NETWORK_H
#define NETWORK_H

#include "product.h"
#include "tanh.h"

struct network {
  long neurons, inputs, outputs;
  long saturating;  // nonzero: phi is tanh; 0: the identity
  double dt;
  const real *W, *M, *v;  // (N, N), (N, inputs), (N, outputs)
};

struct trials {
  long count, steps;
  long first, end;     // first step with an input; nothing is judged from step `end` on
  const long *active;  // (steps)
  const long *order;   // (count): indices into u, targets and judged, longest trial first
  const real *u, *targets;     // (trials, steps, inputs), (trials, steps, outputs)
  const unsigned char *judged;  // (trials, steps, outputs)
};

// Offset of the rates in a row; the inputs end just before it. Adjoints follow errors in the same way.
INLINE long offset(long channels) { return padded(channels, V); }
INLINE long row_size(long neurons, long channels) { return offset(channels) + padded(neurons, V); }

// The right factor of a step: dt [M'; W'].
static inline void pack_forward(real *out, const struct network *net) {
  long N = net->neurons, C = net->inputs;
  pack(out, N, net->M, 1, C, net->dt, C, net->W, 1, N, net->dt, N);
}

static inline void put_inputs(real *rows, const struct network *net, const struct trials *trials, long k, long first,
                              long count) {
  long C = net->inputs, size = row_size(net->neurons, C), at = offset(C) - C;
  for (long l = 0; l < count; l++)
    for (long c = 0; c < C; c++)
      rows[l * size + at + c] = trials->u[(trials->order[first + l] * trials->steps + k) * C + c];
}

// Advance `count` trials by one step: from rows [u[k] | phi(x[k])] update x and write the rates to rows `next`.
static inline void step(const struct network *net, const real *packed, const real *rows, real *x, real *next,
                        long count) {
  long C = net->inputs, size = row_size(net->neurons, C), width = padded(net->neurons, V), K = C + net->neurons;
  for (long j = 0, columns; j < width; j += columns) {
    columns = columns_from(j, width);
    deep_panel(count, columns, x + j, width, 1 - net->dt, rows + offset(C) - C, size, packed + j * K, K);
  }
  for (long l = 0; l < count; l++)
    for (long i = 0; i < width; i += V) {
      vector state = load(x + l * width + i);
      store(next + l * size + offset(C) + i, net->saturating ? hyperbolic_tangent(state) : state);
    }
}

// Compute one trial's outputs from its rates; `v` is (outputs, padded neurons).
static inline void read_out(const struct network *net, const real *v, const real *rates, real *z) {
  long width = padded(net->neurons, V);
  for (long o = 0; o < net->outputs; o++) {
    vector sum[4] = {0};
    for (long i = 0; i < width; i += V) sum[i / V % 4] += load(v + o * width + i) * load(rates + i);
    z[o] = total((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

// Pack v in the layout that `read_out` expects.
static inline void pack_readout(real *out, const struct network *net) {
  long width = padded(net->neurons, V), O = net->outputs;
  for (long o = 0; o < O; o++)
    for (long i = 0; i < width; i++) out[o * width + i] = i < net->neurons ? net->v[i * O + o] : 0;
}

// Take a piece of the work space, keeping pieces aligned to cache lines.
INLINE real *take(real **work, long size) {
  real *piece = *work;
  *work += padded(size, 64 / sizeof(real));
  return piece;
}

#endif
