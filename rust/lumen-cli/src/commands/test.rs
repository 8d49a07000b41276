//! `lumen test`: the executable fences and the `@test` cells of documents.

use crate::args::Test;
use crate::output::{complain, out};
use crate::source::read;
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_mdtest::{Document, Role, cases, cell_tests, check};

/// Results so far.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    fn add(&mut self, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(text) => {
                self.failed += 1;
                out(format!("FAILED {}\n\n", text.trim_end()).as_bytes());
            }
        }
    }
}

pub(super) fn test(args: &Test) -> u8 {
    let mut tally = Tally::default();
    let is_wanted = |name: &str| args.filter.as_deref().is_none_or(|text| name.contains(text));
    for file in &args.files {
        let Some(source) = read(file) else { return EXIT_USAGE };
        let text = match String::from_utf8(source.bytes) {
            Ok(text) => text,
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                complain(format_args!("{}: the byte at offset {offset} is not UTF-8", source.name));
                return EXIT_USAGE;
            }
        };
        let path = source.path.unwrap_or_default();
        let role = Role::of(&path, &text);
        let document = Document { name: source.name, path, text: text.into(), role };
        let (cases, problems) = cases(&document);
        for problem in problems {
            tally.add(Err(format!("{}: {}: {}", document.name, problem.code, problem.message)));
        }
        for case in cases.iter().filter(|case| is_wanted(&case.name)) {
            tally.add(check(case));
        }
        if document.role == Role::Std {
            continue;
        }
        match cell_tests(&document) {
            Ok(tests) => tests
                .iter()
                .filter(|test| is_wanted(&test.name))
                .for_each(|test| tally.add(test.check())),
            // The program has failed as a case already, unless that was filtered out.
            Err(report) if args.filter.is_some() => tally.add(Err(report)),
            Err(_) => {}
        }
    }
    out(format!("{} passed, {} failed\n", tally.passed, tally.failed).as_bytes());
    if tally.failed == 0 { EXIT_SUCCESS } else { EXIT_FAILURE }
}
