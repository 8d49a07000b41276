// Compares the TextMate grammar with the lexer.
//
// Input: the file that the example `tokens` of lumen-compiler wrote, and the root of the repository. For every program
// each token and comment must have a scope of its kind; at last whole documents are read through the injection into
// Markdown. Output: what differs, and a count; exit code 1 when something differs.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const require = createRequire(path.join(process.cwd(), "x.js"));
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");
const [tokensFile, root] = process.argv.slice(2);
const wasm = fs.readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm"));
await oniguruma.loadWASM(wasm);

const syntaxes = path.join(root, "editors/vscode/syntaxes");
const host = { scopeName: "text.html.markdown", patterns: [], repository: {} };
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) => {
    if (scope === "text.html.markdown") return host;
    const file = { "source.lumen": "lumen", "markdown.lumen.codeblock": "lumen.markdown" }[scope];
    if (!file) return null;
    const name = path.join(syntaxes, `${file}.tmLanguage.json`);
    return textmate.parseRawGrammar(fs.readFileSync(name, "utf8"), name);
  },
  getInjections: (scope) => (scope === "text.html.markdown" ? ["markdown.lumen.codeblock"] : []),
});

/** Scopes by character of a text. */
function scopesOf(grammar, text) {
  const out = new Array(text.length);
  let stack = textmate.INITIAL;
  let at = 0;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    for (const token of result.tokens) {
      for (let i = token.startIndex; i < Math.min(token.endIndex, line.length); i++) {
        out[at + i] = token.scopes;
      }
    }
    stack = result.ruleStack;
    at += line.length + 1;
  }
  return out;
}

const wanted = {
  keyword: /^(keyword|constant\.language|storage)/,
  string: /^(string|constant\.character|constant\.other\.placeholder|punctuation)/,
  number: /^constant\.numeric/,
  comment: /^comment/,
};

/** What a scope stack says: that of the innermost string, hole or comment, and of the leaf. */
function agrees(kind, scopes) {
  const last = scopes[scopes.length - 1];
  const inner = [...scopes].reverse().find((s) => /^(string|comment|meta\.interpolation)/.test(s)) ?? "";
  if (kind === "string") return inner.startsWith("string") || wanted.string.test(last);
  if (kind === "comment") return inner.startsWith("comment");
  if (inner.startsWith("string") || inner.startsWith("comment")) return false;
  return wanted[kind] ? scopes.some((s) => wanted[kind].test(s)) : true;
}

const grammar = await registry.loadGrammar("source.lumen");
const blocks = fs.readFileSync(tokensFile, "utf8").split("\n\n").filter((block) => block.trim());
let programs = 0;
let tokens = 0;
const wrong = [];
for (const block of blocks) {
  const [name, hex, ...rows] = block.trim().split("\n");
  const bytes = Buffer.from(hex, "hex");
  const text = bytes.toString("utf8");
  const scopes = scopesOf(grammar, text);
  programs += 1;
  for (const row of rows) {
    const [kind, lo, hi] = row.split(" ");
    const from = bytes.subarray(0, Number(lo)).toString("utf8").length;
    const word = bytes.subarray(Number(lo), Number(hi)).toString("utf8");
    tokens += 1;
    for (let i = 0; i < word.length; i++) {
      if (word[i] === "\n" || word[i].trim() === "") continue;
      const found = scopes[from + i] ?? [];
      if (!agrees(kind, found)) {
        wrong.push(`${name}: ${kind} ${JSON.stringify(word)} at ${lo}: ${found.join(" ")}`);
        break;
      }
    }
  }
}

// Through Markdown: code inside a fence is Lumen, prose and other fences are not.
const markdown = await registry.loadGrammar("text.html.markdown");
const document = "let\n\n```lumen run\nlet x = \"a\" # b\n```\n\nlet\n\n> ~~~lumen\n> let y = 1\n> ~~~\n\n```rust\nlet z\n```\n";
const found = scopesOf(markdown, document);
const isLumen = (at) => (found[at] ?? []).some((s) => s.startsWith("keyword.declaration"));
for (let at = document.indexOf("let"); at >= 0; at = document.indexOf("let", at + 1)) {
  const inFence = document.startsWith("let x", at) || document.startsWith("let y", at);
  if (isLumen(at) !== inFence) wrong.push(`Markdown: \`let\` at ${at}: ${(found[at] ?? []).join(" ")}`);
}

for (const line of wrong.slice(0, 30)) console.log(line);
console.log(`textmate: ${programs} programs, ${tokens} tokens, ${wrong.length} differ`);
process.exit(wrong.length === 0 && programs > 500 ? 0 : 1);
