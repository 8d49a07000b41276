'use strict';
const SPAN = 4000000;

function randomIntervals(n, seed) {
  let r = seed;
  const packed = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    const high = r;
    r = (r * 3877 + 29573) % 139968;
    packed[i] = ((high * 139968 + r) % SPAN) * 1024 + (r % 1000) + 1;
  }
  return packed;
}

function build(packed) {
  packed.sort();
  const n = packed.length;
  const starts = new Int32Array(n);
  const ends = new Int32Array(n);
  const furthest = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    starts[i] = Math.floor(packed[i] / 1024);
    furthest[i] = ends[i] = starts[i] + (packed[i] % 1024);
  }
  let last = 0;
  let lastI = 0;
  for (let i = 0; i < n; i += 2) {
    lastI = i;
    last = ends[i];
  }
  let k = 1;
  for (; 1 << k <= n; k++) {
    const half = 1 << (k - 1);
    for (let i = (half << 1) - 1; i < n; i += half << 2) {
      const left = furthest[i - half];
      const right = i + half < n ? furthest[i + half] : last;
      let far = ends[i];
      if (left > far) far = left;
      if (right > far) far = right;
      furthest[i] = far;
    }
    lastI = (lastI >> k) & 1 ? lastI - half : lastI + half;
    if (lastI < n && furthest[lastI] > last) last = furthest[lastI];
  }
  return { n, starts, ends, furthest, levels: k - 1 };
}

const nodes = new Int32Array(64);
const levels = new Int32Array(64);
const visited = new Uint8Array(64);

function covered(index, from, to) {
  const { n, starts, ends, furthest } = index;
  nodes[0] = (1 << index.levels) - 1;
  levels[0] = index.levels;
  visited[0] = 0;
  let depth = 1;
  let total = 0;
  let reached = from;
  while (depth > 0) {
    depth--;
    const x = nodes[depth];
    const k = levels[depth];
    if (k <= 3) {
      const firstLeaf = (x >> k) << k;
      let stop = firstLeaf + (1 << (k + 1)) - 1;
      if (stop > n) stop = n;
      for (let i = firstLeaf; i < stop && starts[i] < to; i++) {
        if (ends[i] > from) {
          const a = starts[i] > reached ? starts[i] : reached;
          const b = ends[i] < to ? ends[i] : to;
          if (b > a) {
            total += b - a;
            reached = b;
          }
        }
      }
    } else if (visited[depth] === 0) {
      const left = x - (1 << (k - 1));
      visited[depth] = 1;
      depth++;
      if (left >= n || furthest[left] > from) {
        nodes[depth] = left;
        levels[depth] = k - 1;
        visited[depth] = 0;
        depth++;
      }
    } else {
      visited[depth] = 0;
      if (x < n && starts[x] < to) {
        if (ends[x] > from) {
          const a = starts[x] > reached ? starts[x] : reached;
          const b = ends[x] < to ? ends[x] : to;
          if (b > a) {
            total += b - a;
            reached = b;
          }
        }
        nodes[depth] = x + (1 << (k - 1));
        levels[depth] = k - 1;
        depth++;
      }
    }
  }
  return total;
}

function main() {
  const index = build(randomIntervals(100000, 42));
  let total = 0;
  let most = 0;
  for (const p of randomIntervals(200000, 4711)) {
    const from = Math.floor(p / 1024);
    const c = covered(index, from, from + (p % 1024));
    total += c;
    if (c > most) most = c;
  }
  console.log(`${total} ${most}`);
}

main();
