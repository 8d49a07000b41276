function sequence(n) {
  let r = 42;
  const out = [];
  for (let i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    out.push(r < 42400 ? "A" : r < 70100 ? "C" : r < 97700 ? "G" : "T");
  }
  return out.join("");
}

function countParts(s, width) {
  const counts = new Map();
  for (let i = 0; i + width <= s.length; i++) {
    const part = s.slice(i, i + width);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}

function frequencies(s, width) {
  const total = s.length - width + 1;
  const entries = [...countParts(s, width)].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [part, n] of entries) console.log(`${part} ${((n * 100) / total).toFixed(3)}`);
  console.log("");
}

const s = sequence(200000);
frequencies(s, 1);
frequencies(s, 2);
for (const part of ["GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"]) {
  console.log(`${countParts(s, part.length).get(part) ?? 0} ${part}`);
}
