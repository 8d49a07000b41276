#include <inttypes.h>
#include <stdio.h>

static int64_t chain_length(int64_t n) {
  int64_t steps = 1;
  while (n != 1) {
    n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  return steps;
}

int main(void) {
  int64_t best = 0, longest = 0, total = 0;
  for (int64_t start = 1; start < 400000; start++) {
    int64_t steps = chain_length(start);
    total += steps;
    if (steps > longest) {
      longest = steps;
      best = start;
    }
  }
  printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", best, longest, total);
  return 0;
}
