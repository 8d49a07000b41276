//! Properties of the language, asked of whole programs: generated source goes through the compiler as a user's does,
//! runs under both engines, and is compared with a model in Rust.
//!
//! `PROPTEST_CASES=10000` asks for more cases than an ordinary run.

mod programs;
mod matches;
mod values;
mod collections;
mod texts;
mod numbers;

use lumen_base::{OsSystem, System};
use proptest::test_runner::Config;

/// So many cases, unless the environment says otherwise.
fn config(cases: u32) -> Config {
    match OsSystem.env("PROPTEST_CASES") {
        Some(_) => Config::default(),
        None => Config::with_cases(cases),
    }
}
