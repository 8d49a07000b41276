//! `lumen explain`: the page of a diagnostic code, or what std says about a builtin.

use crate::output::{complain, out};
use crate::{EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::{Code, FileId};
use lumen_compiler::interface;
use lumen_compiler::markdown::{FenceKind, Form, extract};
use std::ops::Range;

pub(super) fn explain(subject: &str) -> u8 {
    if let Some(code) = Code::lookup(subject) {
        out(code.page().as_bytes());
        return EXIT_SUCCESS;
    }
    let text: Vec<String> = interface::declarations(subject)
        .map(|(file, range)| section(file.path, file.text, &range))
        .collect();
    if text.is_empty() {
        complain(format_args!("`{subject}` is neither a diagnostic code nor a builtin"));
        return EXIT_USAGE;
    }
    out(text.join("\n").as_bytes());
    EXIT_SUCCESS
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
