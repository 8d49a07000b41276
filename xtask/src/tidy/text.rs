//! Words that may not be committed, and paths in documents that must exist.

use super::files::Tree;

/// Pieces of banned words, put together here so that this file is clean itself.
fn banned() -> Vec<String> {
    vec![
        ["FIX", "ME"].concat(),
        ["X", "XX"].concat(),
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["#[ign", "ore"].concat(),
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["crates", ".io"].concat(),
    ]
}

/// Banned text in sources, broken paths in ARCHITECTURE.md.
pub(crate) fn check(tree: &Tree, offences: &mut Vec<String>) {
    let banned = banned();
    for file in &tree.files {
        if file.path.ends_with("Cargo.lock") || file.path.starts_with("LICENSE") {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            for word in banned.iter().filter(|word| line.contains(word.as_str())) {
                offences.push(format!(
                    "{}:{}: `{word}` may not be committed",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    check_paths(tree, offences);
}

/// Each word in backticks of ARCHITECTURE.md that looks like a path of this repository names a file or a folder.
fn check_paths(tree: &Tree, offences: &mut Vec<String>) {
    let Some(document) = tree.get("ARCHITECTURE.md") else { return };
    for (number, line) in document.text.lines().enumerate() {
        for word in line.split('`').skip(1).step_by(2) {
            let looks =
                ["rust/", "docs/", "std/", "tests/", "examples/", "bench/", "xtask/", "ci/"];
            if !looks.iter().any(|prefix| word.starts_with(prefix))
                || word.contains(['*', '<', '{'])
            {
                continue;
            }
            let path = word.trim_end_matches('/');
            let folder = format!("{path}/");
            if !tree.files.iter().any(|f| f.path == path || f.path.starts_with(&folder)) {
                offences.push(format!("ARCHITECTURE.md:{}: `{word}` does not exist", number + 1));
            }
        }
    }
}
