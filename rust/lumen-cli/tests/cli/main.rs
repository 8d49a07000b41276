//! The `lumen` command as its users meet it; each file is about one part of it.

#![expect(clippy::disallowed_methods, reason = "a test starts the command and makes files for it")]

mod cache;
mod commands;
mod embed;
mod fmt;
mod grants;
mod hostile;
mod site;
mod stopping;
mod testing;
mod native;
mod otel;
mod packages;
mod tools;
mod shells;
mod stepping;
mod terminal;
mod traces;
mod traits;
mod transcripts;
mod usage;
mod watching;
mod world;
