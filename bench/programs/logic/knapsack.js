'use strict';
function bestValue(items, capacity) {
  const best = new Int32Array(capacity + 1);
  let r = 42;
  for (let i = 0; i < items; i++) {
    r = (r * 3877 + 29573) % 139968;
    const weight = (r % 97) + 3;
    r = (r * 3877 + 29573) % 139968;
    const worth = (r % 211) + 1;
    for (let room = capacity; room >= weight; room--) {
      const taken = best[room - weight] + worth;
      if (taken > best[room]) best[room] = taken;
    }
  }
  return best[capacity];
}

console.log(bestValue(1500, 15000));
