const PLAIN = 0, REDUCIBLE = 1, ITSELF = 2, IRREDUCIBLE = 3;

class Block {
  constructor() {
    this.into = [];
    this.out = [];
  }
}

class Graph {
  constructor() {
    this.blocks = [];
  }
  node(n) {
    while (this.blocks.length <= n) this.blocks.push(new Block());
    return this.blocks[n];
  }
  connect(from, to) {
    const a = this.node(from), b = this.node(to);
    a.out.push(b);
    b.into.push(a);
  }
  straight(start, n) {
    for (let i = 0; i < n; i++) this.connect(start + i, start + i + 1);
    return start + n;
  }
  diamond(start) {
    this.connect(start, start + 1);
    this.connect(start, start + 2);
    this.connect(start + 1, start + 3);
    this.connect(start + 2, start + 3);
    return start + 3;
  }
  baseLoop(from) {
    const header = this.straight(from, 1);
    const first = this.diamond(header);
    const between = this.straight(first, 1);
    const second = this.diamond(between);
    const footer = this.straight(second, 1);
    this.connect(second, between);
    this.connect(first, header);
    this.connect(footer, from);
    return this.straight(footer, 1);
  }
}

function build(outer, middle, inner) {
  const g = new Graph();
  g.node(0);
  g.baseLoop(0);
  g.node(1);
  g.connect(0, 2);
  let n = 2;
  for (let i = 0; i < outer; i++) {
    g.connect(2, n + 1);
    n++;
    for (let j = 0; j < middle; j++) {
      const top = n;
      n = g.straight(n, 1);
      for (let k = 0; k < inner; k++) n = g.baseLoop(n);
      const bottom = g.straight(n, 1);
      g.connect(bottom, top);
      n = bottom;
    }
    g.connect(n, 1);
  }
  return g;
}

class Node {
  constructor(block, number) {
    this.block = block;
    this.number = number;
    this.last = number;
    this.parent = this;
    this.loop = null;
    this.back = [];
    this.others = new Set();
  }
  isAncestor(v) {
    return this.number <= v.number && v.number <= this.last;
  }
  find() {
    let root = this;
    while (root.parent !== root) root = root.parent;
    let node = this;
    while (node.parent !== root) {
      const next = node.parent;
      node.parent = root;
      node = next;
    }
    return root;
  }
}

function findLoops(g) {
  const nodes = [], numbers = new Map();
  function number(block, current) {
    const node = new Node(block, current);
    numbers.set(block, node);
    nodes[current] = node;
    let last = current;
    for (const to of block.out) if (!numbers.has(to)) last = number(to, last + 1);
    node.last = last;
    return last;
  }
  number(g.blocks[0], 0);
  for (const w of nodes) {
    for (const from of w.block.into) {
      const v = numbers.get(from);
      if (v === undefined) continue;
      if (w.isAncestor(v)) w.back.push(v);
      else w.others.add(v);
    }
  }
  const loops = [];
  for (let at = nodes.length - 1; at >= 0; at--) {
    const w = nodes[at];
    const pool = [];
    let kind = PLAIN;
    for (const v of w.back) {
      if (v === w) kind = ITSELF;
      else pool.push(v.find());
    }
    if (pool.length > 0) kind = REDUCIBLE;
    for (let next = 0; next < pool.length; next++) {
      for (const y of pool[next].others) {
        const root = y.find();
        if (!w.isAncestor(root)) {
          kind = IRREDUCIBLE;
          w.others.add(root);
        } else if (root !== w && !pool.includes(root)) pool.push(root);
      }
    }
    if (pool.length > 0 || kind === ITSELF) {
      const loop = { outer: null, size: 1 };
      loops.push(loop);
      w.loop = loop;
      for (const member of pool) {
        member.parent = w;
        if (member.loop !== null) member.loop.outer = loop;
        else loop.size++;
      }
    }
  }
  return loops;
}

const g = build(10, 10, 5);
let line = "";
for (let k = 0; k < 30; k++) {
  const loops = findLoops(g);
  const roots = loops.filter((loop) => loop.outer === null).length;
  line = `${g.blocks.length} ${loops.length} ${roots} ${loops.reduce((sum, loop) => sum + loop.size, 0)}`;
}
console.log(line);
