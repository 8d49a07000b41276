//! Statements as other languages begin them.

use super::draft::{Draft, NONE, begins_value, ends_value};
use super::table::Form;
use crate::compiler::tokens::TokenKind as K;
use lumen_base::Span;

const ELSE_IF: [&str; 4] = ["elif", "elsif", "elseif", "elsei"];
const PRINT: [&str; 6] = ["print", "println", "echo", "puts", "printf", "say"];

/// Finds foreign statements at the beginnings of lines.
pub(super) fn find(draft: &mut Draft<'_>) {
    for at in 0..draft.tokens.len() - 1 {
        if draft.is_dropped(at) {
            continue;
        }
        let behind_block = at > 0 && draft.kind(at - 1) == K::RBrace;
        let behind_word =
            at > 0 && matches!(draft.kind(at - 1), K::Then | K::Else | K::LBrace | K::Colon);
        if draft.starts_line(at) || behind_block || behind_word {
            word(draft, at);
        }
        if draft.starts_line(at) {
            several(draft, at);
        }
        if draft.kind(at) == K::For && draft.starts_line(at) {
            for_header(draft, at);
        }
        if draft.kind(at) == K::Else && draft.starts_line(at) {
            else_line(draft, at);
        }
        step(draft, at);
    }
    for at in 0..draft.tokens.len() - 1 {
        let is_when = draft.is_word(at, &["when"]) && draft.line_end(at) == at;
        if (is_when || draft.kind(at) == K::Match) && !draft.is_dropped(at) {
            arms(draft, at);
        }
    }
}

/// A foreign word at the beginning of a statement.
fn word(draft: &mut Draft<'_>, at: usize) {
    let kind = draft.kind(at);
    let next = draft.tok(at + 1);
    let follows = !next.starts_line() && next.kind != K::Eof;
    let value =
        follows && (begins_value(next.kind) || matches!(next.kind, K::LParen | K::Not | K::Bang));
    let spaced = follows && begins_value(next.kind);
    if kind == K::Try {
        return try_block(draft, at);
    }
    if kind != K::Ident {
        return;
    }
    match draft.word(at) {
        word if ELSE_IF.contains(&word) && value => {
            draft.replace(Form::ElseIf, at, K::Else, "else if");
            draft.put_after(at, &[K::If]);
        }
        "switch" | "case" if value && draft.body(at).is_some() => {
            let is_arm = draft.word(at) == "case" && draft.kind(draft.line_end(at)) == K::Colon;
            if !is_arm {
                draft.replace(Form::Switch, at, K::Match, "match");
            }
        }
        "except" | "catch" | "finally" | "rescue" if draft.body(at).is_some() => handler(draft, at),
        "throw" | "raise" if spaced || draft.word(at) == "raise" && next.starts_line() => {
            leave_out(draft, Form::Throw, at);
        }
        word if PRINT.contains(&word) && spaced && !next.is_adjacent() => print(draft, at),
        "del" | "delete" if spaced => leave_out(draft, Form::Remove, at),
        "global" | "nonlocal" if spaced => leave_out(draft, Form::Outer, at),
        "with" => with_block(draft, at),
        "foreach" if value => {
            draft.replace(Form::ForEach, at, K::For, "for");
            for_header(draft, at);
        }
        "unless" | "until" if value => {
            let (kind, new) = if draft.word(at) == "unless" {
                (K::If, "if not")
            } else {
                (K::While, "while not")
            };
            draft.replace(Form::Unless, at, kind, new);
            draft.put_after(at, &[K::Not]);
        }
        "do" if next.kind == K::LBrace && follows && draft.pairs[at + 1] != NONE => {
            let close = draft.pairs[at + 1];
            draft.report(Form::DoWhile, at, Vec::new());
            draft.set(at, K::Loop);
            if draft.kind(close + 1) == K::While {
                draft.drop_all(close + 1, draft.line_end(close + 1));
            }
        }
        _ => {}
    }
}

/// Reads the rest of a line as `null`.
fn leave_out(draft: &mut Draft<'_>, form: Form, at: usize) {
    draft.report(form, at, Vec::new());
    draft.set(at, K::Null);
    let last = draft.line_end(at);
    let closes = |t: usize| draft.kind(t) == K::RBrace && draft.pairs[t] < at;
    let last = (at..=last).find(|&t| closes(t)).map_or(last, |t| t - 1);
    if last > at {
        draft.drop_all(at + 1, last);
    }
}

/// `try:` and `try {`, with what catches.
fn try_block(draft: &mut Draft<'_>, at: usize) {
    let next = draft.tok(at + 1);
    if next.starts_line() || !matches!(next.kind, K::LBrace | K::Colon) {
        return;
    }
    draft.report(Form::Catch, at, Vec::new());
    draft.tries.insert(at);
    draft.set(at, K::If);
    draft.put_after(at, &[K::True]);
}

/// `except …:`, `catch (e) {`, `finally {`: left out.
fn handler(draft: &mut Draft<'_>, at: usize) {
    let Some(body) = draft.body(at) else { return };
    let follows_try = !draft.tries.is_empty();
    if !follows_try {
        draft.report(Form::Catch, at, Vec::new());
    }
    draft.drop_all(at, body.close);
}

/// `print x`
fn print(draft: &mut Draft<'_>, at: usize) {
    let (last, name) = (draft.line_end(at), draft.tok(at));
    let last =
        if draft.kind(last) == K::RBrace && draft.pairs[last] < at { last - 1 } else { last };
    let (first, end) = (draft.tok(at + 1).lo, draft.tok(last).hi);
    let edits = vec![
        (Span::new(name.lo, first), "print(".to_owned()),
        (Span::new(end, end), ")".to_owned()),
    ];
    draft.report(Form::Print, at, edits);
    draft.drop(at);
    draft.put_before(at + 1, &[K::LParen]);
    draft.put_after(last, &[K::RParen]);
}

/// `with open(p) as f:`
fn with_block(draft: &mut Draft<'_>, at: usize) {
    let last = draft.line_end(at);
    let binds = (at..last).any(|t| draft.kind(t) == K::As);
    if binds && draft.kind(last) == K::Colon {
        let close = draft.body(at).map_or(last, |body| body.close);
        draft.report(Form::With, at, Vec::new());
        draft.drop_all(at, close);
    }
}

/// `for (const x of xs)`, `for x of xs`, `for (let i = 0; …)`.
fn for_header(draft: &mut Draft<'_>, at: usize) {
    let open = at + 1;
    if draft.kind(open) != K::LParen {
        let mut last = open;
        while matches!(draft.kind(last), K::Ident | K::Underscore)
            && draft.kind(last + 1) == K::Comma
        {
            last += 2;
        }
        if last > open && draft.kind(last + 1) == K::In {
            let mut edits = Vec::new();
            enclose(draft, open, last, &mut edits);
            draft.report(Form::Several, open, edits);
        }
        if draft.kind(open) == K::Ident
            && draft.is_word(at + 2, &["of"])
            && !draft.starts_line(at + 2)
        {
            let edits = vec![(draft.tok(at + 2).span(), "in".to_owned())];
            draft.report(Form::ForEach, at + 2, edits);
            draft.set(at + 2, K::In);
        }
        return;
    }
    let close = draft.pairs[open];
    if close == NONE || close < open + 2 {
        return;
    }
    let binds =
        draft.kind(open + 1) == K::Let || draft.is_word(open + 1, &["const", "var", "auto", "int"]);
    let name = if binds { open + 2 } else { open + 1 };
    let binds_name = matches!(draft.kind(name), K::Ident | K::Underscore);
    if binds_name && (draft.kind(name + 1) == K::In || draft.is_word(name + 1, &["of"])) {
        let (lo, hi) = (draft.tok(open).lo, draft.tok(close).hi);
        let rest = draft.text_of(name + 2, close - 1);
        let new = format!("{} in {rest}", draft.word(name));
        draft.report(Form::ForEach, at, vec![(Span::new(lo, hi), new)]);
        draft.drop_all(open, name - 1);
        draft.set(name + 1, K::In);
        draft.drop(close);
    } else if binds_name && draft.kind(name + 1) == K::Eq {
        draft.report(Form::ForCount, at, Vec::new());
        let whole = Span::new(draft.tok(at).lo, draft.tok(close).hi);
        if let Some(found) = draft.found.last_mut() {
            found.at = whole;
        }
        draft.drop_all(open, name - 1);
        draft.drop_all(name + 1, close);
        draft.put_after(name, &[K::In, K::LBracket, K::RBracket]);
    }
}

/// `if c then a` and on the next line `else b`.
fn else_line(draft: &mut Draft<'_>, at: usize) {
    let has_more = !draft.starts_line(at + 1) && draft.kind(at + 1) != K::Eof;
    let first = if at > 0 { draft.line_start(at - 1) } else { at };
    if !has_more || first == at || !draft.indent(at).starts_with(draft.indent(first)) {
        return;
    }
    let count = |kind: K| (first + 1..at).filter(|&t| draft.kind(t) == kind).count();
    let needs_more =
        draft.kind(at + 1) != K::If || (at..=draft.line_end(at)).any(|t| draft.kind(t) == K::Then);
    if count(K::Then) <= count(K::Else) || draft.kind(at - 1) == K::Then || !needs_more {
        return;
    }
    let gap = Span::new(draft.tok(at - 1).hi, draft.tok(at).lo);
    let has_comment = gap.text(draft.text).contains('#');
    let edits = if has_comment { Vec::new() } else { vec![(gap, " ".to_owned())] };
    draft.report(Form::ElseLine, at, edits);
    draft.join_before(at);
}

/// `i++`, `i--`, `++i` as statements.
fn step(draft: &mut Draft<'_>, at: usize) {
    let len = match draft.kind(at) {
        K::PlusPlus => 1,
        K::Minus if draft.kind(at + 1) == K::Minus && draft.tok(at + 1).is_adjacent() => 2,
        _ => return,
    };
    let next = at + len;
    let ends =
        |t: usize| draft.starts_line(t) || matches!(draft.kind(t), K::RBrace | K::RParen | K::Eof);
    let new = if len == 1 { " += 1" } else { " -= 1" };
    let sign = Span::new(draft.tok(at).lo, draft.tok(next - 1).hi);
    if at > 0 && draft.tok(at).is_adjacent() && ends_value(draft.kind(at - 1)) && ends(next) {
        draft.found.push(super::Found {
            form: Form::Step,
            at: sign,
            edits: vec![(sign, new.to_owned())],
        });
    } else if draft.starts_line(at)
        && draft.kind(next) == K::Ident
        && draft.tok(next).is_adjacent()
        && ends(next + 1)
    {
        let end = draft.tok(next).hi;
        let edits = vec![(sign, String::new()), (Span::new(end, end), new.to_owned())];
        draft.found.push(super::Found { form: Form::Step, at: sign, edits });
    } else {
        return;
    }
    draft.drop_all(at, next - 1);
}

/// `a, b = b, a`, `let a, b = f()`, `(a, b) = b, a`, `return a, b`.
fn several(draft: &mut Draft<'_>, line: usize) {
    let first = if draft.kind(line) == K::Let { line + 1 } else { line };
    let first = if draft.kind(first) == K::Mut { first + 1 } else { first };
    let mut last = first;
    while draft.kind(last) == K::Ident
        && draft.kind(last + 1) == K::Comma
        && draft.kind(last + 2) == K::Ident
    {
        last += 2;
    }
    let is_return = draft.kind(line) == K::Return && !draft.starts_line(line + 1);
    let mut edits = Vec::new();
    if last > first && draft.kind(last + 1) == K::Eq {
        enclose(draft, first, last, &mut edits);
        last += 2;
    } else if draft.kind(first) == K::LParen
        && draft.pairs[first] != NONE
        && draft.kind(draft.pairs[first] + 1) == K::Eq
    {
        last = draft.pairs[first] + 2;
    } else if is_return {
        last = line + 1;
    } else {
        return;
    }
    let end = draft.line_end(last);
    let end = if draft.kind(end) == K::RBrace && draft.pairs[end] < last { end - 1 } else { end };
    let mut at = last;
    let mut has_comma = false;
    while at <= end {
        match draft.kind(at) {
            K::LParen | K::LBracket | K::LBrace | K::StrOpen if draft.pairs[at] != NONE => {
                at = draft.pairs[at]
            }
            K::Comma => has_comma = true,
            _ => {}
        }
        at += 1;
    }
    if has_comma && draft.kind(end) != K::Comma {
        enclose(draft, last, end, &mut edits);
    }
    if !edits.is_empty() {
        draft.report(Form::Several, first, edits);
    }
}

/// Puts parentheses around tokens.
fn enclose(draft: &mut Draft<'_>, first: usize, last: usize, edits: &mut Vec<(Span, String)>) {
    let (lo, hi) = (draft.tok(first).lo, draft.tok(last).hi);
    edits.push((Span::new(lo, lo), "(".to_owned()));
    edits.push((Span::new(hi, hi), ")".to_owned()));
    draft.put_before(first, &[K::LParen]);
    draft.put_after(last, &[K::RParen]);
}

/// The arms of a `match` or `when` as elsewhere: `case 1:`, `else ->`, `default:`, `1 =>`, with commas and `break`s.
fn arms(draft: &mut Draft<'_>, at: usize) {
    let Some(body) = draft.body(at) else { return };
    let Some(first) = (body.first..=body.last).find(|&t| draft.starts_line(t)) else { return };
    let column = draft.indent(first).len();
    let mut is_foreign = false;
    for line in body.first..=body.last {
        if !draft.starts_line(line) || draft.is_dropped(line) {
            continue;
        }
        if draft.indent(line).len() == column {
            is_foreign |= arm(draft, line);
        } else if is_foreign && draft.kind(line) == K::Break && draft.starts_line(line + 1) {
            let edit = draft.without(line);
            if let Some(found) = draft.found.iter_mut().rev().find(|found| found.form == Form::Case)
            {
                found.edits.push(edit);
            }
            draft.drop(line);
        }
    }
}

/// One arm; whether it is foreign.
fn arm(draft: &mut Draft<'_>, line: usize) -> bool {
    let last = draft.line_end(line);
    let has_case = draft.is_word(line, &["case"])
        && !draft.starts_line(line + 1)
        && begins_pattern(draft.kind(line + 1));
    let is_else = draft.kind(line) == K::Else
        && matches!(draft.kind(line + 1), K::Arrow | K::FatArrow | K::Colon);
    let is_default =
        is_else || draft.is_word(line, &["default"]) && draft.kind(line + 1) == K::Colon;
    let mut at = line;
    let sign = loop {
        match draft.kind(at) {
            K::LParen | K::LBracket | K::LBrace if draft.pairs[at] != NONE => at = draft.pairs[at],
            K::Arrow | K::Fn => break None,
            K::FatArrow => break Some(at),
            K::Colon if has_case || is_default => break Some(at),
            _ => {}
        }
        if at >= last {
            break None;
        }
        at += 1;
    };
    if sign.is_none() && !has_case && !is_else {
        return false;
    }
    let mut edits = Vec::new();
    if has_case {
        edits.push(draft.without(line));
        draft.drop(line);
    }
    if is_default {
        edits.push((draft.tok(line).span(), "_".to_owned()));
        draft.set(line, K::Underscore);
    }
    if let Some(sign) = sign {
        let text = if draft.kind(sign) == K::Colon { " ->" } else { "->" };
        edits.push((draft.tok(sign).span(), text.to_owned()));
        draft.set(sign, K::Arrow);
    }
    if draft.kind(last) == K::Comma {
        edits.push((draft.tok(last).span(), String::new()));
        draft.drop(last);
    }
    draft.report(Form::Case, sign.unwrap_or(line), edits);
    true
}

fn begins_pattern(kind: K) -> bool {
    begins_value(kind)
        || matches!(kind, K::Minus | K::LParen | K::LBracket | K::Underscore | K::Err | K::Ok)
}
