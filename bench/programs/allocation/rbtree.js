'use strict';
// The same insertion; nodes are changed where they are.
class Node {
  constructor(red, left, key, value, right) {
    this.red = red;
    this.left = left;
    this.key = key;
    this.value = value;
    this.right = right;
  }
}

function isRed(t) {
  return t !== null && t.red;
}

// `t` is black and its left child has just been inserted into.
function balanceLeft(t) {
  const l = t.left;
  if (isRed(l.left)) {
    t.left = l.right;
    l.right = t;
    l.left.red = false;
    l.red = true;
    t.red = false;
    return l;
  }
  const x = l.right;
  if (isRed(x)) {
    l.right = x.left;
    t.left = x.right;
    x.left = l;
    x.right = t;
    l.red = false;
    t.red = false;
    x.red = true;
    return x;
  }
  l.red = true;
  t.red = false;
  return t;
}

function balanceRight(t) {
  const r = t.right;
  const x = r.left;
  if (isRed(x)) {
    t.right = x.left;
    r.left = x.right;
    x.left = t;
    x.right = r;
    t.red = false;
    r.red = false;
    x.red = true;
    return x;
  }
  if (isRed(r.right)) {
    t.right = r.left;
    r.left = t;
    r.right.red = false;
    r.red = true;
    t.red = false;
    return r;
  }
  r.red = true;
  t.red = false;
  return t;
}

function insertBelow(t, key, value) {
  if (t === null) return new Node(true, null, key, value, null);
  if (key < t.key) {
    const balance = !t.red && isRed(t.left);
    t.left = insertBelow(t.left, key, value);
    return balance ? balanceLeft(t) : t;
  }
  if (key > t.key) {
    const balance = !t.red && isRed(t.right);
    t.right = insertBelow(t.right, key, value);
    return balance ? balanceRight(t) : t;
  }
  t.value = value;
  return t;
}

function insertKey(t, key, value) {
  const root = insertBelow(t, key, value);
  root.red = false;
  return root;
}

function countTrue(t) {
  return t === null ? 0 : countTrue(t.left) + countTrue(t.right) + (t.value ? 1 : 0);
}

function height(t) {
  return t === null ? 0 : 1 + Math.max(height(t.left), height(t.right));
}

let tree = null;
let key = 42;
for (let i = 0; i < 200000; i++) {
  key = (key * 3877 + 29573) % 139968;
  tree = insertKey(tree, key, key % 10 === 0);
}
console.log(`${countTrue(tree)} ${height(tree)}`);
