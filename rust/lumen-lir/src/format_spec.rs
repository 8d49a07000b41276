//! Format specs of interpolation: `{x:>8.2f}`.
//!
//! Input → output: spec text ⇄ `FormatSpec`. `parse` accepts exactly what `Display` writes, and the same with other spellings of nothing.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `[[fill]<>^][+][#][0][width][,][.precision][type]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct FormatSpec {
    /// Fill character (space when absent).
    pub fill: Option<char>,
    /// Alignment.
    pub align: Option<Align>,
    /// `+`: sign on positive numbers.
    pub plus: bool,
    /// `#`: base prefix.
    pub alternate: bool,
    /// `0`: pad with zeros after the sign.
    pub zero: bool,
    /// Least width in characters.
    pub width: Option<u16>,
    /// `,`: thousands separators.
    pub comma: bool,
    /// Digits after the point, or most characters of a string.
    pub precision: Option<u16>,
    /// Presentation type.
    pub ty: Option<FormatType>,
}

/// Alignment of a formatted value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
}

/// Presentation type of a formatted value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum FormatType {
    /// `d`
    Decimal,
    /// `x`
    HexLower,
    /// `X`
    HexUpper,
    /// `b`
    Binary,
    /// `o`
    Octal,
    /// `e`
    ExpLower,
    /// `E`
    ExpUpper,
    /// `f`
    Fixed,
    /// `%`
    Percent,
    /// `s`
    Str,
    /// `?`: as `debug` prints it.
    Debug,
    /// `c`: the character with this number.
    Char,
}

impl Align {
    const ALL: [(char, Align); 3] = [('<', Align::Left), ('>', Align::Right), ('^', Align::Center)];

    fn from_char(c: char) -> Option<Align> {
        Align::ALL.iter().find(|(letter, _)| *letter == c).map(|(_, align)| *align)
    }
}

impl FormatType {
    const ALL: [(char, FormatType); 12] = [
        ('d', FormatType::Decimal),
        ('x', FormatType::HexLower),
        ('X', FormatType::HexUpper),
        ('b', FormatType::Binary),
        ('o', FormatType::Octal),
        ('e', FormatType::ExpLower),
        ('E', FormatType::ExpUpper),
        ('f', FormatType::Fixed),
        ('%', FormatType::Percent),
        ('s', FormatType::Str),
        ('?', FormatType::Debug),
        ('c', FormatType::Char),
    ];
}

impl FormatSpec {
    /// Reads a spec; `None` when it is none.
    pub fn parse(text: &str) -> Option<FormatSpec> {
        let mut spec = FormatSpec::default();
        let mut rest = text;
        let mut chars = rest.chars();
        if let (Some(fill), Some(align)) = (chars.next(), chars.next().and_then(Align::from_char)) {
            (spec.fill, spec.align) = (Some(fill), Some(align));
            rest = chars.as_str();
        } else if let Some(align) = rest.chars().next().and_then(Align::from_char) {
            spec.align = Some(align);
            rest = &rest[1..];
        }
        let mut flag = |c: char| match rest.strip_prefix(c) {
            Some(after) => {
                rest = after;
                true
            }
            None => false,
        };
        spec.plus = flag('+');
        spec.alternate = flag('#');
        spec.zero = flag('0');
        spec.width = digits(&mut rest)?;
        if let Some(after) = rest.strip_prefix(',') {
            (spec.comma, rest) = (true, after);
        }
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            spec.precision = Some(digits(&mut rest)??);
        }
        let mut letters = rest.chars();
        if let Some(letter) = letters.next() {
            spec.ty = Some(FormatType::ALL.iter().find(|(l, _)| *l == letter)?.1);
        }
        letters.next().is_none().then_some(spec)
    }

    /// Whether it changes nothing.
    pub fn is_plain(&self) -> bool {
        *self == FormatSpec::default()
    }
}

/// Leading digits as a number; outer `None` when it is too large.
fn digits(rest: &mut &str) -> Option<Option<u16>> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, after) = rest.split_at(end);
    *rest = after;
    if number.is_empty() { Some(None) } else { number.parse().ok().map(Some) }
}

impl fmt::Display for FormatSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(align) = self.align {
            if let Some(fill) = self.fill {
                write!(f, "{fill}")?;
            }
            write!(f, "{}", Align::ALL[align as usize].0)?;
        }
        for (set, letter) in [(self.plus, "+"), (self.alternate, "#"), (self.zero, "0")] {
            f.write_str(if set { letter } else { "" })?;
        }
        if let Some(width) = self.width {
            write!(f, "{width}")?;
        }
        f.write_str(if self.comma { "," } else { "" })?;
        if let Some(precision) = self.precision {
            write!(f, ".{precision}")?;
        }
        match self.ty {
            Some(ty) => write!(f, "{}", FormatType::ALL[ty as usize].0),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_round_trip() {
        for text in
            ["", ">8", "*^+#012,.3f", "x<5", "<<3", ".2", "08.1%", "?", "#x", "+d", ",", "é>4s"]
        {
            assert_eq!(FormatSpec::parse(text).map(|s| s.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_spec_is_rejected() {
        for text in ["z", "8z", ".", ".f", "99999999", "f8", "d "] {
            assert_eq!(FormatSpec::parse(text), None, "{text}");
        }
    }
}
