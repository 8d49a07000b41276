//! Accepted snapshots of a document's tests: the file beside it, and what `assert_snapshot` is compared with.
//!
//! The file has a section `[test "name"]` for each snapshot, sorted; its lines follow behind `|`. Reading what was
//! written gives the same snapshots, whatever is in names and texts.

use lumen_base::diff::unified;
use lumen_runtime::failure::{Failure, Outcome};
use lumen_runtime::host::Probe;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Texts by name.
pub type Texts = BTreeMap<String, String>;

/// What is done with a snapshot that is not the accepted one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Snapshots {
    /// The test fails.
    #[default]
    Compare,
    /// It is the accepted one from now on.
    Accept,
}

/// The snapshots of a document, by test.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accepted(BTreeMap<String, Texts>);

impl Accepted {
    /// Reads the file; the text says which line is wrong.
    pub fn parse(text: &str) -> Result<Accepted, String> {
        let mut all: BTreeMap<String, Texts> = BTreeMap::new();
        let mut current: Option<(String, String, Option<String>)> = None;
        let mut keep = |section: Option<(String, String, Option<String>)>| {
            if let Some((test, name, Some(text))) = section {
                all.entry(test).or_default().insert(name, text);
            }
        };
        for (at, line) in text.split('\n').enumerate() {
            let wrong = || format!("line {} is neither a section nor a line of one", at + 1);
            if let Some(rest) = line.strip_prefix('|') {
                let Some((_, _, text)) = &mut current else { return Err(wrong()) };
                let rest = rest.strip_prefix(' ').unwrap_or(rest);
                match text {
                    Some(text) => {
                        text.push('\n');
                        text.push_str(rest);
                    }
                    None => *text = Some(rest.to_owned()),
                }
            } else if line.starts_with('[') {
                let (test, name) = section(line).ok_or_else(wrong)?;
                keep(current.replace((test, name, None)));
            } else if !line.is_empty() && !line.starts_with('#') {
                return Err(wrong());
            }
        }
        keep(current);
        Ok(Accepted(all))
    }

    /// The text of the file.
    pub fn to_text(&self, document: &str) -> String {
        let mut out =
            format!("# Snapshots of {document}: `lumen test --update` rewrites this file.\n");
        for (test, texts) in &self.0 {
            for (name, text) in texts {
                out.push_str(&format!("\n[{test} \"{}\"]\n", escaped(name)));
                for line in text.split('\n') {
                    out.push_str(if line.is_empty() { "|" } else { "| " });
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
        out
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// Those of a test.
    pub fn of(&self, test: &str) -> Texts {
        self.0.get(test).cloned().unwrap_or_default()
    }

    /// Replaces those of a test.
    pub fn set(&mut self, test: &str, texts: Texts) {
        if texts.is_empty() {
            self.0.remove(test);
        } else {
            self.0.insert(test.to_owned(), texts);
        }
    }

    /// Forgets the tests that are not among `names`.
    pub fn retain(&mut self, names: &[&str]) {
        self.0.retain(|test, _| names.contains(&test.as_str()));
    }

    /// How many are new or another than in `before`, and how many of those are gone.
    pub fn changes(&self, before: &Accepted) -> (usize, usize) {
        (before.missing_from(self, |a, b| a == b), self.missing_from(before, |_, _| true))
    }

    /// How many of `other` are not here, or not the same.
    fn missing_from(&self, other: &Accepted, same: impl Fn(&str, &str) -> bool) -> usize {
        let is_here = |test: &String, name: &String, text: &String| {
            let here = self.0.get(test).and_then(|texts| texts.get(name));
            here.is_some_and(|here| same(here, text))
        };
        let all = other.0.iter().flat_map(|(t, texts)| texts.iter().map(move |(n, x)| (t, n, x)));
        all.filter(|(test, name, text)| !is_here(test, name, text)).count()
    }
}

/// The test and the name in `[test "name"]`.
fn section(line: &str) -> Option<(String, String)> {
    let (test, rest) = line.strip_prefix('[')?.split_once(' ')?;
    let quoted = rest.strip_prefix('"')?.strip_suffix("\"]")?;
    let mut name = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        name.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                other => other,
            },
            other => other,
        });
    }
    Some((test.to_owned(), name))
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r")
}

/// What a run told: shared by who runs a program and the program's host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ear(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    accepted: Texts,
    mode: Snapshots,
    seen: Texts,
    /// How often each point was reached, by number.
    counts: Vec<u64>,
}

impl Ear {
    /// Compares with the accepted texts.
    pub(crate) fn new(accepted: Texts, mode: Snapshots) -> Ear {
        let heard = Heard { accepted, mode, ..Heard::default() };
        Ear(Arc::new(Mutex::new(heard)))
    }

    /// One that compares with the same and has heard nothing.
    pub(crate) fn again(&self) -> Ear {
        let heard = self.heard();
        Ear::new(heard.accepted.clone(), heard.mode)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The snapshots of the run.
    pub(crate) fn seen(&self) -> Texts {
        self.heard().seen.clone()
    }

    /// How often each point was reached, by number; beyond the end never.
    pub(crate) fn counts(&self) -> Vec<u64> {
        std::mem::take(&mut self.heard().counts)
    }
}

impl Probe for Ear {
    fn snapshot(&mut self, name: &str, text: &str) -> Outcome<()> {
        let mut heard = self.heard();
        if heard.seen.insert(name.to_owned(), text.to_owned()).is_some() {
            return Err(Failure::snapshot(format!("this test has two snapshots `{name}`")));
        }
        if heard.mode == Snapshots::Accept {
            return Ok(());
        }
        match heard.accepted.get(name) {
            Some(accepted) if accepted == text => Ok(()),
            Some(accepted) => {
                let difference = difference(accepted, text);
                let message = format!("the snapshot `{name}` is another: -accepted +found");
                let lines = format!("the lines that differ:{difference}");
                Err(Failure::snapshot(message).with_note(lines).with_note(HOW))
            }
            None => {
                let message = format!("there is no snapshot `{name}` yet; it would be:");
                let found = text.split('\n').fold(String::new(), |out, line| out + "\n    " + line);
                Err(Failure::snapshot(message + &found).with_note(HOW))
            }
        }
    }

    fn cover(&mut self, point: u32) {
        let mut heard = self.heard();
        let at = point as usize;
        if heard.counts.len() <= at {
            heard.counts.resize(at + 1, 0);
        }
        heard.counts[at] += 1;
    }
}

/// What to do about it.
const HOW: &str = "`lumen test --update` accepts what the tests find";

/// The lines that differ, with what is around them.
fn difference(accepted: &str, found: &str) -> String {
    let [before, after] = [accepted, found].map(|text| format!("{text}\n"));
    let diff = unified("", &before, &after);
    let lines: Vec<String> = diff.lines().skip(2).map(|line| format!("    {line}")).collect();
    format!("\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let texts = ["", "\n", "a", "a\n", "\n\n| x\n[y]\n# z", " b", "# no comment"];
        let names = ["plain", "with \"quotes\"", "\\ and \n and \r", "", "]", "ünï"];
        let mut all = Accepted::default();
        for test in ["first", "second"] {
            let pairs = names.iter().zip(texts.iter().cycle());
            all.set(test, pairs.map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect());
        }
        assert_eq!(Accepted::parse(&all.to_text("a.lm.md")), Ok(all));
    }

    #[test]
    fn other_files_are_rejected() {
        for text in ["| x", "[a b]", "[a \"b]", "text", "[a \"b\"]\ntext"] {
            assert!(Accepted::parse(text).is_err(), "{text}");
        }
        assert_eq!(Accepted::parse(""), Ok(Accepted::default()));
    }

    #[test]
    fn differences_show_lines() {
        assert_eq!(difference("a\nb", "a\nc"), "\n    @@ -1,2 +1,2 @@\n     a\n    -b\n    +c");
    }
}
