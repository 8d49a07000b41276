//! Numbers as builtins see them: order, rounding, texts and their reading. Arithmetic is the machine's.
//!
//! Floats are IEEE doubles; their text is the shortest that reads back to the same float and always shows that it
//! is one (`2.0`, `1e100`).

use crate::failure::{Failure, Outcome};
use std::cmp::Ordering;

/// A float without fraction as an integer, when it fits 64 bits.
#[inline]
pub fn whole_to_int(whole: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&whole).then_some(whole as i64)
}

/// A float rounded to so many decimal digits (half to even on its exact value); negative digits
/// round left of the point.
pub fn round_to_digits(value: f64, digits: i64) -> f64 {
    if !value.is_finite() || digits > 340 {
        return value;
    }
    if digits < -308 {
        return 0.0f64.copysign(value);
    }
    if digits >= 0 {
        return format!("{value:.*}", digits as usize).parse().unwrap_or(value);
    }
    let scale = 10f64.powi(-digits as i32);
    (value / scale).round_ties_even() * scale
}

/// The text of a float: shortest round-trip, always recognisable as a float.
pub fn float_text(value: f64) -> String {
    if value.is_finite() {
        format!("{value:?}")
    } else if value.is_nan() {
        "nan".to_owned()
    } else if value > 0.0 {
        "inf".to_owned()
    } else {
        "-inf".to_owned()
    }
}

/// A float that compares, hashes and sorts as a key: one NaN, one zero.
#[inline]
pub fn key_float(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else if value == 0.0 {
        0.0
    } else {
        value
    }
}

/// The total order of floats: NaN is greater than all, and equal to itself; -0.0 equals 0.0.
#[inline]
pub fn float_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Reads an integer in a base of 2 to 36: a sign, digits, `_` between digits; nothing else.
pub fn parse_int(text: &str, base: u32) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !(2..=36).contains(&base) || digits.starts_with('_') || digits.ends_with('_') {
        return None;
    }
    let mut value: i64 = 0;
    let mut any = false;
    for c in digits.chars().filter(|c| *c != '_') {
        let digit = i64::from(c.to_digit(base)?);
        let signed = if negative { -digit } else { digit };
        value = value.checked_mul(i64::from(base))?.checked_add(signed)?;
        any = true;
    }
    any.then_some(value)
}

/// Reads a float as the language writes it, or an integer text; also `nan`, `inf`, `-inf`.
pub fn parse_float(text: &str) -> Option<f64> {
    match text {
        "nan" => return Some(f64::NAN),
        "inf" | "+inf" => return Some(f64::INFINITY),
        "-inf" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    if digit && text.bytes().all(plain) { text.parse().ok() } else { None }
}

/// An integer in a base of 2 to 36, lower-case digits.
pub fn to_base(value: i64, base: i64) -> Outcome<String> {
    if !(2..=36).contains(&base) {
        return Err(Failure::argument(format!("base {base}: it must be 2 to 36")));
    }
    let mut rest = value.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        let digit = std::char::from_digit((rest % base as u64) as u32, base as u32);
        digits.push(digit.expect("a remainder is a digit of its base"));
        rest /= base as u64;
    }
    if value < 0 {
        digits.push('-');
    }
    Ok(digits.iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding() {
        assert_eq!(round_to_digits(2.675, 2), 2.67);
        assert_eq!(round_to_digits(1234.5, -2), 1200.0);
    }

    #[test]
    fn float_texts() {
        for (value, text) in [
            (2.0, "2.0"),
            (1e100, "1e100"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e16"),
        ] {
            assert_eq!(float_text(value), text);
        }
    }

    #[test]
    fn number_texts_read_back() {
        assert_eq!(parse_int("-1_000", 10), Some(-1000));
        assert_eq!(parse_int("ff", 16), Some(255));
        assert_eq!(parse_int("-9223372036854775808", 10), Some(i64::MIN));
        for bad in ["", "-", "_1", "1_", "1.0", "9223372036854775808", " 1", "0x1"] {
            assert_eq!(parse_int(bad, 10), None, "{bad}");
        }
        assert_eq!(parse_float("1e3"), Some(1000.0));
        for bad in ["", ".", "e", "infinity", "NaN", " 1", "1,0"] {
            assert_eq!(parse_float(bad), None, "{bad}");
        }
        assert_eq!(to_base(-255, 16), Ok("-ff".to_owned()));
        assert_eq!(to_base(i64::MIN, 2).map(|s| s.len()), Ok(65));
    }

    proptest! {
        #[test]
        fn floats_round_trip(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let read = parse_float(&float_text(value)).expect("a float text is a float");
            prop_assert!(read == value || (read.is_nan() && value.is_nan()));
        }

        #[test]
        fn bases_round_trip(value in any::<i64>(), base in 2i64..=36) {
            let text = to_base(value, base).expect("the base is allowed");
            prop_assert_eq!(parse_int(&text, base as u32), Some(value));
        }
    }
}
