//! `lumen trace step`: a run, operation by operation or line by line, forwards and back, with the calls and locals at each step.
//!
//! Input → output: a recorded run → one step as text; at a terminal, steps as they are asked for (`step/session.rs`). Frames and
//! locals come from running the recorded program again (`step/rerun.rs`); a run that was recorded without its program shows
//! the calls that its trace names.

mod rerun;
mod session;

use crate::output::out;
use crate::traces::Recorded;
use lumen_runtime::trace::spans::time;
use lumen_runtime::trace::{Operation, Place};
use lumen_vm::{Look, Position};
use rerun::{Rerun, Seen};
use std::io::IsTerminal;

/// Longest text of a local in the list of all, in characters.
const LOCAL_CHARS: usize = 120;

/// Which steps, and where to stand.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    /// Lines are steps too.
    pub(super) lines: bool,
    /// The step to stand at; the last one when absent.
    pub(super) at: Option<u64>,
    /// Steps back from there.
    pub(super) back: u64,
}

/// Shows a step; at a terminal, every one that is asked for.
pub(super) fn step(recorded: &Recorded, wish: Wish) -> Result<(), String> {
    let rerun = Rerun::of(recorded, wish.lines)?;
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let count = match (&rerun, wish.lines) {
        (Some(rerun), true) => rerun.count()?,
        (None, true) => {
            return Err(
                "the run did nothing before it was stopped, or its program was not kept: it has no lines".to_owned()
            );
        }
        (_, false) => recorded.trace.operations.len() as u64,
    };
    let what = if wish.lines { "steps" } else { "operations" };
    if count == 0 {
        return Err("the run did nothing that is recorded".to_owned());
    }
    let at = wish.at.unwrap_or(if is_terminal && wish.back == 0 { 1 } else { count });
    if at == 0 || at > count {
        return Err(format!("the run has {what} 1 to {count}"));
    }
    let Some(at) = at.checked_sub(wish.back).filter(|at| *at > 0) else {
        return Err(format!("there are only {} {what} before {at}", at - 1));
    };
    let found = rerun.filter(|rerun| wish.lines || at <= rerun.operations());
    let Some(rerun) = found else {
        let op = &recorded.trace.operations[usize::try_from(at - 1).unwrap_or(0)];
        out(of_trace(recorded, op).as_bytes());
        return Ok(());
    };
    if is_terminal {
        let count = if wish.lines { count } else { rerun.operations() };
        return session::run(recorded, &rerun, at, count);
    }
    let seen = rerun.step(at)?;
    out(of_run(recorded, &seen, count).as_bytes());
    Ok(())
}

/// A step of a run that was run again.
fn of_run(recorded: &Recorded, seen: &Seen, count: u64) -> String {
    let mut text = head(recorded, seen, count);
    for (depth, look) in seen.frames.iter().enumerate() {
        text.push_str(&frame(recorded, look, depth));
    }
    text
}

/// What the step is.
fn head(recorded: &Recorded, seen: &Seen, count: u64) -> String {
    let Position { operations, safepoints } = seen.position;
    let place = format!("position {operations}+{safepoints}");
    match seen.operation.and_then(|number| operation(recorded, number)) {
        Some(op) if seen.number == op.seq => of_operation(recorded, op, &place),
        Some(op) => {
            format!("step {} of {count}: {}", seen.number, of_operation(recorded, op, &place))
        }
        None => {
            let line = seen
                .frames
                .first()
                .map_or(String::new(), |look| format!("{}:{}", look.frame.path, look.frame.line));
            format!("step {} of {count}: line {line}, {place}\n\n", seen.number)
        }
    }
}

/// The operation of a number.
fn operation(recorded: &Recorded, number: u64) -> Option<&Operation> {
    recorded.trace.operations.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

fn of_operation(recorded: &Recorded, op: &Operation, place: &str) -> String {
    let count = recorded.trace.operations.len();
    let mut text = format!("operation {} of {count}, at {}, {place}\n\n", op.seq, time(op.at_us));
    text.push_str(&format!("  {}\n  = {}\n", op.call(), op.returned));
    let spent = if op.spent.is_nothing() { String::new() } else { format!(", {}", op.spent) };
    text.push_str(&format!("  took {}{spent}\n\n", time(op.took_us)));
    text
}

/// A frame: its place, its line, its locals.
fn frame(recorded: &Recorded, look: &Look, depth: usize) -> String {
    let relation = if depth == 0 { "in" } else { "called by" };
    let place = place_of(look);
    let mut text = format!("{relation} {place}\n");
    if let Some(line) = source_line(recorded, &place) {
        text.push_str(&format!("{:>5} | {line}\n", place.line));
    }
    for local in &look.locals {
        text.push_str(&format!("        {} = {}\n", local.name, cut(&local.text)));
    }
    text
}

fn place_of(look: &Look) -> Place {
    Place {
        cell: look.frame.cell.clone(),
        path: look.frame.path.clone(),
        line: look.frame.line,
        column: look.frame.column,
    }
}

/// A text whose end is left out when it is long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LOCAL_CHARS) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// An operation as its trace tells it.
fn of_trace(recorded: &Recorded, op: &Operation) -> String {
    let mut text = of_operation(recorded, op, "as the trace tells it");
    for (depth, place) in op.stack.iter().enumerate() {
        let relation = if depth == 0 { "in" } else { "called by" };
        text.push_str(&format!("{relation} {place}\n"));
    }
    text
}

fn source_line(recorded: &Recorded, place: &Place) -> Option<String> {
    let source = recorded.source(&place.path)?;
    let at = usize::try_from(place.line).ok()?.checked_sub(1)?;
    source.lines().nth(at).map(str::to_owned)
}
