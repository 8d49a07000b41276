//! What a word at the cursor may become: commands, names in scope, builtins, keywords, files, members behind a dot.
//!
//! (line, cursor) → where the word begins, and the words it may become, sorted. The type before a dot is found by
//! compiling what stands there, without running it.

use super::inquiry::COMMANDS;
use super::session::{IT, Session};
use lumen_base::{OsSystem, System};
use lumen_compiler::catalog;
use lumen_compiler::compilation::Goal;
use lumen_compiler::interface;
use lumen_compiler::markdown::Form;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// Words of the language that begin something.
const KEYWORDS: [&str; 27] = [
    "and", "assert", "break", "cell", "const", "continue", "defer", "do", "else", "end", "enum",
    "false", "for", "if", "impl", "import", "let", "loop", "match", "mut", "not", "null", "or",
    "record", "return", "true", "while",
];

/// The session as the editor sees it.
#[derive(Clone)]
pub(super) struct Completion(pub(super) Rc<RefCell<Session>>);

impl Completion {
    /// Where the word at the cursor begins, and what it may become.
    pub(super) fn candidates(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = line.get(..at).unwrap_or(line);
        if let Some(path) = before.strip_prefix(":load ") {
            return (at - path.len(), paths(path));
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let start = before
            .rfind(|c: char| !is_word(c))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let word = &before[start..];
        if before.starts_with(':') && start <= 1 {
            let commands = COMMANDS.iter().map(|(name, ..)| (*name).to_owned());
            return (start, those_with(word, commands.collect()));
        }
        let Some(receiver) = before[..start].strip_suffix('.') else {
            return (start, those_with(word, self.names()));
        };
        (start, those_with(word, self.members(expression_before(receiver))))
    }

    fn names(&self) -> Vec<String> {
        let session = self.0.borrow();
        let bindings = session.bindings().iter().map(|binding| binding.name.clone());
        let declared = session.names().iter().cloned();
        let std = interface::names().chain(KEYWORDS).map(str::to_owned);
        bindings.chain(declared).chain(std).collect()
    }

    /// The fields and methods of the value of an expression.
    fn members(&self, receiver: &str) -> Vec<String> {
        let receiver = receiver.trim();
        if receiver.is_empty() {
            return Vec::new();
        }
        let looked = self.0.borrow().look_at(receiver, Goal::Check);
        let Some(facts) =
            looked.entry.filter(|_| !lumen_base::diag::has_errors(&looked.diagnostics))
        else {
            return Vec::new();
        };
        let Some(value) = facts.bindings.into_iter().find(|binding| binding.name == IT) else {
            return Vec::new();
        };
        let head = value.ty.split(['[', '(']).next().unwrap_or_default().to_owned();
        let head = if value.ty.ends_with('?') { "optional".to_owned() } else { head };
        let mut found = value.members;
        for file in interface::files() {
            let entries = catalog::entries(file.text, Form::Markdown, true).into_iter();
            let fits = entries.filter(|entry| entry.head == head || entry.head == "any");
            found.extend(fits.map(|entry| entry.name));
        }
        found
    }
}

/// The end of a text that is one expression: a chain of names, calls and indexes.
fn expression_before(text: &str) -> &str {
    let mut depth = 0_i32;
    let mut start = text.len();
    let mut in_string = false;
    for (at, c) in text.char_indices().rev() {
        let goes_on = match c {
            '"' => {
                in_string = !in_string;
                true
            }
            _ if in_string => true,
            ')' | ']' | '}' => {
                depth += 1;
                true
            }
            '(' | '[' | '{' => {
                depth -= 1;
                depth >= 0
            }
            _ if depth > 0 => true,
            c => c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!'),
        };
        if !goes_on {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// Those that begin with a word, sorted, each once.
fn those_with(word: &str, mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| name.starts_with(word));
    names.sort();
    names.dedup();
    names
}

/// Files and folders that a path may become.
fn paths(path: &str) -> Vec<String> {
    let (folder, word) = path.rsplit_once('/').map_or(("", path), |(folder, word)| (folder, word));
    let place = match folder {
        "" if path.starts_with('/') => "/",
        "" => ".",
        folder => folder,
    };
    let entries = OsSystem.list_dir(Path::new(place)).unwrap_or_default();
    let prefix = &path[..path.len() - word.len()];
    let named = entries.iter().filter_map(|entry| {
        let name = entry.file_name()?.to_str()?;
        let is_document = name.ends_with(".lm") || name.ends_with(".md");
        let end = match OsSystem.is_file(entry) {
            true if is_document => "",
            true => return None,
            false => "/",
        };
        Some(format!("{prefix}{name}{end}"))
    });
    those_with(path, named.collect())
}

#[cfg(test)]
mod tests {
    use super::expression_before;

    #[test]
    fn the_expression_before_a_dot_is_found() {
        for (text, found) in [
            ("xs", "xs"),
            ("let y = xs", "xs"),
            ("print(xs", "xs"),
            ("f(a, b)", "f(a, b)"),
            ("1 + [1, 2].map(f)", "[1, 2].map(f)"),
            ("\"a b\"", "\"a b\""),
            ("p.x", "p.x"),
            ("", ""),
        ] {
            assert_eq!(expression_before(text), found, "{text}");
        }
    }
}
