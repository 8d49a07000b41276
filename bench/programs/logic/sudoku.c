#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static int64_t bits[1024], row_of[81], column_of[81], box_of[81], board[81];

static int64_t solve(const int64_t *puzzle) {
  int64_t rows[9] = {0}, columns[9] = {0}, boxes[9] = {0}, open_cells[81], candidates[82], n = 0;
  for (int64_t p = 0; p < 81; p++) {
    board[p] = puzzle[p];
    if (board[p] == 0) {
      open_cells[n++] = p;
    } else {
      int64_t bit = 1LL << board[p];
      rows[row_of[p]] |= bit;
      columns[column_of[p]] |= bit;
      boxes[box_of[p]] |= bit;
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
        int64_t mask = 1022 & ~(rows[row_of[p]] | columns[column_of[p]] | boxes[box_of[p]]);
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
    int64_t p = open_cells[depth];
    if (!descending) {
      int64_t bit = ~(1LL << board[p]);
      rows[row_of[p]] &= bit;
      columns[column_of[p]] &= bit;
      boxes[box_of[p]] &= bit;
    }
    int64_t mask = candidates[depth];
    if (mask == 0) {
      descending = false;
      depth--;
    } else {
      int64_t bit = mask & -mask;
      candidates[depth] = mask & (mask - 1);
      board[p] = bits[bit - 1];
      rows[row_of[p]] |= bit;
      columns[column_of[p]] |= bit;
      boxes[box_of[p]] |= bit;
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
  for (int64_t p = 0; p < 81; p++) {
    row_of[p] = p / 9;
    column_of[p] = p % 9;
    box_of[p] = p / 27 * 3 + p % 9 / 3;
  }
  int64_t total = 0;
  for (size_t t = 0; t < sizeof puzzles / sizeof *puzzles; t++) {
    int64_t checksum = 0;
    for (int64_t factor = 1; factor <= 4; factor *= 2) {
      for (int64_t shift = 0; shift < 9; shift++) {
        int64_t renamed[81];
        for (int p = 0; p < 81; p++) {
          int64_t d = puzzles[t][p] == '.' ? 0 : puzzles[t][p] - '0';
          renamed[p] = d == 0 ? 0 : (d * factor + shift) % 9 + 1;
        }
        total += solve(renamed);
        for (int p = 0; p < 81; p++) checksum = (checksum * 10 + board[p]) % 1000003;
      }
    }
    printf("%" PRId64 "\n", checksum);
  }
  printf("%" PRId64 "\n", total);
  return 0;
}
