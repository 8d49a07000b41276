//! Effects as small sets: what a cell may do beside computing.
//!
//! Each builtin effect is one bit; the names are those that a source row `/ {emit, random}` uses.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One builtin effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Effect {
    /// `emit e`.
    Emit = 0,
    /// The clock: `timestamp`, `now`, `sleep`.
    Time = 1,
    /// `random`, `shuffle`, `uuid`.
    Random = 2,
    /// Program input: `args`, `read_line`.
    Input = 3,
    /// Operations of declared effects: `perform`. No name of a source row; rows of LIR do not tell them apart.
    Perform = 4,
}

impl Effect {
    /// All builtin effects, in bit order.
    pub const ALL: [Effect; 5] =
        [Effect::Emit, Effect::Time, Effect::Random, Effect::Input, Effect::Perform];

    /// The name used in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Emit => "emit",
            Effect::Time => "time",
            Effect::Random => "random",
            Effect::Input => "input",
            Effect::Perform => "perform",
        }
    }

    /// The effect with this row name.
    pub fn by_name(name: &str) -> Option<Effect> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }
}

/// A set of builtin effects.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug, Serialize, Deserialize,
)]
pub struct EffectSet(u64);

impl EffectSet {
    /// No effects.
    pub const EMPTY: EffectSet = EffectSet(0);

    /// All of them.
    pub const fn all() -> Self {
        Self((1 << Effect::ALL.len()) - 1)
    }

    /// The set of exactly `effect`.
    pub const fn of(effect: Effect) -> Self {
        Self(1 << effect as u8)
    }

    /// The set as bits, bit `i` being `Effect::ALL[i]`.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set with these bits; `None` when a bit stands for no effect.
    pub fn from_bits(bits: u64) -> Option<Self> {
        (bits >> Effect::ALL.len() == 0).then_some(Self(bits))
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `effect` is a member.
    pub const fn contains(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u8) != 0
    }

    /// Whether each member of `self` is a member of `other`.
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Members of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Members of `self` that are not members of `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The members in bit order.
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        Effect::ALL.into_iter().filter(move |&effect| self.contains(effect))
    }
}

impl fmt::Display for EffectSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, effect) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            f.write_str(effect.name())?;
        }
        f.write_str("}")
    }
}
