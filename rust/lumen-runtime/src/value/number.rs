//! Integer and float semantics: what `+` to `**` do at the edges, rounding, texts of numbers.
//!
//! Integers are 64-bit signed and never overflow silently. `/` truncates, `//` floors, `%` has
//! the sign of the divisor. Floats are IEEE doubles; their text is the shortest that reads back
//! to the same float and always shows that it is one (`2.0`, `1e100`).

use crate::failure::{Failure, Outcome};
use std::cmp::Ordering;

/// `a / b`, truncated.
pub fn int_div(a: i64, b: i64) -> Outcome<i64> {
    if b == 0 {
        return Err(Failure::division_by_zero());
    }
    a.checked_div(b).ok_or_else(|| Failure::overflow(format_args!("{a} / {b}")))
}

/// `a // b`, floored.
pub fn int_floor_div(a: i64, b: i64) -> Outcome<i64> {
    let quotient = int_div(a, b)?;
    let inexact = quotient.wrapping_mul(b) != a;
    Ok(if inexact && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// `a % b`, with the sign of `b`.
pub fn int_mod(a: i64, b: i64) -> Outcome<i64> {
    if b == 0 {
        return Err(Failure::division_by_zero());
    }
    let rest = a.wrapping_rem(b);
    Ok(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

/// `base ** exponent`.
pub fn int_pow(base: i64, exponent: i64) -> Outcome<i64> {
    if exponent < 0 {
        return Err(Failure::negative_exponent(exponent));
    }
    let overflow = || Failure::overflow(format_args!("{base} ** {exponent}"));
    match base {
        0 | 1 => Ok(if exponent == 0 { 1 } else { base }),
        -1 => Ok(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => {
            let exponent = u32::try_from(exponent).map_err(|_| overflow())?;
            base.checked_pow(exponent).ok_or_else(overflow)
        }
    }
}

/// `value << count`; high bits are dropped.
pub fn int_shl(value: i64, count: i64) -> Outcome<i64> {
    if (0..64).contains(&count) { Ok(value << count) } else { Err(Failure::shift(count)) }
}

/// `value >> count`, arithmetic.
pub fn int_shr(value: i64, count: i64) -> Outcome<i64> {
    if (0..64).contains(&count) { Ok(value >> count) } else { Err(Failure::shift(count)) }
}

/// `a // b` on floats.
pub fn float_floor_div(a: f64, b: f64) -> f64 {
    (a / b).floor()
}

/// `a % b` on floats, with the sign of `b`.
pub fn float_mod(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        rest + b
    } else if rest == 0.0 {
        0.0f64.copysign(b)
    } else {
        rest
    }
}

/// A float without fraction as an integer, when it fits 64 bits.
#[inline]
pub fn whole_to_int(whole: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&whole).then_some(whole as i64)
}

/// How a float is made whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// To the nearest, ties to even.
    HalfEven,
    /// Down.
    Floor,
    /// Up.
    Ceil,
    /// Towards zero.
    Trunc,
}

/// A float rounded to an integer; fails outside 64 bits and on NaN.
pub fn round_to_int(value: f64, rounding: Rounding) -> Outcome<i64> {
    let whole = match rounding {
        Rounding::HalfEven => value.round_ties_even(),
        Rounding::Floor => value.floor(),
        Rounding::Ceil => value.ceil(),
        Rounding::Trunc => value.trunc(),
    };
    whole_to_int(whole).ok_or_else(|| Failure::float_to_int(value))
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
    fn division_at_the_edges() {
        assert_eq!(int_div(7, -2), Ok(-3));
        assert_eq!(int_floor_div(7, -2), Ok(-4));
        assert_eq!(int_mod(7, -2), Ok(-1));
        assert_eq!(int_mod(-7, 2), Ok(1));
        assert_eq!(int_mod(i64::MIN, -1), Ok(0));
        assert!(int_div(i64::MIN, -1).is_err());
        assert!(int_floor_div(i64::MIN, -1).is_err());
        assert!(int_div(1, 0).is_err() && int_mod(1, 0).is_err());
        assert_eq!(float_mod(-1.0, 3.0), 2.0);
        assert_eq!(float_floor_div(-7.0, 2.0), -4.0);
    }

    #[test]
    fn powers_and_shifts() {
        assert_eq!(int_pow(2, 62), Ok(1 << 62));
        assert!(int_pow(2, 63).is_err() && int_pow(10, 1 << 40).is_err());
        assert_eq!(int_pow(-1, i64::MAX), Ok(-1));
        assert_eq!(int_pow(0, 0), Ok(1));
        assert!(int_pow(2, -1).is_err());
        assert_eq!(int_shl(3, 63), Ok(i64::MIN));
        assert!(int_shl(1, 64).is_err() && int_shr(1, -1).is_err());
    }

    #[test]
    fn rounding() {
        assert_eq!(round_to_int(2.5, Rounding::HalfEven), Ok(2));
        assert_eq!(round_to_int(3.5, Rounding::HalfEven), Ok(4));
        assert!(round_to_int(1e19, Rounding::Floor).is_err());
        assert!(round_to_int(f64::NAN, Rounding::Trunc).is_err());
        assert_eq!(round_to_int(-9_223_372_036_854_775_808.0, Rounding::Trunc), Ok(i64::MIN));
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
        fn floor_division_and_remainder_agree(a in any::<i64>(), b in any::<i64>()) {
            if let (Ok(q), Ok(r)) = (int_floor_div(a, b), int_mod(a, b)) {
                prop_assert_eq!(i128::from(q) * i128::from(b) + i128::from(r), i128::from(a));
                prop_assert!(r == 0 || (r < 0) == (b < 0));
            }
        }

        #[test]
        fn bases_round_trip(value in any::<i64>(), base in 2i64..=36) {
            let text = to_base(value, base).expect("the base is allowed");
            prop_assert_eq!(parse_int(&text, base as u32), Some(value));
        }
    }
}
