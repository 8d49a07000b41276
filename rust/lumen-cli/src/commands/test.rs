//! `lumen test`: the executable fences and the `@test` cells of documents.
//!
//! Files and folders → what failed, and a line that counts; `--filter` leaves out the tests of other names, and says
//! how many.

use crate::args::Test;
use crate::output::{complain, out};
use crate::source::{expand, read};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_mdtest::{Document, Role, cases, cell_tests, check};
use std::path::Path;

/// Results so far.
#[derive(Default)]
struct Tally<'a> {
    filter: Option<&'a str>,
    passed: usize,
    failed: usize,
    left_out: usize,
}

impl Tally<'_> {
    fn add(&mut self, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(text) => {
                self.failed += 1;
                out(format!("FAILED {}\n\n", text.trim_end()).as_bytes());
            }
        }
    }

    /// Runs a test unless the filter leaves it out.
    fn run(&mut self, name: &str, test: impl FnOnce() -> Result<(), String>) {
        if self.filter.is_none_or(|text| name.contains(text)) {
            self.add(test());
        } else {
            self.left_out += 1;
        }
    }

    fn document(&mut self, document: &Document) {
        let (cases, problems) = cases(document);
        for problem in problems {
            self.add(Err(format!("{}: {}: {}", document.name, problem.code, problem.message)));
        }
        for case in &cases {
            self.run(&case.name, || check(case));
        }
        if document.role == Role::Std {
            return;
        }
        match cell_tests(document) {
            Ok(tests) => tests.iter().for_each(|test| self.run(&test.name, || test.check())),
            // The program has failed as a case already, unless that was filtered out.
            Err(report) if self.filter.is_some() => self.add(Err(report)),
            Err(_) => {}
        }
    }

    /// What it came to, in one line.
    fn summary(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed, self.failed);
        if let Some(filter) = self.filter {
            text.push_str(&format!(", {} left out by --filter {filter}", self.left_out));
        }
        text + "\n"
    }
}

/// Tests all documents.
pub(super) fn test(args: &Test) -> u8 {
    let mut tally = Tally { filter: args.filter.as_deref(), ..Tally::default() };
    let Some(files) = expand(&args.files) else { return EXIT_USAGE };
    for file in &files {
        let Some(document) = document(file) else { return EXIT_USAGE };
        tally.document(&document);
    }
    out(tally.summary().as_bytes());
    match (tally.filter, tally.passed + tally.failed) {
        (Some(filter), 0) => {
            complain(format_args!("no test has `{filter}` in its name"));
            EXIT_USAGE
        }
        _ if tally.failed == 0 => EXIT_SUCCESS,
        _ => EXIT_FAILURE,
    }
}

/// Reads a document; says why when that fails.
fn document(file: &Path) -> Option<Document> {
    let source = read(file)?;
    let text = match String::from_utf8(source.bytes) {
        Ok(text) => text,
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            complain(format_args!("{}: the byte at offset {offset} is not UTF-8", source.name));
            return None;
        }
    };
    let path = source.path.unwrap_or_default();
    let role = Role::of(&path, &text);
    Some(Document { name: source.name, path, text: text.into(), role })
}
