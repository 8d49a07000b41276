//! Declarations as other languages begin them.

use super::draft::{Draft, NONE, begins_value};
use super::table::Form;
use crate::compiler::tokens::TokenKind as K;
use lumen_base::{Span, sym};

const FUNCTIONS: [&str; 6] = ["def", "function", "func", "fun", "proc", "sub"];
const PUBLIC: [&str; 3] = ["export", "public", "exports"];
const MODIFIERS: [&str; 9] = [
    "async",
    "private",
    "protected",
    "static",
    "final",
    "abstract",
    "override",
    "readonly",
    "default",
];
const RECORDS: [&str; 5] = ["class", "struct", "interface", "protocol", "dataclass"];
const TYPES: [&str; 18] = [
    "int", "str", "string", "float", "double", "bool", "boolean", "auto", "long", "number", "char",
    "void", "String", "Int", "Float", "Bool", "Integer", "Boolean",
];

/// Finds foreign declarations at the beginnings of lines.
pub(super) fn find(draft: &mut Draft<'_>) {
    for line in 0..draft.tokens.len() - 1 {
        if draft.starts_line(line) && !draft.is_dropped(line) {
            let before = draft.found.len();
            let first = modifiers(draft, line);
            let words = draft.found.len();
            declaration(draft, first);
            // The declaration takes the changes of the words before it.
            if draft.found.len() > words && !draft.found[words].edits.is_empty() {
                let edits = draft.found.drain(before..words).flat_map(|found| found.edits);
                let edits: Vec<_> = edits.collect();
                draft.found[before].edits.splice(0..0, edits);
            }
        }
    }
}

/// Steps over words such as `export` and `async`.
fn modifiers(draft: &mut Draft<'_>, line: usize) -> usize {
    let mut at = line;
    loop {
        let next = draft.kind(at + 1);
        let declares = matches!(
            next,
            K::Ident | K::Upper | K::Cell | K::Record | K::Enum | K::Type | K::Fn | K::Let
        );
        if draft.starts_line(at + 1) || !declares {
            return at;
        }
        if draft.is_word(at, &PUBLIC) {
            draft.replace(Form::Public, at, K::Pub, "pub");
            if at > line || draft.is_word(at + 1, &["default"]) {
                draft.drop(at);
            }
        } else if draft.is_word(at, &MODIFIERS) && (next != K::Cell || draft.word(at) != "async") {
            let edit = draft.without(at);
            draft.report(Form::Modifier, at, vec![edit]);
            draft.drop(at);
        } else if !(draft.kind(at) == K::Pub) {
            return at;
        }
        at += 1;
    }
}

fn declaration(draft: &mut Draft<'_>, at: usize) {
    let (kind, next) = (draft.kind(at), draft.kind(at + 1));
    if draft.starts_line(at + 1) {
        return;
    }
    if kind == K::Cell || (kind == K::Fn || draft.is_word(at, &FUNCTIONS)) && next == K::Ident {
        return function(draft, at);
    }
    if draft.is_word(at, &RECORDS) && next == K::Upper {
        return class(draft, at);
    }
    if kind == K::Record && next == K::Upper {
        return field_commas(draft, at);
    }
    let binds = matches!(next, K::Ident | K::Upper | K::Underscore | K::LBracket);
    match draft.word(at) {
        "var" if kind == K::Ident && binds => {
            draft.replace(Form::Variable, at, K::Let, "let mut");
            draft.put_after(at, &[K::Mut]);
        }
        "val" if kind == K::Ident && binds => {
            draft.replace(Form::Binding, at, K::Let, "let");
        }
        "const" if kind == K::Ident && matches!(next, K::Ident | K::LBracket) => {
            draft.replace(Form::Binding, at, K::Let, "let");
        }
        "from" if kind == K::Ident && next == K::Ident => from_import(draft, at),
        "package" | "using" | "use" | "namespace" | "require"
            if kind == K::Ident
                && matches!(next, K::Ident | K::Upper | K::Str)
                && draft.word(at + 1) != "tool" =>
        {
            let last = draft.line_end(at);
            draft.report(Form::Include, at, Vec::new());
            draft.drop_all(at, last);
        }
        _ if kind == K::Import => import_from(draft, at),
        _ if kind == K::Type
            && next == K::Upper
            && draft.kind(at + 2) == K::Eq
            && draft.kind(at + 3) == K::LBrace =>
        {
            let (name, sign) = (draft.tok(at + 1).hi, draft.tok(at + 2).hi);
            let edits = vec![
                (draft.tok(at).span(), "record".to_owned()),
                (Span::new(name, sign), String::new()),
            ];
            draft.report(Form::Record, at, edits);
            draft.set(at, K::Record);
            draft.drop(at + 2);
        }
        word if TYPES.contains(&word) && next == K::Ident => type_first(draft, at),
        _ if kind == K::Ident
            && next == K::Colon
            && draft.kind(at + 2) == K::Eq
            && draft.tok(at + 2).is_adjacent() =>
        {
            let (name, colon) = (draft.tok(at).lo, draft.tok(at + 1).lo);
            let edits = vec![
                (Span::new(name, name), "let ".to_owned()),
                (Span::new(colon, colon + 1), String::new()),
            ];
            draft.report(Form::Walrus, at + 1, edits);
            draft.put_before(at, &[K::Let]);
            draft.drop(at + 1);
        }
        _ => {}
    }
}

/// `def f(…)`, `function f(…): T`, `cell P.f(self)`.
fn function(draft: &mut Draft<'_>, at: usize) {
    if draft.kind(at) == K::Cell {
        receiver(draft, at);
    } else {
        let opens = matches!(draft.kind(at + 2), K::LParen | K::LBracket | K::Lt);
        if !opens || draft.starts_line(at + 2) {
            return;
        }
        draft.replace(Form::Function, at, K::Cell, "cell");
    }
    // The type of the result behind `:`.
    let last = draft.line_end(at);
    let Some(open) = (at..=last).find(|&t| draft.kind(t) == K::LParen) else { return };
    let close = draft.pairs[open];
    if close == NONE {
        return;
    }
    let (colon, ty) = (close + 1, close + 2);
    let has_type = draft.kind(colon) == K::Colon
        && !draft.starts_line(colon)
        && !draft.starts_line(ty)
        && matches!(draft.kind(ty), K::Upper | K::Ident | K::LParen | K::Null);
    let is_new = draft.kind(at) == K::Cell
        && draft
            .found
            .last()
            .is_some_and(|found| found.form == Form::Function && found.at == draft.tok(at).span());
    if has_type && is_new {
        let edit = (draft.tok(colon).span(), " ->".to_owned());
        draft.found.last_mut().into_iter().for_each(|found| found.edits.push(edit.clone()));
        draft.set(colon, K::Arrow);
    } else if has_type {
        draft.replace(Form::Result, colon, K::Arrow, " ->");
    }
}

/// `cell P.f(self)`: the type stands at `self`.
fn receiver(draft: &mut Draft<'_>, at: usize) {
    let is_method = draft.kind(at + 1) == K::Upper
        && draft.kind(at + 2) == K::Dot
        && draft.kind(at + 3) == K::Ident
        && draft.kind(at + 4) == K::LParen;
    if !is_method {
        return;
    }
    let (ty, open, first) = (draft.tok(at + 1), at + 4, at + 5);
    let name = draft.word(at + 1);
    let has_self = draft.is_word(first, &["self"]);
    let is_typed = has_self && draft.kind(first + 1) == K::Colon;
    let remove = (Span::new(ty.lo, draft.tok(at + 3).lo), String::new());
    let (place, new) = match (has_self, draft.kind(first)) {
        (true, _) => (draft.tok(first).hi, format!(": {name}")),
        (false, K::RParen) => (draft.tok(open).hi, format!("self: {name}")),
        (false, _) => (draft.tok(open).hi, format!("self: {name}, ")),
    };
    let mut edits = vec![remove];
    if !is_typed {
        edits.push((Span::new(place, place), new));
    }
    draft.report(Form::Receiver, at + 1, edits);
    if has_self && !is_typed {
        draft.put_name_after(first, K::Colon, sym::EMPTY);
        draft.put_name_after(first, K::Upper, ty.symbol);
    }
    draft.drop_all(at + 1, at + 2);
}

/// `class P …`: a record when its body only has fields.
fn class(draft: &mut Draft<'_>, at: usize) {
    let Some(body) = draft.body(at) else {
        draft.replace(Form::Record, at, K::Record, "record");
        return;
    };
    let last = draft.line_end(at);
    let head = if body.first > last { last } else { body.open };
    let name_end = if draft.kind(at + 2) == K::LBracket && draft.pairs[at + 2] != NONE {
        draft.pairs[at + 2]
    } else {
        at + 1
    };
    let only_fields =
        (body.first..=body.last).filter(|&t| t == body.first || draft.starts_line(t)).all(|t| {
            let is_field = draft.kind(t) == K::Ident && draft.kind(t + 1) == K::Colon;
            is_field && !matches!(draft.kind(t + 2), K::LParen | K::Eof)
        });
    let has_bases = head > name_end + 1 || head == name_end + 1 && body.open != head;
    if only_fields && !has_bases && body.first <= body.last {
        draft.replace(Form::Record, at, K::Record, "record");
        let mut edits = draft.split_fields(&body);
        if let Some(found) = draft.found.last_mut() {
            found.edits.append(&mut edits);
        }
        return;
    }
    let form =
        if draft.is_word(at, &["interface", "protocol"]) { Form::Interface } else { Form::Class };
    draft.report(form, at, Vec::new());
    draft.set(at, K::Record);
    draft.put_after(name_end, &[K::End]);
    draft.drop_all(name_end + 1, body.close);
}

/// `record P`, lines `x: Int,`.
fn field_commas(draft: &mut Draft<'_>, at: usize) {
    let Some(body) = draft.body(at) else { return };
    if draft.kind(body.open) == K::LBrace {
        return;
    }
    let is_last = |t: usize| draft.kind(t) == K::Comma && draft.starts_line(t + 1);
    let comma = (body.first..=body.last)
        .filter(|&t| draft.starts_line(t) && draft.kind(t + 1) == K::Colon)
        .map(|t| draft.line_end(t))
        .find(|&t| is_last(t));
    if let Some(comma) = comma {
        let edits = draft.split_fields(&body);
        draft.report(Form::FieldComma, comma, edits);
    }
}

/// `from m import a, b`.
fn from_import(draft: &mut Draft<'_>, at: usize) {
    let last = draft.line_end(at);
    let Some(import) = (at..=last).find(|&t| draft.kind(t) == K::Import) else { return };
    if import == last {
        return;
    }
    let module = draft.text_of(at + 1, import - 1);
    let new = format!("import {module}: {}", draft.text_of(import + 1, last));
    let whole = Span::new(draft.tok(at).lo, draft.tok(last).hi);
    draft.report(Form::FromImport, at, vec![(whole, new)]);
    draft.set(at, K::Import);
    draft.set(import, K::Colon);
}

/// `import { a } from "m"`, `import x from "m"`.
fn import_from(draft: &mut Draft<'_>, at: usize) {
    let last = draft.line_end(at);
    let from = (at..last).find(|&t| draft.is_word(t, &["from"]) && draft.kind(t + 1) == K::Str);
    let Some(from) = from else { return };
    let path = draft.word(from + 1).trim_matches('"');
    let module = path.rsplit('/').next().unwrap_or(path);
    let module = module.split('.').next().unwrap_or(module);
    let names = draft.text_of(at + 1, from - 1).trim_matches(['{', '}', ' ']);
    let is_plain = !module.is_empty() && !names.contains(['*', '{']);
    let whole = Span::new(draft.tok(at).lo, draft.tok(last).hi);
    let edits =
        if is_plain { vec![(whole, format!("import {module}: {names}"))] } else { Vec::new() };
    draft.report(Form::ImportFrom, at, edits);
    draft.drop_all(at, last);
}

/// `int x = 5`, `int f(int x) {`.
fn type_first(draft: &mut Draft<'_>, at: usize) {
    let after = draft.kind(at + 2);
    if after == K::Eq {
        draft.replace(Form::TypeFirst, at, K::Let, "let");
    } else if after == K::LParen && draft.pairs[at + 2] != NONE {
        let close = draft.pairs[at + 2];
        if draft.kind(close + 1) == K::LBrace && !begins_value(draft.kind(close + 1)) {
            draft.report(Form::Function, at, Vec::new());
            draft.set(at, K::Cell);
        }
    }
}
