//! `lumen trace step`: one operation of a run, with the calls that led to it and their source.

use super::list::time;
use crate::traces::Recorded;
use lumen_runtime::trace::{Operation, Place};

/// The step `back` operations before operation `at` (the last one without).
pub(super) fn step(recorded: &Recorded, at: Option<u64>, back: u64) -> Result<String, String> {
    let operations = &recorded.trace.operations;
    let count = operations.len() as u64;
    if count == 0 {
        return Err("the run did nothing that is recorded".to_owned());
    }
    let at = at.unwrap_or(count);
    if at == 0 || at > count {
        return Err(format!("the run has operations 1 to {count}"));
    }
    let Some(at) = at.checked_sub(back).filter(|at| *at > 0) else {
        return Err(format!("there are only {} operations before operation {at}", at - 1));
    };
    let op = &operations[usize::try_from(at - 1).unwrap_or(0)];
    Ok(show(recorded, op, count))
}

fn show(recorded: &Recorded, op: &Operation, count: u64) -> String {
    let mut text = format!("operation {} of {count}, at {}\n\n", op.seq, time(op.at_us));
    text.push_str(&format!("  {}\n  = {}\n", op.call(), op.returned));
    text.push_str(&format!("  took {}{}\n\n", time(op.took_us), spent(op)));
    for (depth, place) in op.stack.iter().enumerate() {
        let relation = if depth == 0 { "in" } else { "called by" };
        text.push_str(&format!("{relation} {place}\n"));
        if let Some(line) = source_line(recorded, place) {
            text.push_str(&format!("{:>5} | {line}\n", place.line));
        }
    }
    text
}

fn spent(op: &Operation) -> String {
    if op.spent.is_nothing() { String::new() } else { format!(", {}", op.spent) }
}

fn source_line(recorded: &Recorded, place: &Place) -> Option<String> {
    let source = recorded.source(&place.path)?;
    let at = usize::try_from(place.line).ok()?.checked_sub(1)?;
    source.lines().nth(at).map(str::to_owned)
}
