'use strict';
function escape(cr, ci, limit) {
  let zr = 0.0;
  let zi = 0.0;
  let steps = 0;
  while (steps < limit) {
    const rr = zr * zr;
    const ii = zi * zi;
    if (rr + ii > 4.0) break;
    zi = 2.0 * zr * zi + ci;
    zr = rr - ii + cr;
    steps++;
  }
  return steps;
}

function main() {
  const n = 800;
  const limit = 100;
  let inside = 0;
  let total = 0;
  for (let y = 0; y < n; y++) {
    const ci = (2.0 * y) / n - 1.0;
    for (let x = 0; x < n; x++) {
      const cr = (2.0 * x) / n - 1.5;
      const steps = escape(cr, ci, limit);
      total += steps;
      if (steps === limit) inside++;
    }
  }
  console.log(`${inside} ${total}`);
}

main();
