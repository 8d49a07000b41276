//! Small cells that call themselves: native code puts such calls in place.

use super::{Cell, Generator, Ty, Var};

impl Generator {
    /// A cell without loops that calls itself once to three times, deep enough to leave bodies in place behind.
    pub(super) fn recursive(&mut self) {
        let (result, name, second) = (self.ty(), self.name("small"), self.ty());
        let vars = std::mem::take(&mut self.vars);
        let p = self.name("p");
        self.line("");
        self.line(&format!("cell {name}(n: Int, {p}: {}) -> {}", second.name(), result.name()));
        self.vars.push(Var { name: "n".to_owned(), ty: Ty::Int, is_mut: false });
        self.vars.push(Var { name: p, ty: second, is_mut: false });
        let params = vec![Ty::Int, second];
        // While its own body is written, nothing else may call it: `n` would not count down.
        self.indent += 1;
        self.line("if n <= 0 or n > 5");
        let value = self.expr(result, 2);
        self.line(&format!("  return {value}"));
        self.line("end");
        for _ in 0..self.below(3) {
            match self.below(4) {
                0 => self.print(),
                1 => {
                    let condition = self.expr(Ty::Bool, 1);
                    let value = self.expr(result, 1);
                    self.line(&format!("if {condition}"));
                    self.line(&format!("  return {value}"));
                    self.line("end");
                }
                _ => self.binding(),
            }
        }
        let value = self.joined(&name, second, result);
        self.line(&value);
        self.indent -= 1;
        self.line("end");
        self.vars = vars;
        self.cells.push(Cell { name, params, result, counts_down: true });
    }

    /// A call of the cell by itself.
    fn again(&mut self, name: &str, second: Ty) -> String {
        let less = 1 + self.below(2);
        let argument = self.expr(second, 1);
        format!("{name}(n - {less}, {argument})")
    }

    /// What a cell makes of calls of itself.
    fn joined(&mut self, name: &str, second: Ty, result: Ty) -> String {
        let first = self.again(name, second);
        let other = self.again(name, second);
        match (result, self.below(4)) {
            (_, 0) => {
                let condition = self.expr(Ty::Bool, 1);
                format!("if {condition} then {first} else {other}")
            }
            (Ty::Int, 1) => format!("{first} * {} + {other}", self.expr(Ty::Int, 1)),
            (Ty::Int, 2) => {
                let third = self.again(name, second);
                format!("({first} - {other} % 7 + {third}) % 100003")
            }
            (Ty::Int, _) => format!("({first} + {other}) % 1009"),
            (Ty::Float, _) => format!("{first} - {other} * 0.5"),
            (Ty::Bool, _) => format!("{first} and not {other}"),
            (Ty::Text, _) => format!("{first} + \"-\""),
            (Ty::Ints, _) => format!("{first}.append(n)"),
            (Ty::Points, _) => format!("{first}.append({})", self.expr(Ty::Point, 1)),
            (Ty::Tree, _) => format!("Node({first}, n, {other})"),
            (Ty::Maybe, _) => format!("at([n, or_else({first}, 2)], 1)"),
            (Ty::Point, _) => first,
        }
    }
}
