//! The tests of one document: which there are, what becomes of them, and of their snapshots.

use lumen_base::{OsSystem, System};
use lumen_mdtest::{
    Accepted, CellTest, Coverage, Document, Engines, Role, Snapshots, cases, cell_tests,
    check_within,
};
use lumen_vm::Limits;
use std::io::ErrorKind;
use std::path::PathBuf;

/// What is asked for.
pub(super) struct Plan {
    pub(super) filter: Option<String>,
    /// Tests are named, not run.
    pub(super) list: bool,
    pub(super) snapshots: Snapshots,
    pub(super) coverage: bool,
    pub(super) limits: Limits,
    pub(super) engines: Engines,
}

/// What became of one test.
pub(super) struct Outcome {
    pub(super) name: String,
    /// The text says what went wrong.
    pub(super) result: Result<(), String>,
}

/// What became of the tests of one document.
#[derive(Default)]
pub(super) struct Tested {
    pub(super) document: String,
    pub(super) outcomes: Vec<Outcome>,
    /// Tests that the filter left out.
    pub(super) left_out: usize,
    /// How many snapshots were accepted, how many are gone, and in which file.
    pub(super) accepted: Option<((usize, usize), String)>,
    /// Snapshots that no test asks for, and where they are.
    pub(super) unused: Option<(usize, String)>,
    pub(super) coverage: Coverage,
}

impl Plan {
    /// Tests a document.
    pub(super) fn test(&self, document: &Document) -> Tested {
        let mut tested = Tested { document: document.name.clone(), ..Tested::default() };
        let (cases, problems) = cases(document);
        for problem in problems {
            let text = format!("{}: {}: {}", document.name, problem.code, problem.message);
            tested.outcomes.push(Outcome { name: document.name.clone(), result: Err(text) });
        }
        if self.coverage && document.role == Role::Program {
            tested.coverage.document(document, &self.limits);
        }
        for case in &cases {
            self.run(&mut tested, &case.name, || check_within(case, &self.limits, self.engines));
            if self.coverage && self.wants(&case.name) {
                tested.coverage.case(case, &self.limits);
            }
        }
        if document.role == Role::Std {
            return tested;
        }
        match cell_tests(document) {
            Ok(tests) => self.cells(&mut tested, document, &tests),
            Err(report) => {
                // The program may have failed as a case already, unless that was filtered out or it has no fence.
                let is_told = tested.outcomes.iter().any(|outcome| outcome.result.is_err());
                if self.filter.is_some() || !is_told {
                    let name = document.name.clone();
                    tested.outcomes.push(Outcome { name, result: Err(report) });
                }
            }
        }
        tested
    }

    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|text| name.contains(text))
    }

    /// Runs a test unless the filter leaves it out.
    fn run(&self, tested: &mut Tested, name: &str, test: impl FnOnce() -> Result<(), String>) {
        if !self.wants(name) {
            tested.left_out += 1;
            return;
        }
        let result = if self.list { Ok(()) } else { test() };
        tested.outcomes.push(Outcome { name: name.to_owned(), result });
    }

    /// Runs the `@test` cells, with the snapshots beside the document.
    fn cells(&self, tested: &mut Tested, document: &Document, tests: &[CellTest]) {
        let path = format!("{}.snap", document.path);
        let before = match stored(document, &path) {
            Ok(before) => before,
            Err(text) => {
                tested.outcomes.push(Outcome { name: path.clone(), result: Err(text) });
                Accepted::default()
            }
        };
        // What tests that were not run, or failed, have accepted stays.
        let mut after = before.clone();
        for test in tests {
            self.run(tested, &test.name, || {
                let of_test = before.of(&test.cell_name);
                let seen = test.check((&self.limits, self.engines), &of_test, self.snapshots)?;
                after.set(&test.cell_name, seen);
                Ok(())
            });
        }
        if self.list || tested.outcomes.iter().any(|outcome| outcome.name == path) {
            return;
        }
        if self.filter.is_none() {
            let names: Vec<&str> = tests.iter().map(|test| test.cell_name.as_str()).collect();
            after.retain(&names);
        }
        if after == before {
            return;
        }
        match self.snapshots {
            Snapshots::Compare => tested.unused = Some((after.changes(&before).1, path)),
            Snapshots::Accept => accept(tested, document, path, [&before, &after]),
        }
    }
}

/// The snapshots that were accepted before; the text says why they cannot be read.
fn stored(document: &Document, path: &str) -> Result<Accepted, String> {
    if document.path == STDIN {
        return Ok(Accepted::default());
    }
    match OsSystem.read(&PathBuf::from(path)) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|_| format!("{path}: it is not UTF-8"))?;
            Accepted::parse(&text).map_err(|problem| format!("{path}: {problem}"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Accepted::default()),
        Err(error) => Err(format!("{path}: {error}")),
    }
}

/// What standard input is called as a path.
const STDIN: &str = "<stdin>";

/// Writes the snapshots, or removes the file when there are none.
fn accept(tested: &mut Tested, document: &Document, path: String, [before, after]: [&Accepted; 2]) {
    if document.path == STDIN {
        let text = "standard input has no file for its snapshots beside it".to_owned();
        tested.outcomes.push(Outcome { name: path, result: Err(text) });
        return;
    }
    let file = PathBuf::from(&path);
    let name = PathBuf::from(&document.path);
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    let written = match after.is_empty() {
        true => OsSystem.remove(&file),
        false => OsSystem.write(&file, after.to_text(&name).as_bytes()),
    };
    match written {
        Ok(()) => tested.accepted = Some((after.changes(before), path)),
        Err(error) => {
            let text = format!("cannot write {path}: {error}");
            tested.outcomes.push(Outcome { name: path, result: Err(text) });
        }
    }
}
