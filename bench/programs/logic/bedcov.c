#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SPAN 4000000

typedef struct { int64_t n, levels, *starts, *ends, *furthest; } Index;

static int64_t *random_intervals(int64_t n, int64_t r) {
  int64_t *packed = malloc(n * sizeof *packed);
  for (int64_t i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    int64_t high = r;
    r = (r * 3877 + 29573) % 139968;
    packed[i] = (high * 139968 + r) % SPAN * 1024 + r % 1000 + 1;
  }
  return packed;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static Index build(int64_t *packed, int64_t n) {
  qsort(packed, n, sizeof *packed, ascending);
  int64_t *starts = malloc(n * sizeof *starts), *ends = malloc(n * sizeof *ends);
  int64_t *furthest = malloc(n * sizeof *furthest);
  for (int64_t i = 0; i < n; i++) {
    starts[i] = packed[i] / 1024;
    furthest[i] = ends[i] = packed[i] / 1024 + packed[i] % 1024;
  }
  int64_t last = 0, last_i = 0, k;
  for (int64_t i = 0; i < n; i += 2) {
    last_i = i;
    last = ends[i];
  }
  for (k = 1; 1LL << k <= n; k++) {
    int64_t half = 1LL << (k - 1);
    for (int64_t i = (half << 1) - 1; i < n; i += half << 2) {
      int64_t left = furthest[i - half];
      int64_t right = i + half < n ? furthest[i + half] : last;
      int64_t far = ends[i];
      if (left > far) far = left;
      if (right > far) far = right;
      furthest[i] = far;
    }
    last_i = (last_i >> k) & 1 ? last_i - half : last_i + half;
    if (last_i < n && furthest[last_i] > last) last = furthest[last_i];
  }
  return (Index){n, k - 1, starts, ends, furthest};
}

static int64_t covered(const Index *index, int64_t from, int64_t to) {
  const int64_t *starts = index->starts, *ends = index->ends, *furthest = index->furthest, n = index->n;
  int64_t nodes[64], levels[64];
  bool visited[64];
  nodes[0] = (1LL << index->levels) - 1;
  levels[0] = index->levels;
  visited[0] = false;
  int64_t depth = 1, total = 0, reached = from;
  while (depth > 0) {
    depth--;
    int64_t x = nodes[depth], k = levels[depth];
    if (k <= 3) {
      int64_t first_leaf = x >> k << k, stop = first_leaf + (1LL << (k + 1)) - 1;
      if (stop > n) stop = n;
      for (int64_t i = first_leaf; i < stop && starts[i] < to; i++) {
        if (ends[i] > from) {
          int64_t a = starts[i] > reached ? starts[i] : reached, b = ends[i] < to ? ends[i] : to;
          if (b > a) {
            total += b - a;
            reached = b;
          }
        }
      }
    } else if (!visited[depth]) {
      int64_t left = x - (1LL << (k - 1));
      visited[depth] = true;
      depth++;
      if (left >= n || furthest[left] > from) {
        nodes[depth] = left;
        levels[depth] = k - 1;
        visited[depth] = false;
        depth++;
      }
    } else {
      visited[depth] = false;
      if (x < n && starts[x] < to) {
        if (ends[x] > from) {
          int64_t a = starts[x] > reached ? starts[x] : reached, b = ends[x] < to ? ends[x] : to;
          if (b > a) {
            total += b - a;
            reached = b;
          }
        }
        nodes[depth] = x + (1LL << (k - 1));
        levels[depth] = k - 1;
        depth++;
      }
    }
  }
  return total;
}

int main(void) {
  Index index = build(random_intervals(100000, 42), 100000);
  int64_t *queries = random_intervals(200000, 4711), total = 0, most = 0;
  for (int64_t q = 0; q < 200000; q++) {
    int64_t from = queries[q] / 1024, c = covered(&index, from, from + queries[q] % 1024);
    total += c;
    if (c > most) most = c;
  }
  printf("%" PRId64 " %" PRId64 "\n", total, most);
  return 0;
}
