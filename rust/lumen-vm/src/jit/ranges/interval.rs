//! Intervals of integers: exact bounds of what arithmetic can give, or the fact that it may not fit.
//!
//! Invariant: every operation contains all results of its operands' values that do not fail; a second answer says whether
//! none of them can fail.

/// The integers from `low` to `high`; never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::jit) struct Interval {
    pub(in crate::jit) low: i64,
    pub(in crate::jit) high: i64,
}

impl Interval {
    pub(super) const ALL: Interval = Interval { low: i64::MIN, high: i64::MAX };
    /// Lengths of lists, strings and bytes.
    pub(super) const LENGTH: Interval = Interval { low: 0, high: u32::MAX as i64 };

    pub(super) const fn new(low: i64, high: i64) -> Interval {
        debug_assert!(low <= high);
        Interval { low, high }
    }

    pub(super) const fn exact(value: i64) -> Interval {
        Interval { low: value, high: value }
    }

    /// The only value.
    pub(super) fn value(self) -> Option<i64> {
        (self.low == self.high).then_some(self.low)
    }

    /// What is in either.
    pub(super) fn join(self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// What is in both; `None` when that is nothing.
    pub(super) fn meet(self, other: Interval) -> Option<Interval> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        (low <= high).then_some(Interval { low, high })
    }

    /// Something wider than both, from a short chain: loops end soon.
    pub(super) fn widen(self, other: Interval) -> Interval {
        const STEPS: [i64; 6] =
            [0, i32::MAX as i64, u32::MAX as i64, 1 << 53, i64::MAX - 1, i64::MAX];
        let mut wide = self;
        if other.high > self.high {
            wide.high = STEPS.into_iter().find(|step| *step >= other.high).unwrap_or(i64::MAX);
        }
        if other.low < self.low {
            let down = STEPS.into_iter().map(|step| -step - i64::from(step == i64::MAX));
            wide.low = down.into_iter().find(|step| *step <= other.low).unwrap_or(i64::MIN);
        }
        wide
    }

    /// The interval of exact bounds, as far as it fits; whether all of it does.
    fn fit(low: i128, high: i128) -> (Interval, bool) {
        let clamp = |x: i128| x.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        let (l, h) = (clamp(low), clamp(high));
        (Interval { low: l, high: h }, i128::from(l) == low && i128::from(h) == high)
    }

    pub(super) fn add(self, other: Interval) -> (Interval, bool) {
        let sum = |a: i64, b: i64| i128::from(a) + i128::from(b);
        Interval::fit(sum(self.low, other.low), sum(self.high, other.high))
    }

    pub(super) fn sub(self, other: Interval) -> (Interval, bool) {
        let diff = |a: i64, b: i64| i128::from(a) - i128::from(b);
        Interval::fit(diff(self.low, other.high), diff(self.high, other.low))
    }

    pub(super) fn mul(self, other: Interval) -> (Interval, bool) {
        let ends = |x: Interval| [i128::from(x.low), i128::from(x.high)];
        let products = ends(self).into_iter().flat_map(|a| ends(other).map(|b| a * b));
        let low = products.clone().min().unwrap_or(i128::MIN);
        Interval::fit(low, products.max().unwrap_or(i128::MAX))
    }

    pub(super) fn neg(self) -> (Interval, bool) {
        Interval::exact(0).sub(self)
    }

    pub(super) fn abs(self) -> (Interval, bool) {
        let (negated, fits) = self.neg();
        match () {
            () if self.low >= 0 => (self, true),
            () if self.high <= 0 => (negated, fits),
            () => (Interval::new(0, self.high.max(negated.high)), fits),
        }
    }

    /// Quotients, truncated (`floor`: floored) by divisors that are positive; `None` for others.
    pub(super) fn quotient(self, divisor: Interval, floor: bool) -> Option<Interval> {
        if divisor.low <= 0 {
            return None;
        }
        let div = |a: i64, b: i64| if floor { a.div_euclid(b) } else { a / b };
        let ends = [div(self.low, divisor.low), div(self.low, divisor.high)];
        let high = [div(self.high, divisor.low), div(self.high, divisor.high)];
        Some(Interval::new(ends[0].min(ends[1]), high[0].max(high[1])))
    }

    /// Remainders with the divisor's sign.
    pub(super) fn remainder(self, divisor: Interval) -> Interval {
        match () {
            () if divisor.low > 0 && self.low >= 0 => {
                Interval::new(0, self.high.min(divisor.high - 1))
            }
            () if divisor.low > 0 => Interval::new(0, divisor.high - 1),
            () if divisor.high < 0 && divisor.low > i64::MIN => Interval::new(divisor.low + 1, 0),
            () => Interval::ALL,
        }
    }

    pub(super) fn min(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.min(other.high))
    }

    pub(super) fn max(self, other: Interval) -> Interval {
        Interval::new(self.low.max(other.low), self.high.max(other.high))
    }

    pub(super) fn and(self, other: Interval) -> Interval {
        match (self.low >= 0, other.low >= 0) {
            (true, true) => Interval::new(0, self.high.min(other.high)),
            (true, false) => Interval::new(0, self.high),
            (false, true) => Interval::new(0, other.high),
            (false, false) => Interval::ALL,
        }
    }

    /// Of bitwise or, and exclusive or.
    pub(super) fn or(self, other: Interval) -> Interval {
        if self.low < 0 || other.low < 0 {
            return Interval::ALL;
        }
        let bits = 64 - (self.high | other.high).leading_zeros();
        Interval::new(0, if bits >= 63 { i64::MAX } else { (1 << bits) - 1 })
    }

    /// Of shifts to the right by these counts.
    pub(super) fn shr(self, count: Interval) -> Interval {
        match count.value() {
            Some(count) if (0..64).contains(&count) => {
                Interval::new(self.low >> count, self.high >> count)
            }
            _ => Interval::new(self.low.min(0), if self.high < 0 { -1 } else { self.high }),
        }
    }

    /// Of shifts to the left by these counts, high bits dropped.
    pub(super) fn shl(self, count: Interval) -> Interval {
        if self.low < 0 || count.low < 0 || count.high > 62 {
            return Interval::ALL;
        }
        let high = i128::from(self.high) << count.high;
        match Interval::fit(i128::from(self.low) << count.low, high) {
            (shifted, true) => shifted,
            _ => Interval::ALL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;

    /// Every operation contains what its operands' values give, and says so when one does not fit.
    #[test]
    fn operations_contain_their_results() {
        let ends = [i64::MIN, i64::MIN + 1, -7, -1, 0, 1, 5, 63, i64::MAX - 1, i64::MAX];
        let pairs = |f: &mut dyn FnMut(Interval, i64)| {
            for (i, low) in ends.into_iter().enumerate() {
                for high in &ends[i..] {
                    ends.iter()
                        .filter(|x| (low..=*high).contains(x))
                        .for_each(|x| f(Interval::new(low, *high), *x));
                }
            }
        };
        let holds =
            |all: Interval, x: Option<i64>| x.is_none_or(|x| (all.low..=all.high).contains(&x));
        pairs(&mut |a, x| {
            assert!(holds(a.neg().0, x.checked_neg()) && (!a.neg().1 || x.checked_neg().is_some()));
            assert!(holds(a.abs().0, x.checked_abs()) && (!a.abs().1 || x.checked_abs().is_some()));
            pairs(&mut |b, y| {
                for (found, exact) in [
                    (a.add(b), x.checked_add(y)),
                    (a.sub(b), x.checked_sub(y)),
                    (a.mul(b), x.checked_mul(y)),
                ] {
                    assert!(holds(found.0, exact), "{a:?} {b:?} {x} {y}");
                    assert!(!found.1 || exact.is_some(), "{a:?} {b:?} {x} {y}");
                }
                if let Some(q) = a.quotient(b, false) {
                    assert!(holds(q, x.checked_div(y)));
                }
                if let Some(q) = a.quotient(b, true) {
                    assert!(holds(q, x.checked_div_euclid(y)), "{a:?} {b:?} {x} {y}");
                }
                if y != 0 {
                    let rest = i128::from(x).rem_euclid(i128::from(y));
                    let signed = if y < 0 && rest != 0 { rest + i128::from(y) } else { rest };
                    assert!(holds(a.remainder(b), Some(signed as i64)), "{a:?} {b:?} {x} {y}");
                }
                assert!(holds(a.min(b), Some(x.min(y))) && holds(a.max(b), Some(x.max(y))));
                assert!(holds(a.and(b), Some(x & y)));
                assert!(holds(a.or(b), Some(x | y)) && holds(a.or(b), Some(x ^ y)));
                assert!(holds(a.join(b), Some(x)) && holds(a.widen(b), Some(y)));
                if (0..64).contains(&y) {
                    assert!(holds(a.shr(b), Some(x >> y)), "{a:?} {b:?} {x} {y}");
                    assert!(holds(a.shl(b), Some(x << y)), "{a:?} {b:?} {x} {y}");
                }
            });
        });
    }
}
