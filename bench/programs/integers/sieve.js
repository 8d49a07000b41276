'use strict';
function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  let found = 0;
  let last = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i] === 0) {
      found++;
      last = i;
      for (let k = i * i; k <= limit; k += i) composite[k] = 1;
    }
  }
  return [found, last];
}

for (let round = 0; round < 4; round++) {
  const [found, last] = sieve(4000000 + 100000 * round);
  console.log(`${found} ${last}`);
}
