// A network's outputs, forward pass only, for the measures.
#include "network.h"

enum { GROUP = 64 };  // trials run together through all steps, so that their states stay in cache

// Size of the work space that `outputs` needs, in numbers.
long work_of_outputs(const struct network *net) {
  long N = net->neurons, C = net->inputs, width = padded(N, V);
  return width * (N + C + net->outputs + GROUP) + 2 * GROUP * row_size(N, C) + 1024;
}

// Fill z (trials, steps, outputs), in the trials' original order; 0 where a trial is no longer run.
void outputs(const struct network *net, const struct trials *trials, real *z, real *work) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V), size = row_size(N, C);
  real *packed = take(&work, width * (N + C)), *v = take(&work, O * width), *x = take(&work, GROUP * width);
  real *now = take(&work, GROUP * size), *next = take(&work, GROUP * size);
  pack_forward(packed, net), pack_readout(v, net);
  memset(z, 0, trials->count * trials->steps * O * sizeof(real));
  for (long l0 = 0; l0 < trials->count; l0 += GROUP) {
    memset(x, 0, GROUP * width * sizeof(real)), memset(now, 0, GROUP * size * sizeof(real));
    for (long k = trials->first; k < trials->end && trials->active[k] > l0; k++) {
      long count = least(GROUP, trials->active[k] - l0);
      put_inputs(now, net, trials, k, l0, count);
      step(net, packed, now, x, next, count);
      for (long l = 0; l < count; l++)
        read_out(net, v, next + l * size + offset(C), z + (trials->order[l0 + l] * trials->steps + k) * O);
      real *other = now;
      now = next, next = other;
    }
  }
}
