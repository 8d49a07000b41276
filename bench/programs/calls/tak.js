'use strict';
function tak(x, y, z) {
  return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

let total = 0;
for (let i = 0; i < 20; i++) total += tak(24 - (i % 2), 16, 8);
console.log(total);
