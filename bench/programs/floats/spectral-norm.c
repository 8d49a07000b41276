#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define N 700

static double element(int64_t i, int64_t j) { return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *v, double *out) {
  for (int64_t i = 0; i < N; i++) {
    double total = 0.0;
    for (int64_t j = 0; j < N; j++) total += element(i, j) * v[j];
    out[i] = total;
  }
}

static void times_transposed(const double *v, double *out) {
  for (int64_t i = 0; i < N; i++) {
    double total = 0.0;
    for (int64_t j = 0; j < N; j++) total += element(j, i) * v[j];
    out[i] = total;
  }
}

int main(void) {
  double u[N], v[N], w[N];
  for (int i = 0; i < N; i++) u[i] = 1.0;
  for (int i = 0; i < 10; i++) {
    times(u, w);
    times_transposed(w, v);
    times(v, w);
    times_transposed(w, u);
  }
  double vbv = 0.0, vv = 0.0;
  for (int i = 0; i < N; i++) {
    vbv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  printf("%.9f\n", sqrt(vbv / vv));
  return 0;
}
