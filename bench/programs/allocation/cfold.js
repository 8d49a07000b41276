'use strict';
const MODULUS = 65537;
const NUM = 0;
const VAR = 1;
const ADD = 2;
const MUL = 3;

// Trees have one owner, so folding changes nodes where they are.
class Leaf {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

class Node {
  constructor(tag, left, right) {
    this.tag = tag;
    this.left = left;
    this.right = right;
  }
}

function grow(depth, seed) {
  const r = (seed * 3877 + 29573) % 139968;
  if (depth === 0) return r % 8 === 0 ? new Leaf(VAR, r % 5) : new Leaf(NUM, r % 100);
  if (r % 3 === 0) return new Node(MUL, grow(depth - 1, r), grow(depth - 1, (r + 4711) % 139968));
  return new Node(ADD, grow(depth - 1, r), grow(depth - 1, (r + 1234) % 139968));
}

const isNum = (e, n) => e.tag === NUM && e.value === n;
const apply = (tag, a, b) => (tag === ADD ? a + b : a * b) % MODULUS;

// `e` is a sum or a product whose operands are folded.
function foldNode(e) {
  const tag = e.tag;
  const f = e.left;
  const g = e.right;
  const unit = tag === ADD ? 0 : 1;
  if (f.tag === NUM && g.tag === NUM) {
    f.value = apply(tag, f.value, g.value);
    return f;
  }
  if (tag === MUL && isNum(f, 0)) return f;
  if (tag === MUL && isNum(g, 0)) return g;
  if (isNum(f, unit)) return g;
  if (isNum(g, unit)) return f;
  if (g.tag === NUM) {
    e.left = g;
    e.right = f;
  } else if (g.tag === tag && g.left.tag === NUM) {
    const n = g.left;
    if (f.tag === NUM) {
      f.value = apply(tag, f.value, n.value);
      e.right = g.right;
    } else {
      e.left = n;
      g.left = f;
    }
  } else if (f.tag === tag && f.left.tag === NUM) {
    e.left = f.left;
    f.left = f.right;
    f.right = g;
    e.right = f;
  }
  return e;
}

function foldConstants(e) {
  if (e.tag < ADD) return e;
  e.left = foldConstants(e.left);
  e.right = foldConstants(e.right);
  return foldNode(e);
}

function evaluate(e) {
  if (e.tag === NUM) return e.value;
  if (e.tag === VAR) return e.value * 7 + 3;
  return apply(e.tag, evaluate(e.left), evaluate(e.right));
}

function nodeCount(e) {
  return e.tag < ADD ? 1 : 1 + nodeCount(e.left) + nodeCount(e.right);
}

for (let seed = 1; seed <= 10; seed++) {
  let e = grow(14, seed);
  const before = nodeCount(e);
  const expected = evaluate(e);
  let size = before + 1;
  while (nodeCount(e) < size) {
    size = nodeCount(e);
    e = foldConstants(e);
  }
  console.log(`${before} ${nodeCount(e)} ${expected} ${evaluate(e)}`);
}
