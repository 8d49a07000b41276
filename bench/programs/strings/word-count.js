function text(lines) {
  const parts = ["ka", "lo", "mi", "ne", "tu", "sa", "ri", "Vo"];
  let r = 42;
  let out = "";
  for (let i = 0; i < lines; i++) {
    for (let word = 0; word < 10; word++) {
      r = (r * 3877 + 29573) % 139968;
      const n = (r % 3) + 1;
      if (word > 0) out += " ";
      for (let k = 0; k < n; k++) {
        r = (r * 3877 + 29573) % 139968;
        out += parts[Math.floor(r / 17496)];
      }
    }
    out += ",\n";
  }
  return out;
}

const counts = new Map();
for (const line of text(20000).trimEnd().split("\n")) {
  for (const word of line.split(" ")) {
    const key = word.replaceAll(",", "").toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
console.log(ranked.length);
for (const [word, n] of ranked.slice(0, 20)) console.log(`${word} ${n}`);
