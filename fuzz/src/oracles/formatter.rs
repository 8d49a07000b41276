//! The formatter: it gives up only on syntax errors; the tree stays; the second time nothing changes.

use lumen_base::{FileId, Interner, diag};
use lumen_compiler::compiler::ast::print::print;
use lumen_compiler::compiler::parser::{self, ParseOptions};
use lumen_compiler::format::{Failure, code};

pub(crate) fn formatter(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match code(text) {
        Ok(formatted) => {
            assert_eq!(tree(text), tree(&formatted), "another tree:\n{formatted}");
            assert_eq!(code(&formatted).as_ref(), Ok(&formatted), "formatting again changes it");
        }
        Err(Failure::Syntax(problems)) => assert!(diag::has_errors(&problems)),
        Err(Failure::Bug) => panic!("the formatter would change what the program means"),
    }
}

fn tree(text: &str) -> String {
    let (mut names, mut problems) = (Interner::new(), Vec::new());
    let options = ParseOptions { is_std: true, ..ParseOptions::default() };
    let tree = parser::parse(text, FileId(0), &mut names, &mut problems, options);
    print(&tree, &names)
}
