const REQUIRED = 0, PREFERRED = 2, STRONG_DEFAULT = 3, NORMAL = 4, WEAKEST = 6;
const FORWARD = 1, NOWHERE = 0, BACKWARD = -1;

let currentMark = 0;

class Variable {
  constructor(value) {
    this.value = value;
    this.constraints = [];
    this.determinedBy = null;
    this.mark = 0;
    this.strength = WEAKEST;
    this.stay = true;
  }
  connect(c) {
    this.constraints.push(c);
  }
  disconnect(c) {
    this.constraints = this.constraints.filter((other) => other !== c);
    if (this.determinedBy === c) this.determinedBy = null;
  }
  isKnown(mark) {
    return this.mark === mark || this.stay || this.determinedBy === null;
  }
}

class Unary {
  constructor(isEdit, strength, to) {
    this.isEdit = isEdit;
    this.strength = strength;
    this.to = to;
    this.direction = NOWHERE;
  }
  choose(mark) {
    this.direction = this.to.mark !== mark && this.strength < this.to.strength ? FORWARD : NOWHERE;
  }
  output() { return this.to; }
  markInputs() {}
  inputsKnown() { return true; }
  execute() {}
  recalculate() {
    this.to.strength = this.strength;
    this.to.stay = !this.isEdit;
  }
  addToGraph() { this.to.connect(this); }
  removeFromGraph() {
    this.to.disconnect(this);
    this.direction = NOWHERE;
  }
}

class Binary {
  constructor(strength, from, to) {
    this.strength = strength;
    this.from = from;
    this.to = to;
    this.direction = NOWHERE;
  }
  choose(mark) {
    const { from, to } = this;
    const forward = this.strength < to.strength ? FORWARD : NOWHERE;
    const backward = this.strength < from.strength ? BACKWARD : NOWHERE;
    if (from.mark === mark) this.direction = to.mark !== mark ? forward : NOWHERE;
    else if (to.mark === mark) this.direction = backward;
    else this.direction = from.strength > to.strength ? backward : forward;
  }
  output() { return this.direction === FORWARD ? this.to : this.from; }
  input() { return this.direction === FORWARD ? this.from : this.to; }
  markInputs(mark) { this.input().mark = mark; }
  addToGraph() {
    this.from.connect(this);
    this.to.connect(this);
  }
  removeFromGraph() {
    this.to.disconnect(this);
    this.from.disconnect(this);
    this.direction = NOWHERE;
  }
}

class Equal extends Binary {
  inputsKnown(mark) { return this.input().isKnown(mark); }
  execute() { this.output().value = this.input().value; }
  recalculate() {
    const from = this.input(), out = this.output();
    out.strength = Math.max(this.strength, from.strength);
    out.stay = from.stay;
    if (out.stay) this.execute();
  }
}

class Scale extends Binary {
  constructor(strength, from, to, scale, offset) {
    super(strength, from, to);
    this.scale = scale;
    this.offset = offset;
  }
  markInputs(mark) {
    super.markInputs(mark);
    this.scale.mark = mark;
    this.offset.mark = mark;
  }
  inputsKnown(mark) {
    return this.input().isKnown(mark) && this.scale.isKnown(mark) && this.offset.isKnown(mark);
  }
  execute() {
    if (this.direction === FORWARD) this.to.value = this.from.value * this.scale.value + this.offset.value;
    else this.from.value = Math.trunc((this.to.value - this.offset.value) / this.scale.value);
  }
  recalculate() {
    const from = this.input(), out = this.output();
    out.strength = Math.max(this.strength, from.strength);
    out.stay = from.stay && this.scale.stay && this.offset.stay;
    if (out.stay) this.execute();
  }
  addToGraph() {
    super.addToGraph();
    this.scale.connect(this);
    this.offset.connect(this);
  }
  removeFromGraph() {
    super.removeFromGraph();
    this.scale.disconnect(this);
    this.offset.disconnect(this);
  }
}

function consuming(v, found) {
  for (const c of v.constraints) if (c !== v.determinedBy && c.direction !== NOWHERE) found.push(c);
}

function addPropagate(c, mark) {
  const todo = [c];
  while (todo.length > 0) {
    const d = todo.pop();
    const out = d.output();
    if (out.mark === mark) throw new Error("a cycle");
    d.recalculate();
    consuming(out, todo);
  }
}

function incrementalAdd(added) {
  const mark = ++currentMark;
  let c = added;
  while (c !== null) {
    c.choose(mark);
    let overridden = null;
    if (c.direction !== NOWHERE) {
      c.markInputs(mark);
      const out = c.output();
      overridden = out.determinedBy;
      if (overridden !== null) overridden.direction = NOWHERE;
      out.determinedBy = c;
      addPropagate(c, mark);
      out.mark = mark;
    } else if (c.strength === REQUIRED) throw new Error("a required constraint fails");
    c = overridden;
  }
}

function incrementalRemove(c) {
  const out = c.output();
  c.direction = NOWHERE;
  c.removeFromGraph();
  out.determinedBy = null;
  out.strength = WEAKEST;
  out.stay = true;
  const unsatisfied = [], todo = [out];
  while (todo.length > 0) {
    const v = todo.pop();
    for (const d of v.constraints) if (d.direction === NOWHERE) unsatisfied.push(d);
    const by = v.determinedBy;
    for (const d of v.constraints) {
      if (d !== by && d.direction !== NOWHERE) {
        d.recalculate();
        todo.push(d.output());
      }
    }
  }
  for (let strength = REQUIRED; strength < WEAKEST; strength++) {
    for (const d of unsatisfied) if (d.strength === strength) incrementalAdd(d);
  }
}

function constrain(c) {
  c.addToGraph();
  incrementalAdd(c);
  return c;
}

function makePlan(source) {
  const mark = ++currentMark;
  const plan = [], todo = source.direction !== NOWHERE ? [source] : [];
  while (todo.length > 0) {
    const c = todo.pop();
    const out = c.output();
    if (out.mark !== mark && c.inputsKnown(mark)) {
      plan.push(c);
      out.mark = mark;
      consuming(out, todo);
    }
  }
  return plan;
}

function change(v, value) {
  const edit = constrain(new Unary(true, PREFERRED, v));
  const plan = makePlan(edit);
  for (let i = 0; i < 10; i++) {
    v.value = value;
    for (const c of plan) c.execute();
  }
  if (edit.direction !== NOWHERE) incrementalRemove(edit);
  else edit.removeFromGraph();
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

function chain(n) {
  currentMark = 0;
  let first = null, last = null;
  for (let i = 0; i <= n; i++) {
    const v = new Variable(0);
    if (i === 0) first = v;
    else constrain(new Equal(REQUIRED, last, v));
    last = v;
  }
  constrain(new Unary(false, STRONG_DEFAULT, last));
  const plan = makePlan(constrain(new Unary(true, PREFERRED, first)));
  for (let value = 0; value < 100; value++) {
    first.value = value;
    for (const c of plan) c.execute();
    check(last.value === value, "the chain");
  }
}

function projection(n) {
  currentMark = 0;
  const scale = new Variable(10), offset = new Variable(1000), targets = [];
  let source = null, target = null;
  for (let i = 0; i < n; i++) {
    source = new Variable(i);
    target = new Variable(i);
    targets.push(target);
    constrain(new Unary(false, NORMAL, source));
    constrain(new Scale(REQUIRED, source, target, scale, offset));
  }
  change(source, 17);
  check(target.value === 1170, "forward");
  change(target, 1050);
  check(source.value === 5, "backward");
  change(scale, 5);
  for (let i = 0; i < n - 1; i++) check(targets[i].value === i * 5 + 1000, "scale");
  change(offset, 2000);
  for (let i = 0; i < n - 1; i++) check(targets[i].value === i * 5 + 2000, "offset");
}

for (let k = 0; k < 4; k++) {
  chain(2000);
  projection(2000);
}
console.log("solved");
