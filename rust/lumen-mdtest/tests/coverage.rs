//! Programs that are compiled for coverage do what they do otherwise: every case of the repository's documents.

use lumen_base::{OsSystem, System};
use lumen_mdtest::{Actual, Coverage, Document, Expect, Role, cases, limits};
use std::path::{Path, PathBuf};

/// Stack of the thread that runs the cases.
const STACK_BYTES: usize = 64 << 20;

#[test]
fn counted_programs_do_the_same() {
    let work = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut differing = Vec::new();
        let mut n_programs = 0;
        for file in documents(&root) {
            let Ok(text) = String::from_utf8(OsSystem.read(&file).expect("it can be read")) else {
                continue;
            };
            let path = file.display().to_string();
            let role = Role::of(&path, &text);
            let document = Document { name: path.clone(), path, text: text.into(), role };
            let mut coverage = Coverage::default();
            for case in cases(&document).0 {
                let actual = coverage.case(&case, &limits());
                let is_same = match (&case.expect, &actual) {
                    (Expect::Prints(expected), Actual::Printed(printed)) => expected == printed,
                    (Expect::Fails(code), Actual::Failed { code: found, .. }) => {
                        // Counting is calls of the host: it may need more of a bound.
                        code == found
                    }
                    (Expect::Rejected(code), Actual::Rejected(codes, _)) => codes == &[*code],
                    (
                        Expect::Compiles | Expect::Warned(_),
                        Actual::Compiled | Actual::Printed(_),
                    ) => true,
                    _ => false,
                };
                n_programs += 1;
                if !is_same {
                    differing.push(format!("{}: {actual:?}", case.name));
                }
            }
        }
        assert!(
            differing.is_empty(),
            "{} of {n_programs}:\n{}",
            differing.len(),
            differing.join("\n")
        );
        assert!(n_programs > 1000, "only {n_programs} programs");
    });
    work.expect("a thread starts").join().expect("no program differs");
}

/// The documents with the most different programs.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut out = vec![root.join("SPEC.md"), root.join("README.md")];
    for folder in ["std", "examples", "docs/tutorial", "docs/errors", "tests/spec"] {
        let files = OsSystem.list_dir(&root.join(folder)).expect("the folder is there");
        out.extend(files.into_iter().filter(|file| file.extension().is_some_and(|e| e == "md")));
    }
    out
}
