//! The pages that lead to others: the first page, the index of the builtins, and the entries of the search.

use super::page::anchor;
use super::{Doc, Site, escape, frame};
use crate::commands::doc::first_line;
use lumen_compiler::catalog::Entry;
use serde_json::json;
use std::collections::BTreeMap;

/// The first page: the documents, with what each is about.
pub(super) fn front(site: &Site) -> String {
    let mut main = String::from("<h1>Documentation</h1>\n");
    let list = |main: &mut String, title: &str, docs: Vec<&Doc>| {
        if docs.is_empty() {
            return;
        }
        main.push_str(&format!("<h2>{title}</h2>\n<ul class=\"documents\">\n"));
        for doc in docs {
            let about = title_of(&doc.text)
                .map_or(String::new(), |title| format!(" <span>{}</span>", escape(title)));
            let (slug, name) = (&doc.slug, escape(&doc.name));
            main.push_str(&format!("<li><a href=\"{slug}.html\">{name}</a>{about}</li>\n"));
        }
        main.push_str("</ul>\n");
    };
    list(&mut main, "Documents", site.docs.iter().filter(|doc| !doc.is_std).collect());
    list(&mut main, "Standard library", site.docs.iter().filter(|doc| doc.is_std).collect());
    if site.docs.iter().any(|doc| doc.is_std) {
        main.push_str("<p><a href=\"builtins.html\">All builtins</a></p>\n");
    }
    main.push_str(
        "<p class=\"hint\">Press <kbd>/</kbd> to search by name (<code>map</code>) or by type \
         (<code>list[T] -&gt; Int</code>); the arrow keys and <kbd>Enter</kbd> open what is found.</p>\n",
    );
    frame("Documentation", &main)
}

/// The text of the first heading of the first level.
fn title_of(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim)
}

/// All builtins, by the type that they are about.
pub(super) fn builtins(site: &Site) -> String {
    let mut heads: BTreeMap<&str, Vec<(&Doc, &Entry)>> = BTreeMap::new();
    for doc in site.docs.iter().filter(|doc| doc.is_std) {
        for entry in &doc.entries {
            heads.entry(&entry.head).or_default().push((doc, entry));
        }
    }
    let mut main = String::from("<h1>Builtins</h1>\n");
    for (head, mut entries) in heads {
        entries.sort_by(|a, b| (&a.1.name, a.1.offset).cmp(&(&b.1.name, b.1.offset)));
        let title = if head.is_empty() { "without parameters, and types" } else { head };
        main.push_str(&format!("<h2>{}</h2>\n<ul class=\"signatures\">\n", escape(title)));
        for (doc, entry) in entries {
            let line = escape(&first_line(entry));
            main.push_str(&format!(
                "<li><a href=\"{}\"><code>{line}</code></a></li>\n",
                url(doc, entry)
            ));
        }
        main.push_str("</ul>\n");
    }
    frame("Builtins", &main)
}

/// What the search finds, as a script: pages that are read from files cannot load anything else.
pub(super) fn entries(site: &Site) -> String {
    let mut rows = Vec::new();
    for doc in &site.docs {
        for entry in &doc.entries {
            let shape = entry.shape().map(|shape| shape.key());
            let line = first_line(entry);
            let (name, page) = (&entry.name, &doc.name);
            rows.push((line.clone(), json!([name, line, shape, url(doc, entry), page])));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let lines: Vec<String> = rows.iter().map(|(_, row)| row.to_string()).collect();
    // Inside of a script element nothing here could end it, but readers of the file may be others.
    let text = lines.join(",\n").replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    let text = text.replace('\u{2029}', "\\u2029");
    format!(
        "\"use strict\";\n// Name, signature, shape, address, document.\nconst ENTRIES = [\n{text}\n];\n"
    )
}

fn url(doc: &Doc, entry: &Entry) -> String {
    format!("{}.html#{}", doc.slug, anchor(entry))
}
