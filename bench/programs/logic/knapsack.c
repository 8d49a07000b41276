#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t best_value(int64_t items, int64_t capacity) {
  int64_t *best = calloc(capacity + 1, sizeof *best);
  int64_t r = 42;
  for (int64_t i = 0; i < items; i++) {
    r = (r * 3877 + 29573) % 139968;
    int64_t weight = r % 97 + 3;
    r = (r * 3877 + 29573) % 139968;
    int64_t worth = r % 211 + 1;
    for (int64_t room = capacity; room >= weight; room--) {
      int64_t taken = best[room - weight] + worth;
      if (taken > best[room]) best[room] = taken;
    }
  }
  return best[capacity];
}

int main(void) {
  printf("%" PRId64 "\n", best_value(1500, 15000));
  return 0;
}
