//! `lumen fix`: applies the fixes of diagnostics that need no human look.

use crate::args::Fix;
use crate::diff::unified;
use crate::output::{complain, err, out};
use crate::source::{self, Source};
use crate::{EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{FileId, OsSystem, SourceMap, System};
use lumen_compiler::fix::{FixInput, fix as mend};
use lumen_compiler::markdown;
use std::path::Path;

/// Mends all files; the worst exit code wins.
pub(super) fn fix(args: &Fix, style: Style) -> u8 {
    let Some(files) = source::expand(&args.files) else { return EXIT_USAGE };
    let mut worst = EXIT_SUCCESS;
    for file in &files {
        let code = match source::read(file) {
            Some(source) => one(args, file, source, style),
            None => EXIT_USAGE,
        };
        worst = worst.max(code);
    }
    worst
}

fn one(args: &Fix, file: &Path, source: Source, style: Style) -> u8 {
    let name = &source.name;
    let text = match markdown::decode(source.bytes, FileId(0)) {
        Ok(text) => text,
        Err(problem) => {
            let mut sources = SourceMap::default();
            sources.add(&**name, "");
            err(&render_all(&[problem], &sources, style));
            return EXIT_COMPILE;
        }
    };
    let path = source.path.as_deref();
    let fixed = mend(FixInput { name, path, text: &text, form: source.form, system: &OsSystem });
    for message in &fixed.applied {
        err(&format!("{name}: {message}\n"));
    }
    if args.dry_run {
        out(unified(name, &text, &fixed.text).as_bytes());
    } else if file == Path::new("-") {
        out(fixed.text.as_bytes());
    } else if fixed.text != text
        && let Err(error) = OsSystem.write(file, fixed.text.as_bytes())
    {
        complain(format_args!("cannot write {name}: {error}"));
        return EXIT_FAILURE;
    }
    if fixed.n_errors == 0 {
        return EXIT_SUCCESS;
    }
    let plural = if fixed.n_errors == 1 { "error is" } else { "errors are" };
    err(&format!("{name}: {} {plural} left; `lumen check` shows them\n", fixed.n_errors));
    EXIT_COMPILE
}
