//! Makes the index of the standard library: `std/*.lm.md` → `$OUT_DIR/std_index.rs`; and the name of this build of the
//! compiler: the sources that decide what LIR a document becomes → `LUMEN_BUILD_ID`.
//!
//! Each plain `lumen` fence of a document becomes one entry (file, byte range of its text, what it declares), so that
//! the compiler parses only the declarations that a program names, and start-up parses none that it does not need.
//! Fences with more words in their info string are examples. A document whose declarations are `pub` is a module: its
//! names are seen through an import only, and are indexed apart.

#![expect(clippy::disallowed_methods, reason = "a build script runs before there is a System")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// One fence of declarations.
struct Fence {
    file: usize,
    lo: usize,
    hi: usize,
    /// Declares only cells.
    is_cells: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    std_index()?;
    println!("cargo::rustc-env=LUMEN_BUILD_ID={}", build_id()?);
    Ok(())
}

/// What the output of the compiler depends on, from the root of the repository.
const SOURCES: [&str; 6] = [
    "Cargo.lock",
    "rust/lumen-base",
    "rust/lumen-compiler",
    "rust/lumen-lir",
    "rust-toolchain.toml",
    "std",
];

/// 128 bits that differ between builds whose compilers may differ.
fn build_id() -> Result<String, Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let mut files = Vec::new();
    for source in SOURCES {
        let path = root.join(source);
        println!("cargo::rerun-if-changed={}", path.display());
        collect(&path, &mut files)?;
    }
    files.sort();
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    for (n, half) in halves.iter_mut().enumerate() {
        (n, env::var("CARGO_PKG_VERSION")?, env::var("PROFILE")?).hash(half);
    }
    for path in &files {
        let bytes = fs::read(path)?;
        for half in &mut halves {
            (path.strip_prefix(&root)?, &bytes).hash(half);
        }
    }
    Ok(halves.map(|half| format!("{:016x}", half.finish())).concat())
}

/// The files at and below a path.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

fn std_index() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../std");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&root)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".lm.md"));
    paths.sort();

    let mut fences = Vec::new();
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut member_names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut files = String::new();
    for (file, path) in paths.iter().enumerate() {
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(path)?;
        let found = declaration_fences(&text);
        let is_module =
            found.iter().any(|&(lo, hi)| text[lo..hi].lines().any(|line| line.starts_with("pub ")));
        writeln!(files, "    {},", file_row(path, is_module)?)?;
        let names = if is_module { &mut member_names } else { &mut names };
        for (lo, hi) in found {
            let (declared, is_cells) = declared_names(&text[lo..hi]);
            for name in declared {
                names.entry(name).or_default().push(fences.len());
            }
            fences.push(Fence { file, lo, hi, is_cells });
        }
    }

    let mut out = format!("static FILES: &[StdFile] = &[\n{files}];\n");
    out.push_str("static FENCES: &[Fence] = &[\n");
    for Fence { file, lo, hi, is_cells } in &fences {
        writeln!(out, "    Fence {{ file: {file}, lo: {lo}, hi: {hi}, is_cells: {is_cells} }},")?;
    }
    out.push_str("];\n");
    for (table, names) in [("NAMES", &names), ("MEMBER_NAMES", &member_names)] {
        writeln!(out, "static {table}: &[(&str, &[u16])] = &[")?;
        for (name, found) in names {
            writeln!(out, "    ({name:?}, &{found:?}),")?;
        }
        out.push_str("];\n");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("std_index.rs"), out)?;
    Ok(())
}

fn file_row(path: &Path, is_module: bool) -> Result<String, Box<dyn Error>> {
    let name = path.file_name().ok_or("a file has a name")?.to_string_lossy();
    let full = path.canonicalize()?;
    Ok(format!(
        "StdFile {{ path: {:?}, text: include_str!({:?}), is_module: {is_module} }}",
        format!("std/{name}"),
        full.to_string_lossy()
    ))
}

/// The byte ranges of the texts of the plain `lumen` fences.
fn declaration_fences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, bool)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare.starts_with("```") {
            match open.take() {
                Some((lo, true)) => found.push((lo, at)),
                Some((_, false)) => {}
                None => open = Some((at + line.len(), bare == "```lumen")),
            }
        }
        at += line.len();
    }
    found
}

/// The names that a fence declares at column zero, with the variants of its enums, and whether all are cells.
fn declared_names(text: &str) -> (Vec<String>, bool) {
    let mut names = Vec::new();
    let mut is_cells = true;
    let (mut in_enum, mut in_trait) = (false, false);
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        let mut words = line.split_whitespace().peekable();
        if indented {
            let is_method = in_trait && words.next_if_eq(&"cell").is_some();
            if (in_enum || is_method)
                && let Some(word) = words.next()
            {
                names.push(identifier(word));
            }
            continue;
        }
        (in_enum, in_trait) = (false, false);
        while words.next_if(|word| matches!(*word, "pub" | "extern")).is_some() {}
        let Some(keyword) = words.next() else { continue };
        if !matches!(keyword, "cell" | "record" | "enum" | "type" | "const" | "trait") {
            continue;
        }
        (in_enum, in_trait) = (keyword == "enum", keyword == "trait");
        is_cells &= keyword == "cell";
        names.extend(words.next().map(identifier));
    }
    names.retain(|name| !name.is_empty());
    (names, is_cells)
}

fn identifier(word: &str) -> String {
    word.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
