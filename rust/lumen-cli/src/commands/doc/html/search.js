// The search of a documentation site: by a part of a name, or by a type such as `list[T] -> Int`.
// The same rules as `lumen doc --search`: `shape` makes of a query what `catalog.rs` makes of a signature.
"use strict";

/** Reads types: the names, brackets and signs of a query. Fails with an exception. */
class TypeReader {
  constructor(text) {
    this.tokens = text.match(/->|[A-Za-z_][A-Za-z_0-9]*|[^\s]/g) || [];
    this.at = 0;
    this.depth = 0;
  }
  peek() { return this.tokens[this.at]; }
  next() { return this.tokens[this.at++]; }
  expect(token) {
    if (this.next() !== token) throw new Error("no type");
  }
  list(close) {
    const items = [];
    while (this.peek() !== close) {
      items.push(this.type());
      if (this.peek() !== close) this.expect(",");
    }
    this.next();
    return items;
  }
  type() {
    if (++this.depth > 200) throw new Error("too deep");
    const members = [this.postfix()];
    while (this.peek() === "|") {
      this.next();
      members.push(this.postfix());
    }
    this.depth--;
    return members.length === 1 ? members[0] : { kind: "union", items: members };
  }
  postfix() {
    let type = this.primary();
    while (this.peek() === "?") {
      this.next();
      if (type.kind !== "optional") type = { kind: "optional", items: [type] };
    }
    return type;
  }
  primary() {
    const token = this.next();
    if (token === "(") {
      const items = this.list(")");
      if (items.length === 0) throw new Error("no type");
      return items.length === 1 ? items[0] : { kind: "tuple", items };
    }
    if (token === "fn") {
      this.expect("(");
      const params = this.list(")");
      this.expect("->");
      const ret = this.type();
      this.row();
      return { kind: "fn", items: params, ret };
    }
    if (!token || !/^[A-Za-z_]/.test(token) || token === "null") throw new Error("no type");
    let name = token, isQualified = false;
    if (this.peek() === "." && /^[a-z_]/.test(name)) {
      this.next();
      name = this.next();
      isQualified = true;
      if (!name || !/^[A-Z]/.test(name)) throw new Error("no type");
    }
    let items = [];
    if (this.peek() === "[") {
      this.next();
      items = this.list("]");
      if (items.length === 0) throw new Error("no type");
    }
    return { kind: "name", name, items, isVariable: !isQualified && items.length === 0 && /^[A-Z]$/.test(name) };
  }
  /** `/ {a, b}`: read, of no consequence. */
  row() {
    if (this.peek() !== "/") return;
    this.next();
    this.expect("{");
    while (this.peek() !== "}") {
      if (!/^[A-Za-z_]/.test(this.next() || "")) throw new Error("no row");
      if (this.peek() !== "}") this.expect(",");
    }
    this.next();
  }
}

/** Types without the names of variables, which are numbered as they come. */
function write(types, seen) {
  return types.map((type) => {
    const all = () => "[" + type.items.map((item) => write([item], seen) + ",").join("") + "]";
    switch (type.kind) {
      case "name": {
        if (!type.isVariable) return type.name + all();
        if (!seen.includes(type.name)) seen.push(type.name);
        return "'" + seen.indexOf(type.name) + " ";
      }
      case "optional": return "?" + write(type.items, seen);
      case "union": return "|" + all();
      case "tuple": return "tuple" + all();
      default: return "fn" + all() + write([type.ret], seen);
    }
  }).join("");
}

/** All orders of up to six things, else the one that there is. */
function orders(items) {
  if (items.length > 6 || items.length < 2) return [items];
  return items.flatMap((item, at) =>
    orders([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]));
}

/** Where the last `->` outside of brackets is, or -1. */
function lastArrow(text) {
  let depth = 0, found = -1;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) {
      if (depth === 0) return -1;
      depth--;
    } else if (depth === 0 && text.startsWith("->", at)) found = at;
  }
  return found;
}

/** The shape that a query asks for, or null when it is none. */
function shape(query) {
  const at = lastArrow(query);
  if (at < 0 || /[\n\r#=]/.test(query) || query.slice(at + 2).trim() === "") return null;
  try {
    const reader = new TypeReader("fn(" + query.slice(0, at) + ") -> " + query.slice(at + 2));
    const { items, ret } = reader.postfix();
    if (reader.peek() !== undefined || ret === undefined) return null;
    const texts = orders(items).map((order) => {
      const seen = [];
      return write(order, seen) + ">" + write([ret], seen);
    });
    return texts.reduce((least, text) => (text < least ? text : least));
  } catch {
    return null;
  }
}

/** What is found: rows of `ENTRIES`; of names the exact ones first, then those that begin so. */
function search(entries, query) {
  query = query.trim();
  if (query === "") return [];
  if (query.includes("->")) {
    const wanted = shape(query);
    return wanted === null ? [] : entries.filter((entry) => entry[2] === wanted);
  }
  const wanted = query.toLowerCase();
  const rank = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : 2);
  return entries
    .filter((entry) => entry[0].toLowerCase().includes(wanted))
    .map((entry, at) => [rank(entry[0].toLowerCase()), at, entry])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map((row) => row[2]);
}

/** The box, the list, and the keys. */
function start() {
  const box = document.getElementById("query");
  const list = document.getElementById("results");
  let chosen = 0;
  const choose = (at) => {
    const rows = list.children;
    if (rows.length === 0) return;
    rows[chosen]?.classList.remove("chosen");
    chosen = (at + rows.length) % rows.length;
    rows[chosen].classList.add("chosen");
    rows[chosen].scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    const found = search(ENTRIES, box.value).slice(0, 200);
    list.replaceChildren(...found.map(([, signature, , address, page]) => {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.href = address;
      const code = document.createElement("code");
      code.textContent = signature;
      const where = document.createElement("small");
      where.textContent = page;
      link.append(code, where);
      row.append(link);
      return row;
    }));
    list.hidden = found.length === 0;
    chosen = 0;
    choose(0);
  };
  const close = () => {
    list.hidden = true;
    box.blur();
  };
  box.addEventListener("input", show);
  box.addEventListener("focus", show);
  document.addEventListener("click", (event) => {
    if (!list.contains(event.target) && event.target !== box) list.hidden = true;
  });
  list.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target === box;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") close();
    else if (isTyping && event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (isTyping && event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
    else if (isTyping && event.key === "Enter") {
      const link = list.children[chosen]?.querySelector("a");
      if (link) link.click();
    }
  });
  const root = document.documentElement;
  const remember = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* No memory from files. */ } };
  try {
    const theme = localStorage.getItem("theme");
    if (theme) root.dataset.theme = theme;
  } catch { /* The same. */ }
  document.getElementById("theme").addEventListener("click", () => {
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    remember(root.dataset.theme);
  });
  // A query in the address is searched at once: `index.html?q=map`.
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    box.value = asked;
    show();
  }
}

if (typeof document !== "undefined") start();
if (typeof module !== "undefined") module.exports = { search, shape };
