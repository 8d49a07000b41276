#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t **rows_of(int64_t n) {
  int64_t **rows = malloc(n * sizeof *rows);
  for (int64_t i = 0; i < n; i++) rows[i] = calloc(n, sizeof **rows);
  return rows;
}

static int64_t **build(int64_t n, int64_t r) {
  int64_t **rows = rows_of(n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      r = (r * 3877 + 29573) % 139968;
      rows[i][j] = r % 1000;
    }
  return rows;
}

static int64_t **multiply(int64_t **a, int64_t **b, int64_t n) {
  int64_t **c = rows_of(n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      int64_t total = 0;
      for (int64_t k = 0; k < n; k++) total += a[i][k] * b[k][j];
      c[i][j] = total % 10007;
    }
  return c;
}

int main(void) {
  const int64_t n = 350;
  int64_t **c = multiply(build(n, 42), build(n, 7), n);
  int64_t trace = 0, checksum = 0;
  for (int64_t i = 0; i < n; i++) {
    trace += c[i][i];
    for (int64_t j = 0; j < n; j++) checksum = (checksum * 31 + c[i][j]) % 1000003;
  }
  printf("%" PRId64 " %" PRId64 "\n", trace, checksum);
  return 0;
}
