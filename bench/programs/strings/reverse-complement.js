function sequence(n) {
  const letters = "ACGTMRWSYKVHDBN";
  let r = 42;
  let out = "";
  for (let i = 0; i < n; i++) {
    r = (r * 3877 + 29573) % 139968;
    out += letters[r % 15];
  }
  return out;
}

const partner = { A: "T", C: "G", G: "C", T: "A", M: "K", R: "Y", Y: "R", K: "M", V: "B", H: "D", D: "H", B: "V" };
const s = sequence(500000);
let out = "";
for (let i = s.length - 1; i >= 0; i--) {
  const c = s[i];
  out += partner[c] ?? c;
}
const lines = [];
for (let at = 0; at < out.length; at += 60) lines.push(out.slice(at, at + 60));
process.stdout.write(lines.join("\n") + "\n");
