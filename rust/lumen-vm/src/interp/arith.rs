//! Numbers and truth values: integer and float arithmetic, conversions, comparisons to a Bool.
//!
//! Integers fail on overflow, division by zero and shifts out of range; floats follow IEEE. Everything
//! that needs a call of the C library (`floor`, `fmod`, `pow`) is a slow path, so that no fast handler
//! needs a stack frame.

use super::instr::{Flow, instr};
use super::state::{Leave, Regs};
use lumen_runtime::failure::Failure;

/// `a = b op c` with a checked operation.
macro_rules! checked {
    ($($name:ident $op:ident $sign:literal;)+) => { $(
        instr!($name {
            fast(s) {
                match s.i(s.w.b()).$op(s.i(s.w.c())) {
                    Some(value) => { s.set_i(s.w.a(), value); Flow::Next }
                    None => Flow::Slow,
                }
            }
            slow(vm, w) {
                Err(overflow(vm.i(w.b()), $sign, vm.i(w.c())))
            }
        });
    )+ };
}
checked! {
    Add checked_add "+";
    Sub checked_sub "-";
    Mul checked_mul "*";
}

/// `a = b op immediate` with a checked operation.
macro_rules! checked_imm {
    ($($name:ident $op:ident $sign:literal;)+) => { $(
        instr!($name {
            fast(s) {
                match s.i(s.w.b()).$op(s.w.imm_c()) {
                    Some(value) => { s.set_i(s.w.a(), value); Flow::Next }
                    None => Flow::Slow,
                }
            }
            slow(vm, w) {
                Err(overflow(vm.i(w.b()), $sign, w.imm_c()))
            }
        });
    )+ };
}
checked_imm! {
    AddI checked_add "+";
    MulI checked_mul "*";
}

#[cold]
fn overflow(x: i64, sign: &str, y: i64) -> Leave {
    Failure::overflow(format_args!("{x} {sign} {y}")).into()
}

#[cold]
fn overflow_of(sign: &str, x: i64) -> Leave {
    Failure::overflow(format_args!("{sign}{x}")).into()
}

/// Truncated remainder made to have the sign of the divisor; `y` is neither 0 nor -1.
#[inline(always)]
fn floor_mod(x: i64, y: i64) -> i64 {
    let rest = x.wrapping_rem(y);
    if rest != 0 && (rest ^ y) < 0 { rest + y } else { rest }
}

/// Quotient rounded down; `y` is neither 0 nor -1.
#[inline(always)]
fn floor_div(x: i64, y: i64) -> i64 {
    let quotient = x.wrapping_div(y);
    let rest = x.wrapping_rem(y);
    if rest != 0 && (rest ^ y) < 0 { quotient - 1 } else { quotient }
}

/// Whether a divisor is 0 or -1, the two that need care.
#[inline(always)]
fn is_delicate(y: i64) -> bool {
    (y as u64).wrapping_add(1) <= 1
}

/// `a = b op c` where divisors 0 and -1 take the slow path.
macro_rules! divisions {
    ($($name:ident $imm:ident $sign:literal $op:expr, $minus_one:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let (x, y) = (s.i(s.w.b()), s.i(s.w.c()));
                if is_delicate(y) { return Flow::Slow; }
                let op: fn(i64, i64) -> i64 = $op;
                s.set_i(s.w.a(), op(x, y));
                Flow::Next
            }
            slow(vm, w) {
                if vm.i(w.c()) == 0 {
                    return Err(Failure::division_by_zero().into());
                }
                let by_minus_one: fn(i64) -> Option<i64> = $minus_one;
                let x = vm.i(w.b());
                let Some(value) = by_minus_one(x) else { return Err(overflow(x, $sign, -1)) };
                vm.set_i(w.a(), value);
                Ok(())
            }
        });
        instr!($imm {
            fast(s) {
                let op: fn(i64, i64) -> i64 = $op;
                let (x, y) = (s.i(s.w.b()), s.w.imm_c());
                s.set_i(s.w.a(), op(x, y));
                Flow::Next
            }
        });
    )+ };
}
divisions! {
    Div DivI "/" |x, y| x.wrapping_div(y), i64::checked_neg;
    DivF DivFI "//" floor_div, i64::checked_neg;
    Mod ModI "%" floor_mod, |_| Some(0);
}

instr!(Pow {
    slow(vm, w) {
        let (x, y) = (vm.i(w.b()), vm.i(w.c()));
        if y < 0 {
            return Err(Failure::negative_exponent(y).into());
        }
        let value = match u32::try_from(y) {
            Ok(exponent) => x.checked_pow(exponent),
            Err(_) => match x {
                0 | 1 => Some(x),
                -1 => Some(if y & 1 == 0 { 1 } else { -1 }),
                _ => None,
            },
        };
        let Some(value) = value else { return Err(overflow(x, "**", y)) };
        vm.set_i(w.a(), value);
        Ok(())
    }
});

instr!(Neg {
    fast(s) {
        match s.i(s.w.b()).checked_neg() {
            Some(value) => { s.set_i(s.w.a(), value); Flow::Next }
            None => Flow::Slow,
        }
    }
    slow(vm, w) { Err(overflow_of("-", vm.i(w.b()))) }
});

instr!(Abs {
    fast(s) {
        match s.i(s.w.b()).checked_abs() {
            Some(value) => { s.set_i(s.w.a(), value); Flow::Next }
            None => Flow::Slow,
        }
    }
    slow(vm, w) { Err(overflow_of("abs ", vm.i(w.b()))) }
});

/// `a = f(b, c)` on integers, total.
macro_rules! total {
    ($($name:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.i(s.w.b()), s.i(s.w.c()));
                s.set_i(s.w.a(), $value);
                Flow::Next
            }
        });
    )+ };
}
total! {
    WAdd |x, y| x.wrapping_add(y);
    WSub |x, y| x.wrapping_sub(y);
    WMul |x, y| x.wrapping_mul(y);
    Min |x, y| x.min(y);
    Max |x, y| x.max(y);
    BAnd |x, y| x & y;
    BOr |x, y| x | y;
    BXor |x, y| x ^ y;
}

/// `a = f(b, immediate c)` on integers, total.
macro_rules! total_imm {
    ($($name:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.i(s.w.b()), s.w.imm_c());
                s.set_i(s.w.a(), $value);
                Flow::Next
            }
        });
    )+ };
}
total_imm! {
    BAndI |x, y| x & y;
    ShlI |x, y| x.wrapping_shl(y as u32);
    ShrI |x, y| x.wrapping_shr(y as u32);
}

instr!(BNot {
    fast(s) { s.set_i(s.w.a(), !s.i(s.w.b())); Flow::Next }
});

/// Shifts by a register.
macro_rules! shifts {
    ($($name:ident $op:ident;)+) => { $(
        instr!($name {
            fast(s) {
                let (x, count) = (s.i(s.w.b()), s.u(s.w.c()));
                if count > 63 { return Flow::Slow; }
                s.set_i(s.w.a(), x.$op(count as u32));
                Flow::Next
            }
            slow(vm, w) { Err(Failure::shift(vm.i(w.c())).into()) }
        });
    )+ };
}
shifts! {
    Shl wrapping_shl;
    Shr wrapping_shr;
}

/// `a = f(b, c)` on floats without a library call.
macro_rules! floats {
    ($($name:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.f(s.w.b()), s.f(s.w.c()));
                s.set_f(s.w.a(), $value);
                Flow::Next
            }
        });
    )+ };
}
floats! {
    FAdd |x, y| x + y;
    FSub |x, y| x - y;
    FMul |x, y| x * y;
    FDiv |x, y| x / y;
}

/// `a = f(b, c)` on floats with a library call.
macro_rules! library_floats {
    ($($name:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            slow(vm, w) {
                let ($x, $y) = (vm.f(w.b()), vm.f(w.c()));
                vm.set_f(w.a(), $value);
                Ok(())
            }
        });
    )+ };
}
library_floats! {
    FDivF |x, y| (x / y).floor();
    FMod |x, y| float_mod(x, y);
    FPow |x, y| x.powf(y);
}

/// Remainder with the sign of the divisor.
fn float_mod(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
}

instr!(FMac {
    fast(s) {
        let product = s.f(s.w.b()) * s.f(s.w.c());
        let sum = s.f(s.w.a()) + product;
        s.set_f(s.w.a(), sum);
        Flow::Next
    }
});
instr!(FMsc {
    fast(s) {
        let product = s.f(s.w.b()) * s.f(s.w.c());
        let rest = s.f(s.w.a()) - product;
        s.set_f(s.w.a(), rest);
        Flow::Next
    }
});
instr!(FNeg {
    fast(s) { s.set_f(s.w.a(), -s.f(s.w.b())); Flow::Next }
});
instr!(FAbs {
    fast(s) { s.set_f(s.w.a(), s.f(s.w.b()).abs()); Flow::Next }
});
instr!(FSqrt {
    fast(s) { s.set_f(s.w.a(), s.f(s.w.b()).sqrt()); Flow::Next }
});
instr!(I2F {
    fast(s) { s.set_f(s.w.a(), s.i(s.w.b()) as f64); Flow::Next }
});

/// Whether the truncation of a float is an `i64`. No address of `x` is taken: handlers keep no frame.
#[inline(always)]
#[expect(clippy::manual_range_contains, reason = "see above")]
fn fits_int(x: f64) -> bool {
    -9_223_372_036_854_775_808.0 <= x && x < 9_223_372_036_854_775_808.0
}

/// Float to integer by a rounding that is exact for every float whose truncation fits.
macro_rules! float_to_int {
    ($($name:ident |$x:ident, $whole:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let $x = s.f(s.w.b());
                if !fits_int($x) { return Flow::Slow; }
                let $whole: i64 = $x.to_int_unchecked();
                s.set_i(s.w.a(), $value);
                Flow::Next
            }
            slow(vm, w) { Err(Failure::float_to_int(vm.f(w.b())).into()) }
        });
    )+ };
}
float_to_int! {
    F2I |x, whole| whole;
    F2IFloor |x, whole| whole - i64::from((whole as f64) > x);
    F2ICeil |x, whole| whole + i64::from((whole as f64) < x);
}

instr!(F2IRound {
    slow(vm, w) {
        let x = vm.f(w.b());
        let rounded = x.round_ties_even();
        if !fits_int(rounded) {
            return Err(Failure::float_to_int(x).into());
        }
        vm.set_i(w.a(), rounded as i64);
        Ok(())
    }
});

/// Comparison to a Bool.
macro_rules! compare {
    ($($name:ident $get:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.$get(s.w.b()), s.$get(s.w.c()));
                s.set_b(s.w.a(), $value);
                Flow::Next
            }
        });
    )+ };
}
compare! {
    CEq i |x, y| x == y;
    CNe i |x, y| x != y;
    CLt i |x, y| x < y;
    CLe i |x, y| x <= y;
    CFEq f |x, y| x == y;
    CFNe f |x, y| x != y;
    CFLt f |x, y| x < y;
    CFLe f |x, y| x <= y;
    CBEq u |x, y| x == y;
    CBNe u |x, y| x != y;
}

/// Comparison of an integer with an immediate.
macro_rules! compare_imm {
    ($($name:ident |$x:ident, $y:ident| $value:expr;)+) => { $(
        instr!($name {
            fast(s) {
                let ($x, $y) = (s.i(s.w.b()), s.w.imm_c());
                s.set_b(s.w.a(), $value);
                Flow::Next
            }
        });
    )+ };
}
compare_imm! {
    CEqI |x, y| x == y;
    CNeI |x, y| x != y;
    CLtI |x, y| x < y;
    CGeI |x, y| x >= y;
}

instr!(Not {
    fast(s) { s.set(s.w.a(), s.u(s.w.b()) ^ 1); Flow::Next }
});
instr!(IsNil {
    fast(s) { s.set_b(s.w.a(), s.u(s.w.b()) == 0); Flow::Next }
});
instr!(IsNull {
    fast(s) { s.set_b(s.w.a(), s.u(s.w.b()) == lumen_runtime::value::word::DYN_NULL); Flow::Next }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_division_and_remainder_agree() {
        let edges = [i64::MIN, i64::MIN + 1, -7, -3, -2, 1, 2, 3, 7, i64::MAX - 1, i64::MAX];
        for x in edges.into_iter().chain([-1, 0]) {
            for y in edges {
                let (quotient, rest) = (floor_div(x, y), floor_mod(x, y));
                assert_eq!(i128::from(quotient) * i128::from(y) + i128::from(rest), i128::from(x));
                assert!(rest == 0 || (rest < 0) == (y < 0), "{x} % {y}");
            }
        }
    }
}
