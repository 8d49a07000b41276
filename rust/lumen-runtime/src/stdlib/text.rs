//! Strings and bytes. Positions and widths count characters (Unicode scalars).

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::Call;
use crate::value::classes::LIST_STRING_CLASS;
use crate::value::text::{LEN_MAX, char_range};

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("string.upper", |c| c.ret_str(&c.str(0).to_uppercase())),
    ("string.lower", |c| c.ret_str(&c.str(0).to_lowercase())),
    ("string.trim", |c| c.ret_str(c.str(0).trim())),
    ("string.trim_start", |c| c.ret_str(c.str(0).trim_start())),
    ("string.trim_end", |c| c.ret_str(c.str(0).trim_end())),
    ("string.capitalize", capitalize),
    ("string.reverse", |c| c.ret_str(&c.str(0).chars().rev().collect::<String>())),
    ("string.split", split),
    ("string.split_once", split_once),
    ("string.lines", lines),
    ("string.chars", chars),
    ("string.replace", replace),
    ("string.contains", |c| c.ret_bool(c.str(0).contains(c.str(1)))),
    ("string.starts_with", |c| c.ret_bool(c.str(0).starts_with(c.str(1)))),
    ("string.ends_with", |c| c.ret_bool(c.str(0).ends_with(c.str(1)))),
    ("string.index_of", index_of),
    ("string.slice", slice),
    ("string.part", part),
    ("string.pad_left", |c| pad(c, true)),
    ("string.pad_right", |c| pad(c, false)),
    ("string.repeat", repeat),
    ("string.char_code", char_code),
    ("from_char_code", from_char_code),
    ("string.is_digit", |c| all(c, |ch| ch.is_ascii_digit())),
    ("string.is_alpha", |c| all(c, char::is_alphabetic)),
    ("string.is_alnum", |c| all(c, char::is_alphanumeric)),
    ("string.is_space", |c| all(c, char::is_whitespace)),
    ("string.is_upper", |c| all(c, char::is_uppercase)),
    ("string.is_lower", |c| all(c, char::is_lowercase)),
    ("string.format", format),
    ("string.bytes", bytes),
    ("bytes.text", bytes_text),
    ("bytes.concat", bytes_concat),
    ("bytes.slice", bytes_slice),
    ("bytes.part", bytes_part),
];

fn all(c: &mut Call<'_>, is: impl Fn(char) -> bool) -> Outcome<()> {
    let text = c.str(0);
    c.ret_bool(!text.is_empty() && text.chars().all(is))
}

fn capitalize(c: &mut Call<'_>) -> Outcome<()> {
    let mut chars = c.str(0).chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    c.ret_str(&(first + chars.as_str()))
}

fn ret_texts<'t>(c: &mut Call<'_>, texts: impl Iterator<Item = &'t str>) -> Outcome<()> {
    let list = c.new_list(LIST_STRING_CLASS, texts.size_hint().0)?;
    for text in texts {
        c.push_str(&list, text)?;
    }
    c.ret(list)
}

fn split(c: &mut Call<'_>) -> Outcome<()> {
    let (text, separator) = (c.str(0), c.str(1));
    if separator.is_empty() { chars(c) } else { ret_texts(c, text.split(separator)) }
}

fn split_once(c: &mut Call<'_>) -> Outcome<()> {
    let Some((before, after)) = c.str(0).split_once(c.str(1)) else { return c.ret_opt(None) };
    let class = c.result_class();
    let (before, after) = (c.new_str(before)?, c.new_str(after)?);
    let pair = c.new_pair_of(class, before, after)?;
    c.ret(pair)
}

fn lines(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.str(0);
    ret_texts(c, text.lines())
}

fn chars(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.str(0);
    let starts = text.char_indices().map(|(at, ch)| &text[at..at + ch.len_utf8()]);
    ret_texts(c, starts)
}

/// Fails when a text of this length cannot be.
fn check_length(c: &Call<'_>, length: Option<usize>) -> Outcome<()> {
    match length {
        Some(length) if length <= LEN_MAX => c.heap.check_room(length),
        _ => Err(Failure::too_large("string")),
    }
}

fn replace(c: &mut Call<'_>) -> Outcome<()> {
    let (text, from, to) = (c.str(0), c.str(1), c.str(2));
    let hits = text.matches(from).count();
    let length = hits.checked_mul(to.len()).and_then(|more| more.checked_add(text.len()));
    check_length(c, length)?;
    if hits == 0 { c.ret_same(0) } else { c.ret_str(&text.replace(from, to)) }
}

fn index_of(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.str(0);
    let found = text.find(c.str(1)).map(|at| text[..at].chars().count() as i64);
    c.ret_opt_int(found)
}

fn slice(c: &mut Call<'_>) -> Outcome<()> {
    let (ascii, length) = c.str_shape(0);
    let (from, to) = clamp_range(c.int(1), c.int(2), length);
    let text = c.str(0);
    let (from, to) = char_range(text, ascii, from, to);
    c.ret_str(&text[from..to])
}

/// `s[a..b]`.
fn part(c: &mut Call<'_>) -> Outcome<()> {
    let (ascii, length) = c.str_shape(0);
    let (from, to) = exact_range(c.int(1), c.int(2), length)?;
    let text = c.str(0);
    let (from, to) = char_range(text, ascii, from, to);
    c.ret_str(&text[from..to])
}

/// The range of `v[from..to]`, which must lie inside `0..=length`.
pub(super) fn exact_range(from: i64, to: i64, length: usize) -> Outcome<(usize, usize)> {
    if 0 <= from && from <= to && to as u64 <= length as u64 {
        return Ok((from as usize, to as usize));
    }
    Err(Failure::slice(from, to, length))
}

/// A range inside `0..length`; empty when it is the wrong way round.
pub(super) fn clamp_range(from: i64, to: i64, length: usize) -> (usize, usize) {
    let clamp = |at: i64| at.clamp(0, length as i64) as usize;
    let (from, to) = (clamp(from), clamp(to));
    (from, to.max(from))
}

fn pad(c: &mut Call<'_>, left: bool) -> Outcome<()> {
    let (text, fill) = (c.str(0), c.str(2));
    let (_, length) = c.str_shape(0);
    if fill.is_empty() {
        return Err(Failure::argument("the fill of a padding is empty"));
    }
    let room = usize::try_from(c.int(1)).unwrap_or(0).saturating_sub(length);
    check_length(c, room.checked_mul(4).and_then(|most| most.checked_add(text.len())))?;
    let padding: String = fill.chars().cycle().take(room).collect();
    c.ret_str(&if left { padding + text } else { text.to_owned() + &padding })
}

fn repeat(c: &mut Call<'_>) -> Outcome<()> {
    let (text, times) = (c.str(0), c.int(1));
    let Ok(times) = usize::try_from(times) else {
        return Err(Failure::argument(format!("repeat {times} times")));
    };
    check_length(c, text.len().checked_mul(times))?;
    c.ret_str(&text.repeat(times))
}

fn char_code(c: &mut Call<'_>) -> Outcome<()> {
    match c.str(0).chars().next() {
        Some(first) => c.ret_int(i64::from(u32::from(first))),
        None => Err(Failure::argument("an empty string has no first character")),
    }
}

fn from_char_code(c: &mut Call<'_>) -> Outcome<()> {
    let code = c.int(0);
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(character) => c.ret_str(character.encode_utf8(&mut [0; 4])),
        None => Err(Failure::argument(format!("{code} is no Unicode scalar"))),
    }
}

fn format(c: &mut Call<'_>) -> Outcome<()> {
    let (template, values) = (c.str(0), c.list(1));
    let mut values = values.texts();
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let hole = &rest[at..];
        if let Some(after) = hole.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = hole.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if let Some(after) = hole.strip_prefix("{}") {
            let value = values.next();
            out.push_str(value.ok_or_else(|| Failure::argument("a hole `{}` has no value"))?);
            rest = after;
        } else {
            return Err(Failure::argument("a single brace in a template: write `{{` or `}}`"));
        }
        c.heap.check_room(out.len())?;
    }
    out.push_str(rest);
    if values.next().is_some() {
        return Err(Failure::argument("a value has no hole `{}`"));
    }
    c.ret_str(&out)
}

fn bytes(c: &mut Call<'_>) -> Outcome<()> {
    let bytes = c.new_bytes(c.str(0).as_bytes())?;
    c.ret(bytes)
}

fn bytes_text(c: &mut Call<'_>) -> Outcome<()> {
    match std::str::from_utf8(c.bytes(0)) {
        Ok(text) => {
            let text = c.new_str(text)?;
            c.ret_ok_temp(text)
        }
        Err(error) => {
            c.ret_err(&format!("the byte at {} does not belong to UTF-8", error.valid_up_to()))
        }
    }
}

fn bytes_concat(c: &mut Call<'_>) -> Outcome<()> {
    c.heap.check_room(c.bytes(0).len() + c.bytes(1).len())?;
    let joined = [c.bytes(0), c.bytes(1)].concat();
    let joined = c.new_bytes(&joined)?;
    c.ret(joined)
}

fn bytes_part(c: &mut Call<'_>) -> Outcome<()> {
    let bytes = c.bytes(0);
    let (from, to) = exact_range(c.int(1), c.int(2), bytes.len())?;
    let part = c.new_bytes(&bytes[from..to])?;
    c.ret(part)
}

fn bytes_slice(c: &mut Call<'_>) -> Outcome<()> {
    let bytes = c.bytes(0);
    let (from, to) = clamp_range(c.int(1), c.int(2), bytes.len());
    let part = c.new_bytes(&bytes[from..to])?;
    c.ret(part)
}
