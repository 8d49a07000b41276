'use strict';
// A leaf is null, as a variant without payload is an immediate value in Lumen.
class Node {
  constructor(left, right) {
    this.left = left;
    this.right = right;
  }
}

function make(depth) {
  return depth === 0 ? null : new Node(make(depth - 1), make(depth - 1));
}

function check(tree) {
  return tree === null ? 1 : 1 + check(tree.left) + check(tree.right);
}

const maxDepth = 16;
const stretch = maxDepth + 1;
console.log(`stretch tree of depth ${stretch}: ${check(make(stretch))}`);
const longLived = make(maxDepth);
for (let depth = 4; depth <= maxDepth; depth += 4) {
  const iterations = 1 << (maxDepth - depth + 4);
  let total = 0;
  for (let i = 0; i < iterations; i++) total += check(make(depth));
  console.log(`${iterations} trees of depth ${depth}: ${total}`);
}
console.log(`long-lived tree of depth ${maxDepth}: ${check(longLived)}`);
