'use strict';
function letters(n, seed) {
  let r = seed;
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    out[i] = (r * 4) / 139968;
  }
  return out;
}

function distance(a, b) {
  const n = b.length;
  let previous = new Int32Array(n + 1).map((_, j) => j);
  let current = new Int32Array(n + 1);
  for (let i = 0; i < a.length; i++) {
    current[0] = i + 1;
    const x = a[i];
    for (let j = 0; j < n; j++) {
      let best = previous[j] + (x === b[j] ? 0 : 1);
      if (previous[j + 1] + 1 < best) best = previous[j + 1] + 1;
      if (current[j] + 1 < best) best = current[j] + 1;
      current[j + 1] = best;
    }
    const row = previous;
    previous = current;
    current = row;
  }
  return previous[n];
}

console.log(distance(letters(3500, 42), letters(3400, 1234)));
