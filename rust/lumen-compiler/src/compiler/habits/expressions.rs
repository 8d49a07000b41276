//! Expressions and types as other languages write them.

use super::draft::{Draft, Found, NONE, begins_value, ends_value};
use super::table::Form;
use crate::compiler::tokens::TokenKind as K;
use crate::interface;
use lumen_base::{Span, sym};

/// Finds foreign expressions anywhere.
pub(super) fn find(draft: &mut Draft<'_>) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..draft.tokens.len() - 1 {
        match draft.kind(at) {
            K::LParen | K::LBracket | K::LBrace | K::QBracket | K::HoleOpen => open.push(at),
            K::RParen | K::RBracket | K::RBrace | K::HoleClose => {
                open.pop();
            }
            _ => {}
        }
        if draft.is_dropped(at) {
            continue;
        }
        match draft.kind(at) {
            K::Ident => word(draft, at),
            K::FatArrow if is_entry(draft, at, open.last().copied()) => entry(draft, at),
            K::FatArrow => fat_arrow(draft, at),
            K::Arrow => thin_arrow(draft, at),
            K::Bar => closure(draft, at),
            K::Question => ternary(draft, at),
            K::Fn => lambda_colon(draft, at),
            K::If => if_behind(draft, at),
            K::Is => is_not(draft, at),
            K::Lt => angles(draft, at),
            K::Ne if draft.kind(at + 1) == K::Eq && draft.tok(at + 1).is_adjacent() => {
                let whole = Span::new(draft.tok(at).lo, draft.tok(at + 1).hi);
                not_equal(draft, at, whole);
            }
            K::LBracket => list_type(draft, at),
            K::Colon => slice(draft, at, open.last().copied()),
            K::For => generator(draft, at, open.last().copied()),
            _ => {}
        }
    }
}

fn word(draft: &mut Draft<'_>, at: usize) {
    let next = draft.tok(at + 1);
    if next.starts_line() || next.kind == K::Eof {
        return;
    }
    let behind_value = at > 0 && ends_value(draft.kind(at - 1)) && !draft.starts_line(at);
    match draft.word(at) {
        "lambda" if matches!(next.kind, K::Ident | K::Colon | K::Underscore) => lambda(draft, at),
        "f" | "F" | "u" if next.is_adjacent() && matches!(next.kind, K::Str | K::StrOpen) => {
            draft.report(Form::Prefix, at, vec![(draft.tok(at).span(), String::new())]);
            draft.drop(at);
        }
        "new" if matches!(next.kind, K::Upper) => {
            draft.report(
                Form::New,
                at,
                vec![(Span::new(draft.tok(at).lo, next.lo), String::new())],
            );
            draft.drop(at);
        }
        "function" | "func" if next.kind == K::LParen && !draft.is_dropped(at) => {
            let close = draft.pairs[at + 1];
            if close != NONE && draft.kind(close + 1) == K::LBrace && draft.pairs[close + 1] != NONE
            {
                draft.replace(Form::Arrow, at, K::Fn, "fn");
            }
        }
        "typeof" if begins_value(next.kind) => {
            draft.report(Form::TypeOf, at, Vec::new());
            draft.drop(at);
        }
        "instanceof" if behind_value && matches!(next.kind, K::Upper | K::Ident) => {
            draft.replace(Form::InstanceOf, at, K::Is, "is");
        }
        name if begins_value(next.kind) && !next.is_adjacent() && !behind_value => {
            spaced(draft, at, name)
        }
        _ => {}
    }
}

/// `lambda x, y: e`
fn lambda(draft: &mut Draft<'_>, at: usize) {
    let last = draft.line_end(at);
    let is_param = |t: usize| matches!(draft.kind(t), K::Ident | K::Comma | K::Underscore);
    let Some(colon) = (at + 1..=last).find(|&t| !is_param(t)) else { return };
    if draft.kind(colon) != K::Colon || colon == last {
        return;
    }
    let params = if colon > at + 1 { draft.text_of(at + 1, colon - 1) } else { "" };
    let whole = Span::new(draft.tok(at).lo, draft.tok(colon).hi);
    draft.report(Form::Lambda, at, vec![(whole, format!("fn({params}) =>"))]);
    draft.set(at, K::Fn);
    draft.put_after(at, &[K::LParen]);
    draft.put_before(colon, &[K::RParen]);
    draft.set(colon, K::FatArrow);
}

/// `fn(x): e`
fn lambda_colon(draft: &mut Draft<'_>, at: usize) {
    let open = at + 1;
    if draft.kind(open) != K::LParen || draft.pairs[open] == NONE {
        return;
    }
    let colon = draft.pairs[open] + 1;
    let value = draft.tok(colon + 1);
    if draft.kind(colon) != K::Colon || value.starts_line() || !begins_value(value.kind) {
        return;
    }
    let gap = if value.lo == draft.tok(colon).hi { " " } else { "" };
    // The type of a result stands there elsewhere: `fn(x): Int => e`.
    let is_typed = (colon + 1..=draft.line_end(colon)).any(|t| draft.kind(t) == K::FatArrow);
    let (form, kind, arrow) = match value.kind == K::Upper && is_typed {
        true => (Form::Result, K::Arrow, "->"),
        false => (Form::LambdaColon, K::FatArrow, "=>"),
    };
    let edits = vec![(draft.tok(colon).span(), format!(" {arrow}{gap}"))];
    draft.report(form, colon, edits);
    draft.set(colon, kind);
}

/// Whether a `=>` stands behind a key in braces that hold a map.
fn is_entry(draft: &Draft<'_>, at: usize, open: Option<usize>) -> bool {
    let Some(open) = open.filter(|&open| draft.kind(open) == K::LBrace && open > 0) else {
        return false;
    };
    let holds_map = matches!(
        draft.kind(open - 1),
        K::Eq | K::LParen | K::LBracket | K::Comma | K::Colon | K::Return | K::PlusPlus
    );
    let before = draft.value_start(at);
    holds_map && before < at && matches!(draft.kind(before - 1), K::LBrace | K::Comma)
}

/// `{key => value}`
fn entry(draft: &mut Draft<'_>, at: usize) {
    let key = draft.value_start(at);
    let (name, last) = (draft.tok(key), draft.tok(at - 1));
    let mut edits = vec![(Span::new(last.hi, draft.tok(at).hi), ":".to_owned())];
    if key + 1 == at && name.kind == K::Ident {
        edits.push((Span::new(name.lo, name.lo), "(".to_owned()));
        edits[0].1 = "):".to_owned();
        draft.put_before(key, &[K::LParen]);
        draft.put_after(key, &[K::RParen]);
    }
    draft.report(Form::Entry, at, edits);
    draft.set(at, K::Colon);
}

/// `x => e`, `(x, y) => e`
fn fat_arrow(draft: &mut Draft<'_>, at: usize) {
    if at == 0 || draft.starts_line(at) {
        return;
    }
    let before = at - 1;
    match draft.kind(before) {
        K::Ident | K::Underscore => {
            let is_param = before == 0
                || draft.starts_line(before)
                || matches!(
                    draft.kind(before - 1),
                    K::LParen | K::Comma | K::Eq | K::Return | K::LBracket
                )
                || matches!(draft.kind(before - 1), K::Colon | K::FatArrow | K::Then | K::Else);
            let in_params = before > 1
                && draft.kind(before - 1) == K::LParen
                && draft.kind(before - 2) == K::Fn;
            if !is_param || in_params {
                return;
            }
            let name = draft.tok(before);
            let edits = vec![
                (Span::new(name.lo, name.lo), "fn(".to_owned()),
                (Span::new(name.hi, name.hi), ")".to_owned()),
            ];
            draft.report(Form::Arrow, before, edits);
            draft.put_before(before, &[K::Fn, K::LParen]);
            draft.put_after(before, &[K::RParen]);
        }
        K::RParen => {
            let open = draft.pairs[before];
            if open == NONE || !is_free(draft, open) {
                return;
            }
            begin_function(draft, open);
        }
        _ => return,
    }
    if draft.kind(at + 1) == K::LBrace && !draft.starts_line(at + 1) && draft.pairs[at + 1] != NONE
    {
        block_body(draft, at);
    }
}

/// Whether the parenthesis belongs to no name, `fn` or `return` before it.
fn is_free(draft: &Draft<'_>, open: usize) -> bool {
    if open == 0 || draft.starts_line(open) {
        return true;
    }
    let before = draft.kind(open - 1);
    !matches!(before, K::Fn | K::Return)
        && (!ends_value(before)
            || !draft.tok(open).is_adjacent() && draft.is_word(open - 1, &["async"]))
}

/// Puts `fn` before parameters in parentheses.
fn begin_function(draft: &mut Draft<'_>, open: usize) {
    let lo = draft.tok(open).lo;
    let mut from = lo;
    if open > 0 && draft.is_word(open - 1, &["async"]) && !draft.starts_line(open) {
        from = draft.tok(open - 1).lo;
        draft.drop(open - 1);
    }
    draft.report(Form::Arrow, open, vec![(Span::new(from, lo), "fn".to_owned())]);
    draft.put_before(open, &[K::Fn]);
}

/// `=> { … }`: a block without `=>`, up to its `end`.
fn block_body(draft: &mut Draft<'_>, arrow: usize) {
    let lo = draft.tok(arrow - 1).hi;
    let hi = draft.tok(arrow).hi;
    if let Some(found) = draft.found.last_mut() {
        found.edits.push((Span::new(lo, hi), String::new()));
    }
    draft.drop(arrow);
    draft.block_braces.insert(arrow + 1);
}

/// `(a, b) -> e` as a value.
fn thin_arrow(draft: &mut Draft<'_>, at: usize) {
    if at == 0
        || draft.kind(at - 1) != K::RParen
        || draft.starts_line(at)
        || draft.starts_line(at + 1)
    {
        return;
    }
    let open = draft.pairs[at - 1];
    if open == NONE || open == 0 || draft.starts_line(open) {
        return;
    }
    let only_names = (open + 1..at - 1).all(|t| matches!(draft.kind(t), K::Ident | K::Comma));
    if only_names
        && matches!(draft.kind(open - 1), K::Eq | K::LParen | K::Comma)
        && draft.kind(at + 1) != K::Upper
    {
        begin_function(draft, open);
        let edit = (draft.tok(at).span(), "=>".to_owned());
        if let Some(found) = draft.found.last_mut() {
            found.edits.push(edit);
        }
        draft.set(at, K::FatArrow);
    }
}

/// `|x| e`
fn closure(draft: &mut Draft<'_>, at: usize) {
    let begins = at > 0
        && matches!(draft.kind(at - 1), K::LParen | K::Comma | K::Eq)
        && !draft.starts_line(at);
    if !begins {
        return;
    }
    let mut close = at + 1;
    while matches!(draft.kind(close), K::Ident | K::Comma | K::Underscore) {
        close += 1;
    }
    if draft.kind(close) != K::Bar || draft.starts_line(close) {
        return;
    }
    let params = draft.text_of(at + 1, close - 1);
    let whole = Span::new(draft.tok(at).lo, draft.tok(close).hi);
    draft.report(Form::Arrow, at, vec![(whole, format!("fn({params}) =>"))]);
    draft.set(at, K::Fn);
    draft.put_after(at, &[K::LParen]);
    draft.set(close, K::RParen);
    draft.put_after(close, &[K::FatArrow]);
}

/// `c ? a : b`
fn ternary(draft: &mut Draft<'_>, at: usize) {
    let next = draft.tok(at + 1);
    let has_value = begins_value(next.kind)
        || matches!(next.kind, K::LParen | K::Minus | K::LBracket | K::LBrace);
    if at == 0 || next.starts_line() || next.is_adjacent() || !has_value {
        return;
    }
    let last = draft.line_end(at);
    let mut colon = at + 1;
    while draft.kind(colon) != K::Colon {
        if matches!(draft.kind(colon), K::LParen | K::LBracket | K::LBrace)
            && draft.pairs[colon] != NONE
        {
            colon = draft.pairs[colon];
        }
        let stops = matches!(draft.kind(colon), K::Comma | K::HoleClose | K::HoleSpec | K::Eof);
        if stops || colon >= last {
            return;
        }
        colon += 1;
    }
    if colon >= last {
        return;
    }
    let first = draft.value_start(at);
    let lo = draft.tok(first).lo;
    let edits = vec![
        (Span::new(lo, lo), "if ".to_owned()),
        (draft.tok(at).span(), "then".to_owned()),
        (draft.tok(colon).span(), "else".to_owned()),
    ];
    draft.report(Form::Ternary, at, edits);
    draft.put_before(first, &[K::If]);
    draft.set(at, K::Then);
    draft.set(colon, K::Else);
}

/// `a if c else b`
fn if_behind(draft: &mut Draft<'_>, at: usize) {
    if at == 0 || draft.starts_line(at) || !ends_value(draft.kind(at - 1)) {
        return;
    }
    let first = draft.value_start(at);
    let last = draft.line_end(at);
    let mut otherwise = at + 1;
    while draft.kind(otherwise) != K::Else {
        if matches!(draft.kind(otherwise), K::LParen | K::LBracket | K::LBrace)
            && draft.pairs[otherwise] != NONE
        {
            otherwise = draft.pairs[otherwise];
        }
        let stops =
            matches!(draft.kind(otherwise), K::Then | K::Comma | K::For | K::RParen | K::RBracket);
        if stops || otherwise >= last {
            return;
        }
        otherwise += 1;
    }
    let is_loop = (first..at).any(|t| draft.kind(t) == K::For);
    if is_loop || otherwise >= last {
        return;
    }
    let end = draft.value_end(otherwise + 1);
    let (one, condition) = (draft.text_of(first, at - 1), draft.text_of(at + 1, otherwise - 1));
    let other = draft.text_of(otherwise + 1, end);
    let whole = Span::new(draft.tok(first).lo, draft.tok(end).hi);
    draft.report(
        Form::IfBehind,
        at,
        vec![(whole, format!("if {condition} then {one} else {other}"))],
    );
    draft.drop_all(at, end);
}

/// `x is not None`
fn is_not(draft: &mut Draft<'_>, at: usize) {
    let (not, what) = (at + 1, at + 2);
    if draft.kind(not) != K::Not || draft.starts_line(not) {
        return;
    }
    let is_null = matches!(draft.word(what), "None" | "null" | "undefined" | "nil");
    let whole = Span::new(draft.tok(at).lo, draft.tok(what).hi);
    let edits = if is_null { vec![(whole, "!= null".to_owned())] } else { Vec::new() };
    draft.report(Form::IsNot, at, edits);
    draft.drop(not);
    if is_null {
        draft.set(at, K::Ne);
        draft.set(what, K::Null);
    }
}

/// `list<Int>`, and `<>`
fn angles(draft: &mut Draft<'_>, at: usize) {
    if at == 0 {
        return;
    }
    if draft.kind(at + 1) == K::Gt && draft.tok(at + 1).is_adjacent() {
        let whole = Span::new(draft.tok(at).lo, draft.tok(at + 1).hi);
        return not_equal(draft, at, whole);
    }
    let name = draft.kind(at - 1);
    if !matches!(name, K::Ident | K::Upper)
        || !draft.tok(at).is_adjacent()
        || !in_type(draft, at - 1)
    {
        return;
    }
    let mut depth = 0_i32;
    let mut signs = Vec::new();
    let mut last = at;
    loop {
        match draft.kind(last) {
            K::Lt => depth += 1,
            K::Gt => depth -= 1,
            K::Shr => depth -= 2,
            K::Ident | K::Upper | K::Comma | K::Question | K::LBracket | K::RBracket | K::Bar => {}
            _ => return,
        }
        if matches!(draft.kind(last), K::Lt | K::Gt | K::Shr) {
            signs.push(last);
        }
        if depth <= 0 {
            break;
        }
        last += 1;
    }
    if depth < 0 {
        return;
    }
    let mut edits = Vec::new();
    for &sign in &signs {
        let (kind, new) = match draft.kind(sign) {
            K::Lt => (K::LBracket, "["),
            K::Gt => (K::RBracket, "]"),
            _ => (K::RBracket, "]]"),
        };
        if new == "]]" {
            draft.put_after(sign, &[K::RBracket]);
        }
        edits.push((draft.tok(sign).span(), new.to_owned()));
        draft.set(sign, kind);
    }
    draft.report(Form::Angles, at, edits);
}

/// `<>`, `!==`
fn not_equal(draft: &mut Draft<'_>, at: usize, whole: Span) {
    let edits = vec![(whole, "!=".to_owned())];
    draft.found.push(Found { form: Form::NotEqual, at: whole, edits });
    draft.set(at, K::Ne);
    draft.drop(at + 1);
}

/// Whether a type or the name of a declaration stands here.
fn in_type(draft: &Draft<'_>, at: usize) -> bool {
    if at == 0 || draft.starts_line(at) {
        return false;
    }
    matches!(
        draft.kind(at - 1),
        K::Colon | K::Arrow | K::Lt | K::LBracket | K::Cell | K::Record | K::Enum | K::Type
    ) || draft.kind(at - 1) == K::Eq && (0..at).rev().take(4).any(|t| draft.kind(t) == K::Type)
}

/// `Int[]`
fn list_type(draft: &mut Draft<'_>, at: usize) {
    let is_empty = draft.kind(at + 1) == K::RBracket && draft.tok(at + 1).is_adjacent();
    if at == 0
        || !is_empty
        || !matches!(draft.kind(at - 1), K::Ident | K::Upper)
        || !draft.tok(at).is_adjacent()
        || (at > 1 && matches!(draft.kind(at - 2), K::Cell | K::Record | K::Enum | K::Type))
    {
        return;
    }
    let name = draft.tok(at - 1);
    let whole = Span::new(draft.tok(at).lo, draft.tok(at + 1).hi);
    let edits = vec![(Span::new(name.lo, name.lo), "list[".to_owned()), (whole, "]".to_owned())];
    draft.report(Form::ListType, at - 1, edits);
    draft.drop_all(at, at + 1);
}

/// `xs[a:b]`
fn slice(draft: &mut Draft<'_>, at: usize, open: Option<usize>) {
    let Some(open) = open.filter(|&open| open > 0 && draft.kind(open) == K::LBracket) else {
        return;
    };
    let declares =
        |at: usize| matches!(draft.kind(at), K::Cell | K::Record | K::Enum | K::Type | K::Ident);
    let names = open > 1 && !draft.starts_line(open - 1) && declares(open - 2);
    let is_index = draft.tok(open).is_adjacent() && ends_value(draft.kind(open - 1)) && !names;
    let close = draft.pairs[open];
    // `[T: Bound]`
    let is_bound = draft.kind(at - 1) == K::Upper;
    if !is_index || is_bound || close == NONE || close == open + 2 {
        return;
    }
    let again = draft.sliced.replace(open) == Some(open);
    if again {
        // A step.
        if let Some(found) = draft.found.last_mut() {
            found.edits.clear();
        }
        return draft.drop_all(at, close - 1);
    }
    draft.replace(Form::Slice, at, K::DotDot, "..");
}

/// `sum(x for x in xs)`
fn generator(draft: &mut Draft<'_>, at: usize, open: Option<usize>) {
    let Some(open) = open.filter(|&open| open > 0 && draft.kind(open) == K::LParen) else { return };
    let close = draft.pairs[open];
    let is_call = draft.tok(open).is_adjacent() && ends_value(draft.kind(open - 1));
    if !is_call || close == NONE || draft.starts_line(at) || !ends_value(draft.kind(at - 1)) {
        return;
    }
    let first = draft.value_start(at);
    let (lo, hi) = (draft.tok(first).lo, draft.tok(close).lo);
    let edits = vec![(Span::new(lo, lo), "[".to_owned()), (Span::new(hi, hi), "]".to_owned())];
    draft.report(Form::Generator, at, edits);
    draft.put_before(first, &[K::LBracket]);
    draft.put_before(close, &[K::RBracket]);
}

/// `len xs`, for a builtin and one value.
fn spaced(draft: &mut Draft<'_>, at: usize, name: &str) {
    let ends = draft.tok(at + 2);
    let alone = ends.starts_line()
        || matches!(
            ends.kind,
            K::RParen
                | K::Comma
                | K::RBracket
                | K::Eof
                | K::Plus
                | K::Minus
                | K::Gt
                | K::Lt
                | K::EqEq
        );
    let is_plain = !matches!(draft.kind(at + 1), K::Fn | K::Upper);
    if !alone || !is_plain || !interface::names().any(|known| known == name) {
        return;
    }
    let (word, value) = (draft.tok(at), draft.tok(at + 1));
    let edits = vec![
        (Span::new(word.hi, value.lo), "(".to_owned()),
        (Span::new(value.hi, value.hi), ")".to_owned()),
    ];
    draft.report(Form::Spaced, at, edits);
    draft.put_name_after(at, K::LParen, sym::EMPTY);
    draft.put_after(at + 1, &[K::RParen]);
}
