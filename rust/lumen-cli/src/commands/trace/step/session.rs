//! Stepping at a terminal: a prompt at each step, and commands of one letter.

use super::rerun::{Rerun, Seen};
use super::{frame, head, of_run};
use crate::output::out;
use crate::traces::Recorded;
use lumen_base::{OsSystem, System};
use std::cell::Cell;
use std::rc::Rc;

const HELP: &str = "\
n        the next step (so does an empty line)
b        the step before
g N      step N
p NAME   a local of the innermost call that has one of this name; p alone: all of that call
w        where: every call with its locals
q        end
";

/// What was asked for at a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Next,
    Go(u64),
    Quit,
}

/// Shows steps until there is nothing more to be asked.
pub(super) fn run(
    recorded: &Recorded,
    rerun: &Rerun<'_>,
    at: u64,
    count: u64,
) -> Result<(), String> {
    out(b"n next, b back, p NAME, w where, q quit, h help\n");
    let mut at = at;
    loop {
        let wish = Rc::new(Cell::new(Wish::Next));
        let (said, shown) = (Rc::clone(&wish), recorded.clone());
        rerun.visit(at, move |seen| {
            said.set(ask(&shown, &seen, count));
            said.get() == Wish::Next
        })?;
        at = match wish.get() {
            Wish::Quit => return Ok(()),
            Wish::Go(number) => number.clamp(1, count),
            Wish::Next => match at_end(count, rerun.is_stopped()) {
                Wish::Go(number) => number.clamp(1, count),
                Wish::Next | Wish::Quit => return Ok(()),
            },
        };
    }
}

/// Shows a step and takes commands until one leaves it.
fn ask(recorded: &Recorded, seen: &Seen, count: u64) -> Wish {
    out(head(recorded, seen, count).as_bytes());
    if let Some(look) = seen.frames.first() {
        out(frame(recorded, look, 0).as_bytes());
    }
    loop {
        let Some(line) = prompt(seen.number, count) else { return Wish::Quit };
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (None | Some("n"), _) => return Wish::Next,
            (Some("b"), _) if seen.number > 1 => return Wish::Go(seen.number - 1),
            (Some("b"), _) => out(b"this is the first step\n"),
            (Some("g"), Some(number)) => match number.parse() {
                Ok(number) if (1..=count).contains(&number) => return Wish::Go(number),
                _ => out(format!("the run has steps 1 to {count}\n").as_bytes()),
            },
            (Some("p"), name) => out(print(seen, name).as_bytes()),
            (Some("w"), _) => out(of_run(recorded, seen, count).as_bytes()),
            (Some("q"), _) => return Wish::Quit,
            _ => out(HELP.as_bytes()),
        }
    }
}

/// The run has ended, or was stopped.
fn at_end(count: u64, is_stopped: bool) -> Wish {
    out(match is_stopped {
        true => b"the run was stopped after this; `lumen trace show` has the rest\n",
        false => b"the run ends here\n",
    });
    loop {
        let Some(line) = prompt(count, count) else { return Wish::Quit };
        let mut words = line.split_whitespace();
        match (words.next(), words.next().and_then(|number| number.parse().ok())) {
            (Some("b"), _) => return Wish::Go(count),
            (Some("g"), Some(number)) => return Wish::Go(number),
            (Some("q"), _) => return Wish::Quit,
            _ => out(b"the run has ended: b, g N or q\n"),
        }
    }
}

fn prompt(number: u64, count: u64) -> Option<String> {
    out(format!("step {number}/{count}> ").as_bytes());
    OsSystem.stdin_line().ok().flatten()
}

fn print(seen: &Seen, name: Option<&str>) -> String {
    let Some(name) = name else {
        let locals = seen.frames.first().map_or(&[][..], |look| &look.locals[..]);
        return locals.iter().map(|local| format!("{} = {}\n", local.name, local.text)).collect();
    };
    let mut locals = seen.frames.iter().flat_map(|look| &look.locals);
    match locals.find(|local| local.name == name) {
        Some(local) => format!("{name} = {}\n", local.text),
        None => format!("no local `{name}` holds a value here\n"),
    }
}
