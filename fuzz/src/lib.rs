//! What is fuzzed, as plain code: for each target an oracle (bytes → nothing, or a panic that says what is wrong) and a
//! mutator (bytes → other bytes that still look like what the target reads).
//!
//! `fuzz_targets/` glues a [`Target`] to libFuzzer; `tests/corpus.rs` replays corpus and regressions, and runs the
//! mutators without any fuzzer, so that an ordinary `cargo test` exercises all of it.
//! [docs/reference/fuzzing.md](../../docs/reference/fuzzing.md) says how to run it.

mod chance;
mod glue;
mod mutate;
mod oracles;
mod seeds;
mod target;

pub use chance::Chance;
pub use glue::mutated;
pub use seeds::{Seed, seeds};
pub use target::Target;
