//! The page of a document, and that of its source.
//!
//! A page begins with what the document declares for others: signature, docstring, a link to the place in the source.
//! Behind it comes the document as its author wrote it, with examples and their outputs.

use super::{Doc, Site, escape, frame, prose};
use lumen_compiler::catalog::Entry;
use lumen_compiler::markdown::Form;

/// The name of a declaration's place on its page.
pub(super) fn anchor(entry: &Entry) -> String {
    let plain: String =
        entry.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("d-{plain}-{}", entry.offset)
}

pub(super) fn page(site: &Site, doc: &Doc) -> String {
    let mut main = format!(
        "<p class=\"path\">{} <a href=\"{}.source.html\">source</a></p>\n",
        escape(&doc.name),
        doc.slug
    );
    if !doc.entries.is_empty() {
        main.push_str("<section class=\"declarations\">\n<h2>Declarations</h2>\n");
        doc.entries.iter().for_each(|entry| main.push_str(&declaration(site, doc, entry)));
        main.push_str("</section>\n");
    }
    match doc.form {
        Form::Markdown => main.push_str(&prose::document(site, &doc.text)),
        Form::Plain => main.push_str(&prose::code("lumen", &doc.text)),
    }
    frame(&doc.name, &main)
}

fn declaration(site: &Site, doc: &Doc, entry: &Entry) -> String {
    let line = line_of(&doc.text, entry.offset);
    let about = entry.doc.as_deref().map_or(String::new(), |text| prose::document(site, text));
    format!(
        "<article id=\"{}\">\n<pre class=\"signature\"><code>{}</code></pre>\n{about}\
         <a class=\"place\" href=\"{}.source.html#L{line}\">line {line}</a>\n</article>\n",
        anchor(entry),
        escape(&entry.signature),
        doc.slug,
    )
}

/// The one-based line of an offset.
fn line_of(text: &str, offset: u32) -> usize {
    let before = &text.as_bytes()[..text.len().min(offset as usize)];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// The source of a document with its line numbers.
pub(super) fn source(doc: &Doc) -> String {
    let mut main = format!(
        "<p class=\"path\"><a href=\"{}.html\">{}</a></p>\n<pre class=\"source\"><code>",
        doc.slug,
        escape(&doc.name)
    );
    for (at, line) in doc.text.lines().enumerate() {
        let n = at + 1;
        main.push_str(&format!("<a id=\"L{n}\" href=\"#L{n}\">{n}</a> {}\n", escape(line)));
    }
    main.push_str("</code></pre>\n");
    frame(&doc.name, &main)
}
