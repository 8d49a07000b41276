//! Integers and floats: what has no instruction of its own.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::Call;
use crate::value::number;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("int.sign", |c| c.ret_int(c.int(0).signum())),
    ("int.gcd", gcd),
    ("int.lcm", lcm),
    ("int.saturating_add", |c| c.ret_int(c.int(0).saturating_add(c.int(1)))),
    ("int.saturating_sub", |c| c.ret_int(c.int(0).saturating_sub(c.int(1)))),
    ("int.saturating_mul", |c| c.ret_int(c.int(0).saturating_mul(c.int(1)))),
    ("int.checked_add", |c| c.ret_opt_int(c.int(0).checked_add(c.int(1)))),
    ("int.checked_sub", |c| c.ret_opt_int(c.int(0).checked_sub(c.int(1)))),
    ("int.checked_mul", |c| c.ret_opt_int(c.int(0).checked_mul(c.int(1)))),
    ("int.checked_div", |c| c.ret_opt_int(c.int(0).checked_div(c.int(1)))),
    ("int.count_ones", |c| c.ret_int(i64::from(c.int(0).count_ones()))),
    ("int.leading_zeros", |c| c.ret_int(i64::from(c.int(0).leading_zeros()))),
    ("int.trailing_zeros", |c| c.ret_int(i64::from(c.int(0).trailing_zeros()))),
    ("int.to_base", |c| c.ret_str(&number::to_base(c.int(0), c.int(1))?)),
    ("float.to_int", |c| c.ret_opt_int(number::whole_to_int(c.float(0).trunc()))),
    ("float.sign", sign),
    ("float.min", |c| c.ret_float(pick(c.float(0), c.float(1), true))),
    ("float.max", |c| c.ret_float(pick(c.float(0), c.float(1), false))),
    ("float.round_to", |c| c.ret_float(number::round_to_digits(c.float(0), c.int(1)))),
    ("float.cbrt", |c| c.ret_float(c.float(0).cbrt())),
    ("float.exp", |c| c.ret_float(c.float(0).exp())),
    ("float.log", |c| c.ret_float(c.float(0).ln())),
    ("float.log2", |c| c.ret_float(c.float(0).log2())),
    ("float.log10", |c| c.ret_float(c.float(0).log10())),
    ("float.sin", |c| c.ret_float(c.float(0).sin())),
    ("float.cos", |c| c.ret_float(c.float(0).cos())),
    ("float.tan", |c| c.ret_float(c.float(0).tan())),
    ("float.asin", |c| c.ret_float(c.float(0).asin())),
    ("float.acos", |c| c.ret_float(c.float(0).acos())),
    ("float.atan", |c| c.ret_float(c.float(0).atan())),
    ("float.atan2", |c| c.ret_float(c.float(0).atan2(c.float(1)))),
    ("float.hypot", |c| c.ret_float(c.float(0).hypot(c.float(1)))),
    ("float.sinh", |c| c.ret_float(c.float(0).sinh())),
    ("float.cosh", |c| c.ret_float(c.float(0).cosh())),
    ("float.tanh", |c| c.ret_float(c.float(0).tanh())),
    ("float.asinh", |c| c.ret_float(c.float(0).asinh())),
    ("float.acosh", |c| c.ret_float(c.float(0).acosh())),
    ("float.atanh", |c| c.ret_float(c.float(0).atanh())),
    ("float.expm1", |c| c.ret_float(c.float(0).exp_m1())),
    ("float.log1p", |c| c.ret_float(c.float(0).ln_1p())),
    ("float.is_nan", |c| c.ret_bool(c.float(0).is_nan())),
    ("float.is_finite", |c| c.ret_bool(c.float(0).is_finite())),
];

fn gcd_of(a: i64, b: i64) -> u64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn gcd(c: &mut Call<'_>) -> Outcome<()> {
    let (a, b) = (c.int(0), c.int(1));
    let gcd = i64::try_from(gcd_of(a, b));
    c.ret_int(gcd.map_err(|_| Failure::overflow(format_args!("gcd({a}, {b})")))?)
}

fn lcm(c: &mut Call<'_>) -> Outcome<()> {
    let (a, b) = (c.int(0), c.int(1));
    if a == 0 || b == 0 {
        return c.ret_int(0);
    }
    let lcm = (a.unsigned_abs() / gcd_of(a, b)).checked_mul(b.unsigned_abs());
    let lcm = lcm.and_then(|lcm| i64::try_from(lcm).ok());
    c.ret_int(lcm.ok_or_else(|| Failure::overflow(format_args!("lcm({a}, {b})")))?)
}

fn sign(c: &mut Call<'_>) -> Outcome<()> {
    let value = c.float(0);
    c.ret_float(if value == 0.0 || value.is_nan() { value } else { value.signum() })
}

/// The smaller or larger of two; NaN when one is.
fn pick(a: f64, b: f64, smaller: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if (a < b) == smaller {
        a
    } else {
        b
    }
}
