//! Makes the parser of a grammar folder, as `tree-sitter generate` does.

use std::path::Path;

fn main() {
    let folder = std::env::args().nth(1).expect("the grammar's folder");
    let made = tree_sitter_generate::generate_parser_in_directory(Path::new(&folder), None, None, 14, None, None);
    if let Err(error) = made {
        eprintln!("tree-sitter: {error}");
        std::process::exit(1);
    }
}
