//! `lumen fmt`: lays out the code of documents anew.

use crate::args::Fmt;
use crate::output::{complain, err, out};
use crate::source::{self, Source};
use crate::{EXIT_BUG, EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::diff::unified;
use lumen_base::{FileId, OsSystem, SourceMap, System};
use lumen_compiler::compilation::form_of;
use lumen_compiler::format::{Problem, document};
use std::path::Path;

/// Formats all files; the worst exit code wins.
pub(super) fn fmt(args: &Fmt, style: Style) -> u8 {
    source::each(&args.files, |file, source| one(args, file, source, style))
}

fn one(args: &Fmt, file: &Path, mut source: Source, style: Style) -> u8 {
    let is_stdin = file == Path::new("-");
    if let (true, Some(name)) = (is_stdin, &args.stdin_name) {
        source.form = form_of(name);
        source.name.clone_from(name);
    }
    let text = match source::text(&source.name, source.bytes, style) {
        Ok(text) => text,
        Err(code) => return code,
    };
    let formatted = match document(&text, source.form) {
        Ok(formatted) => formatted,
        Err(problem) => return left_alone(&source.name, &text, &problem, style),
    };
    if args.check || args.diff {
        return compare(args, &source.name, &text, &formatted);
    }
    if is_stdin {
        out(formatted.as_bytes());
    } else if formatted != text
        && let Err(error) = OsSystem.write(file, formatted.as_bytes())
    {
        complain(format_args!("cannot write {}: {error}", source.name));
        return EXIT_FAILURE;
    }
    EXIT_SUCCESS
}

/// Shows what would change, and writes nothing.
fn compare(args: &Fmt, name: &str, text: &str, formatted: &str) -> u8 {
    if text == formatted {
        return EXIT_SUCCESS;
    }
    if args.check {
        out(format!("{name} is not formatted\n").as_bytes());
    }
    out(unified(name, text, formatted).as_bytes());
    if args.check { EXIT_FAILURE } else { EXIT_SUCCESS }
}

/// Says why a file stays as it is.
fn left_alone(name: &str, text: &str, problem: &Problem, style: Style) -> u8 {
    let mut sources = SourceMap::default();
    sources.add(name, text);
    match problem {
        Problem::Syntax(diagnostics) => {
            err(&render_all(diagnostics, &sources, style));
            EXIT_COMPILE
        }
        Problem::Bug(offset) => {
            let line = sources.file(FileId(0)).map_or(0, |file| file.line_column(*offset).line);
            complain(format_args!(
                "internal error: formatting {name} would change the code at line {line}; it stays as it is; please report this"
            ));
            EXIT_BUG
        }
    }
}
