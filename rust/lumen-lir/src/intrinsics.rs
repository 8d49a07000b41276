//! Runtime builtins as LIR sees them: name, parameter and result patterns, ownership, effects.
//!
//! Input → output: lowering names a builtin in `rt`/`rtt`; the verifier checks the call against the signature; the
//! runtime registers an implementation under the same name (a test there compares the sets).
//!
//! Invariants:
//! - Names are `head.name` (`string.upper`) or a bare name for builtins without a subject type.
//! - No builtin calls Lumen code.
//! - A type variable in the parameters is bound by a container parameter, or by the type argument.

mod table;

use crate::effects::EffectSet;

pub use table::INTRINSICS;

/// Index of a builtin in the table.
pub type Intrinsic = u16;

/// A pattern over types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pat {
    /// `Int`, or any type represented as one when an ordinal is meant.
    Int,
    /// `Float`.
    Float,
    /// `Bool`.
    Bool,
    /// `String`.
    Str,
    /// `Bytes`.
    Bytes,
    /// `Json`: any dynamic word.
    Json,
    /// `Any`: any dynamic word.
    Any,
    /// The type given by the type argument.
    Subject,
    /// First type variable.
    A,
    /// Second type variable.
    B,
    /// `list[_]`.
    List(&'static Pat),
    /// `map[_, _]`.
    Map(&'static Pat, &'static Pat),
    /// `set[_]`.
    Set(&'static Pat),
    /// `_?`.
    Opt(&'static Pat),
    /// `(_, _)`.
    Pair(&'static Pat, &'static Pat),
    /// `result[_, _]`: an enum of two variants with one payload each.
    Result(&'static Pat, &'static Pat),
}

/// What the type argument (`x0` of `rtt`, always a `TypeId`) says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TypeArg {
    /// There is none: `rt`.
    None,
    /// The type that `Pat::Subject` stands for.
    Subject,
    /// The type of the result.
    Result,
}

/// Ownership of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArgMode {
    /// Stays with the caller.
    Borrow,
    /// Consumed.
    Take,
}

/// Signature of a builtin.
#[derive(Clone, Copy, Hash, Debug)]
pub struct Signature {
    /// Key.
    pub name: &'static str,
    /// Type argument.
    pub type_arg: TypeArg,
    /// Parameters.
    pub params: &'static [(ArgMode, Pat)],
    /// Result, when there is one.
    pub result: Option<Pat>,
    /// What it may do.
    pub effects: EffectSet,
    /// Whether it may fail with a runtime error.
    pub may_fail: bool,
    /// Whether it depends on its arguments alone and does nothing else.
    pub pure: bool,
}

impl Signature {
    /// Whether it may take long without computing anything.
    pub fn may_wait(&self) -> bool {
        !self.effects.is_empty() && self.name == "sleep"
    }

    /// Whether a trace records its calls: it has an effect, writes what the user sees, or opens what is
    /// sealed.
    pub fn is_observable(&self) -> bool {
        !self.effects.is_empty() || matches!(self.name, "print" | "debug" | "trust" | "reveal")
    }
}

/// Index of the builtin with this name.
pub fn intrinsic_id(name: &str) -> Option<Intrinsic> {
    use rustc_hash::FxHashMap;
    use std::sync::OnceLock;
    static IDS: OnceLock<FxHashMap<&'static str, Intrinsic>> = OnceLock::new();
    IDS.get_or_init(|| {
        INTRINSICS.iter().enumerate().map(|(i, s)| (s.name, i as Intrinsic)).collect()
    })
    .get(name)
    .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn mentions(pat: &Pat, what: Pat) -> bool {
        *pat == what
            || match pat {
                Pat::List(a) | Pat::Set(a) | Pat::Opt(a) => mentions(a, what),
                Pat::Map(a, b) | Pat::Pair(a, b) | Pat::Result(a, b) => {
                    mentions(a, what) || mentions(b, what)
                }
                _ => false,
            }
    }

    #[test]
    fn signatures_are_consistent() {
        let mut names = BTreeSet::new();
        for s in INTRINSICS {
            assert!(names.insert(s.name), "duplicate {}", s.name);
            let all = || s.params.iter().map(|p| &p.1).chain(&s.result);
            assert_eq!(
                all().any(|p| mentions(p, Pat::Subject)),
                s.type_arg == TypeArg::Subject,
                "{}",
                s.name
            );
            assert!(s.type_arg != TypeArg::Result || s.result.is_some(), "{}", s.name);
            for var in [Pat::A, Pat::B] {
                let bound = s.params.iter().any(|p| p.1 != var && mentions(&p.1, var))
                    || (s.type_arg == TypeArg::Result
                        && s.result.is_some_and(|r| mentions(&r, var)));
                assert!(bound || !all().any(|p| mentions(p, var)), "{}: unbound variable", s.name);
            }
            assert_eq!(intrinsic_id(s.name), Some(names.len() as u16 - 1));
        }
    }
}
