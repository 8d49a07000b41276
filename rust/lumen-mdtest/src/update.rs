//! Blessing: rewrites the expectations of a document to what really happens.
//!
//! Only `output` fences and codes of `fails` fences are rewritten; a case that compiled where it should be
//! rejected is never blessed into acceptance.

use crate::oracle::{Actual, observe};
use crate::suite::{Case, Document, Expect, cases};
use lumen_base::FileId;
use lumen_compiler::compilation::form_of;
use lumen_compiler::markdown::{self, FenceKind, extract};
use std::ops::Range;

/// The document with its expectations rewritten.
pub fn bless(document: &Document) -> String {
    let text = &*document.text;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let fences = extract(text, form_of(&document.name), FileId(0), &mut Vec::new());
    for case in cases(document).0 {
        match (&case.expect, observe(&case)) {
            (Expect::Unknown | Expect::Rejected(_), Actual::Rejected(codes, _)) => {
                if let [code] = codes.as_slice() {
                    edits.push(header(text, &fences, &case, code.as_str()));
                }
            }
            (Expect::Unknown | Expect::Fails(_), Actual::Failed { code, .. }) => {
                edits.push(header(text, &fences, &case, code.as_str()));
            }
            (Expect::Prints(expected), Actual::Printed(printed)) if *expected != printed => {
                edits.extend(output_body(&fences, case.fence).map(|body| (body, printed)));
            }
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut out = text.to_owned();
    for (range, replacement) in edits {
        out.replace_range(range, &replacement);
    }
    out
}

/// Where the text of the `output` fence behind a fence is.
fn output_body(fences: &markdown::Document, at: usize) -> Option<Range<usize>> {
    let output = fences.fences.get(at + 1).filter(|fence| fence.kind == FenceKind::Output)?;
    match output.body.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The edit that makes the fence's first line say `lumen fails CODE`.
fn header(
    text: &str,
    fences: &markdown::Document,
    case: &Case,
    code: &str,
) -> (Range<usize>, String) {
    let start = fences.fences[case.fence].span.lo as usize;
    let line = text[start..].lines().next().unwrap_or_default();
    let at = line.find("lumen").unwrap_or(0);
    (start + at..start + line.len(), format!("lumen fails {code}"))
}
