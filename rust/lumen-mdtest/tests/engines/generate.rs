//! A generator of well-typed programs: a seed and a size → source text.
//!
//! Every program ends: recursion counts down, loops have bounds. Most operations succeed; overflow, division by zero,
//! indexes out of range and failed conversions happen now and then, so that failures, `attempt` and `defer` are seen too.

mod indexed;
mod recursive;
mod shared;

use std::fmt::Write;

/// A type of the generated programs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ty {
    Int,
    Float,
    Bool,
    Text,
    Ints,
    Point,
    Points,
    Tree,
    Maybe,
}

impl Ty {
    const ALL: [Ty; 9] = [
        Ty::Int,
        Ty::Float,
        Ty::Bool,
        Ty::Text,
        Ty::Ints,
        Ty::Point,
        Ty::Points,
        Ty::Tree,
        Ty::Maybe,
    ];

    fn name(self) -> &'static str {
        match self {
            Ty::Int => "Int",
            Ty::Float => "Float",
            Ty::Bool => "Bool",
            Ty::Text => "String",
            Ty::Ints => "list[Int]",
            Ty::Point => "Point",
            Ty::Points => "list[Point]",
            Ty::Tree => "Tree",
            Ty::Maybe => "Int?",
        }
    }
}

/// What programs begin with.
const PRELUDE: &str = "record Point
  x: Int
  y: Float
  tags: list[Int]
end

enum Tree
  Leaf
  Node(left: Tree, value: Int, right: Tree)
end

cell tree_sum(t: Tree) -> Int
  match t
    Leaf -> 0
    Node(l, v, r) -> (tree_sum(l) + v + tree_sum(r)) % 100003
  end
end

cell tree_add(t: Tree, n: Int) -> Tree
  match t
    Leaf -> Node(Leaf, n, Leaf)
    Node(l, v, r) ->
      if n < v
        Node(tree_add(l, n), v, r)
      else
        Node(l, v, tree_add(r, n))
      end
  end
end

record Ball
  x: Int
  y: Int
  dx: Int
  dy: Int
end

cell moved(b: Ball) -> Ball
  let mut b = b
  b.x += b.dx % 10007
  b.y += b.dy
  b
end

enum Pile
  Empty
  Disk(size: Int, label: String, below: Pile)
end

cell pile(n: Int) -> Pile = if n == 0 then Empty else Disk(n, \"disk {n}\", pile(n - 1))

cell put(piles: list[Pile], from: Int, to: Int) -> list[Pile]
  let mut piles = piles
  match piles[from]
    Empty -> piles
    Disk(size, label, below) ->
      piles[from] = below
      piles[to] = Disk(size + 1, label, piles[to])
      piles
  end
end

cell twice(f: fn(Int) -> Int, n: Int) -> Int = f(f(n) % 1009)

cell at(xs: list[Int], i: Int) -> Int?
  if i >= 0 and i < xs.length() then xs[i] else null
end

cell or_else(m: Int?, n: Int) -> Int = m ?? n

cell caught(f: fn() -> Int, n: Int) -> Int
  match attempt(f)
    ok(v) -> v
    err(_) -> n
  end
end
";

struct Var {
    name: String,
    ty: Ty,
    is_mut: bool,
}

struct Cell {
    name: String,
    params: Vec<Ty>,
    result: Ty,
    counts_down: bool,
}

struct Generator {
    state: u64,
    out: String,
    indent: usize,
    vars: Vec<Var>,
    cells: Vec<Cell>,
    names: u32,
    loops: u32,
    /// The cell whose body is written, when it calls itself with `n - 1`.
    itself: Option<usize>,
}

/// A program.
pub(crate) fn program(seed: u64, size: u32) -> String {
    let mut g = Generator {
        state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        out: PRELUDE.to_owned(),
        indent: 0,
        vars: Vec::new(),
        cells: Vec::new(),
        names: 0,
        loops: 0,
        itself: None,
    };
    (0..4).for_each(|_| {
        g.next();
    });
    let cells = 1 + g.below(4);
    for _ in 0..cells {
        match g.below(3) {
            0 => g.recursive(),
            _ => g.cell(size),
        }
    }
    g.line("");
    g.line("cell main()");
    g.indent += 1;
    g.block(size);
    for _ in 0..2 {
        g.print();
    }
    g.indent -= 1;
    g.line("end");
    g.out
}

impl Generator {
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.next() >> 33) as u32 % n.max(1)
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    fn ty(&mut self) -> Ty {
        Ty::ALL[self.below(Ty::ALL.len() as u32) as usize]
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn cell(&mut self, size: u32) {
        let counts_down = self.one_in(2);
        let mut params: Vec<Ty> = (0..1 + self.below(3)).map(|_| self.ty()).collect();
        if counts_down {
            params[0] = Ty::Int;
        }
        let (result, name) = (self.ty(), self.name("work"));
        let vars = std::mem::take(&mut self.vars);
        let mut head = String::new();
        for (at, ty) in params.iter().enumerate() {
            let name = if at == 0 && counts_down { "n".to_owned() } else { self.name("p") };
            let comma = if at == 0 { "" } else { ", " };
            write!(head, "{comma}{name}: {}", ty.name()).expect("a string takes everything");
            self.vars.push(Var { name, ty: *ty, is_mut: false });
        }
        self.line("");
        self.line(&format!("cell {name}({head}) -> {}", result.name()));
        self.indent += 1;
        self.cells.push(Cell { name, params, result, counts_down });
        if counts_down {
            self.line("if n <= 0 or n > 6");
            let value = self.expr(result, 2);
            self.indent += 1;
            self.line(&format!("return {value}"));
            self.indent -= 1;
            self.line("end");
            self.itself = Some(self.cells.len() - 1);
        }
        if self.one_in(5) {
            let value = self.expr(Ty::Int, 1);
            self.line(&format!("let held = {value}"));
            self.line("defer");
            self.indent += 1;
            self.line("print(\"left\", held)");
            self.indent -= 1;
            self.line("end");
        }
        self.block(size);
        let value = self.expr(result, 3);
        self.line(&value);
        self.indent -= 1;
        self.line("end");
        self.itself = None;
        self.vars = vars;
    }

    fn block(&mut self, size: u32) {
        let (depth, count) = (self.vars.len(), 1 + self.below(size));
        for _ in 0..count {
            self.statement(size / 2);
        }
        if self.indent > 1 {
            self.vars.truncate(depth);
        }
    }

    /// A mutable variable of a type.
    fn place(&mut self, ty: Ty) -> Option<String> {
        let found: Vec<usize> = (0..self.vars.len())
            .filter(|at| self.vars[*at].is_mut && self.vars[*at].ty == ty)
            .collect();
        if found.is_empty() {
            return None;
        }
        let at = found[self.below(found.len() as u32) as usize];
        Some(self.vars[at].name.clone())
    }

    fn statement(&mut self, size: u32) {
        match self.below(if size == 0 { 9 } else { 16 }) {
            0..=2 => self.binding(),
            3..=6 => self.change(),
            7 => self.print(),
            8 => {
                let ty = self.ty();
                let value = self.expr(ty, 2);
                self.line(&format!("print({value})"));
            }
            9 | 10 => self.condition(size),
            11 => self.while_loop(size),
            12 | 13 if self.loops < 2 => self.indexed(),
            _ => self.for_loop(size),
        }
    }

    fn binding(&mut self) {
        let (ty, is_mut, name) = (self.ty(), !self.one_in(3), self.name("v"));
        let value = self.expr(ty, 3);
        let kind = if is_mut { "let mut" } else { "let" };
        self.line(&format!("{kind} {name}: {} = {value}", ty.name()));
        self.vars.push(Var { name, ty, is_mut });
    }

    fn change(&mut self) {
        let ty = self.ty();
        let Some(place) = self.place(ty) else { return self.binding() };
        let text = match ty {
            Ty::Ints => match self.below(3) {
                0 => format!("{place} = {place}.append({})", self.expr(Ty::Int, 2)),
                1 => {
                    let (at, value) = (self.expr(Ty::Int, 1), self.expr(Ty::Int, 2));
                    format!(
                        "if {place}.length() > 0 then {place}[({at}).abs() % {place}.length()] = {value}"
                    )
                }
                _ => format!("{place} = {}", self.expr(ty, 3)),
            },
            Ty::Point => match self.below(4) {
                0 => format!("{place}.x = {}", self.expr(Ty::Int, 2)),
                1 => format!("{place}.y = {}", self.expr(Ty::Float, 2)),
                2 => format!("{place}.tags = {place}.tags.append({})", self.expr(Ty::Int, 1)),
                _ => format!("{place} = {}", self.expr(ty, 3)),
            },
            Ty::Points => match self.below(3) {
                0 => format!("{place} = {place}.append({})", self.expr(Ty::Point, 2)),
                1 => {
                    format!("if {place}.length() > 0 then {place}[0].x = {}", self.expr(Ty::Int, 2))
                }
                _ => format!("{place} = {}", self.expr(ty, 2)),
            },
            Ty::Int if self.one_in(3) => format!("{place} += {}", self.expr(ty, 2)),
            _ => format!("{place} = {}", self.expr(ty, 3)),
        };
        match text.split_once(" then ").filter(|_| text.starts_with("if ")) {
            // An assignment stands on a line of its own.
            Some((condition, assignment)) => {
                self.line(condition);
                self.indent += 1;
                self.line(assignment);
                self.indent -= 1;
                self.line("end");
            }
            None => self.line(&text),
        }
    }

    fn print(&mut self) {
        let known: Vec<String> = self.vars.iter().rev().take(3).map(|v| v.name.clone()).collect();
        if known.is_empty() {
            self.line("print(\"nothing\")");
        } else {
            self.line(&format!("print({})", known.join(", ")));
        }
    }

    fn condition(&mut self, size: u32) {
        let value = self.expr(Ty::Bool, 2);
        self.line(&format!("if {value}"));
        self.nested(size);
        if self.one_in(2) {
            self.line("else");
            self.nested(size);
        }
        self.line("end");
    }

    fn nested(&mut self, size: u32) {
        self.indent += 1;
        let depth = self.vars.len();
        self.block(size);
        self.vars.truncate(depth);
        self.indent -= 1;
    }

    fn leave_loop(&mut self) {
        if self.one_in(3) {
            let value = self.expr(Ty::Bool, 2);
            self.line(&format!("if {value}"));
            self.indent += 1;
            let way = if self.one_in(2) { "break" } else { "continue" };
            self.line(way);
            self.indent -= 1;
            self.line("end");
        }
    }

    fn while_loop(&mut self, size: u32) {
        if self.loops > 1 {
            return self.change();
        }
        self.loops += 1;
        let counter = self.name("c");
        let most = 1 + self.below(6);
        self.line(&format!("let mut {counter} = 0"));
        self.line(&format!("while {counter} < {most}"));
        self.indent += 1;
        self.line(&format!("{counter} += 1"));
        self.leave_loop();
        self.indent -= 1;
        self.nested(size);
        self.line("end");
        self.loops -= 1;
    }

    fn for_loop(&mut self, size: u32) {
        if self.loops > 1 {
            return self.change();
        }
        self.loops += 1;
        let (name, most) = (self.name("i"), 1 + self.below(7));
        let (head, ty) = match self.below(5) {
            0 => (format!("0..={most}"), Ty::Int),
            1 => (format!("{most}..0 step -2"), Ty::Int),
            2 => (self.expr(Ty::Ints, 2), Ty::Int),
            3 => (self.expr(Ty::Points, 2), Ty::Point),
            _ => (format!("0..{most}"), Ty::Int),
        };
        self.line(&format!("for {name} in {head}"));
        let depth = self.vars.len();
        self.vars.push(Var { name, ty, is_mut: false });
        self.indent += 1;
        self.leave_loop();
        self.indent -= 1;
        self.nested(size);
        self.vars.truncate(depth);
        self.line("end");
        self.loops -= 1;
    }

    /// A variable of a type.
    fn known(&mut self, ty: Ty) -> Option<String> {
        let found: Vec<String> =
            self.vars.iter().filter(|v| v.ty == ty).map(|v| v.name.clone()).collect();
        if found.is_empty() {
            return None;
        }
        Some(found[self.below(found.len() as u32) as usize].clone())
    }

    /// A call of a cell that gives a type.
    fn call(&mut self, ty: Ty, depth: u32) -> Option<String> {
        let found: Vec<usize> = (0..self.cells.len())
            .filter(|at| self.cells[*at].result == ty)
            .filter(|at| {
                *at + 1 < self.cells.len() || self.itself.is_some() || !self.is_inside_last()
            })
            .collect();
        if found.is_empty() || self.loops > 1 {
            return None;
        }
        let at = found[self.below(found.len() as u32) as usize];
        let is_last = at + 1 == self.cells.len();
        let (name, params) = (self.cells[at].name.clone(), self.cells[at].params.clone());
        let mut args = Vec::new();
        for (n, ty) in params.iter().enumerate() {
            args.push(match n {
                0 if self.itself == Some(at) => "n - 1".to_owned(),
                0 if self.cells[at].counts_down => format!("{}", self.below(4)),
                _ => self.expr(*ty, depth.saturating_sub(1).min(1)),
            });
        }
        if is_last && self.itself != Some(at) && self.indent > 0 && self.is_inside_last() {
            return None;
        }
        Some(format!("{name}({})", args.join(", ")))
    }

    /// Whether the body of the last cell is being written, which does not call itself.
    fn is_inside_last(&self) -> bool {
        !self.out.contains("\ncell main()")
    }

    fn expr(&mut self, ty: Ty, depth: u32) -> String {
        if depth > 0
            && self.one_in(5)
            && let Some(call) = self.call(ty, depth)
        {
            return call;
        }
        if (depth == 0 || self.one_in(3))
            && let Some(name) = self.known(ty)
        {
            return name;
        }
        match ty {
            Ty::Int => self.int(depth),
            Ty::Float => self.float(depth),
            Ty::Bool => self.truth(depth),
            Ty::Text => self.text(depth),
            Ty::Ints => self.ints(depth),
            Ty::Point => {
                let (x, y) = (self.sub(Ty::Int, depth), self.sub(Ty::Float, depth));
                let tags = self.sub(Ty::Ints, depth);
                format!("Point(x: {x}, y: {y}, tags: {tags})")
            }
            Ty::Points => {
                let first = self.sub(Ty::Point, depth.min(1));
                if self.one_in(3) {
                    let name = self.name("q");
                    let list = self.known(Ty::Points).unwrap_or(format!("[{first}]"));
                    return format!("[{name} with (x: {name}.x % 7 + 1) for {name} in {list}]");
                }
                format!("[{first}, {first}]")
            }
            Ty::Tree => {
                if depth == 0 {
                    return "Leaf".to_owned();
                }
                let (tree, value) = (self.sub(Ty::Tree, depth), self.sub(Ty::Int, depth));
                match self.below(3) {
                    0 => format!("Node({tree}, {value}, Leaf)"),
                    _ => format!("tree_add({tree}, {value})"),
                }
            }
            Ty::Maybe => match self.below(3) {
                0 => "null".to_owned(),
                1 => format!("at({}, {})", self.sub(Ty::Ints, depth), self.sub(Ty::Int, depth)),
                _ => self.sub(Ty::Int, depth),
            },
        }
    }

    fn sub(&mut self, ty: Ty, depth: u32) -> String {
        self.expr(ty, depth.saturating_sub(1))
    }

    fn int(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.below(24) {
                0 => "9223372036854775807".to_owned(),
                1 => "(-9223372036854775808)".to_owned(),
                2 => "4611686018427387904".to_owned(),
                3 => "(-7)".to_owned(),
                n => (n * 3).to_string(),
            };
        }
        let (a, b) = (self.sub(Ty::Int, depth), self.sub(Ty::Int, depth));
        match self.below(28) {
            26 => format!("({a} << ({b} % 70))"),
            27 => format!("({a} >> ({b} % 66))"),
            0..=3 => format!("({a} + {b}) % 1000003"),
            4 | 5 => format!("({a} - {b}) % 1009"),
            6 => format!("({a} % 1009 * {b}) % 10007"),
            7 => format!("({a} * {b})"),
            8 => format!("({a} / ({b} % 5 + 3))"),
            9 => format!("({a} // {b})"),
            10 => format!("({a} % {b})"),
            11 => format!("({a} ^ {b})"),
            12 => format!("({a} & {b} | 6)"),
            13 => format!("({a} >> ({b} & 15))"),
            14 => format!("({a} << ({b} & 7))"),
            15 => format!("min({a}, {b})"),
            16 => format!("{}.length()", self.list_name(depth)),
            17 => {
                let list = self.list_name(depth);
                format!("{list}[({a}).abs() % 5]")
            }
            18 => format!("tree_sum({})", self.sub(Ty::Tree, depth)),
            19 => format!("or_else({}, {b})", self.sub(Ty::Maybe, depth)),
            20 => format!("(if {} then {a} else {b})", self.sub(Ty::Bool, depth)),
            21 => format!("{}.length()", self.sub(Ty::Text, depth)),
            22 => {
                let name = self.name("k");
                format!("twice(fn({name}: Int) => ({name} + {b}) % 977, {a})")
            }
            23 => match self.known(Ty::Point) {
                Some(point) => format!("{point}.x"),
                None => a,
            },
            24 => format!("or_else(to_int(({}) % 1000.0), {b})", self.sub(Ty::Float, depth)),
            _ => {
                let fallback = self.below(9);
                format!("caught(fn() => {a} * {b}, {fallback})")
            }
        }
    }

    /// A list of Ints that a method is called on.
    fn list_name(&mut self, depth: u32) -> String {
        match self.known(Ty::Ints) {
            Some(name) => name,
            None => format!("({})", self.sub(Ty::Ints, depth)),
        }
    }

    fn float(&mut self, depth: u32) -> String {
        if depth == 0 {
            return format!("{}.{}", self.below(40), self.below(9));
        }
        let (a, b) = (self.sub(Ty::Float, depth), self.sub(Ty::Float, depth));
        match self.below(9) {
            0 | 1 => format!("({a} + {b})"),
            2 => format!("({a} - {b})"),
            3 => format!("({a} * {b})"),
            4 => format!("({a} / {b})"),
            5 => format!("({a} % {b})"),
            6 => format!("({a} // {b})"),
            7 => format!("to_float({} % 100000)", self.sub(Ty::Int, depth)),
            _ => match self.known(Ty::Point) {
                Some(point) => format!("{point}.y"),
                None => a,
            },
        }
    }

    fn truth(&mut self, depth: u32) -> String {
        if depth == 0 {
            return if self.one_in(2) { "true" } else { "false" }.to_owned();
        }
        let (a, b) = (self.sub(Ty::Int, depth), self.sub(Ty::Int, depth));
        match self.below(11) {
            9 => format!("({a} <= {b})"),
            10 => format!("({a} % 4 <= {b} % 3)"),
            0 | 1 => format!("({a} < {b})"),
            2 => format!("({a} >= {b})"),
            3 => format!("({a} == {b})"),
            4 => format!("({} < {})", self.sub(Ty::Float, depth), self.sub(Ty::Float, depth)),
            5 => format!("({} == {})", self.sub(Ty::Text, depth), self.sub(Ty::Text, depth)),
            6 => format!("(not {})", self.sub(Ty::Bool, depth)),
            7 => format!("({} and {})", self.sub(Ty::Bool, depth), self.sub(Ty::Bool, depth)),
            _ => format!("({} == {})", self.sub(Ty::Ints, depth), self.sub(Ty::Ints, depth)),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        if depth == 0 {
            return format!("\"{}\"", ["", "a", "word", "größe"][self.below(4) as usize]);
        }
        match self.below(4) {
            0 => format!("({} + {})", self.sub(Ty::Text, depth), self.sub(Ty::Text, depth)),
            1 => format!("to_string({})", self.sub(Ty::Int, depth)),
            2 => match self.known(Ty::Int) {
                Some(name) => format!("\"<{{{name}}}>\""),
                None => "\"none\"".to_owned(),
            },
            _ => format!("to_string({})", self.sub(Ty::Ints, depth)),
        }
    }

    fn ints(&mut self, depth: u32) -> String {
        if depth == 0 {
            return ["[1, 2, 3]", "[0 for _ in 0..5]", "[9]"][self.below(3) as usize].to_owned();
        }
        let name = self.name("e");
        match self.below(5) {
            0 => format!("[{}, {}]", self.sub(Ty::Int, depth), self.sub(Ty::Int, depth)),
            1 => {
                let most = 1 + self.below(6);
                format!("[{name} * {name} for {name} in 0..{most}]")
            }
            2 => {
                let (list, most) = (self.list_name(depth), self.below(50));
                format!("{list}.map(fn({name}) => ({name} + {most}) % 211)")
            }
            3 => {
                let list = self.list_name(depth);
                format!("{list}.filter(fn({name}) => {name} % 2 == 0)")
            }
            _ => format!("{}.append({})", self.list_name(depth), self.sub(Ty::Int, depth)),
        }
    }
}
