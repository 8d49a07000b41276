//! `lumen repl`: reads entries, shows what they give.
//!
//! Data path: `reader` (a terminal or a pipe) → `entry_text` (when an entry is whole) → `session` (compile, link, run,
//! keep) → what is shown here; lines with a colon go to `inquiry`; `completion` is what the editor asks.

mod completion;
mod entry_text;
mod inquiry;
mod reader;
mod session;

use crate::args::Repl;
use crate::output::{Looks, complain, err, failure_text, out};
use crate::signals::Signals;
use crate::source::{self, Source};
use crate::{EXIT_BUG, EXIT_FAILURE, EXIT_SUCCESS};
use completion::Completion;
use inquiry::Command;
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{OsSystem, System};
use lumen_compiler::catalog;
use lumen_vm::RunOptions;
use reader::{Line, Pipe, Reader, Terminal};
use session::{IT, Reply, Session, Settings, Shown};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::Path;
use std::rc::Rc;

/// Characters of a value that are shown.
const VALUE_MAX: usize = 4_000;

/// A running session and what it writes to.
struct Loop {
    session: Rc<RefCell<Session>>,
    signals: Signals,
    looks: Looks,
    /// An entry did not compile, or failed.
    has_failed: bool,
}

/// Reads and answers until the end of input; gives the exit code.
pub(crate) fn run(args: &Repl, options: RunOptions, looks: Looks) -> u8 {
    let signals = Signals::install();
    let options = RunOptions { wake: Some(signals.wake()), ..options };
    let settings = Settings { engine: args.engine.engine(), options };
    let session = Rc::new(RefCell::new(Session::new(settings)));
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let is_simple = OsSystem.env("TERM").is_none_or(|term| term == "dumb") && !cfg!(windows);
    let terminal = (is_terminal && !is_simple && !args.echo)
        .then(|| Terminal::open(Completion(Rc::clone(&session)), !args.no_history))
        .flatten();
    let mut reader: Box<dyn Reader> = match terminal {
        Some(terminal) => Box::new(terminal),
        None => Box::new(Pipe { echoes: args.echo, prompts: is_terminal && !args.echo }),
    };
    if is_terminal {
        out(format!("Lumen {}; `:help` shows the commands\n", env!("CARGO_PKG_VERSION")).as_bytes());
    }
    let mut state = Loop { session, signals, looks, has_failed: false };
    if let Some(file) = &args.file
        && let Some(code) = state.load(file)
    {
        return code;
    }
    loop {
        let text = match reader.read() {
            Line::Entry(text) => text,
            Line::Abandoned => continue,
            Line::End => break,
        };
        if let Some(code) = state.take(&text) {
            return code;
        }
    }
    if is_terminal {
        out(b"\n");
        return EXIT_SUCCESS;
    }
    if state.has_failed { EXIT_FAILURE } else { EXIT_SUCCESS }
}

impl Loop {
    /// Takes what was typed; gives an exit code when that ends the session.
    fn take(&mut self, text: &str) -> Option<u8> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let Some(line) = trimmed.strip_prefix(':') else {
            let code = entry_text::code(text);
            let source = self.session.borrow().typed(code.trim_end());
            return self.enter(source);
        };
        let answer = inquiry::answer(&self.session.borrow(), line, self.looks);
        match answer {
            Command::Show(text) => out(text.as_bytes()),
            Command::Complain(text) => {
                self.has_failed = true;
                if text.ends_with('\n') { err(&text) } else { complain(text) }
            }
            Command::Load(file) => return self.load(&file),
            Command::Reset => self.session.borrow_mut().reset(),
            Command::Quit => {
                return Some(if self.has_failed { EXIT_FAILURE } else { EXIT_SUCCESS });
            }
        }
        None
    }

    fn load(&mut self, file: &Path) -> Option<u8> {
        match source::read(file) {
            Some(source) => self.enter(source),
            None => {
                self.has_failed = true;
                None
            }
        }
    }

    fn enter(&mut self, source: Source) -> Option<u8> {
        let (text, form) = (String::from_utf8_lossy(&source.bytes).into_owned(), source.form);
        let reply = self.session.borrow_mut().enter(source, &self.signals);
        let is_done = matches!(reply, Reply::Done { .. });
        self.has_failed |= !is_done && !matches!(reply, Reply::Left);
        match reply {
            Reply::Done { warnings, sources, values } => {
                if !warnings.is_empty() {
                    err(&render_all(&warnings, &sources, self.looks.err));
                }
                for entry in catalog::entries(&text, form, false) {
                    let head = entry.signature.lines().next().unwrap_or_default();
                    out(format!("{}\n", head.trim_end().trim_end_matches(" =")).as_bytes());
                }
                values.iter().for_each(|value| self.show(value));
            }
            Reply::Rejected { problems, sources } => {
                err(&render_all(&problems, &sources, self.looks.err));
            }
            Reply::Failed(failure) => err(&failure_text(&failure, self.looks.err)),
            Reply::Interrupted => err("interrupted\n"),
            Reply::Left => err("the entry ended early: what it binds is not kept\n"),
            Reply::Exit(code) => return Some(code.to_le_bytes()[0]),
            Reply::Broken(message) => {
                complain(message);
                return Some(EXIT_BUG);
            }
        }
        None
    }

    /// `name: Type = value`, or `value : Type` of an expression.
    fn show(&self, shown: &Shown) {
        let (dim, plain) = match self.looks.out {
            Style::Colored => ("\x1b[2m", "\x1b[0m"),
            Style::Plain => ("", ""),
        };
        let value = shortened(&shown.value);
        let line = if shown.name == IT {
            format!("{value}{dim} : {}{plain}\n", shown.ty)
        } else {
            format!("{}{dim}: {} ={plain} {value}\n", shown.name, shown.ty)
        };
        out(line.as_bytes());
    }
}

/// A value as far as it is shown.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(VALUE_MAX) {
        None => value.to_owned(),
        Some((at, _)) => {
            let more = value[at..].chars().count();
            format!("{} … and {more} more characters", &value[..at])
        }
    }
}
