'use strict';
function chainLength(n) {
  let steps = 1;
  while (n !== 1) {
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  return steps;
}

let best = 0;
let longest = 0;
let total = 0;
for (let start = 1; start < 400000; start++) {
  const steps = chainLength(start);
  total += steps;
  if (steps > longest) {
    longest = steps;
    best = start;
  }
}
console.log(`${best} ${longest} ${total}`);
