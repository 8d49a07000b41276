//! `lumen test`: the executable fences and the `@test` cells of documents.
//!
//! Files and folders → what failed, and a line that counts. Documents are tested side by side; what is shown comes in
//! the order of the documents, however long each takes. Nothing is written but what `--update` and `--lcov` ask for.

mod report;
mod work;

use super::limits;
use crate::args::{DiagnosticFormat, Test, TestEngines};
use crate::output::{complain, out};
use crate::source::{expand, read};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE, STACK_BYTES};
use lumen_base::{OsSystem, System};
use lumen_mdtest::{Document, Engines, Role, Snapshots};
use report::Report;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use work::{Plan, Tested};

/// Tests all documents.
pub(super) fn test(args: &Test) -> u8 {
    let plan = match plan(args) {
        Ok(plan) => plan,
        Err(message) => {
            complain(message);
            return EXIT_USAGE;
        }
    };
    let Some(files) = expand(&args.files) else { return EXIT_USAGE };
    let Some(documents) = files.iter().map(|file| document(file)).collect::<Option<Vec<_>>>()
    else {
        return EXIT_USAGE;
    };
    let mut report = Report::new(args.format, &plan);
    let jobs = args.jobs.map_or_else(cores, usize::from).min(documents.len()).max(1);
    in_order(&documents, jobs, |document| plan.test(document), |tested| report.add(tested));
    report.finish();
    if let Some(filter) = plan.filter.as_deref().filter(|_| report.is_empty()) {
        complain(format_args!("no test has `{filter}` in its name"));
        return EXIT_USAGE;
    }
    if let Some(file) = &args.lcov
        && let Err(error) = OsSystem.write(file, report.coverage.lcov().as_bytes())
    {
        complain(format_args!("cannot write {}: {error}", file.display()));
        return EXIT_FAILURE;
    }
    if plan.coverage && args.format == DiagnosticFormat::Text {
        out(format!("\n{}", report.coverage.table()).as_bytes());
    }
    if report.has_failed() { EXIT_FAILURE } else { EXIT_SUCCESS }
}

/// What is asked for; the text says what cannot be.
fn plan(args: &Test) -> Result<Plan, String> {
    let bounds = limits::parse_over(lumen_mdtest::limits(), &args.limits)?;
    let ci = OsSystem.env("CI").is_some_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
    if args.update && ci {
        return Err("`--update` accepts nothing while `CI` is set: nobody looks at it".to_owned());
    }
    if args.coverage && args.lcov.is_none() && args.format == DiagnosticFormat::Json {
        return Err(
            "`--coverage` is a table; with `--format json` name a file: `--lcov FILE`".into()
        );
    }
    Ok(Plan {
        filter: args.filter.clone(),
        list: args.list,
        snapshots: if args.update { Snapshots::Accept } else { Snapshots::Compare },
        coverage: args.coverage || args.lcov.is_some(),
        limits: bounds,
        engines: match args.engine {
            TestEngines::Interp => Engines::Interpreters,
            TestEngines::Jit => Engines::All,
        },
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Does the work for each document on `jobs` threads, and gives the results away in the order of the documents.
fn in_order(
    documents: &[Document],
    jobs: usize,
    work: impl Fn(&Document) -> Tested + Sync,
    mut give: impl FnMut(Tested),
) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel::<(usize, Tested)>();
    std::thread::scope(|scope| {
        let (next, work) = (&next, &work);
        for _ in 1..jobs {
            let sender = sender.clone();
            let worker = move || take_turns(documents, next, work, &sender);
            // Fewer threads only take longer.
            drop(std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker));
        }
        if jobs == 1 {
            documents.iter().for_each(|document| give(work(document)));
            return;
        }
        let worker = move || take_turns(documents, next, work, &sender);
        let started =
            std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker);
        drop(started);
        let mut waiting = std::collections::BTreeMap::new();
        let mut wanted = 0;
        for (at, tested) in results {
            waiting.insert(at, tested);
            while let Some(tested) = waiting.remove(&wanted) {
                give(tested);
                wanted += 1;
            }
        }
        // Where no thread could be started.
        documents[wanted..].iter().for_each(|document| give(work(document)));
    });
}

fn take_turns(
    documents: &[Document],
    next: &AtomicUsize,
    work: &(impl Fn(&Document) -> Tested + Sync),
    sender: &mpsc::Sender<(usize, Tested)>,
) {
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(document) = documents.get(at) else { return };
        if sender.send((at, work(document))).is_err() {
            return;
        }
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
