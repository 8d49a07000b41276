let total = 0;
for (let round = 0; round < 5; round++) {
  let s = "";
  for (let i = 0; i < 100000; i++) s += "item" + ((i * 7) % 1000) + ";";
  const parts = s.split(";");
  const kept = [];
  for (const part of parts) {
    if (part.endsWith("7") || part.startsWith("item1")) kept.push(part.toUpperCase());
  }
  const joined = kept.join(", ");
  const changed = joined.replaceAll("ITEM", "x");
  let commas = 0;
  for (const c of changed) if (c === ",") commas++;
  const at = changed.indexOf("x999");
  total += s.length + parts.length + joined.length + changed.length + commas + (at < 0 ? round : at);
}
console.log(total);
