'use strict';
const VAL = 0;
const VAR = 1;
const ADD = 2;
const MUL = 3;
const POW = 4;
const LN = 5;

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

const val = (n) => new Leaf(VAL, n);
const isVal = (e, n) => e.tag === VAL && e.value === n;

function intPower(base, exponent) {
  return exponent < 0 ? 0 : base ** exponent;
}

function addOf(f, g) {
  if (f.tag === VAL && g.tag === VAL) return val(f.value + g.value);
  if (isVal(f, 0)) return g;
  if (isVal(g, 0)) return f;
  if (g.tag === VAL) return addOf(g, f);
  if (g.tag === ADD && g.left.tag === VAL) {
    if (f.tag === VAL) return addOf(val(f.value + g.left.value), g.right);
    return addOf(g.left, addOf(f, g.right));
  }
  if (f.tag === ADD) return addOf(f.left, addOf(f.right, g));
  return new Node(ADD, f, g);
}

function mulOf(f, g) {
  if (f.tag === VAL && g.tag === VAL) return val(f.value * g.value);
  if (isVal(f, 0)) return f;
  if (isVal(g, 0)) return g;
  if (isVal(f, 1)) return g;
  if (isVal(g, 1)) return f;
  if (g.tag === VAL) return mulOf(g, f);
  if (g.tag === MUL && g.left.tag === VAL) {
    if (f.tag === VAL) return mulOf(val(f.value * g.left.value), g.right);
    return mulOf(g.left, mulOf(f, g.right));
  }
  if (f.tag === MUL) return mulOf(f.left, mulOf(f.right, g));
  return new Node(MUL, f, g);
}

function powOf(f, g) {
  if (f.tag === VAL && g.tag === VAL) return val(intPower(f.value, g.value));
  if (isVal(g, 0)) return val(1);
  if (isVal(g, 1)) return f;
  if (isVal(f, 0)) return f;
  return new Node(POW, f, g);
}

function lnOf(f) {
  return isVal(f, 1) ? val(0) : new Node(LN, f, null);
}

function derive(x, e) {
  if (e.tag === VAL) return val(0);
  if (e.tag === VAR) return val(x === e.value ? 1 : 0);
  const f = e.left;
  const g = e.right;
  if (e.tag === ADD) return addOf(derive(x, f), derive(x, g));
  if (e.tag === MUL) return addOf(mulOf(f, derive(x, g)), mulOf(g, derive(x, f)));
  if (e.tag === POW) {
    const ofBase = mulOf(mulOf(g, derive(x, f)), powOf(f, val(-1)));
    const ofExponent = mulOf(lnOf(f), derive(x, g));
    return mulOf(powOf(f, g), addOf(ofBase, ofExponent));
  }
  return mulOf(derive(x, f), powOf(f, val(-1)));
}

function nodeCount(e) {
  if (e.tag <= VAR) return 1;
  if (e.tag === LN) return nodeCount(e.left);
  return nodeCount(e.left) + nodeCount(e.right);
}

let total = 0;
for (let round = 0; round < 3; round++) {
  let e = powOf(new Leaf(VAR, 'x'), new Leaf(VAR, 'x'));
  for (let i = 0; i < 8; i++) {
    e = derive('x', e);
    total += nodeCount(e);
  }
}
console.log(total);
