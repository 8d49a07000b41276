class Nothing { weight() { return 1; } }
class Truth {
  constructor(value) { this.value = value; }
  weight() { return this.value ? 2 : 3; }
}
class Numeral {
  constructor(value) { this.value = value; }
  weight() { return this.value; }
}
class Text {
  constructor(value) { this.value = value; }
  weight() { return this.value.length; }
}
class Items {
  constructor(values) { this.values = values; }
  weight() {
    let n = 5;
    for (const value of this.values) n += value.weight();
    return n;
  }
}
class Fields {
  constructor(values) { this.values = values; }
  weight() {
    let n = 7;
    for (const [key, value] of this.values) n += key.length + value.weight();
    return n;
  }
}

function document(records) {
  const parts = [];
  let random = 74755;
  for (let n = 0; n < records; n++) {
    random = (random * 1309 + 13849) & 65535;
    parts.push(`{"id": ${n}, "name": "record ${random}", "on": ${n % 3 === 0}, "none": null, "tags": ["a${n % 7}", "b", []], "at": {"x": ${random}, "y": -${n}}}`);
  }
  return "[" + parts.join(", ") + "]";
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }
  skip() {
    while (this.text.charCodeAt(this.at) <= 32) this.at++;
  }
  string() {
    const start = ++this.at;
    while (this.text.charCodeAt(this.at) !== 34) this.at++;
    return this.text.slice(start, this.at++);
  }
  number() {
    const negative = this.text.charCodeAt(this.at) === 45;
    if (negative) this.at++;
    let n = 0;
    for (let c = this.text.charCodeAt(this.at); c >= 48 && c <= 57; c = this.text.charCodeAt(this.at)) {
      n = n * 10 + c - 48;
      this.at++;
    }
    return new Numeral(negative ? -n : n);
  }
  comma() {
    this.skip();
    if (this.text.charCodeAt(this.at) === 44) {
      this.at++;
      this.skip();
    }
  }
  items() {
    const values = [];
    this.at++;
    this.skip();
    while (this.text.charCodeAt(this.at) !== 93) {
      values.push(this.read());
      this.comma();
    }
    this.at++;
    return new Items(values);
  }
  fields() {
    const values = new Map();
    this.at++;
    this.skip();
    while (this.text.charCodeAt(this.at) !== 125) {
      const key = this.string();
      this.skip();
      this.at++;
      this.skip();
      values.set(key, this.read());
      this.comma();
    }
    this.at++;
    return new Fields(values);
  }
  read() {
    switch (this.text.charCodeAt(this.at)) {
      case 34: return new Text(this.string());
      case 91: return this.items();
      case 123: return this.fields();
      case 116: this.at += 4; return new Truth(true);
      case 102: this.at += 5; return new Truth(false);
      case 110: this.at += 4; return new Nothing();
      default: return this.number();
    }
  }
}

const text = document(2000);
let total = 0;
for (let k = 0; k < 10; k++) total += new Reader(text).read().weight();
console.log(text.length, total);
