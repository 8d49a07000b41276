'use strict';
class Link {
  constructor(head, rest) {
    this.head = head;
    this.rest = rest;
  }
}

function build(n) {
  let chain = null;
  for (let i = 0; i < n; i++) chain = new Link(i % 1000, chain);
  return chain;
}

function reverseOnto(chain, done) {
  while (chain !== null) {
    const rest = chain.rest;
    chain.rest = done;
    done = chain;
    chain = rest;
  }
  return done;
}

function addOnto(chain, amount, done) {
  while (chain !== null) {
    const rest = chain.rest;
    chain.head += amount;
    chain.rest = done;
    done = chain;
    chain = rest;
  }
  return done;
}

function totalOf(chain) {
  let total = 0;
  for (; chain !== null; chain = chain.rest) total += chain.head;
  return total;
}

let total = 0;
for (let round = 0; round < 40; round++) {
  let chain = build(40000);
  for (let i = 0; i < 5; i++) {
    chain = reverseOnto(chain, null);
    chain = addOnto(chain, round, null);
  }
  total += totalOf(chain);
}
console.log(total);
