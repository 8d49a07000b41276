const names = ["Ada", "Bob", "Charlotte", "Dan"];
let length = 0;
let last = "";
for (let i = 0; i < 300000; i++) {
  const name = names[i % 4];
  const line = `${i}: ${name} is ${i % 90} years old`;
  const row = `${name.padEnd(10)}|${String(i).padStart(8)}|${(i / 7).toFixed(2)}`;
  length += line.length + row.length;
  last = row;
}
console.log(`${length} ${last}`);
