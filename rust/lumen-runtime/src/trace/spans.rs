//! Spans: the calls of cells in which operations were done, from the first operation to the last.
//!
//! Input → output: what each operation says it left and entered → a tree of calls with times. A call in which nothing was done
//! outside costs nothing and is not here; a replay computes it again.

use super::event::{Operation, Place};

/// A call of a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// The cell, and where it was called; the program's own cell has no place.
    pub call: Place,
    /// The call around it, by index.
    pub parent: Option<usize>,
    /// Calls around it.
    pub depth: usize,
    /// Its first operation and its last, by index.
    pub operations: [usize; 2],
    /// When its first operation began and its last had ended, in microseconds since the run began.
    pub micros: [u64; 2],
}

/// The spans of a run, in the order of their beginning; and for each operation the innermost one that it was in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spans {
    /// The spans; parents stand before their children.
    pub all: Vec<Span>,
    /// By operation.
    pub of: Vec<Option<usize>>,
}

impl Spans {
    /// The spans of operations.
    pub fn of(operations: &[Operation]) -> Self {
        let (mut spans, mut open) = (Self::default(), Vec::new());
        for (index, op) in operations.iter().enumerate() {
            open.truncate(open.len().saturating_sub(op.left as usize));
            for call in &op.entered {
                let span = Span {
                    call: call.clone(),
                    parent: open.last().copied(),
                    depth: open.len(),
                    operations: [index, index],
                    micros: [op.at_us, op.at_us],
                };
                open.push(spans.all.len());
                spans.all.push(span);
            }
            for &at in &open {
                spans.all[at].operations[1] = index;
                spans.all[at].micros[1] = op.at_us.saturating_add(op.took_us);
            }
            spans.of.push(open.last().copied());
        }
        spans
    }
}

/// Microseconds as people read them.
pub fn time(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

/// The calls that led to an operation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calls {
    /// Innermost first.
    pub stack: Vec<Place>,
    /// How many of those that led to the operation before have ended, innermost first.
    pub left: u32,
    /// Those that began since, outermost first, with the places where they were called.
    pub entered: Vec<Place>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Returned, Spent};

    fn op(left: u32, entered: &[&str], at_us: u64) -> Operation {
        let place =
            |cell: &&str| Place { cell: (*cell).into(), path: String::new(), line: 0, column: 0 };
        Operation {
            seq: 1,
            name: "random".into(),
            args: Vec::new(),
            answers: Vec::new(),
            returned: Returned::Value("1".into()),
            stack: Vec::new(),
            left,
            entered: entered.iter().map(place).collect(),
            at_us,
            took_us: 2,
            spent: Spent::default(),
        }
    }

    #[test]
    fn calls_are_told_apart() {
        let ops = [op(0, &["main", "roll"], 10), op(1, &["roll"], 20), op(1, &[], 30)];
        let spans = Spans::of(&ops);
        let names: Vec<&str> = spans.all.iter().map(|span| span.call.cell.as_str()).collect();
        assert_eq!(names, ["main", "roll", "roll"]);
        assert_eq!(spans.all[0].micros, [10, 32]);
        assert_eq!((spans.all[1].operations, spans.all[2].operations), ([0, 0], [1, 1]));
        assert_eq!((spans.all[2].parent, spans.all[2].depth), (Some(0), 1));
        assert_eq!(spans.of, [Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn more_left_than_entered_is_no_panic() {
        assert_eq!(Spans::of(&[op(9, &[], 1)]).of, [None]);
    }
}
