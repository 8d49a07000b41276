#!/usr/bin/env python3
"""Writes a varied, well-typed Lumen document of about N lines to stdout: `generate.py N [SEED]`.

`generate.py --package FOLDER N FILES` writes a package of about N lines instead: documents of which each computes a
total of all its cells, and `main.lm.md`, which prints the totals.

The compiler's front end is measured with it. Declarations of many kinds follow each other, no two alike: records,
enums, matches (nested, on tuples, on lists), generics, closures, loops, strings, comprehensions, maps, results,
optionals, constants. Cells call earlier ones. The program also runs: numbers are kept small, calls are at most three
deep, and `main` prints the values of some units.
"""

import random
import sys
from pathlib import Path

WORDS = (
    "amber basin cedar delta ember fjord grove haven inlet juniper karst lagoon meadow notch oasis prairie quarry "
    "ridge summit tundra upland valley willow yonder zephyr anchor beacon canal dune estuary fen glacier hollow"
).split()
VERBS = "gather weigh settle blend rank audit trace split merge shift tally score plan pack sift".split()


class Generator:
    """The state: what earlier units declared, and the lines so far."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.number = 0
        self.depth = 1
        # (name, parameters, level): cells from Ints to an Int that later cells may call.
        self.int_cells = []
        self.records = []  # (name, fields): what later records may hold
        self.entries = []  # expressions that main may print

    # ------------------------------------------------------------ text

    def put(self, text=""):
        """One line at the present depth."""
        self.lines.append("  " * self.depth + text if text else "")

    def open(self, text):
        self.put(text)
        self.depth += 1

    def close(self):
        self.depth -= 1
        self.put("end")

    def middle(self, text):
        self.depth -= 1
        self.put(text)
        self.depth += 1

    def pick(self, options):
        return self.random.choice(options)

    def roll(self, low, high):
        return self.random.randint(low, high)

    def word(self):
        return self.pick(WORDS)

    def cell_name(self):
        return f"{self.pick(VERBS)}_{self.word()}_{self.number}"

    def type_name(self, suffix=""):
        return f"{self.word().capitalize()}{self.word().capitalize()}{self.number}{suffix}"

    # ------------------------------------------------------------ expressions

    def int_expr(self, names, depth=2, level=3):
        """An Int of small size over the names."""
        roll = self.roll(0, 9)
        if depth == 0 or roll == 0:
            return self.pick([*names, *names, str(self.roll(0, 99))])
        a = self.int_expr(names, depth - 1, level)
        if roll == 1:
            return f"({a}) % {self.roll(2, 997)}"
        if roll == 2:
            return f"max({a}, {self.int_expr(names, depth - 1, level)})"
        if roll == 3:
            return f"abs({a} - {self.roll(1, 50)})"
        if roll == 4:
            return f"(if {self.bool_expr(names, 1)} then {a} else {self.int_expr(names, depth - 1, level)})"
        callable_cells = [c for c in self.int_cells[-40:] if c[2] < level - 1]
        if roll in (5, 6) and callable_cells:
            name, parameters, _ = self.pick(callable_cells)
            return f"{name}({', '.join(self.int_expr(names, 0) for _ in range(parameters))})"
        b = self.int_expr(names, depth - 1, level)
        if roll == 7:
            return f"({a}) % {self.roll(3, 97)} * (({b}) % {self.roll(3, 97)})"
        return f"{a} {self.pick('+-')} ({b})"

    def bool_expr(self, names, depth=1):
        a = self.pick(names)
        if depth == 0 or self.roll(0, 2) > 0:
            return f"{a} {self.pick(['<', '<=', '>', '>=', '==', '!='])} {self.roll(0, 60)}"
        return f"{self.bool_expr(names, 0)} {self.pick(['and', 'or'])} {self.bool_expr(names, 0)}"

    def parameters(self):
        return self.random.sample(["a", "b", "c", "n", "k", "limit", "base", "offset"], self.roll(1, 3))

    def register(self, name, count, level=1):
        self.int_cells.append((name, count, level))
        self.entries.append(f"{name}({', '.join(str(self.roll(0, 40)) for _ in range(count))})")

    # ------------------------------------------------------------ units

    def arithmetic(self):
        """Bindings, conditions and a loop over Ints."""
        name, names = self.cell_name(), self.parameters()
        count = len(names)
        self.open(f"cell {name}({', '.join(f'{p}: Int' for p in names)}) -> Int")
        for index in range(self.roll(1, 4)):
            local = f"{self.word()}_{index}"
            self.put(f"let {local} = {self.int_expr(names)}")
            names.append(local)
        self.put(f"let mut total = {self.int_expr(names, 1)}")
        if self.roll(0, 1):
            self.open(f"for i in 0..{self.roll(2, 9)}")
            if self.roll(0, 1):
                self.open(f"if i % {self.roll(2, 4)} == {self.roll(0, 1)}")
                self.put("continue")
                self.close()
            self.put(f"total = (total + {self.int_expr([*names, 'i'], 1)}) % {self.roll(100, 9999)}")
            self.close()
        else:
            self.put(f"let mut rounds = {self.roll(2, 9)}")
            self.open("while rounds > 0")
            self.put(f"total += {self.int_expr([*names, 'rounds'], 1)}")
            self.put(f"rounds -= {self.roll(1, 2)}")
            self.close()
        self.open(f"if {self.bool_expr([*names, 'total'])}")
        self.put(f"total % {self.roll(50, 5000)}")
        if self.roll(0, 1):
            self.middle(f"else if {self.bool_expr(names)}")
            self.put(f"{self.int_expr(names, 1, 0)}")
        self.middle("else")
        self.put(f"(total - {self.roll(1, 9)}) % {self.roll(50, 5000)}")
        self.close()
        self.close()
        self.register(name, count, 2)

    def record(self):
        """A record, a maker, a changed copy, and a cell over its fields."""
        kind = self.type_name()
        fields = [(f"{w}", self.pick(["Int", "Float", "String", "Bool", "list[Int]"])) for w in self.some_words(2, 5)]
        fields.append(("weight", "Int"))
        nested = None
        if self.records and self.roll(0, 1):
            nested = self.pick(self.records[-10:])
            fields.append(("inner", nested[0]))
        self.open(f"record {kind}")
        for field, of in fields:
            self.put(f"{field}: {of}" + (f" = {self.roll(1, 9)}" if field == "weight" and not nested else ""))
        self.close()
        self.put()
        maker = f"make_{self.word()}_{self.number}"
        self.open(f"cell {maker}(n: Int) -> {kind}")
        samples = {
            "Int": f"n + {self.roll(1, 30)}",
            "Float": f"to_float(n) * {self.roll(1, 9)}.{self.roll(1, 9)}",
            "String": f'"{self.word()} {{n}}"',
            "Bool": f"n > {self.roll(1, 30)}",
            "list[Int]": f"[n, n + {self.roll(1, 9)}, {self.roll(1, 9)}]",
        }
        arguments = [f"{f}: {samples[of]}" for f, of in fields if of in samples]
        if nested:
            arguments.append(f"inner: {nested[2]}(n)")
        self.put(f"{kind}({', '.join(arguments)})")
        self.close()
        self.put()
        name = self.cell_name()
        self.open(f"cell {name}(n: Int) -> Int")
        self.put(f"let made = {maker}(n)")
        self.put(f"let mut other = made with (weight: made.weight + {self.roll(1, 20)})")
        self.put(f"other.weight {self.pick(['+=', '-='])} {self.roll(1, 20)}")
        parts = {
            "Int": "{}",
            "Float": "trunc(other.{})",
            "String": "other.{}.length()",
            "Bool": "(if other.{} then 1 else 0)",
            "list[Int]": "other.{}.sum()",
        }
        terms = [(parts[of] if "other" in parts[of] else "other.{}").format(f) for f, of in fields if of in parts]
        if nested:
            terms.append("other.inner.weight")
        self.put(f"let total = {' + '.join(terms)}")
        self.put(f"if made == other then total else total % {self.roll(10, 500)}")
        self.close()
        self.records.append((kind, fields, maker))
        self.register(name, 1, 1)

    def some_words(self, low, high):
        return self.random.sample(WORDS, self.roll(low, high))

    def enum(self):
        """An enum, its text, a match with a guard, and a list of its values."""
        kind = self.type_name()
        variants = []
        for index in range(self.roll(2, 5)):
            shape = self.pick(["", "Int", "String", "Int, Int", "amount: Int, label: String", "Bool"])
            variants.append((f"{self.word().capitalize()}{self.number}{chr(65 + index)}", shape))
        self.open(f"enum {kind}")
        for variant, shape in variants:
            self.put(f"{variant}({shape})" if shape else variant)
        self.close()
        self.put()
        described = f"describe_{self.word()}_{self.number}"
        self.open(f"cell {described}(it: {kind}) -> String")
        self.open("match it")
        for variant, shape in variants:
            binders = self.binders(shape)
            text = " ".join(f"{{{b}}}" for b in binders)
            self.put(f'{self.pattern(variant, binders)} -> "{self.word()} {text}"')
        self.close()
        self.close()
        self.put()
        name = self.cell_name()
        self.open(f"cell {name}(n: Int) -> Int")
        values = ", ".join(self.value(variant, shape) for variant, shape in variants)
        self.put(f"let all_of = [{values}]")
        self.put("let mut total = 0")
        self.open("for it in all_of")
        self.open("total += match it")
        first, shape = variants[0]
        binders = self.binders(shape)
        if "Int" in shape:
            number = binders[0]
            self.put(f"{self.pattern(first, binders)} if {number} > {self.roll(1, 30)} -> {number} % {self.roll(5, 90)}")
        for variant, shape in variants[: self.roll(1, len(variants) - 1)]:
            binders = self.binders(shape)
            number = binders[0] if shape.startswith(("Int", "amount")) else "n"
            self.put(f"{self.pattern(variant, binders)} -> {number} + {self.roll(1, 40)}")
        self.put(f"_ -> {described}(it).length()")
        self.close()
        self.close()
        self.put(f"total % {self.roll(50, 900)}")
        self.close()
        self.register(name, 1, 1)

    @staticmethod
    def binders(shape):
        return ["first_one", "second_one"][: len(shape.split(","))] if shape else []

    @staticmethod
    def pattern(variant, binders):
        return f"{variant}({', '.join(binders)})" if binders else variant

    def value(self, variant, shape):
        if not shape:
            return variant
        samples = {"Int": f"n + {self.roll(1, 9)}", "String": f'"{self.word()}"', "Bool": f"n > {self.roll(1, 9)}"}
        return f"{variant}({', '.join(samples[part.split(':')[-1].strip()] for part in shape.split(','))})"

    def strings(self):
        """Text: splitting, joining, interpolation, characters."""
        name = self.cell_name()
        words = " ".join(self.some_words(3, 7))
        self.open(f"cell {name}_text(n: Int) -> String")
        self.put(f'let words = "{words}".split(" ")')
        self.put("let chosen = words[n % words.length()]")
        self.put(f"let shout = chosen.{self.pick(['upper()', 'capitalize()', 'reverse()', 'trim()'])}")
        self.put("let mut parts = []")
        self.open("for word in words")
        self.open(f"if word.length() > {self.roll(3, 6)} and word != chosen")
        self.put(f'parts = parts.append("{{word}}:{{word.length():>{self.roll(2, 5)}}}")')
        self.close()
        self.close()
        self.put(f'"{{shout}} {{parts.join("{self.pick([", ", "; ", " | "])}")}}"')
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int) -> Int")
        self.put("let mut vowels = 0")
        self.open(f"for c in {name}_text(n)")
        test = f'"{self.pick(["aeiou", "aei", "ou", "rst"])}".contains(c)'
        equal = f'c == "{self.pick("aeiou")}"'
        self.open(f"if {self.pick([test, equal])}")
        self.put("vowels += 1")
        self.close()
        self.close()
        self.put("vowels")
        self.close()
        self.register(name, 1, 1)

    def lists(self):
        """Comprehensions, and builtins that take lambdas."""
        name, names = self.cell_name(), self.parameters()
        count, k = len(names), names[0]
        self.open(f"cell {name}({', '.join(f'{p}: Int' for p in names)}) -> Int")
        self.put(f"let xs = [{self.int_expr(['i', *names], 1)} for i in 0..{self.roll(3, 12)}]")
        self.put(f"let ys = [x * {self.roll(2, 9)} for x in xs if x % {self.roll(2, 5)} != 0]")
        step = self.pick(["map", "filter", "sort_by", "take_while"])
        body = {"map": "x + {}", "filter": "x > {}", "sort_by": "x % {}", "take_while": "x != {}"}[step]
        self.put(f"let zs = ys.{step}(fn(x) => {body.format(self.roll(2, 30))})")
        self.put(f"let total = zs.fold({k}, fn(acc, x) => (acc + x) % {self.roll(100, 999)})")
        self.open("let extra = match xs")
        self.put("[] -> 0")
        self.put("[x] -> x")
        self.put(f"[x, ...rest] -> x + rest.length() * {self.roll(2, 9)}")
        self.close()
        self.put(f"(total + extra + (zs.first() ?? {self.roll(1, 9)})) % {self.roll(100, 999)}")
        self.close()
        self.register(name, count, 2)

    def maps(self):
        """Counting into a map, then over its entries."""
        name = self.cell_name()
        self.open(f"cell {name}(n: Int) -> Int")
        self.put("let mut counts: map[String, Int] = {}" if self.roll(0, 1) else f'let mut counts = {{"{self.word()}": {self.roll(1, 5)}}}')
        keys = ", ".join(f'"{w}"' for w in self.some_words(3, 6))
        self.open(f"for key in [{keys}]")
        self.put(f"counts[key] = (counts[key] ?? {self.roll(0, 9)}) + key.length() * n")
        self.close()
        self.put("let mut best = 0")
        self.open("for (key, value) in counts")
        self.open(f"if value % {self.roll(2, 5)} == 0 or key.length() > {self.roll(3, 6)}")
        self.put(f"best = max(best, value) % {self.roll(500, 5000)}")
        self.close()
        self.close()
        self.put("best + counts.length()")
        self.close()
        self.register(name, 1, 1)

    def generic(self):
        """A generic record and cell, used at two types."""
        kind, name = self.type_name("Box"), self.cell_name()
        low, high = self.roll(1, 20), self.roll(21, 60)
        self.open(f"record {kind}[T]")
        self.put("held: T")
        self.put(f"marks: Int = {self.roll(1, 9)}")
        self.close()
        self.put()
        self.open(f"cell larger_{self.number}[T: Ord](a: {kind}[T], b: {kind}[T]) -> {kind}[T]")
        self.put("if a.held < b.held then b else a")
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int) -> Int")
        self.put(f"let number = larger_{self.number}({kind}(held: n), {kind}(held: {low}, marks: {high}))")
        self.put(f'let text = larger_{self.number}({kind}(held: "{self.word()}"), {kind}(held: "{self.word()}", marks: n))')
        self.put(f"number.held + text.held.length() + number.marks * {self.roll(1, 5)} - text.marks")
        self.close()
        self.register(name, 1, 1)

    def tree(self):
        """A recursive enum: build it, fold it with nested patterns, measure it."""
        kind = self.type_name()
        num, plus, times = (f"{v}{self.number}" for v in ("Num", "Plus", "Times"))
        self.open(f"enum {kind}")
        self.put(f"{num}(value: Int)")
        self.put(f"{plus}(left: {kind}, right: {kind})")
        self.put(f"{times}(left: {kind}, right: {kind})")
        self.close()
        self.put()
        self.open(f"cell simplify_{self.number}(e: {kind}) -> {kind}")
        self.open("match e")
        self.put(f"{plus}({num}(0), other) | {plus}(other, {num}(0)) -> simplify_{self.number}(other)")
        self.put(f"{times}({num}(1), other) -> simplify_{self.number}(other)")
        self.put(f"{times}({num}(a), {num}(b)) -> {num}(a * b % {self.roll(50, 500)})")
        self.put(f"{plus}(l, r) -> {plus}(simplify_{self.number}(l), simplify_{self.number}(r))")
        self.put("_ -> e")
        self.close()
        self.close()
        self.put()
        name = self.cell_name()
        self.open(f"cell value_{self.number}(e: {kind}) -> Int")
        self.open("match e")
        self.put(f"{num}(v) -> v")
        self.put(f"{plus}(l, r) -> (value_{self.number}(l) + value_{self.number}(r)) % {self.roll(500, 5000)}")
        self.put(f"{times}(l, r) -> value_{self.number}(l) % {self.roll(9, 99)} * (value_{self.number}(r) % {self.roll(9, 99)})")
        self.close()
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int) -> Int")
        self.put(f"let mut e = {num}(n)")
        self.open(f"for i in 0..{self.roll(2, 7)}")
        self.put(f"e = if i % {self.roll(2, 3)} == 0 then {plus}(e, {num}(i)) else {times}({num}({self.roll(0, 3)}), e)")
        self.close()
        self.put(f"value_{self.number}(simplify_{self.number}(e))")
        self.close()
        self.register(name, 1, 1)

    def results(self):
        """Results and optionals: failing, propagating, matching."""
        name = self.cell_name()
        bound = self.roll(10, 60)
        self.open(f"cell checked_{self.number}(n: Int) -> result[Int, String]")
        self.open(f"if n > {bound}")
        self.put(f'return err("{self.word()} above {bound}: {{n}}")')
        self.close()
        self.put(f"ok(n * {self.roll(2, 9)})")
        self.close()
        self.put()
        self.open(f"cell twice_{self.number}(n: Int) -> result[Int, String]")
        self.put(f"let once = checked_{self.number}(n)?")
        self.put(f"let again = checked_{self.number}(once - {self.roll(1, 30)})?")
        self.put("ok(once + again)")
        self.close()
        self.put()
        self.open(f"cell found_{self.number}(xs: list[Int], wanted: Int) -> Int?")
        self.put("let at = xs.index_of(wanted)?")
        self.put(f"at * {self.roll(2, 9)}")
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int) -> Int")
        self.open(f"let outcome = match twice_{self.number}(n)")
        self.put("ok(value) -> value")
        self.put("err(reason) -> reason.length()")
        self.close()
        self.put(f"let place = found_{self.number}([{self.roll(1, 9)}, n, {self.roll(10, 19)}], {self.roll(1, 19)})")
        self.open("if let at = place")
        self.put("outcome + at")
        self.middle("else")
        self.put(f"outcome - {self.roll(1, 9)}")
        self.close()
        self.close()
        self.register(name, 1, 1)

    def closures(self):
        """A cell that takes a function, one that makes a function, and a nested cell."""
        name = self.cell_name()
        self.open(f"cell apply_{self.number}(f: fn(Int) -> Int, n: Int, times: Int) -> Int")
        self.put("let mut value = n")
        self.open("for _ in 0..times")
        self.put(f"value = f(value) % {self.roll(100, 9999)}")
        self.close()
        self.put("value")
        self.close()
        self.put()
        self.open(f"cell adder_{self.number}(k: Int) -> fn(Int) -> Int")
        self.put(f"fn(n: Int) => n {self.pick('+-*')} k + {self.roll(1, 9)}")
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int, k: Int) -> Int")
        self.put(f"let f = adder_{self.number}(k % {self.roll(3, 20)})")
        self.open("cell climb(i: Int) -> Int")
        self.put(f"if i >= {self.roll(3, 9)} then n else climb(i + 1) + {self.roll(1, 9)}")
        self.close()
        self.put("let block = fn(x: Int) -> Int")
        self.depth += 1
        self.put(f"let y = x * {self.roll(2, 5)}")
        self.put(f"y - {self.roll(1, 9)}")
        self.close()
        self.put(f"apply_{self.number}(f, n, {self.roll(2, 6)}) + apply_{self.number}(block, climb(0), {self.roll(1, 4)})")
        self.close()
        self.register(name, 2, 1)

    def decisions(self):
        """A `when`, a match over a tuple with ranges and alternatives, and a constant."""
        name = self.cell_name()
        constant = f"{self.word().upper()}_{self.number}"
        self.put(f"const {constant} = {self.roll(10, 99)}")
        self.put()
        self.open(f"cell grade_{self.number}(n: Int, strict: Bool) -> String")
        self.open("match (n, strict)")
        self.put(f'(0 | 1, _) -> "{self.word()}"')
        self.put(f'(2..={self.roll(5, 20)}, true) -> "{self.word()}"')
        self.put(f'(value, false) if value > {constant} -> "{self.word()} {{value - {constant}}}"')
        self.put(f'(value, _) -> "{self.word()} {{value}}"')
        self.close()
        self.close()
        self.put()
        self.open(f"cell {name}(n: Int, k: Int) -> Int")
        self.open("let level = when")
        self.put(f"n > {constant} -> {self.roll(1, 9)}")
        self.put(f"n == k or k < {self.roll(2, 9)} -> {self.roll(10, 19)}")
        self.put(f"_ -> {self.roll(20, 29)}")
        self.close()
        self.put(f'let text = grade_{self.number}(n, k > {self.roll(1, 30)}) ++ "{self.word()}"')
        self.put("level + text.length()")
        self.close()
        self.register(name, 2, 1)

    def grid(self):
        """Lists of lists, changed in place."""
        name = self.cell_name()
        rows, columns = self.roll(2, 6), self.roll(2, 6)
        self.open(f"cell {name}(n: Int) -> Int")
        self.put(f"let mut grid = [[r * {self.roll(1, 9)} + c for c in 0..{columns}] for r in 0..{rows}]")
        self.open(f"for @rows r in 0..{rows}")
        self.open(f"for c in 0..{columns}")
        self.open(f"if grid[r][c] > n + {self.roll(2, 30)}")
        self.put(f"{self.pick(['continue', 'break'])} @rows")
        self.close()
        self.put(f"grid[r][c] += grid[({self.roll(0, 5)} + c) % {rows}][r % {columns}] % {self.roll(5, 50)}")
        self.close()
        self.close()
        self.put("let totals = grid.map(fn(row) => row.sum())")
        self.put(f"(totals.max() ?? 0) % {self.roll(50, 5000)}")
        self.close()
        self.register(name, 1, 1)

    # ------------------------------------------------------------ the document

    def document(self, wanted):
        """The lines of the document; the last fence holds `main`."""
        self.units(wanted - 20)
        self.lines += ["## The whole", "", "```lumen"]
        self.open("cell main()")
        for entry in self.random.sample(self.entries, min(10, len(self.entries))):
            self.put(f"print({entry})")
        self.close()
        self.lines.append("```")
        return self.lines

    def part(self, wanted, number):
        """The lines of a file of a package; the last fence holds the total of all its cells."""
        self.units(wanted * 20 // 21)
        self.lines += ["## The whole", "", "```lumen"]
        self.open(f"pub cell total_{number}() -> Int")
        self.put("let mut total = 0")
        for entry in self.entries:
            self.put(f"total = (total + {entry}) % 99991")
        self.put("total")
        self.close()
        self.lines.append("```")
        return self.lines

    def units(self, wanted):
        """Sections of units, up to this number of lines."""
        kinds = [
            self.arithmetic, self.record, self.enum, self.strings, self.lists, self.maps, self.generic,
            self.tree, self.results, self.closures, self.decisions, self.grid, self.arithmetic,
        ]  # fmt: skip
        self.depth = 0
        self.lines += ["# A generated program", "", "Made by `bench/frontend/generate.py`; it measures the compiler.", ""]
        section = 0
        while len(self.lines) < wanted:
            section += 1
            self.lines += [f"## Part {section}", "", f"About the {self.word()} and the {self.word()}.", "", "```lumen"]
            for index in range(8):
                self.number += 1
                if index:
                    self.lines.append("")
                self.pick(kinds)()
                if len(self.lines) >= wanted:
                    break
            self.lines += ["```", ""]


def package(folder, wanted, n_files):
    """Writes the files of a package."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(1, n_files + 1)
    for number in numbers:
        lines = Generator(number).part(wanted // n_files, number)
        (folder / f"part_{number}.lm.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    imports = [f"import part_{number}: total_{number}" for number in numbers]
    prints = [f"  print(total_{number}())" for number in numbers]
    lines = ["# A generated package", "", "```lumen", *imports, "", "cell main()", *prints, "end", "```"]
    (folder / "main.lm.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "--package" and sys.argv[3].isdigit() and sys.argv[4].isdigit():
        package(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdigit():
        sys.exit(__doc__.splitlines()[0])
    seed = int(sys.argv[2]) if len(sys.argv) == 3 else 1
    print("\n".join(Generator(seed).document(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
