//! libFuzzer's way into the target `checker`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Checker);
