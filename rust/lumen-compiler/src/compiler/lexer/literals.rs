//! Values of literals: integers, floats, bytes, escapes, format specs, indentation of multi-line text.
//!
//! Pure functions from text to value; the callers report.

use crate::compiler::ast::{Align, FormatKind, FormatSpec};
use lumen_base::Span;
use std::ops::Range;

/// Value of an `Int` token; nothing when it exceeds 64 bits.
pub(crate) fn int(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x', ..] => (&text[2..], 16),
        [b'0', b'o', ..] => (&text[2..], 8),
        [b'0', b'b', ..] => (&text[2..], 2),
        _ => (text, 10),
    };
    let mut value: u64 = 0;
    for c in digits.chars().filter(|&c| c != '_') {
        value = value.checked_mul(u64::from(radix))?.checked_add(u64::from(c.to_digit(radix)?))?;
    }
    Some(value)
}

/// Value of a `Float` token; nothing when it is beyond the range of floats.
pub(crate) fn float(text: &str) -> Option<f64> {
    let value =
        if text.contains('_') { text.replace('_', "").parse::<f64>() } else { text.parse::<f64>() };
    value.ok().filter(|value| value.is_finite())
}

/// Whether the text is pairs of hexadecimal digits; else offset and length of what is not.
pub(super) fn check_bytes(text: &str) -> Result<(), (u32, u32)> {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
        return Err((at as u32, c.len_utf8() as u32));
    }
    if !text.len().is_multiple_of(2) {
        return Err((text.len() as u32 - 1, 1));
    }
    Ok(())
}

/// Value of a `Bytes` token.
pub(crate) fn bytes(token: &str) -> impl Iterator<Item = u8> {
    let digits = token.strip_prefix("b\"").unwrap_or(token).trim_end_matches('"').as_bytes();
    let nibble = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
    digits.as_chunks::<2>().0.iter().map(move |&[hi, lo]| nibble(hi) << 4 | nibble(lo))
}

/// What is wrong with an escape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum EscapeError {
    /// No such escape.
    Unknown,
    /// `\x` needs two hexadecimal digits.
    HexDigits,
    /// `\xNN` stops at 7F.
    HexRange,
    /// `\u{…}` needs one to six hexadecimal digits in braces.
    UnicodeForm,
    /// Not a Unicode scalar.
    UnicodeRange,
}

/// The escape at the start of `text` (which begins with a backslash): its length and character.
pub(super) fn escape(text: &str) -> (usize, Result<char, EscapeError>) {
    let Some(letter) = text[1..].chars().next() else { return (1, Err(EscapeError::Unknown)) };
    let simple = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        '\\' | '"' | '{' | '}' => letter,
        'x' => return hex_escape(text),
        'u' => return unicode_escape(text),
        '\n' | '\r' => return (1, Err(EscapeError::Unknown)),
        _ => return (1 + letter.len_utf8(), Err(EscapeError::Unknown)),
    };
    (2, Ok(simple))
}

fn hex_escape(text: &str) -> (usize, Result<char, EscapeError>) {
    let digits = text.as_bytes()[2..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
    if digits < 2 {
        return (2 + digits, Err(EscapeError::HexDigits));
    }
    match u8::from_str_radix(&text[2..4], 16) {
        Ok(value) if value < 0x80 => (4, Ok(char::from(value))),
        _ => (4, Err(EscapeError::HexRange)),
    }
}

fn unicode_escape(text: &str) -> (usize, Result<char, EscapeError>) {
    let Some(body) = text[2..].strip_prefix('{') else {
        return (2, Err(EscapeError::UnicodeForm));
    };
    let digits = body.bytes().take_while(u8::is_ascii_hexdigit).count();
    let taken = 3 + digits;
    if !body[digits..].starts_with('}') || digits == 0 || digits > 6 {
        let taken = taken + usize::from(body[digits..].starts_with('}'));
        return (taken, Err(EscapeError::UnicodeForm));
    }
    let value = u32::from_str_radix(&body[..digits], 16).unwrap_or(u32::MAX);
    (taken + 1, char::from_u32(value).ok_or(EscapeError::UnicodeRange))
}

/// The indentation that all lines of the text parts have in common: lines that begin inside them
/// and are not blank, and the line of the closing quotes when only spaces stand before them.
pub(super) fn common_indent(text: &str, parts: impl Iterator<Item = Range<usize>>) -> &str {
    let mut common: Option<&str> = None;
    for part in parts {
        let body = &text[part];
        for (newline, _) in body.match_indices('\n') {
            let line = &body[newline + 1..];
            let rest = line.trim_start_matches([' ', '\t']);
            if !rest.starts_with(['\n', '\r']) {
                let indent = &line[..line.len() - rest.len()];
                common = Some(common.map_or(indent, |common| common_prefix(common, indent)));
            }
        }
    }
    common.unwrap_or("")
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let len = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    &a[..len]
}

/// Where a text part stands in its multi-line string.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    /// What to strip from each line.
    pub(super) indent: &'a str,
}

/// The pieces of a text part that remain without the indentation, carriage returns before line
/// breaks, a blank first line and a blank last one.
pub(super) fn dedent(text: &str, part: Range<usize>, place: Place<'_>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut at = part.start;
    let mut is_opening = place.is_first;
    let mut starts_line = false;
    while at <= part.end {
        let line_hi =
            memchr::memchr(b'\n', &text.as_bytes()[at..part.end]).map_or(part.end, |n| at + n);
        let has_break = line_hi < part.end;
        let line = &text[at..line_hi];
        let line = if has_break { line.strip_suffix('\r').unwrap_or(line) } else { line };
        let is_blank = line.trim_matches([' ', '\t']).is_empty();
        let is_closing = !has_break && place.is_last;
        if is_opening && is_blank && has_break {
            // The line of the opening quotes holds no text.
        } else if starts_line && is_blank && is_closing {
            pieces.pop_if(|piece: &mut Range<usize>| &text[piece.clone()] == "\n");
        } else {
            let strip = match starts_line {
                true if is_blank && has_break => line.len(),
                true => common_prefix(place.indent, line).len(),
                false => 0,
            };
            pieces.push(at + strip..at + line.len());
            if has_break {
                pieces.push(line_hi..line_hi + 1);
            }
        }
        is_opening = false;
        starts_line = true;
        at = line_hi + 1;
        if !has_break {
            break;
        }
    }
    pieces
}

/// Reads `[[fill]<>^][+][#][0][width][,][.precision][type]`; the error says what is wrong.
pub(crate) fn format_spec(text: &str, span: Span) -> Result<FormatSpec, &'static str> {
    let mut spec = FormatSpec {
        fill: ' ',
        align: None,
        plus: false,
        alternate: false,
        zero: false,
        width: None,
        grouped: false,
        precision: None,
        kind: None,
        span,
    };
    let mut rest = text;
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    if let (Some(fill), Some(align)) = (first, second.and_then(align_of)) {
        spec.fill = fill;
        spec.align = Some(align);
        rest = &rest[fill.len_utf8() + 1..];
    } else if let Some(align) = first.and_then(align_of) {
        spec.align = Some(align);
        rest = &rest[1..];
    }
    let mut take = |c: char| match rest.strip_prefix(c) {
        Some(after) => {
            rest = after;
            true
        }
        None => false,
    };
    spec.plus = take('+');
    spec.alternate = take('#');
    spec.zero = take('0');
    spec.width = number(&mut rest)?;
    if let Some(after) = rest.strip_prefix(',') {
        spec.grouped = true;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        spec.precision = number(&mut rest)?;
        if spec.precision.is_none() {
            return Err("digits must follow the point");
        }
    }
    spec.kind = kind_of(rest)?;
    Ok(spec)
}

fn align_of(c: char) -> Option<Align> {
    match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        _ => None,
    }
}

/// The digits at the start of `rest`, as a number up to 9999.
fn number(rest: &mut &str) -> Result<Option<u16>, &'static str> {
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 {
        return Ok(None);
    }
    let (digits, after) = rest.split_at(len);
    *rest = after;
    match digits.parse::<u16>() {
        Ok(value) if value <= 9999 => Ok(Some(value)),
        _ => Err("width and precision are at most 9999"),
    }
}

fn kind_of(rest: &str) -> Result<Option<FormatKind>, &'static str> {
    Ok(Some(match rest {
        "" => return Ok(None),
        "d" => FormatKind::Decimal,
        "b" => FormatKind::Binary,
        "o" => FormatKind::Octal,
        "x" => FormatKind::LowerHex,
        "X" => FormatKind::UpperHex,
        "f" => FormatKind::Fixed,
        "e" => FormatKind::LowerExp,
        "E" => FormatKind::UpperExp,
        "%" => FormatKind::Percent,
        "s" => FormatKind::Str,
        "?" => FormatKind::Debug,
        _ => return Err("the spec is `[[fill]<>^][+][#][0][width][,][.precision][type]`"),
    }))
}
