class Leaf {
  constructor(cells) {
    this.cells = cells;
  }
  cellsIn() {
    return this.cells.length;
  }
}

class Node {
  constructor(children) {
    this.children = children;
  }
  cellsIn() {
    let n = 0;
    for (const child of this.children) n += child.cellsIn();
    return n;
  }
}

let random = 74755;
let count = 0;

function build(depth) {
  count++;
  random = (random * 1309 + 13849) & 65535;
  if (depth === 1) return new Leaf(new Array((random % 10) + 1).fill(0));
  const children = [];
  for (let i = 0; i < 4; i++) children.push(build(depth - 1));
  return new Node(children);
}

let cells = 0;
for (let k = 0; k < 120; k++) cells += build(7).cellsIn();
console.log(count, cells);
