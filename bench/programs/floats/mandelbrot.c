#include <inttypes.h>
#include <stdio.h>

static int64_t escape(double cr, double ci, int64_t limit) {
  double zr = 0.0, zi = 0.0;
  int64_t steps = 0;
  while (steps < limit) {
    double rr = zr * zr, ii = zi * zi;
    if (rr + ii > 4.0) break;
    zi = 2.0 * zr * zi + ci;
    zr = rr - ii + cr;
    steps++;
  }
  return steps;
}

int main(void) {
  const int64_t n = 800, limit = 100;
  int64_t inside = 0, total = 0;
  for (int64_t y = 0; y < n; y++) {
    double ci = 2.0 * (double)y / (double)n - 1.0;
    for (int64_t x = 0; x < n; x++) {
      double cr = 2.0 * (double)x / (double)n - 1.5;
      int64_t steps = escape(cr, ci, limit);
      total += steps;
      if (steps == limit) inside++;
    }
  }
  printf("%" PRId64 " %" PRId64 "\n", inside, total);
  return 0;
}
