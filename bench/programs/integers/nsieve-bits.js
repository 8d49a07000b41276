'use strict';
function countPrimes(limit) {
  const bits = new Int32Array((limit >> 5) + 1).fill(-1);
  let found = 0;
  for (let i = 2; i <= limit; i++) {
    if ((bits[i >> 5] >> (i & 31)) & 1) {
      found++;
      for (let k = i + i; k <= limit; k += i) bits[k >> 5] &= ~(1 << (k & 31));
    }
  }
  return found;
}

for (let shift = 0; shift < 3; shift++) {
  const limit = 5120000 >> shift;
  console.log(`Primes up to ${limit}: ${countPrimes(limit)}`);
}
