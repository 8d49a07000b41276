'use strict';
function build(n) {
  const scale = 1.0 / n / n;
  const m = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    for (let j = 0; j < n; j++) row[j] = scale * ((i - j) * (i + j));
    m.push(row);
  }
  return m;
}

function transpose(m, n) {
  const t = [];
  for (let j = 0; j < n; j++) {
    const row = new Float64Array(n);
    for (let i = 0; i < n; i++) row[i] = m[i][j];
    t.push(row);
  }
  return t;
}

function multiply(a, b, n) {
  const columns = transpose(b, n);
  const c = [];
  for (let i = 0; i < n; i++) {
    const row = a[i];
    const out = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      const column = columns[j];
      let total = 0.0;
      for (let k = 0; k < n; k++) total += row[k] * column[k];
      out[j] = total;
    }
    c.push(out);
  }
  return c;
}

function main() {
  const n = 360;
  const c = multiply(build(n), build(n), n);
  let trace = 0.0;
  for (let i = 0; i < n; i++) trace += c[i][i];
  console.log(`${c[n / 2][n / 2].toFixed(9)} ${trace.toFixed(9)}`);
}

main();
