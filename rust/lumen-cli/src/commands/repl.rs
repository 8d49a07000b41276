//! `lumen repl`: the limits and the looks of a session.

use super::limits;
use crate::args::Repl;
use crate::output::{Looks, complain};
use crate::{EXIT_USAGE, repl as session};
use lumen_vm::RunOptions;

pub(super) fn repl(args: &Repl, looks: Looks) -> u8 {
    match limits::parse(&args.limits) {
        Ok(limits) => session::run(args, RunOptions { limits, ..RunOptions::default() }, looks),
        Err(message) => {
            complain(message);
            EXIT_USAGE
        }
    }
}
