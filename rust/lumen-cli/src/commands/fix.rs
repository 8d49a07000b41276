//! `lumen fix`: applies the fixes of diagnostics that need no human look.

use crate::args::Fix;
use crate::output::{complain, err, out};
use crate::source::{self, Source};
use crate::{EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS};
use lumen_base::diag::render::Style;
use lumen_base::diff::unified;
use lumen_base::{OsSystem, System};
use lumen_compiler::fix::{FixInput, fix as mend};
use std::path::Path;

/// Mends all files; the worst exit code wins.
pub(super) fn fix(args: &Fix, style: Style) -> u8 {
    source::each(&args.files, |file, source| one(args, file, source, style))
}

fn one(args: &Fix, file: &Path, source: Source, style: Style) -> u8 {
    let name = &source.name;
    let text = match source::text(name, source.bytes, style) {
        Ok(text) => text,
        Err(code) => return code,
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
