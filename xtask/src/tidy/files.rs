//! The tree of tracked files, and the rules about files themselves: size, header, name.

use std::path::Path;
use std::process::Command;

/// Lines a Rust file may have without its tests.
const LINES_MAX: usize = 800;
/// Columns a line of Rust may have.
const COLUMNS_MAX: usize = 160;
/// Bytes any file may have.
const BYTES_MAX: usize = 600_000;
/// Names that say nothing.
const BANNED_STEMS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager"];

/// One tracked file; `text` is empty for files that are not UTF-8.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: usize,
    pub(crate) text: String,
}

/// All files of the repository.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

impl Tree {
    /// Asks git for the tracked and the new files and reads them.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let output = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|e| format!("tidy: git ls-files: {e}"))?;
        let list = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut files = Vec::new();
        for path in list.lines() {
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            let text = String::from_utf8(bytes.clone()).unwrap_or_default();
            files.push(File { path: path.to_owned(), bytes: bytes.len(), text });
        }
        Ok(Self { files })
    }

    /// The file at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Rust sources outside of `target`.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

/// Size, header and name of each file.
pub(crate) fn check(tree: &Tree, offences: &mut Vec<String>) {
    for file in &tree.files {
        if file.bytes > BYTES_MAX && !file.path.ends_with("Cargo.lock") {
            offences.push(format!("{}: {} bytes, {BYTES_MAX} at most", file.path, file.bytes));
        }
    }
    for file in tree.rust() {
        let path = &file.path;
        if !file.text.starts_with("//!") {
            offences.push(format!("{path}:1: no `//!` header that says what the file is"));
        }
        if path.ends_with("/mod.rs") {
            offences.push(format!("{path}: name it after its folder instead of mod.rs"));
        }
        let stem = Path::new(path).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        if BANNED_STEMS.contains(&stem) {
            offences.push(format!("{path}: the name `{stem}` says nothing"));
        }
        let is_test = path.contains("/tests") || stem == "tests";
        let lines = file.text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        if !is_test && lines > LINES_MAX {
            offences.push(format!("{path}: {lines} lines, {LINES_MAX} at most"));
        }
        for (number, line) in file.text.lines().enumerate() {
            if !is_test && !path.ends_with("reference.rs") && line.chars().count() > COLUMNS_MAX {
                offences.push(format!("{path}:{}: longer than {COLUMNS_MAX} columns", number + 1));
            }
        }
    }
}
