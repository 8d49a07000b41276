//! The documents that the command line names: read, and compiled.

use crate::output::complain;
use lumen_base::{OsSystem, System};
use lumen_compiler::compilation::{CompileInput, CompileOutput, Goal, Part, form_of};
use lumen_compiler::markdown::Form;
use lumen_compiler::pipeline;
use std::path::Path;

/// A document as it was read.
pub(crate) struct Source {
    /// As messages show it.
    pub(crate) name: String,
    /// Where imports are looked up from; nothing for standard input.
    pub(crate) path: Option<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) form: Form,
}

/// Reads a file, or standard input for `-`; says why when that fails.
pub(crate) fn read(file: &Path) -> Option<Source> {
    if file == Path::new("-") {
        return match OsSystem.stdin_bytes() {
            Ok(bytes) => {
                let name = "<stdin>".to_owned();
                Some(Source { name, path: None, bytes, form: Form::Markdown })
            }
            Err(error) => {
                complain(format_args!("cannot read standard input: {error}"));
                None
            }
        };
    }
    let Some(name) = file.to_str().map(str::to_owned) else {
        complain(format_args!("the path {} is not UTF-8", file.display()));
        return None;
    };
    match OsSystem.read(file) {
        Ok(bytes) => {
            let form = form_of(&name);
            Some(Source { path: Some(name.clone()), name, bytes, form })
        }
        Err(error) => {
            complain(format_args!("cannot read {name}: {error}"));
            None
        }
    }
}

/// Compiles a document's program.
pub(crate) fn compile(source: Source, goal: Goal) -> CompileOutput {
    pipeline::compile(CompileInput {
        name: &source.name,
        path: source.path.as_deref(),
        source: source.bytes,
        form: source.form,
        part: Part::Program,
        goal,
        system: &OsSystem,
    })
}
