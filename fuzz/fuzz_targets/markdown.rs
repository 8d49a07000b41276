//! libFuzzer's way into the target `markdown`.

#![no_main]

lumen_fuzz::fuzz!(lumen_fuzz::Target::Markdown);
