//! Compiles the generated parser and the scanner, once the parser is there.

use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/tree-sitter-lumen/src");
    let files = ["parser.c", "scanner.c"].map(|name| folder.join(name));
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    println!("cargo::rustc-check-cfg=cfg(has_parser)");
    if files[0].exists() {
        println!("cargo::rustc-cfg=has_parser");
        cc::Build::new().include(&folder).files(&files).warnings(false).compile("lumen");
    }
}
