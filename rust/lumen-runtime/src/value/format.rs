//! Format specs `[[fill]<>^][+][#][0][width][,][.precision][type]` and their application.
//!
//! Types: `d x X b o` for integers, `f e %` for floats, `s` for texts; without one the value's
//! own. Numbers are aligned right, all else left. Width is bounded, so that a spec cannot ask for
//! gigabytes.

use super::number::float_text;

/// Largest width and precision of a spec.
pub const WIDTH_MAX: usize = 10_000;

/// Where the padding goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Padding behind.
    Left,
    /// Padding in front.
    Right,
    /// Padding on both sides.
    Center,
}

/// A parsed format spec.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatSpec {
    fill: char,
    align: Option<Align>,
    plus: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    grouped: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

impl FormatSpec {
    /// Parses a spec; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        let align_of = |c: Option<&char>| match c {
            Some('<') => Some(Align::Left),
            Some('>') => Some(Align::Right),
            Some('^') => Some(Align::Center),
            _ => None,
        };
        let (mut fill, mut align) = (' ', None);
        if let Some(found) = align_of(chars.get(1)) {
            (fill, align, at) = (chars[0], Some(found), 2);
        } else if let Some(found) = align_of(chars.first()) {
            (align, at) = (Some(found), 1);
        }
        let mut flag = |c: char| {
            let there = chars.get(at) == Some(&c);
            at += usize::from(there);
            there
        };
        let (plus, alternate, zero) = (flag('+'), flag('#'), flag('0'));
        let width = digits(&chars, &mut at)?.unwrap_or(0);
        let grouped = chars.get(at) == Some(&',');
        at += usize::from(grouped);
        let mut precision = None;
        if chars.get(at) == Some(&'.') {
            at += 1;
            precision = digits(&chars, &mut at)?;
            if precision.is_none() {
                return Err("the precision after `.` is missing".to_owned());
            }
        }
        let kind = chars.get(at).copied();
        if let Some(c) = kind {
            if !"dxXbofe%s".contains(c) {
                return Err(format!("`{c}` is no format type (d x X b o f e % s)"));
            }
            at += 1;
        }
        if at < chars.len() {
            return Err(format!("`{}` does not belong to a format spec", chars[at]));
        }
        Ok(Self { fill, align, plus, alternate, zero, width, grouped, precision, kind })
    }

    /// An integer in this format.
    pub fn int(&self, value: i64) -> String {
        let magnitude = value.unsigned_abs();
        let (prefix, digits, group) = match self.kind {
            Some('x') => ("0x", format!("{magnitude:x}"), 4),
            Some('X') => ("0X", format!("{magnitude:X}"), 4),
            Some('b') => ("0b", format!("{magnitude:b}"), 4),
            Some('o') => ("0o", format!("{magnitude:o}"), 4),
            Some('f' | 'e' | '%') => return self.float(value as f64),
            _ if self.precision.is_some() => return self.float(value as f64),
            _ => ("", magnitude.to_string(), 3),
        };
        let prefix = if self.alternate { prefix } else { "" };
        self.number(value < 0, prefix, &digits, group)
    }

    /// A float in this format.
    pub fn float(&self, value: f64) -> String {
        let size = value.abs();
        let digits = match (self.kind, self.precision) {
            _ if !value.is_finite() => float_text(size),
            (Some('e'), Some(p)) => format!("{size:.p$e}"),
            (Some('e'), None) => format!("{size:e}"),
            (Some('%'), p) => format!("{:.*}%", p.unwrap_or(0), size * 100.0),
            (Some('f'), p) => format!("{size:.*}", p.unwrap_or(6)),
            (_, Some(p)) => format!("{size:.p$}"),
            _ => float_text(size),
        };
        self.number(value.is_sign_negative() && !value.is_nan(), "", &digits, 3)
    }

    /// A text in this format; the precision cuts it.
    pub fn text(&self, text: &str) -> String {
        let cut = match self.precision {
            Some(most) => text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at]),
            None => text,
        };
        self.pad(cut, Align::Left)
    }

    fn number(&self, negative: bool, prefix: &str, digits: &str, group: usize) -> String {
        let sign = if negative {
            "-"
        } else if self.plus {
            "+"
        } else {
            ""
        };
        let separator = if group == 3 { ',' } else { '_' };
        let body = if self.grouped { grouped(digits, group, separator) } else { digits.to_owned() };
        let length = sign.len() + prefix.len() + body.len();
        if self.zero && self.align.is_none() && length < self.width {
            let zeros = "0".repeat(self.width - length);
            return format!("{sign}{prefix}{zeros}{body}");
        }
        self.pad(&format!("{sign}{prefix}{body}"), Align::Right)
    }

    fn pad(&self, text: &str, default: Align) -> String {
        let room = self.width.saturating_sub(text.chars().count());
        let front = match self.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Right => room,
            Align::Center => room / 2,
        };
        let mut out = String::with_capacity(text.len() + room);
        out.extend(std::iter::repeat_n(self.fill, front));
        out.push_str(text);
        out.extend(std::iter::repeat_n(self.fill, room - front));
        out
    }
}

fn digits(chars: &[char], at: &mut usize) -> Result<Option<usize>, String> {
    let start = *at;
    let mut value = 0usize;
    while let Some(digit) = chars.get(*at).and_then(|c| c.to_digit(10)) {
        value = value * 10 + digit as usize;
        if value > WIDTH_MAX {
            return Err(format!("a width or precision above {WIDTH_MAX}"));
        }
        *at += 1;
    }
    Ok((*at > start).then_some(value))
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

    fn spec(text: &str) -> FormatSpec {
        FormatSpec::parse(text).expect("the spec is well-formed")
    }

    #[test]
    fn integers() {
        for (format, value, text) in [
            ("", 42, "42"),
            ("5", 42, "   42"),
            ("<5", 42, "42   "),
            ("*^6", 42, "**42**"),
            ("+", 42, "+42"),
            ("06", -42, "-00042"),
            (",", 1_234_567, "1,234,567"),
            ("#x", 255, "0xff"),
            ("X", 255, "FF"),
            ("#010b", 5, "0b00000101"),
            (".2", 3, "3.00"),
        ] {
            assert_eq!(spec(format).int(value), text, "{format}");
        }
        assert_eq!(spec("x").int(i64::MIN), "-8000000000000000");
    }

    #[test]
    fn floats_and_texts() {
        for (format, value, text) in [
            (".2", 3.14159, "3.14"),
            ("8.1", 2.0, "     2.0"),
            ("08.2", -1.5, "-0001.50"),
            (",.2", 1234567.891, "1,234,567.89"),
            (".0%", 0.25, "25%"),
            ("e", 1500.0, "1.5e3"),
            ("", 2.0, "2.0"),
            ("5", f64::NAN, "  nan"),
        ] {
            assert_eq!(spec(format).float(value), text, "{format}");
        }
        assert_eq!(spec(">5").text("äb"), "   äb");
        assert_eq!(spec(".1").text("äb"), "ä");
        assert_eq!(spec("->4").text("x"), "---x");
    }

    #[test]
    fn bad_specs_are_refused() {
        for bad in ["q", ".", "5q", "99999", "d5", "<<<"] {
            assert!(FormatSpec::parse(bad).is_err(), "{bad}");
        }
    }
}
