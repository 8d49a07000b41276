'use strict';
function fannkuch(n) {
  const perm1 = new Int32Array(n).map((_, i) => i);
  const perm = new Int32Array(n);
  const count = new Int32Array(n);
  let maxFlips = 0;
  let checksum = 0;
  let nperm = 0;
  let r = n;
  for (;;) {
    for (; r !== 1; r--) count[r - 1] = r;
    for (let i = 0; i < n; i++) perm[i] = perm1[i];
    let flips = 0;
    for (let k = perm[0]; k !== 0; k = perm[0]) {
      for (let lo = 0, hi = k; lo < hi; lo++, hi--) {
        const t = perm[lo];
        perm[lo] = perm[hi];
        perm[hi] = t;
      }
      flips++;
    }
    if (flips > maxFlips) maxFlips = flips;
    checksum += nperm % 2 === 0 ? flips : -flips;
    for (;;) {
      if (r === n) return [checksum, maxFlips];
      const front = perm1[0];
      for (let i = 0; i < r; i++) perm1[i] = perm1[i + 1];
      perm1[r] = front;
      if (--count[r] > 0) break;
      r++;
    }
    nperm++;
  }
}

const n = 10;
const [checksum, flips] = fannkuch(n);
console.log(checksum);
console.log(`Pfannkuchen(${n}) = ${flips}`);
