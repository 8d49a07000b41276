//! libFuzzer's way into the target `machine`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Machine);
