// One training epoch: the loss of a batch of trials and its gradients by backpropagation through time.
#include "network.h"

struct gradients {
  real *W, *M, *v;     // (N, N), (N, inputs), (N, outputs)
  double loss, norm;   // norm: Frobenius norm of the gradient w.r.t. W
  real *last_outputs;  // (outputs) of the longest trial at its last step
};

// Rows of a batch, in one block per step; step k's block begins at start[k]. A trial that ends keeps one more row in
// the next block, which holds its last rates and errors beside a zero adjoint.
struct rows {
  long *start;          // (end + 2), from `first` on
  real *forth, *back;   // [u[k] | phi(x[k])] and [dL/dz[k-1] | dL/dx[k+1]]
  long forth_size, back_size;
};

// Outer products are summed over at least CHUNK rows, for BLOCK neurons at a time: this piece of the left factor stays in
// the L2 cache while it meets all panels of the right one.
enum { CHUNK = 128, BLOCK = 256 };

static real *forth(const struct rows *rows, long k) { return rows->forth + rows->start[k] * rows->forth_size; }
static real *back(const struct rows *rows, long k) { return rows->back + rows->start[k] * rows->back_size; }

// Number of judged outputs in the batch. The loss is half the mean of their squared errors.
static double count_judged(const struct network *net, const struct trials *trials) {
  double judged = 0;
  for (long i = 0; i < trials->count * trials->steps * net->outputs; i++) judged += trials->judged[i];
  return judged;
}

// Sum of squared errors before the first input, where state and output are 0.
static double early_errors(const struct network *net, const struct trials *trials) {
  double sum = 0;
  for (long l = 0; l < trials->count; l++)
    for (long i = 0, at = l * trials->steps * net->outputs; i < trials->first * net->outputs; i++)
      if (trials->judged[at + i]) sum += (double)trials->targets[at + i] * trials->targets[at + i];
  return sum;
}

// Zero the inputs of trials that have ended.
static void no_inputs(const struct network *net, real *block, long from, long to) {
  long C = net->inputs, size = row_size(net->neurons, C);
  for (long l = from; l < to; l++)
    for (long c = 0; c < C; c++) block[l * size + offset(C) - C + c] = 0;
}

// Compute all rates and dL/dz[k] for all outputs. Return the sum of squared errors.
static double forward(const struct network *net, const struct trials *trials, struct rows *rows, double judged,
                      real *last, real *work) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V), end = trials->end;
  real *packed = take(&work, width * (N + C)), *v = take(&work, O * width), *x = take(&work, trials->count * width);
  double sum = 0;
  pack_forward(packed, net), pack_readout(v, net);
  memset(x, 0, trials->count * width * sizeof(real));
  memset(rows->forth, 0, rows->start[trials->first + 1] * rows->forth_size * sizeof(real));
  for (long k = trials->first; k < end; k++) {
    real *now = forth(rows, k), *next = forth(rows, k + 1);
    put_inputs(now, net, trials, k, 0, trials->active[k]);
    no_inputs(net, now, trials->active[k], rows->start[k + 1] - rows->start[k]);
    step(net, packed, now, x, next, trials->active[k]);
    for (long l = 0; l < trials->active[k]; l++) {
      real *error = back(rows, k + 1) + l * rows->back_size + offset(O) - O;
      read_out(net, v, next + l * rows->forth_size + offset(C), error);
      if (l == 0 && k == end - 1) memcpy(last, error, O * sizeof(real));
      for (long o = 0, at = (trials->order[l] * trials->steps + k) * O; o < O; o++) {
        real e = trials->judged[at + o] ? error[o] - trials->targets[at + o] : 0;
        sum += (double)e * e;
        error[o] = e / judged;
      }
    }
  }
  no_inputs(net, forth(rows, end), 0, rows->start[end + 1] - rows->start[end]);
  return sum;
}

// Sum over rows `from` to `to`: by_W[i][j] += back[row][i] forth[row][j], and likewise for M and v.
static void add_outer_products(const struct network *net, const struct rows *rows, long from, long to, real *by_W,
                               real *by_M, real *by_v) {
  long C = net->inputs, O = net->outputs, width = padded(net->neurons, V), f = rows->forth_size, b = rows->back_size;
  const real *forth = rows->forth + from * f + offset(C), *back = rows->back + from * b + offset(O);
  for (long i = 0, N = net->neurons; i < N; i += BLOCK)
    for (long j = 0, columns; j < width; j += columns) {
      columns = columns_from(j, width);
      panel(least(BLOCK, N - i), columns, by_W + i * width + j, width, 1, back + i, 1, b, forth + j, f, to - from);
    }
  for (long j = 0, columns; j < width; j += columns) {
    columns = columns_from(j, width);
    panel(C, columns, by_M + j, width, 1, forth - C, 1, f, back + j, b, to - from);
    panel(O, columns, by_v + j, width, 1, back - O, 1, b, forth + j, f, to - from);
  }
}

// Zero the adjoints of step k from trial `from` on; those trials have ended.
static void no_adjoints(const struct rows *rows, const struct network *net, long k, long from) {
  for (long row = rows->start[k] + from; row < rows->start[k + 1]; row++)
    memset(rows->back + row * rows->back_size + offset(net->outputs), 0, padded(net->neurons, V) * sizeof(real));
}

// Compute the adjoints a[k] = dL/dx[k+1] from the errors e[k] = dL/dz[k], accumulating the outer products:
//
//     a[k] = (1 - dt) a[k+1] + phi'(x[k+1]) (dt W' a[k+1] + v e[k])
//     dL/dW = dt sum_k a[k] phi(x[k])',  dL/dM = dt sum_k a[k] u[k]',  dL/dv = sum_k phi(x[k+1]) e[k]'
static void backward(const struct network *net, const struct trials *trials, struct rows *rows, struct gradients *out,
                     real *work) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V), size = rows->back_size;
  real *packed = take(&work, width * (N + O)), *pull = take(&work, trials->count * width);
  real *by_W = take(&work, N * width), *by_M = take(&work, C * width), *by_v = take(&work, O * width);
  pack(packed, N, net->v, 1, O, 1, O, net->W, N, 1, net->dt, N);  // [v'; dt W]
  memset(by_W, 0, N * width * sizeof(real));
  memset(by_M, 0, C * width * sizeof(real));
  memset(by_v, 0, O * width * sizeof(real));
  long above = rows->start[trials->end + 1];  // rows from here on have been summed
  no_adjoints(rows, net, trials->end, 0);
  for (long k = trials->end - 1; k >= trials->first; k--) {
    long count = trials->active[k], K = O + N;
    real *later = back(rows, k + 1) + offset(O), *a = back(rows, k) + offset(O);
    const real *rate = forth(rows, k + 1) + offset(C);
    for (long j = 0, columns; j < width; j += columns) {
      columns = columns_from(j, width);
      deep_panel(count, columns, pull + j, width, 0, later - O, size, packed + j * K, K);
    }
    for (long l = 0; l < count; l++)
      for (long i = 0; i < width; i += V) {
        vector r = load(rate + l * rows->forth_size + i), slope = net->saturating ? all(1) - r * r : all(1);
        store(a + l * size + i, all(1 - net->dt) * load(later + l * size + i) + slope * load(pull + l * width + i));
      }
    no_adjoints(rows, net, k, count);
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

// Size of the work space that `gradients` needs, in numbers.
long work_of_gradients(const struct network *net, long trials, long steps) {
  long N = net->neurons, C = net->inputs, O = net->outputs, width = padded(N, V);
  long rows = (steps + 2) * trials * (row_size(N, C) + row_size(N, O));
  return rows + width * (2 * N + 2 * C + 3 * O + N + 2 * trials) + O + 2 * (steps + 2) + 1024;
}

// Compute the loss, its gradients, and the norm of the gradient w.r.t. W.
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
  double judged = count_judged(net, trials), early = early_errors(net, trials);
  out->loss = (early + forward(net, trials, &rows, judged, out->last_outputs, work)) / (2 * judged);
  backward(net, trials, &rows, out, work);
}
