//! `lumen doc --html DIR`: a site of static pages that works from `file://`.
//!
//! Documents and folders, and std where it is asked for → a page for each with its prose, declarations, examples and
//! their outputs, a page with its source, an index of the builtins, and a search by name and by shape.
//! Invariants: nothing is loaded from elsewhere; text of documents reaches a page escaped only, so that no markup or
//! script of theirs runs; only files of the site are written.

mod page;
mod prose;
mod index;

use crate::output::{complain, out};
use crate::source::{self, expand};
use crate::{EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::{FileId, OsSystem, System};
use lumen_compiler::catalog::{self, Entry};
use lumen_compiler::interface;
use lumen_compiler::markdown::{Form, decode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files that every site has beside its pages.
const ASSETS: [(&str, &str); 2] =
    [("style.css", include_str!("html/style.css")), ("search.js", include_str!("html/search.js"))];

/// A document of the site.
struct Doc {
    /// As readers know it: its path.
    name: String,
    /// Name of its page, without `.html`.
    slug: String,
    text: String,
    form: Form,
    /// What it declares for others.
    entries: Vec<Entry>,
    is_std: bool,
}

/// The site.
struct Site {
    docs: Vec<Doc>,
}

/// Writes the site.
pub(super) fn site(folder: &Path, subjects: &[String], std: bool) -> u8 {
    if subjects.is_empty() && !std {
        complain("`--html` needs documents or folders, or `--std`");
        return EXIT_USAGE;
    }
    let files: Vec<PathBuf> = subjects.iter().map(PathBuf::from).collect();
    let Some(files) = expand(&files) else { return EXIT_USAGE };
    let mut docs = Vec::new();
    let mut slugs = BTreeMap::new();
    if std {
        docs.extend(interface::files().iter().map(|file| std_doc(file, &mut slugs)));
    }
    for file in &files {
        match document(file, &mut slugs) {
            Ok(doc) => docs.push(doc),
            Err(code) => return code,
        }
    }
    if docs.is_empty() {
        complain("there are no documents in what was named");
        return EXIT_USAGE;
    }
    let site = Site { docs };
    match site.write(folder) {
        Ok(pages) => {
            let first = folder.join("index.html");
            out(format!("wrote {pages} pages; the first is {}\n", first.display()).as_bytes());
            EXIT_SUCCESS
        }
        Err(text) => {
            complain(text);
            EXIT_FAILURE
        }
    }
}

fn std_doc(file: &interface::StdFile, slugs: &mut BTreeMap<String, usize>) -> Doc {
    let entries = catalog::entries(file.text, Form::Markdown, true);
    let entries = entries.into_iter().filter(|entry| entry.is_pub || !file.is_module).collect();
    Doc {
        name: file.path.to_owned(),
        slug: slug(file.path, slugs),
        text: file.text.to_owned(),
        form: Form::Markdown,
        entries,
        is_std: true,
    }
}

/// A document as it was read; otherwise the exit code, with the reason told.
fn document(file: &Path, slugs: &mut BTreeMap<String, usize>) -> Result<Doc, u8> {
    let source = source::read(file).ok_or(EXIT_USAGE)?;
    let text = decode(source.bytes, FileId(0)).map_err(|unreadable| {
        complain(format_args!("{}: {}", source.name, unreadable.problem.message));
        EXIT_COMPILE
    })?;
    let mut entries = catalog::entries(&text, source.form, false);
    entries.retain(|entry| entry.is_pub);
    let slug = slug(&source.name, slugs);
    Ok(Doc { name: source.name, slug, text, form: source.form, entries, is_std: false })
}

/// The name of a page: what a file name may hold of the path, and a number where two would be the same.
fn slug(path: &str, slugs: &mut BTreeMap<String, usize>) -> String {
    let path = path.trim_start_matches("./");
    let stem = [".lm.md", ".md", ".lm"].iter().find_map(|end| path.strip_suffix(end));
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let base: String = stem.unwrap_or(path).chars().map(plain).collect();
    let base = format!("doc-{}", base.trim_matches('-').to_lowercase());
    let n = slugs.entry(base.clone()).or_default();
    *n += 1;
    // The second document of a name must not take that of another one, which ends in a number itself.
    if *n == 1 { base } else { format!("{base}--{n}") }
}

impl Site {
    /// Writes all files; gives how many pages there are.
    fn write(&self, folder: &Path) -> Result<usize, String> {
        let cannot = |path: &Path, error: std::io::Error| {
            format!("cannot write {}: {error}", path.display())
        };
        OsSystem.create_folder(folder).map_err(|error| cannot(folder, error))?;
        let mut files: Vec<(String, String)> =
            ASSETS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        files.push(("entries.js".to_owned(), index::entries(self)));
        files.push(("index.html".to_owned(), index::front(self)));
        if self.docs.iter().any(|doc| doc.is_std) {
            files.push(("builtins.html".to_owned(), index::builtins(self)));
        }
        for doc in &self.docs {
            files.push((format!("{}.html", doc.slug), page::page(self, doc)));
            files.push((format!("{}.source.html", doc.slug), page::source(doc)));
        }
        for (name, text) in &files {
            let path = folder.join(name);
            OsSystem.write(&path, text.as_bytes()).map_err(|error| cannot(&path, error))?;
        }
        Ok(files.iter().filter(|(name, _)| name.ends_with(".html")).count())
    }
}

/// Text as it stands in markup and in attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The frame of every page.
fn frame(title: &str, main: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self' file:; \
         script-src 'self' file:\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n\
         <header><a href=\"index.html\">Lumen</a>\
         <input id=\"query\" type=\"search\" placeholder=\"name, or list[T] -&gt; Int\" \
         aria-label=\"Search by name or by type\" autocomplete=\"off\" spellcheck=\"false\">\
         <button id=\"theme\" type=\"button\" title=\"light or dark\">◐</button></header>\n\
         <ol id=\"results\" hidden></ol>\n<main>\n{main}</main>\n\
         <script src=\"entries.js\"></script>\n<script src=\"search.js\"></script>\n</body>\n</html>\n"
    )
}
