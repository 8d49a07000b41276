//! Marks of secrets in two runs: each run has a key of its own, so marks differ where the secrets do not.
//!
//! Two texts → whether they are the same but for marks. Invariant: over a whole run one mark stands for one mark, in both
//! directions, so two secrets that were exchanged are found.

use crate::value::json_out::next_mark;
use std::collections::BTreeMap;

/// Which mark of the recording stands for which of now.
#[derive(Debug, Default)]
pub(super) struct Marks {
    now_of: BTreeMap<String, String>,
    recorded_of: BTreeMap<String, String>,
}

impl Marks {
    /// Whether the texts are the same in order.
    pub(super) fn same_all(&mut self, recorded: &[String], now: &[String]) -> bool {
        recorded.len() == now.len() && recorded.iter().zip(now).all(|(a, b)| self.same(a, b))
    }

    /// Whether two texts are the same but for marks.
    pub(super) fn same(&mut self, recorded: &str, now: &str) -> bool {
        if recorded == now {
            return true;
        }
        let (mut recorded, mut now) = (recorded, now);
        loop {
            match (next_mark(recorded), next_mark(now)) {
                (None, None) => return recorded == now,
                (Some((a, b)), Some((c, d))) => {
                    let is_same =
                        recorded[..a] == now[..c] && self.pair(&recorded[a..b], &now[c..d]);
                    if !is_same {
                        return false;
                    }
                    (recorded, now) = (&recorded[b..], &now[d..]);
                }
                _ => return false,
            }
        }
    }

    /// Whether two marks can be of one secret.
    fn pair(&mut self, recorded: &str, now: &str) -> bool {
        let known = self.now_of.entry(recorded.to_owned()).or_insert_with(|| now.to_owned());
        let back = self.recorded_of.entry(now.to_owned()).or_insert_with(|| recorded.to_owned());
        known == now && back == recorded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_paired() {
        let [a, b, c] = ["a", "b", "c"].map(|digit| format!("<secret {}>", digit.repeat(32)));
        let mut marks = Marks::default();
        assert!(marks.same("plain", "plain") && !marks.same("plain", "other"));
        assert!(marks.same(&format!("x {a} y"), &format!("x {b} y")));
        assert!(!marks.same(&format!("x {a} y"), &format!("x {c} y")), "one mark is one secret");
        assert!(!marks.same(&b, &format!("{b}x")));
        assert!(!marks.same(&c, &b), "two secrets are not one");
        assert!(!marks.same(&format!("x {a} y"), "x y"));
    }
}
