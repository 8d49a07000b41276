//! Where entries are read from: a terminal with an editor, or a pipe.
//!
//! A text is read until it is finished: an open block, bracket or fence goes on in the next line.

use super::completion::Completion;
use super::entry_text::is_open;
use crate::home;
use crate::output::{complain, out};
use lumen_base::{OsSystem, System};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::path::PathBuf;

/// Before the first line of an entry.
const PROMPT: &str = "> ";
/// Before its other lines.
const MORE: &str = ". ";
/// Entries that the history keeps.
const HISTORY_MAX: usize = 10_000;

/// What was read.
pub(super) enum Line {
    Entry(String),
    /// Ctrl-C at the prompt.
    Abandoned,
    End,
}

/// Something to read entries from.
pub(super) trait Reader {
    fn read(&mut self) -> Line;
}

/// A pipe, a file, or a terminal that cannot be more.
pub(super) struct Pipe {
    /// Repeats what is read behind prompts.
    pub(super) echoes: bool,
    /// Shows prompts before lines are typed.
    pub(super) prompts: bool,
}

impl Reader for Pipe {
    fn read(&mut self) -> Line {
        let mut text = String::new();
        loop {
            let prompt = if text.is_empty() { PROMPT } else { MORE };
            if self.prompts {
                out(prompt.as_bytes());
            }
            let line = match OsSystem.stdin_line() {
                Ok(Some(line)) => line,
                Ok(None) if text.is_empty() => return Line::End,
                Ok(None) => return Line::Entry(text),
                Err(error) => {
                    complain(format_args!("cannot read standard input: {error}"));
                    return Line::End;
                }
            };
            if self.echoes {
                let line = line.trim_end();
                out(format!("{prompt}{line}").trim_end().as_bytes());
                out(b"\n");
            }
            text.push_str(&line);
            if !is_open(&text) {
                return Line::Entry(text);
            }
        }
    }
}

/// A terminal with an editor and a history.
pub(super) struct Terminal {
    editor: Editor<Assistant, FileHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    /// The terminal of the process, if it can be had.
    pub(super) fn open(completion: Completion, with_history: bool) -> Option<Self> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(HISTORY_MAX)
            .ok()?
            .auto_add_history(false)
            .tab_stop(2)
            .indent_size(2)
            .build();
        let mut editor = Editor::with_config(config).ok()?;
        editor.set_helper(Some(Assistant { completion }));
        let history =
            home::of_user(&OsSystem).filter(|_| with_history).map(|home| home.join("repl_history"));
        if let Some(path) = &history {
            drop(editor.load_history(path));
        }
        Some(Self { editor, history })
    }

    fn remember(&mut self, text: &str) {
        let text = text.trim_end();
        if text.is_empty() || !self.editor.add_history_entry(text).unwrap_or(false) {
            return;
        }
        let Some(path) = &self.history else { return };
        if self.editor.append_history(path).is_err()
            && let Some(folder) = path.parent()
            && OsSystem.create_folder(folder).is_ok()
        {
            drop(self.editor.append_history(path));
        }
    }
}

impl Reader for Terminal {
    fn read(&mut self) -> Line {
        match self.editor.readline(PROMPT) {
            Ok(text) => {
                self.remember(&text);
                Line::Entry(text)
            }
            Err(ReadlineError::Interrupted) => Line::Abandoned,
            Err(ReadlineError::Eof) => Line::End,
            Err(error) => {
                complain(format_args!("cannot read from the terminal: {error}"));
                Line::End
            }
        }
    }
}

/// What the editor asks while a line is typed.
struct Assistant {
    completion: Completion,
}

impl Helper for Assistant {}

impl Highlighter for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_open = is_open(context.input());
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, found) = self.completion.candidates(line, at);
        let pair = |text: String| Pair { display: text.clone(), replacement: text };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}
