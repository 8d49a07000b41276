class Cell {
  constructor(value, next) {
    this.value = value;
    this.next = next;
  }
}

function make(length) {
  return length === 0 ? null : new Cell(length, make(length - 1));
}

function length(xs) {
  return xs === null ? 0 : 1 + length(xs.next);
}

function isShorter(x, y) {
  while (y !== null) {
    if (x === null) return true;
    x = x.next;
    y = y.next;
  }
  return false;
}

function tail(x, y, z) {
  if (isShorter(y, x)) return tail(tail(x.next, y, z), tail(y.next, z, x), tail(z.next, x, y));
  return z;
}

let total = 0;
for (let k = 0; k < 1000; k++) total += length(tail(make(15), make(10), make(6)));
console.log(total);
