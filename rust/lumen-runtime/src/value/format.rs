//! Values in a format `[[fill]<>^][+][#][0][width][,][.precision][type]`, as `{x:spec}` asks.
//!
//! The spec comes parsed from the module. Numbers are aligned right, all else left. A type that
//! does not suit the value gives the value's own text: the type checker has refused it before.

#![expect(unsafe_code, reason = "reads values")]

use super::classes::Slot;
use super::heap::Heap;
use super::number::float_text;
use super::view::View;
use crate::failure::Outcome;
use lumen_lir::{Align, FormatSpec, FormatType};

impl Heap {
    /// The text of a word in a format.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn format(&self, slot: Slot, word: u64, spec: &FormatSpec) -> Outcome<String> {
        let format = Format(spec);
        // SAFETY: as the caller promises.
        unsafe {
            match self.view(slot, word) {
                _ if spec.ty == Some(FormatType::Debug) => {
                    Ok(format.text(&self.debug(slot, word)?))
                }
                View::Int(value) => Ok(format.int(value)),
                View::Float(value) => Ok(format.float(value)),
                _ => Ok(format.text(&self.display(slot, word)?)),
            }
        }
    }
}

/// A format spec that is applied.
struct Format<'s>(&'s FormatSpec);

impl Format<'_> {
    fn precision(&self) -> Option<usize> {
        self.0.precision.map(usize::from)
    }

    fn int(&self, value: i64) -> String {
        let magnitude = value.unsigned_abs();
        let (prefix, digits, group) = match self.0.ty {
            Some(FormatType::HexLower) => ("0x", format!("{magnitude:x}"), 4),
            Some(FormatType::HexUpper) => ("0X", format!("{magnitude:X}"), 4),
            Some(FormatType::Binary) => ("0b", format!("{magnitude:b}"), 4),
            Some(FormatType::Octal) => ("0o", format!("{magnitude:o}"), 4),
            Some(FormatType::Char) => {
                let c = u32::try_from(value).ok().and_then(char::from_u32);
                return self
                    .pad(&c.unwrap_or(char::REPLACEMENT_CHARACTER).to_string(), Align::Left);
            }
            Some(FormatType::Str) => return self.text(&value.to_string()),
            Some(
                FormatType::Fixed
                | FormatType::ExpLower
                | FormatType::ExpUpper
                | FormatType::Percent,
            ) => return self.float(value as f64),
            _ if self.0.precision.is_some() => return self.float(value as f64),
            _ => ("", magnitude.to_string(), 3),
        };
        let prefix = if self.0.alternate { prefix } else { "" };
        self.number(value < 0, prefix, &digits, group)
    }

    fn float(&self, value: f64) -> String {
        let size = value.abs();
        let digits = match (self.0.ty, self.precision()) {
            _ if !value.is_finite() => float_text(size),
            (Some(FormatType::ExpLower), Some(p)) => format!("{size:.p$e}"),
            (Some(FormatType::ExpLower), None) => format!("{size:e}"),
            (Some(FormatType::ExpUpper), Some(p)) => format!("{size:.p$E}"),
            (Some(FormatType::ExpUpper), None) => format!("{size:E}"),
            (Some(FormatType::Percent), p) => format!("{:.*}%", p.unwrap_or(0), size * 100.0),
            (Some(FormatType::Fixed), p) => format!("{size:.*}", p.unwrap_or(6)),
            (Some(FormatType::Str), _) => return self.text(&float_text(value)),
            (_, Some(p)) => format!("{size:.p$}"),
            _ => float_text(size),
        };
        self.number(value.is_sign_negative() && !value.is_nan(), "", &digits, 3)
    }

    fn text(&self, text: &str) -> String {
        let cut = match self.precision() {
            Some(most) => text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at]),
            None => text,
        };
        self.pad(cut, Align::Left)
    }

    fn number(&self, negative: bool, prefix: &str, digits: &str, group: usize) -> String {
        let sign = if negative {
            "-"
        } else if self.0.plus {
            "+"
        } else {
            ""
        };
        let separator = if group == 3 { ',' } else { '_' };
        let body = if self.0.comma { grouped(digits, group, separator) } else { digits.to_owned() };
        let width = self.width();
        let length = sign.len() + prefix.len() + body.len();
        if self.0.zero && self.0.align.is_none() && length < width {
            let zeros = "0".repeat(width - length);
            return format!("{sign}{prefix}{zeros}{body}");
        }
        self.pad(&format!("{sign}{prefix}{body}"), Align::Right)
    }

    fn width(&self) -> usize {
        usize::from(self.0.width.unwrap_or(0))
    }

    fn pad(&self, text: &str, default: Align) -> String {
        let room = self.width().saturating_sub(text.chars().count());
        let front = match self.0.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Right => room,
            Align::Center => room / 2,
        };
        let fill = self.0.fill.unwrap_or(' ');
        let mut out = String::with_capacity(text.len() + room);
        out.extend(std::iter::repeat_n(fill, front));
        out.push_str(text);
        out.extend(std::iter::repeat_n(fill, room - front));
        out
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

    #[test]
    fn integers() {
        let right = |spec: FormatSpec, value, text: &str| {
            assert_eq!(Format(&spec).int(value), text, "{spec:?}");
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
        assert_eq!(Format(&two).float(2.567), "2.57");
        let zeros = FormatSpec { zero: true, width: Some(8), ..two };
        assert_eq!(Format(&zeros).float(-1.5), "-0001.50");
        let comma = FormatSpec { comma: true, ..two };
        assert_eq!(Format(&comma).float(1_234_567.891), "1,234,567.89");
        let percent = FormatSpec { ty: Some(FormatType::Percent), ..spec() };
        assert_eq!(Format(&percent).float(0.25), "25%");
        let exponent = FormatSpec { ty: Some(FormatType::ExpLower), ..spec() };
        assert_eq!(Format(&exponent).float(1500.0), "1.5e3");
        let wide = FormatSpec { width: Some(5), ..spec() };
        assert_eq!(Format(&wide).float(f64::NAN), "  nan");
        assert_eq!(Format(&wide).text("äb"), "äb   ");
        assert_eq!(Format(&FormatSpec { precision: Some(1), ..spec() }).text("äb"), "ä");
    }
}
