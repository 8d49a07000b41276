'use strict';
function countBits(mask) {
  let n = 0;
  for (let m = mask; m !== 0; m &= m - 1) n++;
  return n;
}

const bits = new Int32Array(1024).map((_, m) => countBits(m));
const rowOf = new Int32Array(81).map((_, p) => p / 9);
const columnOf = new Int32Array(81).map((_, p) => p % 9);
const boxOf = new Int32Array(81).map((_, p) => Math.floor(p / 27) * 3 + Math.floor((p % 9) / 3));

function solve(puzzle) {
  const board = puzzle.slice();
  const rows = new Int32Array(9);
  const columns = new Int32Array(9);
  const boxes = new Int32Array(9);
  const open = new Int32Array(81);
  const candidates = new Int32Array(82);
  let n = 0;
  for (let p = 0; p < 81; p++) {
    if (board[p] === 0) {
      open[n++] = p;
    } else {
      const bit = 1 << board[p];
      rows[rowOf[p]] |= bit;
      columns[columnOf[p]] |= bit;
      boxes[boxOf[p]] |= bit;
    }
  }
  let depth = 0;
  let nodes = 0;
  let descending = true;
  while (depth >= 0 && depth < n) {
    if (descending) {
      nodes++;
      let best = depth;
      let bestCount = 10;
      let bestMask = 0;
      for (let c = depth; c < n; c++) {
        const p = open[c];
        const mask = 1022 & ~(rows[rowOf[p]] | columns[columnOf[p]] | boxes[boxOf[p]]);
        if (bits[mask] < bestCount) {
          best = c;
          bestCount = bits[mask];
          bestMask = mask;
          if (bestCount <= 1) break;
        }
      }
      const chosen = open[best];
      open[best] = open[depth];
      open[depth] = chosen;
      candidates[depth] = bestMask;
    }
    const p = open[depth];
    if (!descending) {
      const bit = ~(1 << board[p]);
      rows[rowOf[p]] &= bit;
      columns[columnOf[p]] &= bit;
      boxes[boxOf[p]] &= bit;
    }
    const mask = candidates[depth];
    if (mask === 0) {
      descending = false;
      depth--;
    } else {
      const bit = mask & -mask;
      candidates[depth] = mask & (mask - 1);
      board[p] = bits[bit - 1];
      rows[rowOf[p]] |= bit;
      columns[columnOf[p]] |= bit;
      boxes[boxOf[p]] |= bit;
      descending = true;
      depth++;
    }
  }
  return [board, nodes];
}

const puzzles = [
  '..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9',
  '.......12........3..23..4....18....5.6..7.8.......9.....85.....9...4.5..47...6...',
  '.2..5.7..4..1....68....3...2....8..3.4..2.5.....6...1...2.9.....9......57.4...9..',
  '........3..1..56...9..4..7......9.5.7.......8.5.4.2....8..2..9...35..1..6........',
  '12.3....435....1....4........54..2..6...7.........8.9...31..5.......9.7.....6...8',
];

function main() {
  let total = 0;
  for (const text of puzzles) {
    let checksum = 0;
    for (const factor of [1, 2, 4]) {
      for (let shift = 0; shift < 9; shift++) {
        const renamed = new Int32Array(81);
        for (let p = 0; p < 81; p++) {
          renamed[p] = text[p] === '.' ? 0 : ((Number(text[p]) * factor + shift) % 9) + 1;
        }
        const [board, nodes] = solve(renamed);
        total += nodes;
        for (const d of board) checksum = (checksum * 10 + d) % 1000003;
      }
    }
    console.log(checksum);
  }
  console.log(total);
}

main();
