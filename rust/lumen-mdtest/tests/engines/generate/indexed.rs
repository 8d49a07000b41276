//! Loops over indexes: what native code hoists, leaves unchecked, and expects to be unshared.

use super::{Generator, Ty};

impl Generator {
    /// Statements with a loop over the indexes of a list of numbers, of lists or of records.
    pub(super) fn indexed(&mut self) {
        match self.below(15) {
            0..=2 => self.rows(),
            12..=14 => self.shared(),
            3 | 4 => self.points_pairwise(),
            5 => self.floats(),
            6 => self.long(),
            _ => self.numbers(),
        }
    }

    /// Sums of products of floats.
    fn floats(&mut self) {
        let [sum, rest, i] = ["sum", "rest", "i"].map(|name| self.name(name));
        let (a, b, most) = (self.expr(Ty::Float, 1), self.expr(Ty::Float, 1), 1 + self.below(5));
        self.line(&format!("let mut {sum} = {a}"));
        self.line(&format!("let mut {rest} = {b}"));
        self.line(&format!("for {i} in 0..{most}"));
        for _ in 0..1 + self.below(3) {
            let text = match self.below(5) {
                0 => format!("{sum} = {sum} - {rest} * to_float({i})"),
                1 => format!("{sum} += {rest} * {rest}"),
                2 => format!("{rest} -= {sum} * 0.25"),
                3 => format!("{rest} = {sum} / (1.5 + {rest} * {rest})"),
                _ => format!("{sum} = if {sum} < {rest} then {sum} else {rest} - 1.0"),
            };
            self.line(&format!("  {text}"));
        }
        self.line("end");
        self.line(&format!("print({sum}, {rest})"));
    }

    /// A loop that may use up the run's instructions.
    fn long(&mut self) {
        let [c, acc] = ["c", "acc"].map(|name| self.name(name));
        let most = [300, 3_000, 60_000][self.below(3) as usize];
        self.line(&format!("let mut {c} = 0"));
        self.line(&format!("let mut {acc} = 1"));
        self.line(&format!("while {c} < {most}"));
        self.line(&format!("  {c} += 1"));
        self.line(&format!("  {acc} = ({acc} * 31 + {c}) % 65521"));
        self.line("end");
        self.line(&format!("print({c}, {acc})"));
    }

    fn numbers(&mut self) {
        let [xs, acc, kept, n, i] = ["xs", "acc", "kept", "n", "i"].map(|name| self.name(name));
        let list = self.expr(Ty::Ints, 2);
        // Near the ends of the range every check counts.
        let start = match self.below(6) {
            0 => format!("(-9223372036854775808) + {}", self.below(3)),
            1 => format!("9223372036854775807 - {}", self.below(3)),
            _ => self.expr(Ty::Int, 1),
        };
        self.line(&format!("let mut {xs}: list[Int] = {list}"));
        self.line(&format!("let mut {acc} = {start}"));
        let end = match self.below(4) {
            0 => format!("{xs}.length()"),
            1 => format!("{xs}.length() - 1"),
            2 => format!("{}", self.below(6)),
            _ => {
                self.line(&format!("let {n} = {xs}.length()"));
                n
            }
        };
        // What the list is shared with, if anything, decides whether native code changes it in place.
        let other = if self.one_in(2) { xs.clone() } else { "[7]".to_owned() };
        self.line(&format!("let mut {kept} = {other}"));
        let from = ["0", "0", "0", "1", "(0 - 1)"][self.below(5) as usize];
        let step = ["", "", "", " step 2", " step 3"][self.below(5) as usize];
        self.line(&format!("for {i} in {from}..{end}{step}"));
        self.indent += 1;
        for _ in 0..1 + self.below(4) {
            if self.one_in(4) {
                self.choice(&xs, &acc, &i);
                continue;
            }
            let k = self.below(3);
            if self.one_in(8) {
                // What was changed is shared, and changed again.
                self.line(&format!("{xs}[{i}] = {acc} % 5 + {k}"));
                self.line(&format!("{kept} = {xs}"));
                self.line(&format!("{xs}[{i}] += 1"));
                continue;
            }
            let text = match self.below(16) {
                12 => format!("{acc} -= {i}"),
                13 => format!("{acc} += {i}"),
                14 => format!("{acc} = {acc} - {xs}.length()"),
                15 => format!(
                    "print({acc} % 3 <= {k}, {i} >= {k}, {k} < {i}, {acc} // -3, {i} // -2, {acc} % -4)"
                ),
                0 => format!("{xs}[{i}] = {acc} % {}", 3 + k),
                1 => format!("{xs}[{i}] += {i} * {k}"),
                2 => format!("{acc} = ({acc} * 3877 + {xs}[{i}]) % 139968"),
                3 => format!("{acc} += {xs}[{i}]"),
                4 => format!("{acc} -= {xs}[{i}] * {i}"),
                5 => format!("{acc} = {acc} * {xs}[{i}] + {k}"),
                6 => format!("{acc} += if {i} + {k} < {xs}.length() then {xs}[{i} + {k}] else {k}"),
                7 => format!("{acc} = {acc} % 1009 + (1 << ({i} & 7)) // (1 + {i} * {i})"),
                8 => format!("{kept} = {xs}"),
                9 => format!("{acc} = {acc} / (1 + {i} * {i}) + {xs}[{xs}.length() - 1 - {i}]"),
                10 => format!("{acc} = ({acc} ^ {i}) % 4096 + min({acc}, {i}) % 17"),
                _ => format!("{xs} = {xs}.append({i})"),
            };
            self.line(&text);
        }
        self.indent -= 1;
        self.line("end");
        self.line(&format!("print({acc}, {xs}, {kept})"));
    }

    /// A short branch, which native code makes without a jump where it can.
    fn choice(&mut self, xs: &str, acc: &str, i: &str) {
        let (k, least, most) = (self.below(3), self.name("least"), self.name("most"));
        self.line(&format!("let mut {least} = {xs}[{i}] + {k}"));
        let other = if self.one_in(6) { i64::MAX } else { i64::from(k) + 1 };
        let pair = if self.one_in(2) { [i64::from(k), other] } else { [other, i64::from(k)] };
        let test = ["==", "!=", "<", ">"][self.below(4) as usize];
        self.line(&format!(
            "let mut {most} = if {xs}[{i}] {test} {acc} then {} else {}",
            pair[0], pair[1]
        ));
        if self.one_in(2) {
            self.line(&format!("print({most} + {})", 1 + k));
        }
        let (condition, change) = match self.below(6) {
            0 => (format!("{xs}[{i}] + {k} < {acc}"), format!("{least} = {xs}[{i}] + {k}")),
            1 => (format!("{acc} < {least}"), format!("{least} = {acc}")),
            2 => (format!("{i} + 1 < {xs}.length()"), format!("{least} = {xs}[{i} + 1]")),
            3 => (format!("{acc} + {i} > {least}"), format!("{most} = {acc} + {i}")),
            4 => (format!("{least} > {most}"), format!("{most} = {most} * 2 + {least}")),
            _ => (format!("{acc} % 3 == {k}"), format!("{most} = {i} - {k}")),
        };
        self.line(&format!("if {condition}"));
        self.line(&format!("  {change}"));
        if self.one_in(2) {
            self.line("else");
            self.line(&format!("  {most} = {least} + {i}"));
        }
        self.line("end");
        self.line(&format!("{acc} = ({acc} % 1000003 + {least} % 1009) * 3 - {most} % 17"));
    }

    fn rows(&mut self) {
        let [rows, acc, kept, r, c] = ["rows", "acc", "kept", "r", "c"].map(|name| self.name(name));
        let (height, width, start) = (1 + self.below(4), 1 + self.below(4), self.expr(Ty::Int, 1));
        self.line(&format!("let mut {acc} = {start}"));
        self.line(&format!(
            "let mut {rows} = [[{r} * 3 + {c} for {c} in 0..{width}] for {r} in 0..{height}]"
        ));
        self.line(&format!("let mut {kept} = {rows}"));
        self.line(&format!("for {r} in 0..{rows}.length()"));
        self.indent += 1;
        let most = if self.one_in(2) { width.to_string() } else { format!("{rows}[{r}].length()") };
        self.line(&format!("for {c} in 0..{most}"));
        self.indent += 1;
        for _ in 0..1 + self.below(3) {
            let text = match self.below(6) {
                0 => format!("{rows}[{r}][{c}] = {rows}[{r}][{c}] + {acc} % 7"),
                1 => format!("{rows}[{r}][{c}] += {c}"),
                2 => format!("{acc} = ({acc} * 31 + {rows}[{r}][{c}]) % 10007"),
                3 => format!("{acc} += {rows}[{c} % {height}][{r} % {width}]"),
                4 => format!("{acc} += {rows}[{c}][{r}]"),
                _ => format!("{kept} = {rows}"),
            };
            self.line(&text);
        }
        self.indent -= 1;
        self.line("end");
        if self.one_in(2) {
            self.line(&format!("{rows}[{r}] = {kept}[0]"));
        }
        self.indent -= 1;
        self.line("end");
        self.line(&format!("print({acc}, {rows}, {kept})"));
    }

    fn points_pairwise(&mut self) {
        let [ps, kept, i, j] = ["ps", "kept", "i", "j"].map(|name| self.name(name));
        let list = self.expr(Ty::Points, 2);
        self.line(&format!("let mut {ps}: list[Point] = {list}"));
        self.line(&format!("let mut {kept} = {ps}"));
        self.line(&format!("for {i} in 0..{ps}.length()"));
        self.indent += 1;
        self.line(&format!("for {j} in {i} + 1..{ps}.length()"));
        self.indent += 1;
        for _ in 0..1 + self.below(4) {
            let text = match self.below(7) {
                0 => format!("{ps}[{i}].y -= {ps}[{j}].y * 0.5"),
                1 => format!("{ps}[{j}].y += {ps}[{i}].y"),
                2 => format!("{ps}[{i}].x = {ps}[{j}].x % 1000 + {i}"),
                3 => format!("{ps}[{j}] = {ps}[{i}]"),
                4 => format!("{ps}[{j}].tags = {ps}[{i}].tags.append({j})"),
                5 => format!("{kept} = {ps}"),
                _ => format!("{ps}[{j}].x += {ps}[{i}].tags.length()"),
            };
            self.line(&text);
        }
        self.indent -= 1;
        self.line("end");
        self.indent -= 1;
        self.line("end");
        self.line(&format!("print({ps}, {kept})"));
    }
}
