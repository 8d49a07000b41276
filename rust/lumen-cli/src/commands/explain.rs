//! `lumen explain`: the page of a diagnostic code, or what std says about a builtin.

use super::doc::of_builtin;
use crate::output::{complain, out};
use crate::{EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::Code;

pub(super) fn explain(subject: &str) -> u8 {
    if let Some(code) = Code::lookup(subject) {
        out(code.page().as_bytes());
        return EXIT_SUCCESS;
    }
    let Some(text) = of_builtin(subject) else {
        complain(format_args!("`{subject}` is neither a diagnostic code nor a builtin"));
        return EXIT_USAGE;
    };
    out(text.as_bytes());
    EXIT_SUCCESS
}
