//! The `layers` block of ARCHITECTURE.md against each crate's Cargo.toml.

use super::files::Tree;
use std::collections::BTreeMap;

/// Every crate has exactly a row, and depends on nothing of ours that its row does not name.
pub(crate) fn check(tree: &Tree, offences: &mut Vec<String>) {
    let Some(document) = tree.get("ARCHITECTURE.md") else {
        offences.push("ARCHITECTURE.md: missing".to_owned());
        return;
    };
    let rows = rows(&document.text);
    for file in &tree.files {
        let Some(name) =
            file.path.strip_prefix("rust/").and_then(|p| p.strip_suffix("/Cargo.toml"))
        else {
            continue;
        };
        let Some(allowed) = rows.get(name) else {
            offences.push(format!("ARCHITECTURE.md: the layers block has no row for {name}"));
            continue;
        };
        for dependency in dependencies(&file.text) {
            if !allowed.contains(&dependency) {
                offences.push(format!("{}: {name} may not depend on {dependency}", file.path));
            }
        }
    }
}

fn rows(document: &str) -> BTreeMap<String, Vec<String>> {
    let block = document.lines().skip_while(|line| *line != "```layers").skip(1);
    let mut rows = BTreeMap::new();
    for line in block.take_while(|line| *line != "```") {
        let Some((name, allowed)) = line.split_once(':') else { continue };
        let allowed = allowed.split_whitespace().map(|short| format!("lumen-{short}")).collect();
        rows.insert(name.trim().to_owned(), allowed);
    }
    rows
}

/// The `lumen-*` entries of `[dependencies]`; dev-dependencies may look anywhere.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    section
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.starts_with("lumen-"))
        .filter_map(|line| line.split(['.', ' ', '=']).next().map(str::to_owned))
        .collect()
}
