//! Tests of the parser: trees as S-expressions, codes of errors, recovery, hostile input.

use super::*;
use crate::compiler::ast::print;

mod errors;
mod hostile;
mod trees;

/// The dump and the codes of a file.
fn read(text: &str) -> (String, Vec<&'static str>) {
    let mut names = Interner::new();
    let mut diags = Vec::new();
    let tree = parse(text, FileId(0), &mut names, &mut diags, ParseOptions::default());
    (print::print(&tree, &names), diags.iter().map(|d| d.code.as_str()).collect())
}

/// The dump of a file without errors.
fn dump(text: &str) -> String {
    let (dump, codes) = read(text);
    assert_eq!(codes, [""; 0], "{text}\n{dump}");
    dump.trim_end().to_owned()
}

/// The codes of a file.
fn codes(text: &str) -> Vec<&'static str> {
    read(text).1
}
