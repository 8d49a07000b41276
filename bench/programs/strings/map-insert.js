// The low 31 bits of r * 1103515245 + 12345.
function next(r) {
  return (Math.imul(r, 1103515245) + 12345) & 0x7fffffff;
}

const n = 1000000;
const m = new Map();
let r = 42;
for (let i = 0; i < n; i++) {
  r = next(r);
  m.set(r, i);
}
let found = 0;
let sum = 0;
r = 42;
for (let i = 0; i < n * 2; i++) {
  if (i % 2 === 0) {
    r = next(r);
    const value = m.get(r);
    if (value !== undefined) {
      found++;
      sum = (sum + value) % 1000007;
    }
  } else if (m.has(i)) {
    found++;
  }
}
console.log(`${m.size} ${found} ${sum}`);
r = 42;
for (let i = 0; i < n; i++) {
  r = next(r);
  if (i % 3 === 0) {
    m.delete(r);
  } else {
    m.set(r % 1000, (m.get(r % 1000) ?? 0) + 1);
  }
}
let checksum = 0;
for (const [key, value] of m) checksum = (checksum + (key % 1000) * (value % 1000)) % 1000007;
console.log(`${m.size} ${checksum}`);
