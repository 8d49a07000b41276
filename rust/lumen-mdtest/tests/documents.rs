//! Every document of the repository as tests: SPEC.md, README.md, std, examples, docs, tests/spec.
//!
//! `LUMEN_BLESS=1` rewrites outputs and codes in place instead.

use libtest_mimic::{Arguments, Failed, Trial};
use lumen_base::{OsSystem, System};
use lumen_mdtest::{
    CellTest, Document, Engines, Role, Snapshots, Texts, bless, cases, cell_tests, check, limits,
};
use std::path::{Path, PathBuf};

/// Stack of the thread that runs a case: what a main thread has, so that depth is bounded by design.
const STACK_BYTES: usize = 8 << 20;

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let documents = documents(&root);
    if OsSystem.env("LUMEN_BLESS").is_some() {
        bless_all(&documents);
        return;
    }
    let mut trials = Vec::new();
    for document in documents {
        let (cases, problems) = cases(&document);
        for problem in problems {
            let message = format!("{}: {}", document.name, problem.message);
            trials.push(Trial::test(message.clone(), move || Err(Failed::from(message.clone()))));
        }
        for test in test_cells(&document) {
            let name =
                test.as_ref().map_or_else(|_| document.name.clone(), |test| test.name.clone());
            trials.push(Trial::test(name, move || {
                deep(move || {
                    test.and_then(|test| {
                        test.check(
                            (&limits(), Engines::default()),
                            &Texts::new(),
                            Snapshots::Compare,
                        )
                    })
                    .map(drop)
                })
                .unwrap_or_else(|| Err("panicked".to_owned()))
                .map_err(Failed::from)
            }));
        }
        for case in cases {
            trials.push(Trial::test(case.name.clone(), move || {
                deep(move || check(&case))
                    .unwrap_or_else(|| Err("panicked".to_owned()))
                    .map_err(Failed::from)
            }));
        }
    }
    libtest_mimic::run(&args, trials).exit();
}

/// The `@test` cells of a document that has any.
fn test_cells(document: &Document) -> Vec<Result<CellTest, String>> {
    if !document.text.contains("```lumen\n@test") {
        return Vec::new();
    }
    let document = document.clone();
    match deep(move || cell_tests(&document)) {
        Some(Ok(tests)) => tests.into_iter().map(Ok).collect(),
        Some(Err(report)) => vec![Err(report)],
        None => vec![Err("panicked".to_owned())],
    }
}

/// Runs something on the stack that it is meant for; nothing when it panics.
fn deep<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(work).expect("a thread starts").join().ok()
}

/// All documents, in a fixed order.
fn documents(root: &Path) -> Vec<Document> {
    let mut out = Vec::new();
    for file in ["README.md", "SPEC.md"] {
        out.extend(document(root, PathBuf::from(file), Role::Program));
    }
    let folders = [
        ("std", Role::Std),
        ("examples", Role::Program),
        ("examples/graphs", Role::Program),
        ("examples/minilang", Role::Program),
        ("examples/price_watch", Role::Program),
        ("examples/spreadsheet", Role::Program),
        ("examples/tasks", Role::Program),
        ("bench/effects", Role::Program),
        ("docs/cookbook", Role::Program),
        ("docs/errors", Role::Program),
        ("docs/howto", Role::Program),
        ("docs/tutorial", Role::Program),
        ("docs/reference", Role::Program),
        ("tests/spec", Role::Program),
    ];
    for (folder, role) in folders {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| Some(Path::new(folder).join(entry.ok()?.file_name())))
            .filter(|path| path.extension().is_some_and(|e| e == "md"))
            .collect();
        files.sort();
        out.extend(files.into_iter().filter_map(|file| document(root, file, role)));
    }
    out
}

fn document(root: &Path, file: PathBuf, role: Role) -> Option<Document> {
    let path = root.join(&file);
    let text = String::from_utf8(OsSystem.read(&path).ok()?).ok()?;
    let (name, path) = (file.display().to_string(), path.display().to_string());
    Some(Document { name, path, text: text.into(), role })
}

fn bless_all(documents: &[Document]) {
    for document in documents {
        let copy = document.clone();
        let Some(blessed) = deep(move || bless(&copy)) else { continue };
        if *blessed != *document.text {
            let path = Path::new(&document.path);
            OsSystem.write(path, blessed.as_bytes()).expect("the document is writable");
        }
    }
}
