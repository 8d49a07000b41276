const WIDTH = 60;
const ALU = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA";
const out = [];

function repeated(header, s, n) {
  out.push(header);
  const doubled = s + s;
  let at = 0;
  let left = n;
  while (left > 0) {
    const width = Math.min(left, WIDTH);
    out.push(doubled.slice(at, at + width));
    at = (at + width) % s.length;
    left -= width;
  }
}

function randomLines(header, chars, weights, n, seed) {
  out.push(header);
  let r = seed;
  let left = n;
  while (left > 0) {
    const width = Math.min(left, WIDTH);
    let line = "";
    for (let i = 0; i < width; i++) {
      r = (r * 3877 + 29573) % 139968;
      const x = r / 139968;
      let k = 0;
      while (x >= weights[k]) k++;
      line += chars[k];
    }
    out.push(line);
    left -= width;
  }
  return r;
}

function cumulative(weights) {
  let sum = 0;
  return weights.map((w) => (sum += w));
}

const n = 60000;
const iub = ["a", "c", "g", "t", "B", "D", "H", "K", "M", "N", "R", "S", "V", "W", "Y"];
const iubWeights = cumulative([0.27, 0.12, 0.12, 0.27, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.1]);
const homo = ["a", "c", "g", "t"];
const homoWeights = cumulative([0.302954942668, 0.1979883004921, 0.1975473066391, 0.4]);
repeated(">ONE Homo sapiens alu", ALU, n * 2);
const seed = randomLines(">TWO IUB ambiguity codes", iub, iubWeights, n * 3, 42);
randomLines(">THREE Homo sapiens frequency", homo, homoWeights, n * 5, seed);
process.stdout.write(out.join("\n") + "\n");
