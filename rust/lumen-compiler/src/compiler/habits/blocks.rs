//! Blocks by `:` and indentation, by braces, and by `then` or `do` at the end of a line.
//!
//! The header keeps its form: what is said of it takes the changes of its block too, so that one fix mends both.

use super::draft::{Draft, NONE, ends_value};
use super::table::Form;
use crate::compiler::tokens::TokenKind as K;
use lumen_base::Span;
use std::collections::BTreeMap;

/// By the beginning of a line: a form.
type Forms = BTreeMap<usize, usize>;

const OPENERS: [&str; 6] = ["trait", "impl", "effect", "handler", "handle", "when"];

/// Finds foreign blocks; the headers are read already.
pub(super) fn find(draft: &mut Draft<'_>) {
    let forms = &forms_of_lines(draft);
    for at in 0..draft.tokens.len() - 1 {
        if draft.is_dropped(at) {
            continue;
        }
        if draft.kind(at) == K::LBrace && draft.pairs[at] != NONE && opens_block(draft, at) {
            braces(draft, forms, at);
        }
    }
    let mut colons: Vec<Colon> = Vec::new();
    let mut depth = 0_usize;
    let mut last_kept = None;
    let mut begins = false;
    for at in 0..draft.tokens.len() {
        let (token, is_dropped) = (draft.tok(at), draft.is_dropped(at));
        begins |= token.starts_line();
        if begins && !is_dropped {
            begins = false;
            close_colons(draft, &mut colons, at, depth, last_kept);
            if depth == 0
                || colons.last().is_some_and(|colon| colon.depth == depth)
                || is_opener(draft, at)
            {
                line(draft, forms, &mut colons, at, depth);
            }
        }
        if !draft.block_braces.contains(&at) && draft.pairs[at] != NONE {
            match token.kind {
                K::LParen | K::LBracket | K::QBracket | K::LBrace | K::HoleOpen => depth += 1,
                K::RParen | K::RBracket | K::RBrace | K::HoleClose => {
                    depth = depth.saturating_sub(1)
                }
                _ => {}
            }
        }
        if !is_dropped {
            last_kept = Some(at);
        }
    }
}

/// A block that `:` began.
struct Colon {
    indent: usize,
    depth: usize,
    header: usize,
    /// Where its changes are noted.
    found: Option<usize>,
}

/// Whether a line that begins so is the header of a block.
fn is_opener(draft: &Draft<'_>, at: usize) -> bool {
    match draft.kind(at) {
        K::If
        | K::Else
        | K::While
        | K::For
        | K::Loop
        | K::Match
        | K::Cell
        | K::Record
        | K::Enum
        | K::Defer => true,
        K::Pub => is_opener(draft, at + 1),
        K::Ident => OPENERS.contains(&draft.word(at)),
        _ => false,
    }
}

/// By line: the first form on it, which takes the changes of the block that the line begins.
fn forms_of_lines(draft: &Draft<'_>) -> Forms {
    let mut forms: Forms = BTreeMap::new();
    for (at, found) in draft.found.iter().enumerate() {
        let line = super::line_of(draft.text, found.at.lo);
        let first = forms.entry(line).or_insert(at);
        if found.at.lo < draft.found[*first].at.lo {
            *first = at;
        }
    }
    forms
}

/// Adds changes to the form of the header, or reports the block.
fn note(
    draft: &mut Draft<'_>,
    forms: &Forms,
    form: Form,
    at: usize,
    edits: Vec<(Span, String)>,
) -> usize {
    match forms.get(&super::line_of(draft.text, draft.tok(at).lo)) {
        Some(&found) => {
            // A form without a sure way stays without.
            if !draft.found[found].edits.is_empty() {
                draft.found[found].edits.extend(edits);
            }
            found
        }
        None => {
            draft.report(form, at, edits);
            draft.found.len() - 1
        }
    }
}

/// Whether `{` begins a block: no set or map can stand behind a value.
fn opens_block(draft: &Draft<'_>, at: usize) -> bool {
    if draft.block_braces.contains(&at) {
        return true;
    }
    if at == 0 || draft.starts_line(at) {
        return false;
    }
    match draft.kind(at - 1) {
        K::Loop | K::Try | K::True if draft.is_dropped(at - 1) => true,
        K::Loop | K::Defer => true,
        K::If => draft.tries.contains(&(at - 1)),
        K::Else => at > 1 && draft.kind(at - 2) == K::RBrace || draft.starts_line(at + 1),
        kind => ends_value(kind) || draft.is_dropped(at - 1) || matches!(kind, K::Question),
    }
}

/// `{ … }` as a block.
fn braces(draft: &mut Draft<'_>, forms: &Forms, open: usize) {
    let close = draft.pairs[open];
    let first = draft.line_start(open);
    let is_data = matches!(draft.kind(first), K::Record | K::Enum)
        || draft.kind(first) == K::Pub && matches!(draft.kind(first + 1), K::Record | K::Enum);
    let indent = draft.indent(open).to_owned();
    let is_one_line = !draft.starts_line(open + 1) && close > open + 1;
    let before = if open == 0 { draft.tok(open).lo } else { draft.tok(open - 1).hi };
    let mut edits = Vec::new();
    draft.block_braces.extend([open, close]);
    draft.drop(open);
    if is_one_line {
        let next = draft.tok(open + 1).lo;
        edits.push((Span::new(before, next), format!("\n{indent}  ")));
        draft.break_before(open + 1);
    } else {
        edits.push((Span::new(before, draft.tok(open).hi), String::new()));
    }
    let mut follower = close + 1;
    while draft.is_dropped(follower) {
        follower += 1;
    }
    let goes_on = draft.kind(follower) == K::Else && follower == close + 1;
    let (lo, hi) = (draft.tok(close).lo, draft.tok(close).hi);
    let from = if draft.starts_line(close) { lo } else { draft.tok(close - 1).hi };
    if goes_on {
        draft.drop(close);
        draft.break_before(follower);
        let new = if draft.starts_line(close) { String::new() } else { format!("\n{indent}") };
        edits.push((Span::new(from, draft.tok(follower).lo), new));
    } else {
        draft.set(close, K::End);
        draft.break_before(close);
        let new =
            if draft.starts_line(close) { "end".to_owned() } else { format!("\n{indent}end") };
        edits.push((Span::new(from, hi), new));
    }
    let found = note(draft, forms, Form::Braces, open, edits);
    if is_data && open + 1 < close {
        let body = super::draft::Body { open, first: open + 1, last: close - 1, close };
        let mut edits = draft.split_fields(&body);
        let found = &mut draft.found[found];
        if !found.edits.is_empty() {
            found.edits.append(&mut edits);
        }
    }
}

/// The end of a header: `:`, `then`, `do`.
fn line(draft: &mut Draft<'_>, forms: &Forms, colons: &mut Vec<Colon>, at: usize, depth: usize) {
    let is_header = is_opener(draft, at);
    let last = draft.line_end(at);
    if !is_header || last == at && draft.kind(at) != K::Else {
        return;
    }
    let kind = draft.kind(last);
    let is_word =
        kind == K::Then || draft.is_word(last, &["do", "begin"]) && draft.kind(at) != K::Ident;
    if is_word && !draft.is_dropped(last) && last > at {
        let (lo, hi) = (draft.tok(last - 1).hi, draft.tok(last).hi);
        note(draft, forms, Form::BlockWord, last, vec![(Span::new(lo, hi), String::new())]);
        return draft.drop(last);
    }
    let Some(colon) = header_colon(draft, at, last) else { return };
    let (lo, hi) = (draft.tok(colon).lo, draft.tok(colon).hi);
    let mut edits = Vec::new();
    if colon == last {
        edits.push((Span::new(lo, hi), String::new()));
    } else {
        let next = draft.tok(colon + 1).lo;
        edits.push((Span::new(lo, next), format!("\n{}  ", draft.indent(at))));
        draft.break_before(colon + 1);
    }
    draft.drop(colon);
    let found = Some(note(draft, forms, Form::Colon, colon, edits));
    colons.push(Colon { indent: draft.indent(at).len(), depth, header: at, found });
}

/// The `:` between a header and its block.
fn header_colon(draft: &Draft<'_>, at: usize, last: usize) -> Option<usize> {
    let mut token = at;
    while token <= last {
        match draft.kind(token) {
            K::LParen | K::LBracket | K::LBrace | K::QBracket | K::HoleOpen
                if draft.pairs[token] != NONE =>
            {
                token = draft.pairs[token];
            }
            K::Colon if !draft.is_dropped(token) => {
                // `trait A: B` names a parent, `if let x: T = e` a type.
                let may_go_on = matches!(draft.kind(at), K::If | K::Else | K::While | K::For)
                    && (at..token).all(|t| draft.kind(t) != K::Let);
                return (token == last || may_go_on).then_some(token);
            }
            K::Then | K::FatArrow => return None,
            _ => {}
        }
        token += 1;
    }
    None
}

/// Ends the blocks that a line is not part of.
fn close_colons(
    draft: &mut Draft<'_>,
    colons: &mut Vec<Colon>,
    at: usize,
    depth: usize,
    last_kept: Option<usize>,
) {
    let is_eof = draft.kind(at) == K::Eof;
    while let Some(top) = colons.last() {
        let indent = if is_eof { 0 } else { draft.indent(at).len() };
        if !is_eof && (depth > top.depth || indent > top.indent) {
            return;
        }
        let same = !is_eof && indent == top.indent && depth == top.depth;
        let header = top.header;
        let takes_else = matches!(draft.kind(header), K::If | K::Else | K::For | K::While);
        let goes_on = same && (draft.kind(at) == K::Else && takes_else || draft.kind(at) == K::End);
        let found = top.found;
        colons.pop();
        if goes_on {
            return;
        }
        let Some(last) = last_kept else { continue };
        draft.put_after(last, &[K::End]);
        let place = draft.end_of_line(last);
        let end = format!("\n{}end", draft.indent(header));
        if let Some(found) = found.map(|found| &mut draft.found[found])
            && !found.edits.is_empty()
        {
            found.edits.push((Span::new(place, place), end));
        }
    }
}
