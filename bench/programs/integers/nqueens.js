'use strict';
function countSolutions(n) {
  const columnOf = new Int32Array(n);
  const column = new Uint8Array(n);
  const rising = new Uint8Array(2 * n);
  const falling = new Uint8Array(2 * n);
  let solutions = 0;
  let row = 0;
  let col = 0;
  while (row >= 0) {
    while (col < n && (column[col] || rising[row + col] || falling[row - col + n])) col++;
    if (col < n) {
      if (row === n - 1) {
        solutions++;
        col++;
      } else {
        columnOf[row] = col;
        column[col] = 1;
        rising[row + col] = 1;
        falling[row - col + n] = 1;
        row++;
        col = 0;
      }
    } else {
      row--;
      if (row >= 0) {
        const back = columnOf[row];
        column[back] = 0;
        rising[row + back] = 0;
        falling[row - back + n] = 0;
        col = back + 1;
      }
    }
  }
  return solutions;
}

const n = 12;
console.log(`${n} queens: ${countSolutions(n)}`);
