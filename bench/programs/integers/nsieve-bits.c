#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t count_primes(int64_t limit) {
  int64_t words = limit / 32 + 1;
  int64_t *bits = malloc(words * sizeof *bits);
  for (int64_t i = 0; i < words; i++) bits[i] = 0xFFFFFFFF;
  int64_t found = 0;
  for (int64_t i = 2; i <= limit; i++) {
    if ((bits[i >> 5] >> (i & 31)) & 1) {
      found++;
      for (int64_t k = i + i; k <= limit; k += i) bits[k >> 5] &= ~(1LL << (k & 31));
    }
  }
  free(bits);
  return found;
}

int main(void) {
  for (int shift = 0; shift < 3; shift++) {
    int64_t limit = 5120000 >> shift;
    printf("Primes up to %" PRId64 ": %" PRId64 "\n", limit, count_primes(limit));
  }
  return 0;
}
