#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static int64_t bits[1024], board[81];

static int64_t solve(const int64_t *puzzle) {
  int64_t rows[9] = {0}, columns[9] = {0}, boxes[9] = {0}, open_cells[81], candidates[82], n = 0;
  for (int64_t p = 0; p < 81; p++) {
    board[p] = puzzle[p];
    if (board[p] == 0) {
      open_cells[n++] = p;
    } else {
      int64_t bit = 1LL << board[p];
      rows[p / 9] |= bit;
      columns[p % 9] |= bit;
      boxes[p / 27 * 3 + p % 9 / 3] |= bit;
    }
  }
  int64_t depth = 0, nodes = 0;
  bool descending = true;
  while (depth >= 0 && depth < n) {
    if (descending) {
      nodes++;
      int64_t best = depth, best_count = 10, best_mask = 0;
      for (int64_t c = depth; c < n; c++) {
        int64_t p = open_cells[c];
        int64_t mask = 1022 & ~(rows[p / 9] | columns[p % 9] | boxes[p / 27 * 3 + p % 9 / 3]);
        if (bits[mask] < best_count) {
          best = c;
          best_count = bits[mask];
          best_mask = mask;
          if (best_count <= 1) break;
        }
      }
      int64_t chosen = open_cells[best];
      open_cells[best] = open_cells[depth];
      open_cells[depth] = chosen;
      candidates[depth] = best_mask;
    }
    int64_t p = open_cells[depth], box = p / 27 * 3 + p % 9 / 3;
    if (!descending) {
      int64_t bit = ~(1LL << board[p]);
      rows[p / 9] &= bit;
      columns[p % 9] &= bit;
      boxes[box] &= bit;
    }
    int64_t mask = candidates[depth];
    if (mask == 0) {
      descending = false;
      depth--;
    } else {
      int64_t bit = mask & -mask;
      candidates[depth] = mask & (mask - 1);
      board[p] = bits[bit - 1];
      rows[p / 9] |= bit;
      columns[p % 9] |= bit;
      boxes[box] |= bit;
      descending = true;
      depth++;
    }
  }
  return nodes;
}

int main(void) {
  static const char *puzzles[] = {
    "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
    ".......12........3..23..4....18....5.6..7.8.......9.....85.....9...4.5..47...6...",
    ".2..5.7..4..1....68....3...2....8..3.4..2.5.....6...1...2.9.....9......57.4...9..",
    "........3..1..56...9..4..7......9.5.7.......8.5.4.2....8..2..9...35..1..6........",
    "12.3....435....1....4........54..2..6...7.........8.9...31..5.......9.7.....6...8",
  };
  for (int64_t m = 1; m < 1024; m++) bits[m] = bits[m >> 1] + (m & 1);
  int64_t total = 0;
  for (size_t t = 0; t < sizeof puzzles / sizeof *puzzles; t++) {
    int64_t checksum = 0;
    for (int64_t shift = 0; shift < 3; shift++) {
      int64_t turned[81];
      for (int p = 0; p < 81; p++) {
        int64_t d = puzzles[t][p] == '.' ? 0 : puzzles[t][p] - '0';
        turned[p] = d == 0 ? 0 : (d - 1 + shift * 3) % 9 + 1;
      }
      total += solve(turned);
      for (int p = 0; p < 81; p++) checksum = (checksum * 10 + board[p]) % 1000003;
    }
    printf("%" PRId64 "\n", checksum);
  }
  printf("%" PRId64 "\n", total);
  return 0;
}
