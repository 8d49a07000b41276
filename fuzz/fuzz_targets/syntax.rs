//! libFuzzer's way into the target `syntax`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Syntax);
