'use strict';
function element(i, j) {
  return 1.0 / (((i + j) * (i + j + 1)) / 2 + i + 1);
}

function times(v) {
  const n = v.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0.0;
    for (let j = 0; j < n; j++) total += element(i, j) * v[j];
    out[i] = total;
  }
  return out;
}

function timesTransposed(v) {
  const n = v.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0.0;
    for (let j = 0; j < n; j++) total += element(j, i) * v[j];
    out[i] = total;
  }
  return out;
}

function main() {
  const n = 700;
  let u = new Float64Array(n).fill(1.0);
  let v = u;
  for (let i = 0; i < 10; i++) {
    v = timesTransposed(times(u));
    u = timesTransposed(times(v));
  }
  let vbv = 0.0;
  let vv = 0.0;
  for (let i = 0; i < n; i++) {
    vbv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  console.log(Math.sqrt(vbv / vv).toFixed(9));
}

main();
