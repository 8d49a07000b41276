#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void sieve(int64_t limit) {
  bool *composite = calloc(limit + 1, sizeof *composite);
  int64_t found = 0, last = 0;
  for (int64_t i = 2; i <= limit; i++) {
    if (!composite[i]) {
      found++;
      last = i;
      for (int64_t k = i * i; k <= limit; k += i) composite[k] = true;
    }
  }
  printf("%" PRId64 " %" PRId64 "\n", found, last);
  free(composite);
}

int main(void) {
  for (int64_t round = 0; round < 4; round++) sieve(4000000 + 100000 * round);
  return 0;
}
