//! libFuzzer's way into the target `decoder`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Decoder);
