//! `lumen check`: reports errors and warnings without running anything.

use crate::args::{Check, DiagnosticFormat};
use crate::output::{out, rejected, report, timings};
use crate::source::{compile, read};
use crate::{EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::diag::json::to_json_lines;
use lumen_base::diag::render::Style;
use lumen_compiler::compilation::Goal;

/// Checks all documents; the worst exit code wins.
pub(super) fn check(args: &Check, style: Style) -> u8 {
    let mut worst = EXIT_SUCCESS;
    // With timings the back of the compiler is timed too.
    let goal = if args.timings { Goal::Lir } else { Goal::Check };
    for file in &args.files {
        let Some(source) = read(file) else {
            worst = worst.max(EXIT_USAGE);
            continue;
        };
        let compiled = compile(source, goal);
        let code = match args.format {
            DiagnosticFormat::Text => report(&compiled, style),
            DiagnosticFormat::Json => {
                out(to_json_lines(&compiled.diagnostics, &compiled.sources).as_bytes());
                rejected(&compiled)
            }
        };
        worst = worst.max(code.unwrap_or(EXIT_SUCCESS));
        if args.timings {
            timings(&compiled);
        }
    }
    worst
}
