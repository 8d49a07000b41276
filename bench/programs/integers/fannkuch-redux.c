#include <inttypes.h>
#include <stdio.h>

#define N 10

int main(void) {
  const int64_t n = N;
  int64_t perm1[N], perm[N], count[N];
  int64_t max_flips = 0, checksum = 0, nperm = 0, r = n;
  for (int64_t i = 0; i < n; i++) perm1[i] = i;
  for (;;) {
    for (; r != 1; r--) count[r - 1] = r;
    for (int64_t i = 0; i < n; i++) perm[i] = perm1[i];
    int64_t flips = 0;
    for (int64_t k = perm[0]; k != 0; k = perm[0]) {
      for (int64_t lo = 0, hi = k; lo < hi; lo++, hi--) {
        int64_t t = perm[lo];
        perm[lo] = perm[hi];
        perm[hi] = t;
      }
      flips++;
    }
    if (flips > max_flips) max_flips = flips;
    checksum += nperm % 2 == 0 ? flips : -flips;
    for (;;) {
      if (r == n) {
        printf("%" PRId64 "\nPfannkuchen(%" PRId64 ") = %" PRId64 "\n", checksum, n, max_flips);
        return 0;
      }
      int64_t front = perm1[0];
      for (int64_t i = 0; i < r; i++) perm1[i] = perm1[i + 1];
      perm1[r] = front;
      if (--count[r] > 0) break;
      r++;
    }
    nperm++;
  }
}
