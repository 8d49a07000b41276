//! `lumen doc`: what std or a document says about its declarations.
//!
//! A name → signature, prose and example of the builtins that have it; `builtins` → all of them by the type that they
//! are about; a document → its `pub` declarations with their docstrings; `--search` → what has a text in its name, or
//! a shape such as `list[T] -> Int`.

mod html;

use crate::args::Doc;
use crate::output::{complain, out, page};
use crate::source;
use crate::{EXIT_COMPILE, EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::{FileId, OsSystem, System};
use lumen_compiler::catalog::{self, Entry};
use lumen_compiler::compiler::resolve::closest;
use lumen_compiler::interface;
use lumen_compiler::markdown::{FenceKind, Form, decode, extract};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

pub(super) fn doc(args: &Doc) -> u8 {
    if let Some(query) = &args.search {
        return search(query);
    }
    if let Some(folder) = &args.html {
        return html::site(folder, &args.subjects, args.std);
    }
    let [subject] = args.subjects.as_slice() else {
        complain("name one builtin or document; several are for `--html`");
        return EXIT_USAGE;
    };
    if subject == "builtins" {
        page(&builtins());
        return EXIT_SUCCESS;
    }
    if args.short
        && let Some(text) = signatures(subject)
    {
        out(text.as_bytes());
        return EXIT_SUCCESS;
    }
    if let Some(text) = of_builtin(subject) {
        page(&text);
        return EXIT_SUCCESS;
    }
    if subject == "-" || OsSystem.is_file(Path::new(subject)) {
        return document(Path::new(subject), args.short);
    }
    let meant = meant(subject, interface::names());
    complain(format_args!("`{subject}` is neither a builtin nor a document{meant}"));
    EXIT_USAGE
}

/// The signatures of what std declares by a name.
fn signatures(name: &str) -> Option<String> {
    let found = all().filter(|(_, entry)| entry.name == name);
    let text: String = found.map(|(_, entry)| format!("{}\n", first_line(&entry))).collect();
    (!text.is_empty()).then_some(text)
}

/// What std says about the builtins of a name.
pub(crate) fn of_builtin(name: &str) -> Option<String> {
    let sections: Vec<String> = interface::declarations(name)
        .map(|(file, range)| section(file.path, file.text, &range))
        .collect();
    (!sections.is_empty()).then(|| sections.join("\n"))
}

/// `; did you mean …?`, when one of the names is close to the wanted one.
pub(crate) fn meant<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> String {
    closest(wanted, names).map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// The part of a std document about one declaration: prose, the declaration, and the example behind it.
fn section(path: &str, text: &str, declaration: &Range<usize>) -> String {
    let document = extract(text, Form::Markdown, FileId(0), &mut Vec::new());
    let fences = &document.fences;
    let at = fences.iter().position(|fence| {
        fence.body.first().is_some_and(|body| body.start <= declaration.start)
            && fence.body.last().is_some_and(|body| declaration.end <= body.end)
    });
    let Some(at) = at else {
        return format!("{path}\n\n{}\n", text[declaration.clone()].trim_end());
    };
    let title = fences[at].headings.join(" / ");
    let from = fences[at].prose.map_or(fences[at].span.lo, |prose| prose.lo);
    let tests = fences[at + 1..].iter().take_while(|fence| {
        fence.headings == fences[at].headings
            && matches!(fence.kind, FenceKind::Run | FenceKind::Output)
    });
    let to = tests.last().map_or(fences[at].span.hi, |fence| fence.span.hi);
    format!("# {title} ({path})\n\n{}\n", text[from as usize..to as usize].trim_end())
}

/// Everything that std declares for programs, with the path of its document: builtins, and what modules export.
fn all() -> impl Iterator<Item = (&'static str, Entry)> {
    interface::files().iter().flat_map(|file| {
        catalog::entries(file.text, Form::Markdown, true)
            .into_iter()
            .filter(|entry| entry.is_pub || !file.is_module)
            .map(|entry| (file.path, entry))
    })
}

/// The builtins, by the outermost name in the type of the first parameter.
fn builtins() -> String {
    let mut heads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, entry) in all() {
        heads.entry(entry.head.clone()).or_default().push(first_line(&entry));
    }
    let mut text = String::new();
    for (head, mut lines) in heads {
        lines.sort();
        let title = if head.is_empty() { "without parameters, and types" } else { &head };
        text.push_str(&format!("# {title}\n\n"));
        lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// The signature up to its first line break, without what all of them begin with.
fn first_line(entry: &Entry) -> String {
    let line = entry.signature.lines().next().unwrap_or_default();
    ["pub ", "extern ", "cell "]
        .iter()
        .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line))
        .trim_end_matches(" =")
        .to_owned()
}

/// Lists the builtins with a text in their names, or of a shape.
fn search(query: &str) -> u8 {
    let found: Vec<(&str, Entry)> = if query.contains("->") {
        let Some(shape) = catalog::shape(query) else {
            complain(format_args!("`{query}` is no shape; one is `list[T], Int -> T?`"));
            return EXIT_USAGE;
        };
        all().filter(|(_, entry)| entry.has_shape(&shape)).collect()
    } else {
        let wanted = query.to_lowercase();
        all().filter(|(_, entry)| entry.name.to_lowercase().contains(&wanted)).collect()
    };
    if found.is_empty() {
        complain(format_args!("nothing in std is like `{query}`"));
        return EXIT_FAILURE;
    }
    let mut lines: Vec<String> =
        found.iter().map(|(path, entry)| format!("{}    {path}\n", first_line(entry))).collect();
    lines.sort();
    out(lines.concat().as_bytes());
    EXIT_SUCCESS
}

/// Prints what a document declares for others.
fn document(file: &Path, is_short: bool) -> u8 {
    let Some(source) = source::read(file) else { return EXIT_USAGE };
    let text = match decode(source.bytes, FileId(0)) {
        Ok(text) => text,
        Err(unreadable) => {
            complain(format_args!("{}: {}", source.name, unreadable.problem.message));
            return EXIT_COMPILE;
        }
    };
    let entries = catalog::entries(&text, source.form, false);
    let mut public = entries.iter().filter(|entry| entry.is_pub).peekable();
    if public.peek().is_none() {
        complain(format_args!("{} declares nothing that is `pub`", source.name));
        return EXIT_FAILURE;
    }
    for entry in public {
        if is_short {
            out(format!("{}\n", first_line(entry)).as_bytes());
            continue;
        }
        let doc = entry.doc.as_ref().map_or(String::new(), |doc| format!("{doc}\n\n"));
        out(format!("## {}\n\n```lumen\n{}\n```\n\n{doc}", entry.name, entry.signature).as_bytes());
    }
    EXIT_SUCCESS
}
