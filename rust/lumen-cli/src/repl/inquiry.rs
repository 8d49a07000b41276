//! The commands of a session: what begins with a colon.
//!
//! `:type EXPR` and the like → text to show, or what the loop has to do ([`Command`]). Nothing here runs a program.

use super::session::{IT, Session};
use crate::commands::of_builtin;
use crate::output::Looks;
use lumen_base::diag::render::render_all;
use lumen_compiler::catalog;
use lumen_compiler::compilation::{CompileOutput, Goal};
use lumen_compiler::interface;
use lumen_lir::text;
use std::path::PathBuf;

/// Each command, its argument, and what it does.
pub(super) const COMMANDS: [(&str, &str, &str); 9] = [
    ("type", "EXPR", "show the type of an expression without computing it"),
    ("effects", "EXPR", "show what computing an expression may do besides"),
    ("doc", "NAME", "show what std or this session says about a name"),
    ("lir", "EXPR", "show the LIR of an expression, or of a cell by its name"),
    ("load", "FILE", "enter a document: its declarations, and its statements are run"),
    ("names", "", "show what this session has bound, with types"),
    ("reset", "", "forget everything that was entered"),
    ("help", "", "show this list"),
    ("quit", "", "leave; Ctrl-D does too"),
];

/// What a line with a colon asks for.
pub(super) enum Command {
    /// Text for standard output.
    Show(String),
    /// Text for standard error.
    Complain(String),
    Load(PathBuf),
    Reset,
    Quit,
}

/// Answers a command; `line` is what stands behind the colon. A prefix of a command's name is enough.
pub(super) fn answer(session: &Session, line: &str, looks: Looks) -> Command {
    let (word, argument) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let argument = argument.trim();
    let known = COMMANDS.iter().find(|(name, ..)| !word.is_empty() && name.starts_with(word));
    let Some(&(name, wanted, _)) = known else {
        let message = format!("there is no command `:{word}`; `:help` lists the commands");
        return Command::Complain(message);
    };
    if argument.is_empty() && !wanted.is_empty() {
        return Command::Complain(format!("write `:{name} {wanted}`"));
    }
    match name {
        "type" => type_of(session, argument, looks),
        "effects" => effects_of(session, argument, looks),
        "doc" => doc(session, argument),
        "lir" => lir(session, argument, looks),
        "load" => Command::Load(PathBuf::from(argument)),
        "names" => Command::Show(bindings(session)),
        "reset" => Command::Reset,
        "help" => Command::Show(help()),
        _ => Command::Quit,
    }
}

fn help() -> String {
    let mut text =
        "Enter an expression, a statement or a declaration; an open block goes on in the next \
                    line.\n`it` is the value of the last expression.\n\n"
            .to_owned();
    for (name, argument, meaning) in COMMANDS {
        let command = format!(":{name} {argument}");
        text.push_str(&format!("  {command:<15} {meaning}\n"));
    }
    text.push_str("\nCtrl-C interrupts a computation, Tab completes a word.\n");
    text
}

fn bindings(session: &Session) -> String {
    let line = |name: &str, ty: &str| format!("{name}: {ty}\n");
    session.bindings().iter().map(|it| line(&it.name, &it.ty)).collect()
}

/// The compiled text, or what is wrong with it.
fn look_at(
    session: &Session,
    text: &str,
    goal: Goal,
    looks: Looks,
) -> Result<CompileOutput, Command> {
    let looked = session.look_at(text, goal);
    if looked.has_errors() {
        let text = render_all(&looked.diagnostics, &looked.sources, looks.err);
        return Err(Command::Complain(text));
    }
    Ok(looked)
}

fn type_of(session: &Session, text: &str, looks: Looks) -> Command {
    if let Some(signatures) = signatures(session, text) {
        return Command::Show(signatures);
    }
    match look_at(session, text, Goal::Check, looks) {
        Err(problems) => problems,
        Ok(looked) => {
            let bindings = looked.entry.unwrap_or_default().bindings;
            let ty = bindings.into_iter().find(|it| it.name == IT).map(|it| it.ty);
            Command::Show(format!("{}\n", ty.unwrap_or_else(|| "Null".to_owned())))
        }
    }
}

/// The signatures of the cells, types and builtins that a bare name means. A binding hides them.
fn signatures(session: &Session, name: &str) -> Option<String> {
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name || session.bindings().iter().any(|it| it.name == name) {
        return None;
    }
    let own = session.texts().rev().find_map(|(text, form)| {
        let found = catalog::entries(&text, form, false).into_iter().find(|it| it.name == name)?;
        Some(format!("{}\n", found.signature.trim_end()))
    });
    let std = || {
        let found = interface::declarations(name).map(|(file, range)| {
            let text = &file.text[range];
            text.lines().next().unwrap_or_default().trim_end_matches(" =").to_owned() + "\n"
        });
        found.collect::<String>()
    };
    own.or_else(|| Some(std())).filter(|text| !text.is_empty())
}

fn effects_of(session: &Session, text: &str, looks: Looks) -> Command {
    match look_at(session, text, Goal::Check, looks) {
        Err(problems) => problems,
        Ok(looked) => {
            let facts = looked.entry.unwrap_or_default();
            let ty = facts.bindings.into_iter().find(|it| it.name == IT).map(|it| it.ty);
            let row = if facts.effects.is_empty() { "{}" } else { &facts.effects };
            // Of a function one asks what its calls do.
            match ty.filter(|ty| ty.starts_with("fn(")) {
                Some(ty) => Command::Show(format!("{row}, and a call: {}\n", row_of(&ty))),
                None => Command::Show(format!("{row}\n")),
            }
        }
    }
}

/// The row at the end of a function's type.
fn row_of(ty: &str) -> &str {
    ty.rsplit_once(" / ").map_or("{}", |(_, row)| row)
}

fn doc(session: &Session, name: &str) -> Command {
    let own = session.texts().rev().find_map(|(text, form)| {
        let found = catalog::entries(&text, form, false).into_iter().find(|it| it.name == name)?;
        let doc = found.doc.map_or(String::new(), |doc| format!("\n{}\n", doc.trim_end()));
        Some(format!("{}\n{doc}", found.signature.trim_end()))
    });
    match own.or_else(|| of_builtin(name)) {
        Some(text) => Command::Show(text),
        None => Command::Complain(format!(
            "`{name}` is neither declared in this session nor a builtin{}",
            crate::commands::meant(name, interface::names())
        )),
    }
}

fn lir(session: &Session, argument: &str, looks: Looks) -> Command {
    let looked = match look_at(session, argument, Goal::Run, looks) {
        Ok(looked) => looked,
        Err(problems) => return problems,
    };
    let Some(module) = &looked.module else {
        return Command::Complain(format!("`{argument}` has no code"));
    };
    // A bare name asks for the code of the cell, not for that of making a value of it.
    let is_wanted = |name: &str| name == argument || name.starts_with(&format!("{argument}["));
    let is_named = module.cells.iter().any(|cell| is_wanted(&cell.name));
    let is_entry = |at: usize| module.entry.is_some_and(|entry| entry.index() == at);
    let mut shown = String::new();
    for (at, cell) in module.cells.iter().enumerate() {
        let is_own = cell.closure.is_none();
        if if is_named { is_own && is_wanted(&cell.name) } else { is_entry(at) } {
            shown.push_str(&format!("cell {}\n", cell.name));
            for (word, line) in text::cell_lines(module, at) {
                shown.push_str(&format!("{word:>4}  {line}\n"));
            }
        }
    }
    Command::Show(shown)
}
