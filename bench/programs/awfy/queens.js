class Board {
  constructor() {
    this.rows = new Array(8).fill(true);
    this.rising = new Array(16).fill(true);
    this.falling = new Array(16).fill(true);
    this.placed = new Array(8).fill(-1);
    this.done = false;
  }
  isFree(row, column) {
    return this.rows[row] && this.rising[column + row] && this.falling[column - row + 7];
  }
  mark(row, column, free) {
    this.rows[row] = free;
    this.rising[column + row] = free;
    this.falling[column - row + 7] = free;
  }
  place(column) {
    for (let row = 0; row < 8; row++) {
      if (this.isFree(row, column)) {
        this.placed[row] = column;
        this.mark(row, column, false);
        if (column === 7) {
          this.done = true;
          return;
        }
        this.place(column + 1);
        if (this.done) return;
        this.mark(row, column, true);
      }
    }
  }
}

let solved = 0;
let last = [];
for (let k = 0; k < 3000; k++) {
  const b = new Board();
  b.place(0);
  if (b.done) solved++;
  last = b.placed;
}
console.log(solved, last.join(" "));
