// A network, and how the trials that it sees are laid out.
//
//     x[k+1] = (1 - dt) x[k] + dt (W phi(x[k]) + M u[k]),  x[0] = 0,        z[k] = v' phi(x[k+1])
//
// A row is a trial at a step: [inputs | rates], with the rates at the start of a vector, so that one product takes
// both. Trials come longest first, and step k runs the first active[k] of them, a number that never rises.
#ifndef NETWORK_H
#define NETWORK_H

#include "product.h"
#include "tanh.h"

struct network {
  long neurons, inputs, outputs;
  long saturating;  // phi is tanh, else the identity
  double dt;
  const real *W, *M, *v;  // (N, N), (N, inputs), (N, outputs)
};

struct trials {
  long count, steps;
  long first, end;     // no input comes before step `first`, nothing is judged from step `end` on
  const long *active;  // (steps)
  const long *order;   // (count): the place in u, targets and mask of the longest trial, of the next one ...
  const real *u, *targets;     // (trials, steps, inputs), (trials, steps, outputs)
  const unsigned char *judged;  // (trials, steps, outputs)
};

// Where in a row the rates begin: behind the inputs, which end there. Adjoints stand behind errors in the same way.
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

// One step of `count` trials, from rows [u[k] | phi(x[k])] to x and to the rates in rows `next`.
static inline void step(const struct network *net, const real *packed, const real *rows, real *x, real *next,
                        long count) {
  long C = net->inputs, size = row_size(net->neurons, C), width = padded(net->neurons, V), K = C + net->neurons;
  for (long j = 0, columns; j < width; j += columns) {
    columns = columns_from(j, width);
    deep_panel(count, columns, x + j, width, 1 - net->dt, rows + offset(C) - C, size, packed + j * K, K);
    for (long l = 0; l < count; l++)
      for (long i = j; i < j + columns; i += V) {
        vector state = load(x + l * width + i);
        store(next + l * size + offset(C) + i, net->saturating ? hyperbolic_tangent(state) : state);
      }
  }
}

// One trial's outputs from its rates; `v` is (outputs, padded neurons).
static inline void read_out(const struct network *net, const real *v, const real *rates, real *z) {
  long width = padded(net->neurons, V);
  for (long o = 0; o < net->outputs; o++) {
    vector sum[4] = {0};
    for (long i = 0; i < width; i += V) sum[i / V % 4] += load(v + o * width + i) * load(rates + i);
    z[o] = total((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

// v as `read_out` wants it.
static inline void pack_readout(real *out, const struct network *net) {
  long width = padded(net->neurons, V), O = net->outputs;
  for (long o = 0; o < O; o++)
    for (long i = 0; i < width; i++) out[o * width + i] = i < net->neurons ? net->v[i * O + o] : 0;
}

// A piece of the work space, at the start of a cache line.
INLINE real *take(real **work, long size) {
  real *piece = *work;
  *work += padded(size, 64 / sizeof(real));
  return piece;
}

#endif
