//! The layout algebra: a row of texts, possible line breaks and groups, laid out within a width.
//!
//! Input: [`Op`]s in the order of the text. Output: the text. It is Wadler's algebra written as a row instead of a
//! tree, so that building and printing are loops and take linear time: a group is printed on one line when it fits up
//! to the next place where a line may end, else all its own breaks become line ends.
//! Invariants: `Open` and `Close` nest, `In` and `Out` too; no line ends with a space; a comment ends its line.

/// The width that lines shall not exceed.
pub(super) const WIDTH: usize = 100;
/// Columns of one step of indentation.
const STEP: usize = 2;

/// What a region means for the breaks in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Region {
    /// All its own breaks are line ends, or none is.
    Group,
    /// As a group, but its own breaks are line ends only if the rest then fits on one line; else it is left to the
    /// groups inside to break.
    Value,
    /// Lines of a block: breaks are line ends.
    Block,
    /// Line ends inside do not break the groups around it.
    Barrier,
}

/// One step of the layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op<'a> {
    /// A text without line ends.
    Text(&'a str),
    /// A break: `flat` on one line, else a line end (with a blank line in front of the next).
    Line {
        flat: &'static str,
        blank: bool,
    },
    /// A break that ends the line only when what follows does not fit: of rows of short literals.
    Fill,
    /// A line end in any case.
    Hard {
        blank: bool,
    },
    /// A line end inside a string: the next line begins at the first column.
    Raw,
    /// A line end unless the line is empty.
    Fresh,
    /// A comment at the end of the line.
    Trailing(&'a str),
    /// A text in a broken group only.
    IfBroken(&'static str),
    /// Breaks the groups around it.
    Break,
    /// One step of indentation more, and less, unless the group is on one line.
    In,
    Out,
    Open(Region),
    Close,
}

/// Lays out a row of steps.
pub(super) fn print(ops: &[Op<'_>]) -> String {
    let measures = Measures::of(ops);
    let mut printer = Printer::default();
    let mut modes: Vec<Mode> = Vec::new();
    for (at, op) in ops.iter().enumerate() {
        let mode = modes.last().copied().unwrap_or(Mode::Broken);
        let is_broken = mode == Mode::Broken;
        match *op {
            Op::Text(text) => printer.text(text),
            Op::Line { flat, .. } if !is_broken => printer.text(flat),
            Op::Line { blank, .. } => printer.newline(blank),
            Op::Fill => {
                let fits = printer.column() + 1 + measures.until[at + 1] <= WIDTH;
                if mode == Mode::Flat || fits {
                    printer.text(" ");
                } else {
                    printer.newline(false);
                }
            }
            Op::Hard { blank } => printer.newline(blank),
            Op::Raw => printer.raw_newline(),
            Op::Fresh => {
                if !printer.is_line_empty() {
                    printer.newline(false);
                }
            }
            Op::Trailing(comment) => printer.trailing.push(comment),
            Op::IfBroken(text) if is_broken => printer.text(text),
            Op::IfBroken(_) | Op::Break => {}
            // A group on one line may hold a block, whose lines it does not indent.
            Op::In | Op::Out if !is_broken => {}
            Op::In => printer.indent += STEP,
            Op::Out => printer.indent = printer.indent.saturating_sub(STEP),
            Op::Open(region) => modes.push(measures.mode(at, region, mode, &printer)),
            Op::Close => {
                modes.pop();
            }
        }
    }
    printer.finish()
}

/// How the breaks of a region are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// On one line, and everything inside too.
    Flat,
    /// As line ends.
    Broken,
    /// On one line, but groups inside decide for themselves.
    Open,
}

/// What a pass over the row finds out before printing.
struct Measures {
    /// By position: flat width of the steps before it.
    before: Vec<usize>,
    /// By position: flat width up to the next place where a line may end.
    until: Vec<usize>,
    /// By position: the next line end that is one in any case.
    next_hard: Vec<u32>,
    /// By position of an `Open`: that of its `Close`.
    close: Vec<u32>,
    /// By position of an `Open`: whether a line surely ends inside.
    is_broken: Vec<bool>,
}

impl Measures {
    fn of(ops: &[Op<'_>]) -> Self {
        let n = ops.len();
        let mut out = Self {
            before: vec![0; n + 1],
            until: vec![0; n + 2],
            next_hard: vec![n as u32; n + 1],
            close: vec![0; n],
            is_broken: vec![false; n],
        };
        let mut open: Vec<usize> = Vec::new();
        for (at, op) in ops.iter().enumerate() {
            out.before[at + 1] = out.before[at] + flat_width(op);
            match op {
                Op::Open(_) => open.push(at),
                Op::Close => out.close(ops, &mut open, at),
                Op::Hard { .. } | Op::Fresh | Op::Trailing(_) | Op::Break => {
                    if let Some(&group) = open.last() {
                        out.is_broken[group] = true;
                    }
                }
                _ => {}
            }
        }
        for at in (0..n).rev() {
            let ends = matches!(ops[at], Op::Line { .. } | Op::Fill) || is_hard(&ops[at]);
            out.until[at] = if ends { 0 } else { out.until[at + 1] + flat_width(&ops[at]) };
            out.next_hard[at] = if is_hard(&ops[at]) { at as u32 } else { out.next_hard[at + 1] };
        }
        out
    }

    fn close(&mut self, ops: &[Op<'_>], open: &mut Vec<usize>, at: usize) {
        let Some(group) = open.pop() else { return };
        self.close[group] = at as u32;
        let passes = self.is_broken[group] && ops[group] != Op::Open(Region::Barrier);
        if let (true, Some(&outer)) = (passes, open.last()) {
            self.is_broken[outer] = true;
        }
    }

    /// How the region opened at `at` is printed.
    fn mode(&self, at: usize, region: Region, outer: Mode, printer: &Printer<'_>) -> Mode {
        let fits = || outer == Mode::Flat || printer.column() + self.group(at) <= WIDTH;
        match region {
            Region::Block => Mode::Broken,
            Region::Barrier if outer == Mode::Flat => Mode::Flat,
            Region::Barrier => Mode::Open,
            Region::Group | Region::Value if !self.is_broken[at] && fits() => Mode::Flat,
            Region::Group => Mode::Broken,
            Region::Value => {
                let has_hard = self.next_hard[at] < self.close[at];
                let fits_below = printer.indent + STEP + self.group(at) <= WIDTH + 1;
                if fits_below && !has_hard && !self.is_broken[at] {
                    Mode::Broken
                } else {
                    Mode::Open
                }
            }
        }
    }

    /// Columns that the group opened at `at` needs on one line.
    fn group(&self, at: usize) -> usize {
        let (close, hard) = (self.close[at] as usize, self.next_hard[at] as usize);
        if hard < close {
            return self.before[hard] - self.before[at];
        }
        self.before[close] - self.before[at] + self.until[close + 1]
    }
}

fn is_hard(op: &Op<'_>) -> bool {
    matches!(op, Op::Hard { .. } | Op::Raw | Op::Fresh)
}

fn flat_width(op: &Op<'_>) -> usize {
    match op {
        Op::Text(text) => width(text),
        Op::Line { flat, .. } => flat.len(),
        Op::Fill => 1,
        _ => 0,
    }
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// The text so far.
#[derive(Default)]
struct Printer<'a> {
    out: String,
    /// Columns of the line at hand, without its indentation.
    used: usize,
    indent: usize,
    /// The indentation of the line at hand.
    line_indent: usize,
    /// Whether the line goes on in a string, so that it has no indentation.
    is_raw: bool,
    /// Comments to be written before the line ends.
    trailing: Vec<&'a str>,
}

impl<'a> Printer<'a> {
    fn column(&self) -> usize {
        if self.is_raw { self.used } else { self.line_indent + self.used }
    }

    fn is_line_empty(&self) -> bool {
        self.used == 0 && !self.is_raw
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() || text == " " && self.is_line_empty() {
            return;
        }
        if self.is_line_empty() {
            self.out.extend(std::iter::repeat_n(' ', self.line_indent));
        }
        self.out.push_str(text);
        self.used += width(text);
    }

    fn flush_trailing(&mut self) {
        for (at, comment) in std::mem::take(&mut self.trailing).into_iter().enumerate() {
            // Two comments that came to stand on one line would be one.
            if at > 0 {
                self.trim();
                self.out.push('\n');
                self.line_indent = self.indent;
                self.used = 0;
                self.is_raw = false;
            }
            if !self.is_line_empty() && !self.out.ends_with(' ') {
                self.text(" ");
            }
            self.text(comment);
        }
    }

    fn newline(&mut self, blank: bool) {
        self.flush_trailing();
        self.trim();
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.line_indent = self.indent;
        self.used = 0;
        self.is_raw = false;
    }

    /// A line end of a string: the text in front of it stays as it is.
    fn raw_newline(&mut self) {
        self.out.push('\n');
        self.used = 0;
        self.is_raw = true;
    }

    fn trim(&mut self) {
        let len = self.out.trim_end_matches(' ').len();
        self.out.truncate(len);
    }

    fn finish(mut self) -> String {
        self.flush_trailing();
        self.trim();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(items: &[&'a str]) -> Vec<Op<'a>> {
        let mut ops = vec![Op::Open(Region::Group), Op::Text("["), Op::In];
        ops.push(Op::Line { flat: "", blank: false });
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                ops.extend([Op::Text(","), Op::Line { flat: " ", blank: false }]);
            }
            ops.push(Op::Text(item));
        }
        ops.extend([Op::IfBroken(","), Op::Out, Op::Line { flat: "", blank: false }]);
        ops.extend([Op::Text("]"), Op::Close]);
        ops
    }

    #[test]
    fn a_group_is_flat_or_broken_as_a_whole() {
        assert_eq!(print(&row(&["a", "b"])), "[a, b]");
        let long = "x".repeat(99);
        assert_eq!(print(&row(&["a", &long])), format!("[\n  a,\n  {long},\n]"));
    }

    #[test]
    fn what_follows_a_group_counts_up_to_the_next_break() {
        let long = "x".repeat(96);
        let mut ops = row(&[&long]);
        assert!(!print(&ops).contains('\n'));
        ops.push(Op::Text(" y z"));
        assert!(print(&ops).contains('\n'));
    }

    #[test]
    fn comments_end_their_line_and_break_their_group() {
        let mut ops = row(&["a", "b"]);
        ops.insert(5, Op::Trailing("# one"));
        assert_eq!(print(&ops), "[\n  a, # one\n  b,\n]");
    }

    #[test]
    fn a_million_steps_and_a_hundred_thousand_groups() {
        let mut ops = vec![Op::Open(Region::Group); 100_000];
        for _ in 0..500_000 {
            ops.extend([Op::Line { flat: " ", blank: false }, Op::Text("x")]);
        }
        ops.extend(vec![Op::Close; 100_000]);
        assert_eq!(print(&ops).matches('x').count(), 500_000);
    }
}
