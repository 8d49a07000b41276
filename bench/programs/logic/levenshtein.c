#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t *letters(int64_t n, int64_t r) {
  int64_t *out = malloc(n * sizeof *out);
  for (int64_t i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    out[i] = r * 4 / 139968;
  }
  return out;
}

static int64_t distance(const int64_t *a, int64_t m, const int64_t *b, int64_t n) {
  int64_t *previous = malloc((n + 1) * sizeof *previous);
  int64_t *current = calloc(n + 1, sizeof *current);
  for (int64_t j = 0; j <= n; j++) previous[j] = j;
  for (int64_t i = 0; i < m; i++) {
    current[0] = i + 1;
    int64_t x = a[i];
    for (int64_t j = 0; j < n; j++) {
      int64_t best = previous[j] + (x == b[j] ? 0 : 1);
      if (previous[j + 1] + 1 < best) best = previous[j + 1] + 1;
      if (current[j] + 1 < best) best = current[j] + 1;
      current[j + 1] = best;
    }
    int64_t *row = previous;
    previous = current;
    current = row;
  }
  return previous[n];
}

int main(void) {
  printf("%" PRId64 "\n", distance(letters(3500, 42), 3500, letters(3400, 1234), 3400));
  return 0;
}
