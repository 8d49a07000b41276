'use strict';
function build(n, seed) {
  let r = seed;
  const rows = [];
  for (let i = 0; i < n; i++) {
    const row = new Array(n).fill(0);
    for (let j = 0; j < n; j++) {
      r = (r * 3877 + 29573) % 139968;
      row[j] = r % 1000;
    }
    rows.push(row);
  }
  return rows;
}

function multiply(a, b) {
  const n = a.length;
  const c = [];
  for (let i = 0; i < n; i++) {
    const row = a[i];
    const out = new Array(n).fill(0);
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let k = 0; k < n; k++) total += row[k] * b[k][j];
      out[j] = total % 10007;
    }
    c.push(out);
  }
  return c;
}

function main() {
  const n = 350;
  const c = multiply(build(n, 42), build(n, 7));
  let trace = 0;
  let checksum = 0;
  for (let i = 0; i < n; i++) {
    trace += c[i][i];
    for (let j = 0; j < n; j++) checksum = (checksum * 31 + c[i][j]) % 1000003;
  }
  console.log(`${trace} ${checksum}`);
}

main();
