#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static double **rows_of(int64_t n) {
  double **rows = malloc(n * sizeof *rows);
  for (int64_t i = 0; i < n; i++) rows[i] = calloc(n, sizeof **rows);
  return rows;
}

static double **build(int64_t n) {
  double scale = 1.0 / n / n;
  double **m = rows_of(n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) m[i][j] = scale * (double)((i - j) * (i + j));
  return m;
}

static double **transpose(double **m, int64_t n) {
  double **t = rows_of(n);
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++) t[j][i] = m[i][j];
  return t;
}

static double **multiply(double **a, double **b, int64_t n) {
  double **columns = transpose(b, n), **c = rows_of(n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      const double *row = a[i], *column = columns[j];
      double total = 0.0;
      for (int64_t k = 0; k < n; k++) total += row[k] * column[k];
      c[i][j] = total;
    }
  return c;
}

int main(void) {
  const int64_t n = 360;
  double **c = multiply(build(n), build(n), n);
  double trace = 0.0;
  for (int64_t i = 0; i < n; i++) trace += c[i][i];
  printf("%.9f %.9f\n", c[n / 2][n / 2], trace);
  return 0;
}
