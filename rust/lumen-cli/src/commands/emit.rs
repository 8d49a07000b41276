//! `lumen emit`: the LIR of a document.

use crate::args::{Emit, LirFormat};
use crate::output::{complain, no_module, out, report, timings};
use crate::source::{compile, read};
use crate::{EXIT_BUG, EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::diag::render::Style;
use lumen_base::{OsSystem, System};
use lumen_compiler::compilation::Goal;
use lumen_lir::binary::Packing;
use lumen_lir::{Module, binary, json, text};

pub(super) fn emit(args: &Emit, style: Style) -> u8 {
    let Some(source) = read(&args.file) else { return EXIT_USAGE };
    let goal = if args.locals { Goal::Look } else { Goal::Lir };
    let compiled = compile(source, goal);
    let rejected = report(&compiled, style);
    if args.timings {
        timings(&compiled);
    }
    if let Some(code) = rejected {
        return code;
    }
    let Some(module) = &compiled.module else { return no_module() };
    let bytes = match encode(module.get(), args.format) {
        Ok(bytes) => bytes,
        Err(message) => {
            complain(format_args!("cannot encode the LIR: {message}; this is a bug in Lumen"));
            return EXIT_BUG;
        }
    };
    let Some(path) = &args.output else {
        out(&bytes);
        return EXIT_SUCCESS;
    };
    match OsSystem.write(path, &bytes) {
        Ok(()) => EXIT_SUCCESS,
        Err(error) => {
            complain(format_args!("cannot write {}: {error}", path.display()));
            EXIT_FAILURE
        }
    }
}

fn encode(module: &Module, format: LirFormat) -> Result<Vec<u8>, String> {
    match format {
        LirFormat::Text => Ok(text::print(module).into_bytes()),
        LirFormat::Json => Ok(format!("{:#}\n", json::to_json(module)).into_bytes()),
        LirFormat::Binary => {
            binary::encode(module, Packing::Packed).map_err(|error| error.to_string())
        }
    }
}
