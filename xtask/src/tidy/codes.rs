//! Diagnostic codes: table, page, constructor and test belong together.

use super::files::Tree;

/// Sections that each page has.
const SECTIONS: &[&str] =
    &["## What it means", "## Why it is an error", "## Example", "## How to fix"];

/// Each code of the table has a page with its sections, at least one use outside the table, and each page has a row.
pub(crate) fn check(tree: &Tree, offences: &mut Vec<String>) {
    let codes: Vec<&str> = lumen_base::Code::all().map(lumen_base::Code::as_str).collect();
    for code in &codes {
        check_page(tree, code, offences);
        // The verifier makes its codes from a table of its own.
        if !code.starts_with('I') {
            check_use(tree, code, offences);
        }
    }
    for file in &tree.files {
        let page = file.path.strip_prefix("docs/errors/").and_then(|p| p.strip_suffix(".md"));
        if let Some(code) = page
            && !codes.contains(&code)
        {
            offences.push(format!("{}: no such code in the table", file.path));
        }
    }
}

fn check_page(tree: &Tree, code: &str, offences: &mut Vec<String>) {
    let path = format!("docs/errors/{code}.md");
    let Some(page) = tree.get(&path) else {
        offences.push(format!("{path}: missing"));
        return;
    };
    for section in SECTIONS {
        let warning = code.starts_with('W') && section.starts_with("## Why");
        if !page.text.contains(section) && !warning {
            offences.push(format!("{path}: no section `{section}`"));
        }
    }
}

fn check_use(tree: &Tree, code: &str, offences: &mut Vec<String>) {
    let name = format!("Code::{code}");
    let constructors = tree
        .rust()
        .filter(|file| !file.path.contains("/tests") && !file.path.ends_with("codes.rs"))
        .map(|file| file.text.matches(&name).count())
        .sum::<usize>();
    if constructors == 0 {
        offences.push(format!("{code}: no constructor makes it"));
    }
}
