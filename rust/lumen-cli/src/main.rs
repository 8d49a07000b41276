//! `lumen`: the command. Arguments in, exit code out; everything else is in the library.

use std::process::ExitCode;

/// Small objects of short life are what compiling makes; mimalloc is faster at them than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lumen_cli::main()
}
