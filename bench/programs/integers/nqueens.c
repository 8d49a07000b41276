#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t count_solutions(int64_t n) {
  int64_t *column_of = calloc(n, sizeof *column_of);
  bool *column = calloc(n, sizeof(bool));
  bool *rising = calloc(2 * n, sizeof(bool));
  bool *falling = calloc(2 * n, sizeof(bool));
  int64_t solutions = 0, row = 0, col = 0;
  while (row >= 0) {
    while (col < n && (column[col] || rising[row + col] || falling[row - col + n])) col++;
    if (col < n) {
      if (row == n - 1) {
        solutions++;
        col++;
      } else {
        column_of[row] = col;
        column[col] = rising[row + col] = falling[row - col + n] = true;
        row++;
        col = 0;
      }
    } else {
      row--;
      if (row >= 0) {
        int64_t back = column_of[row];
        column[back] = rising[row + back] = falling[row - back + n] = false;
        col = back + 1;
      }
    }
  }
  free(column_of), free(column), free(rising), free(falling);
  return solutions;
}

int main(void) {
  const int64_t n = 12;
  printf("%" PRId64 " queens: %" PRId64 "\n", n, count_solutions(n));
  return 0;
}
