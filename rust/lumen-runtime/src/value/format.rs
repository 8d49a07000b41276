//! Values in a format `[[fill]<>^][+][#][0][width][,][.precision][type]`, as `{x:spec}` asks.
//!
//! The spec comes parsed from the module. Numbers are aligned right, all else left. A type that
//! does not suit the value gives the value's own text: the type checker has refused it before.

#![expect(unsafe_code, reason = "reads values")]

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::number::float_text;
use super::text::str_of;
use super::view::View;
use crate::failure::Outcome;
use lumen_lir::{Align, FormatSpec, FormatType};
use std::fmt::Write as _;

impl Heap {
    /// Appends the text of a word in a format.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn format(
        &self,
        slot: Slot,
        word: u64,
        spec: &FormatSpec,
        out: &mut String,
    ) -> Outcome<()> {
        let format = Format(spec);
        // SAFETY: as the caller promises; the text of an object is read while it is alive.
        unsafe {
            match self.view(slot, word) {
                _ if spec.ty == Some(FormatType::Debug) => {
                    format.text(&self.debug(slot, word)?, out);
                }
                View::Int(value) => format.int(value, out),
                View::Float(value) => format.float(value, out),
                View::Object(p) if self.row_of(p).kind == Kind::String => {
                    format.text(str_of(p), out);
                }
                _ => format.text(&self.display(slot, word)?, out),
            }
        }
        Ok(())
    }
}

/// A format spec that is applied.
struct Format<'s>(&'s FormatSpec);

impl Format<'_> {
    fn precision(&self) -> Option<usize> {
        self.0.precision.map(usize::from)
    }

    fn int(&self, value: i64, out: &mut String) {
        let magnitude = value.unsigned_abs();
        let (prefix, digits, group) = match self.0.ty {
            Some(FormatType::HexLower) => ("0x", format!("{magnitude:x}"), 4),
            Some(FormatType::HexUpper) => ("0X", format!("{magnitude:X}"), 4),
            Some(FormatType::Binary) => ("0b", format!("{magnitude:b}"), 4),
            Some(FormatType::Octal) => ("0o", format!("{magnitude:o}"), 4),
            Some(FormatType::Char) => {
                let c = u32::try_from(value).ok().and_then(char::from_u32);
                let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
                return self.pad(&[c.encode_utf8(&mut [0; 4])], Align::Left, out);
            }
            Some(FormatType::Str) => return self.text(&value.to_string(), out),
            Some(
                FormatType::Fixed
                | FormatType::ExpLower
                | FormatType::ExpUpper
                | FormatType::Percent,
            ) => return self.float(value as f64, out),
            _ if self.0.precision.is_some() => return self.float(value as f64, out),
            _ => ("", magnitude.to_string(), 3),
        };
        let prefix = if self.0.alternate { prefix } else { "" };
        self.number(value < 0, prefix, &digits, group, out);
    }

    fn float(&self, value: f64, out: &mut String) {
        let size = value.abs();
        let negative = value.is_sign_negative() && !value.is_nan();
        let digits = match (self.0.ty, self.precision()) {
            _ if !value.is_finite() => float_text(size),
            (Some(FormatType::ExpLower), Some(p)) => format!("{size:.p$e}"),
            (Some(FormatType::ExpLower), None) => format!("{size:e}"),
            (Some(FormatType::ExpUpper), Some(p)) => format!("{size:.p$E}"),
            (Some(FormatType::ExpUpper), None) => format!("{size:E}"),
            (Some(FormatType::Percent), p) => format!("{:.*}%", p.unwrap_or(0), size * 100.0),
            (Some(FormatType::Fixed), p) => format!("{size:.*}", p.unwrap_or(6)),
            (Some(FormatType::Str), _) => return self.text(&float_text(value), out),
            (_, Some(p)) if self.0.width.is_none() && !self.0.comma => {
                out.push_str(self.sign(negative));
                // Writing to a string does not fail.
                let _ = write!(out, "{size:.p$}");
                return;
            }
            (_, Some(p)) => format!("{size:.p$}"),
            _ => float_text(size),
        };
        self.number(negative, "", &digits, 3, out);
    }

    fn text(&self, text: &str, out: &mut String) {
        let cut = match self.precision() {
            Some(most) => text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at]),
            None => text,
        };
        self.pad(&[cut], Align::Left, out);
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.0.plus) {
            (true, _) => "-",
            (_, true) => "+",
            _ => "",
        }
    }

    fn number(&self, negative: bool, prefix: &str, digits: &str, group: usize, out: &mut String) {
        let sign = self.sign(negative);
        let separator = if group == 3 { ',' } else { '_' };
        let separated = self.0.comma.then(|| grouped(digits, group, separator));
        let body = separated.as_deref().unwrap_or(digits);
        let width = self.width();
        let length = sign.len() + prefix.len() + body.len();
        if self.0.zero && self.0.align.is_none() && length < width {
            out.push_str(sign);
            out.push_str(prefix);
            out.extend(std::iter::repeat_n('0', width - length));
            return out.push_str(body);
        }
        self.pad(&[sign, prefix, body], Align::Right, out);
    }

    fn width(&self) -> usize {
        usize::from(self.0.width.unwrap_or(0))
    }

    /// Appends a text, which comes in parts, and what fills it up to the width.
    fn pad(&self, parts: &[&str], default: Align, out: &mut String) {
        let room = match self.width() {
            0 => 0,
            width => width.saturating_sub(parts.iter().map(|part| part.chars().count()).sum()),
        };
        let front = match self.0.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Right => room,
            Align::Center => room / 2,
        };
        let fill = self.0.fill.unwrap_or(' ');
        out.extend(std::iter::repeat_n(fill, front));
        parts.iter().for_each(|part| out.push_str(part));
        out.extend(std::iter::repeat_n(fill, room - front));
    }
}

/// Separates the leading run of digits into groups.
fn grouped(digits: &str, group: usize, separator: char) -> String {
    let whole = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    let mut out = String::new();
    for (at, c) in digits[..whole].chars().enumerate() {
        if at > 0 && (whole - at) % group == 0 {
            out.push(separator);
        }
        out.push(c);
    }
    out + &digits[whole..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> FormatSpec {
        FormatSpec::default()
    }

    fn int(spec: &FormatSpec, value: i64) -> String {
        let mut out = String::new();
        Format(spec).int(value, &mut out);
        out
    }

    fn float(spec: &FormatSpec, value: f64) -> String {
        let mut out = String::new();
        Format(spec).float(value, &mut out);
        out
    }

    fn text(spec: &FormatSpec, text: &str) -> String {
        let mut out = String::new();
        Format(spec).text(text, &mut out);
        out
    }

    #[test]
    fn integers() {
        let right = |spec: FormatSpec, value, text: &str| {
            assert_eq!(int(&spec, value), text, "{spec:?}");
        };
        right(spec(), 42, "42");
        right(FormatSpec { width: Some(5), ..spec() }, 42, "   42");
        right(FormatSpec { width: Some(5), align: Some(Align::Left), ..spec() }, 42, "42   ");
        let center =
            FormatSpec { width: Some(6), align: Some(Align::Center), fill: Some('*'), ..spec() };
        right(center, 42, "**42**");
        right(FormatSpec { plus: true, ..spec() }, 42, "+42");
        right(FormatSpec { zero: true, width: Some(6), ..spec() }, -42, "-00042");
        right(FormatSpec { comma: true, ..spec() }, 1_234_567, "1,234,567");
        let hex = FormatSpec { alternate: true, ty: Some(FormatType::HexLower), ..spec() };
        right(hex, 255, "0xff");
        right(hex, i64::MIN, "-0x8000000000000000");
        right(FormatSpec { precision: Some(2), ..spec() }, 3, "3.00");
        right(FormatSpec { ty: Some(FormatType::Char), ..spec() }, 228, "ä");
    }

    #[test]
    fn floats_and_texts() {
        let two = FormatSpec { precision: Some(2), ..spec() };
        assert_eq!(float(&two, 2.567), "2.57");
        assert_eq!(float(&two, -0.001), "-0.00");
        assert_eq!(float(&FormatSpec { plus: true, width: Some(6), ..two }, 2.567), " +2.57");
        let zeros = FormatSpec { zero: true, width: Some(8), ..two };
        assert_eq!(float(&zeros, -1.5), "-0001.50");
        let comma = FormatSpec { comma: true, ..two };
        assert_eq!(float(&comma, 1_234_567.891), "1,234,567.89");
        let percent = FormatSpec { ty: Some(FormatType::Percent), ..spec() };
        assert_eq!(float(&percent, 0.25), "25%");
        let exponent = FormatSpec { ty: Some(FormatType::ExpLower), ..spec() };
        assert_eq!(float(&exponent, 1500.0), "1.5e3");
        let wide = FormatSpec { width: Some(5), ..spec() };
        assert_eq!(float(&wide, f64::NAN), "  nan");
        assert_eq!(text(&wide, "äb"), "äb   ");
        assert_eq!(text(&FormatSpec { precision: Some(1), ..spec() }, "äb"), "ä");
    }
}
