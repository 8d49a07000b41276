//! `lumen grants explain`: all that a program may touch, and how two programs differ in it.

mod authority;

use super::run::compiled;
use crate::args::GrantsAction;
use crate::output::{complain, no_module, out, report};
use crate::source::{Source, compile_with, read};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use authority::Authority;
use lumen_base::OsSystem;
use lumen_base::diag::render::Style;
use lumen_compiler::compilation::Goal;
use lumen_lir::binary;
use lumen_runtime::tools::find_config;
use std::path::Path;

pub(super) fn grants(action: &GrantsAction, style: Style) -> u8 {
    let GrantsAction::Explain { file, against } = action;
    let text = match (authority_of(file, style), against) {
        (Err(code), _) => return code,
        (Ok(authority), None) => authority.to_string(),
        (Ok(authority), Some(old)) => match authority_of(old, style) {
            Err(code) => return code,
            Ok(old) => {
                let text = authority.against(&old);
                out(text.as_bytes());
                return if text.is_empty() { EXIT_SUCCESS } else { EXIT_FAILURE };
            }
        },
    };
    out(text.as_bytes());
    EXIT_SUCCESS
}

/// What a program may do, in the document or the compiled file at a path; otherwise the exit code.
fn authority_of(file: &Path, style: Style) -> Result<Authority, u8> {
    let Some(source) = read(file) else { return Err(EXIT_USAGE) };
    let configured = match find_config(&OsSystem, file) {
        Ok(found) => found.map(|(config, _)| config.bounds),
        Err(message) => {
            complain(message);
            return Err(EXIT_USAGE);
        }
    };
    let module = match binary::is_lir(&source.bytes) {
        true => compiled(&source, style)?,
        false => program(source, style)?,
    };
    Ok(Authority::of(module.get(), configured))
}

/// The program of a document, compiled as if flags allowed everything: what needs them is said.
fn program(source: Source, style: Style) -> Result<lumen_lir::Verified<lumen_lir::Module>, u8> {
    let everything = ["*".to_owned()];
    let compiled = compile_with(source, Goal::Run, &everything, &OsSystem);
    if let Some(code) = report(&compiled, style) {
        return Err(code);
    }
    compiled.module.ok_or_else(no_module)
}
