// Compares the search of a site with `lumen doc --search`: the same things are found, by name and by shape.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [lumen, site] = process.argv.slice(2);
// A script of a page, not a module: `node` takes it from a copy that says so by its name.
const source = readFileSync(`${site}/search.js`, "utf8");
const holder = { exports: {} };
new Function("module", "require", source)(holder, createRequire(import.meta.url));
const { search } = holder.exports;
const entries = new Function(`${readFileSync(`${site}/entries.js`, "utf8")}; return ENTRIES;`)();
const std = entries.filter((entry) => entry[4].startsWith("std/"));

const queries = [
  "map", "MAP", "_by", "x", "no such thing", "list", "assert",
  "list[T] -> Int", "list[A] -> Int", "list[Int] -> Int", "-> Int", "String -> String", "String, String -> Bool",
  "list[T], fn(T) -> Bool -> list[T]", "fn(T) -> Bool, list[T] -> list[T]", "list[T], Int -> T?", "Int, list[T] -> T?",
  "map[K, V], K -> V?", "map[K, V], K, V -> V", "list[(K, V)] -> map[K, V]", "list[list[T]] -> list[T]",
  "list[T], list[U] -> list[(T, U)]", "list[T], fn(T) -> Bool -> (list[T], list[T])", "Stream[T], Int -> list[T]",
  "list[T], A, fn(A, T) -> A -> A", "T, T, String? -> Null", "result[T, E], fn(T) -> U -> result[U, E]",
  "fn() -> T -> result[T, Failure]", "list[T] ->", "-> ->", "(-> Int", "list[T -> Int", "Int | String -> Int", "A -> A",
  "Int -> Int # x", "T?? -> T", "(T) -> T", "String -> result[Json, String]", "json.Json -> Int",
];

let bad = 0;
for (const query of queries) {
  let told = "";
  try {
    told = execFileSync(lumen, ["doc", `--search=${query}`], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch { /* Nothing is found, or the query is no shape: both find nothing. */ }
  const expected = told.split("\n").filter(Boolean).sort();
  const found = search(std, query).map((entry) => `${entry[1]}    ${entry[4]}`).sort();
  if (JSON.stringify(expected) !== JSON.stringify(found)) {
    bad++;
    console.log(`site: \`${query}\`: lumen finds ${expected.length}, the page ${found.length}`);
  }
}
console.log(`site: ${queries.length} queries, ${bad} with another result`);
process.exit(bad === 0 ? 0 : 1);
