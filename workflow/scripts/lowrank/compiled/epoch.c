// One epoch of training: the loss of a batch of trials, and its gradients through time.
#include <stdlib.h>

#include "network.h"

struct gradients {
  real *W, *M, *v;     // (N, N), (N, inputs), (N, outputs)
  double loss, norm;   // the norm is that of the gradient by W (Frobenius)
  real *last_outputs;  // (outputs) of the longest trial at its last step
};

// Rows of a batch, one block after the other: step k's begins at start(k). A trial that ends leaves one row more in the
// block behind, where its last rates and errors stand beside an adjoint that is 0.
struct rows {
  long *start;          // (end + 2), from `first` on
  real *forth, *back;   // [u[k] | phi(x[k])] and [dL/dz[k-1] | dL/dx[k+1]]
  long forth_size, back_size;
};

enum { CHUNK = 128 };  // rows whose outer products are summed at once, while they are in the cache

// Trials that have ended get no inputs.
static void no_inputs(real *rows, const struct network *net, long from, long to) {
  long C = net->inputs, size = row_size(net->neurons, C);
  for (long l = from; l < to; l++)
    for (long c = 0; c < C; c++) rows[l * size + offset(C) - C + c] = 0;
}

static double forward(const struct network *net, const struct trials *trials, struct rows *rows, real *last, real *work) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V);
  real *packed = take(&work, width * (N + C)), *v = take(&work, O * width), *x = take(&work, trials->count * width);
  real *z = take(&work, O);
  double loss = 0, judged = 0;
  pack_forward(packed, net), pack_readout(v, net);
  for (long l = 0; l < trials->count; l++)
    for (long k = 0; k < trials->steps * O; k++) judged += trials->judged[l * trials->steps * O + k];
  for (long l = 0; l < trials->count; l++)  // until the first input the state is 0
    for (long k = 0, at = trials->order[l] * trials->steps * O; k < trials->first * O; k++)
      if (trials->judged[at + k]) loss += (double)trials->targets[at + k] * trials->targets[at + k];
  memset(x, 0, trials->count * width * sizeof(real));
  memset(rows->forth, 0, rows->start[trials->first + 1] * rows->forth_size * sizeof(real));
  for (long k = trials->first; k < trials->end; k++) {
    real *now = rows->forth + rows->start[k] * rows->forth_size, *next = rows->forth + rows->start[k + 1] * rows->forth_size;
    put_inputs(now, net, trials, k, 0, trials->active[k]);
    no_inputs(now, net, trials->active[k], rows->start[k + 1] - rows->start[k]);
    step(net, packed, now, x, next, trials->active[k]);
    for (long l = 0; l < trials->active[k]; l++) {
      real *error = rows->back + (rows->start[k + 1] + l) * rows->back_size + offset(O) - O;
      read_out(net, v, next + l * rows->forth_size + offset(C), z);
      for (long o = 0, at = (trials->order[l] * trials->steps + k) * O; o < O; o++) {
        real e = trials->judged[at + o] ? z[o] - trials->targets[at + o] : 0;
        loss += (double)e * e;
        error[o] = e / judged;
      }
    }
    if (k == trials->end - 1)
      for (long o = 0; o < O; o++) last[o] = (read_out(net, v, next + offset(C), z), z[o]);
  }
  real *end = rows->forth + rows->start[trials->end] * rows->forth_size;
  no_inputs(end, net, 0, rows->start[trials->end + 1] - rows->start[trials->end]);
  return loss / (2 * judged);
}

// Sums over rows `from` to `to`: sum[i][j] += back[row][i] forth[row][j], and the same for M and v.
static void add_outer_products(const struct network *net, const struct rows *rows, long from, long to, real *by_W,
                               real *by_M, real *by_v) {
  long C = net->inputs, O = net->outputs, width = padded(net->neurons, V), f = rows->forth_size, b = rows->back_size;
  const real *forth = rows->forth + from * f + offset(C), *back = rows->back + from * b + offset(O);
  for (long j = 0, columns; j < width; j += columns) {
    columns = columns_from(j, width);
    panel(net->neurons, columns, by_W + j, width, 1, back, 1, b, forth + j, f, to - from);
    panel(C, columns, by_M + j, width, 1, forth - C, 1, f, back + j, b, to - from);
    panel(O, columns, by_v + j, width, 1, back - O, 1, b, forth + j, f, to - from);
  }
}

// The adjoints a[k] = dL/dx[k+1] from the errors e[k] = dL/dz[k], and the outer products on the way:
//
//     a[k] = (1 - dt) a[k+1] + phi'(x[k+1]) (dt W' a[k+1] + v e[k])
//     dL/dW = dt sum_k a[k] phi(x[k])',  dL/dM = dt sum_k a[k] u[k]',  dL/dv = sum_k phi(x[k+1]) e[k]'
static void backward(const struct network *net, const struct trials *trials, struct rows *rows, struct gradients *out,
                     real *work) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V), size = rows->back_size;
  real *packed = take(&work, width * (N + O)), *pull = take(&work, trials->count * width);
  real *by_W = take(&work, N * width), *by_M = take(&work, C * width), *by_v = take(&work, O * width);
  pack(packed, N, net->v, 1, O, 1, O, net->W, N, 1, net->dt, N);
  memset(by_W, 0, N * width * sizeof(real)), memset(by_M, 0, C * width * sizeof(real)), memset(by_v, 0, O * width * sizeof(real));
  long above = rows->start[trials->end + 1];  // rows from here on are summed
  for (long row = rows->start[trials->end]; row < above; row++)
    memset(rows->back + row * size + offset(O), 0, width * sizeof(real));
  for (long k = trials->end - 1; k >= trials->first; k--) {
    long count = trials->active[k], K = O + N;
    real *later = rows->back + rows->start[k + 1] * size, *a = rows->back + rows->start[k] * size + offset(O);
    const real *rate = rows->forth + rows->start[k + 1] * rows->forth_size + offset(C);
    for (long j = 0, columns; j < width; j += columns) {
      columns = columns_from(j, width);
      deep_panel(count, columns, pull + j, width, 0, later + offset(O) - O, size, packed + j * K, K);
      for (long l = 0; l < count; l++)
        for (long i = j; i < j + columns; i += V) {
          vector r = load(rate + l * rows->forth_size + i), sum = load(pull + l * width + i);
          vector slope = net->saturating ? all(1) - r * r : all(1);
          store(a + l * size + i, all(1 - net->dt) * load(later + l * size + offset(O) + i) + slope * sum);
        }
    }
    for (long l = count; l < rows->start[k + 1] - rows->start[k]; l++) memset(a + l * size, 0, width * sizeof(real));
    if (above - rows->start[k] >= CHUNK || k == trials->first) {
      add_outer_products(net, rows, rows->start[k], above, by_W, by_M, by_v);
      above = rows->start[k];
    }
  }
  out->norm = 0;
  for (long i = 0; i < N; i++) {
    for (long j = 0; j < N; j++) {
      real element = net->dt * by_W[i * width + j];
      out->W[i * N + j] = element, out->norm += (double)element * element;
    }
    for (long c = 0; c < C; c++) out->M[i * C + c] = net->dt * by_M[c * width + i];
    for (long o = 0; o < O; o++) out->v[i * O + o] = by_v[o * width + i];
  }
  out->norm = __builtin_sqrt(out->norm);
}

// How many numbers of work space `gradients` needs.
long work_of_gradients(const struct network *net, long trials, long steps) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V);
  long rows = (steps + 2) * trials * (row_size(N, C) + row_size(N, O));
  return rows + width * (2 * N + 2 * C + 3 * O + N + 2 * trials) + O + 2 * (steps + 2) + 1024;
}

// Loss, gradients and the norm of the gradient by W.
void gradients(const struct network *net, const struct trials *trials, struct gradients *out, real *work) {
  long O = net->outputs, first = trials->first, end = trials->end;
  struct rows rows = {.forth_size = row_size(net->neurons, net->inputs), .back_size = row_size(net->neurons, O)};
  rows.start = (long *)take(&work, (trials->steps + 2) * sizeof(long) / sizeof(real));
  rows.start[first] = 0;
  for (long k = first; k <= end; k++) rows.start[k + 1] = rows.start[k] + trials->active[k > first ? k - 1 : first];
  rows.forth = take(&work, rows.start[end + 1] * rows.forth_size);
  rows.back = take(&work, rows.start[end + 1] * rows.back_size);
  for (long row = 0; row < rows.start[first + 1]; row++)
    for (long o = 0; o < O; o++) rows.back[row * rows.back_size + offset(O) - O + o] = 0;
  out->loss = forward(net, trials, &rows, out->last_outputs, work);
  backward(net, trials, &rows, out, work);
}
