//! libFuzzer's way into the target `formatter`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Formatter);
