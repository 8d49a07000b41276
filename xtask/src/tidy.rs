//! `cargo xtask tidy`: the house rules that no compiler checks.
//!
//! Input: the files that git tracks. Output: a line for each offence; exit code 0 when there is none.

mod files;
mod layers;
mod codes;
mod text;

use crate::say;
use std::path::Path;
use std::process::ExitCode;

/// Runs all rules.
pub(crate) fn run(root: &Path) -> ExitCode {
    let tree = match files::Tree::read(root) {
        Ok(tree) => tree,
        Err(problem) => {
            say(problem);
            return ExitCode::from(2);
        }
    };
    let mut offences = Vec::new();
    layers::check(&tree, &mut offences);
    files::check(&tree, &mut offences);
    codes::check(&tree, &mut offences);
    text::check(&tree, &mut offences);
    for offence in &offences {
        say(offence);
    }
    say(format_args!("tidy: {} files, {} offences", tree.files.len(), offences.len()));
    if offences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
