//! `lumen init`: starts a project.
//!
//! A folder → a program with its tests, a README and what a repository ignores. Nothing that exists is touched: if one
//! of the files is there, none is written.

use crate::output::{complain, out};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::{OsSystem, System};
use std::path::Path;

/// The files of a project; `{name}` in a heading stands for its name.
const FILES: [(&str, &str); 3] = [
    ("main.lm.md", include_str!("init/main.lm.md")),
    ("README.md", include_str!("init/README.md")),
    (".gitignore", include_str!("init/gitignore")),
];

/// Makes the project.
pub(super) fn init(folder: &Path) -> u8 {
    let there = FILES.iter().map(|file| folder.join(file.0)).find(|path| exists(path));
    if let Some(path) = there {
        complain(format_args!("{} is there already; nothing was written", path.display()));
        return EXIT_USAGE;
    }
    if let Err(error) = OsSystem.create_folder(folder) {
        complain(format_args!("cannot make {}: {error}", folder.display()));
        return EXIT_FAILURE;
    }
    let name = name(folder);
    for (file, text) in FILES {
        let path = folder.join(file);
        let text = text.replacen("# {name}", &format!("# {name}"), 1);
        if let Err(error) = OsSystem.write(&path, text.as_bytes()) {
            complain(format_args!("cannot write {}: {error}", path.display()));
            return EXIT_FAILURE;
        }
        out(format!("wrote {}\n", path.display()).as_bytes());
    }
    EXIT_SUCCESS
}

/// Whether anything is at the path, be it a link that leads nowhere.
fn exists(path: &Path) -> bool {
    OsSystem.entry(path).is_ok()
}

/// What the project is called: as its folder, if that has a name that can stand in a heading.
fn name(folder: &Path) -> String {
    let last = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    if !last.is_empty() && last.chars().all(plain) { last.to_owned() } else { "A program".into() }
}
