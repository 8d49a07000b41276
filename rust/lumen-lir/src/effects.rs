//! Effects as small sets: what a cell may do beside computing.
//!
//! Each effect is one bit; the names are those that a source row `/ {emit, random}` uses. A program may name effects of its own
//! (those of tools): they are numbered, and their names stand in what declares them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One effect: a builtin one, or one that the program names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// `emit e`.
    Emit,
    /// The clock: `timestamp`, `now`, `sleep`.
    Time,
    /// `random`, `shuffle`, `uuid`.
    Random,
    /// Program input: `args`, `read_line`.
    Input,
    /// Files.
    Fs,
    /// The environment's variables.
    Env,
    /// Requests by HTTP.
    Http,
    /// Other use of the network.
    Net,
    /// Programs of the operating system.
    Exec,
    /// Operations of declared effects: `perform`. No name of a source row; rows of LIR do not tell them apart.
    Perform,
    /// An effect that the program names (that of a tool): its position among them.
    Named(u8),
}

/// What follows from an effect at run time; declared once for each effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Properties {
    /// Needs a `grant` in source, or `--allow`.
    pub granted: bool,
    /// Its results are recorded in a trace, and come from there in a replay.
    pub journaled: bool,
    /// Doing it twice is as doing it once: a retry is safe.
    pub idempotent: bool,
    /// A result holds for later calls with the same arguments.
    pub cacheable: bool,
    /// It can be replayed from recorded results.
    pub replayable: bool,
    /// Its results do not differ from run to run.
    pub deterministic: bool,
}

impl Effect {
    /// All builtin effects, in bit order.
    pub const ALL: [Effect; 10] = [
        Effect::Emit,
        Effect::Time,
        Effect::Random,
        Effect::Input,
        Effect::Fs,
        Effect::Env,
        Effect::Http,
        Effect::Net,
        Effect::Exec,
        Effect::Perform,
    ];

    /// How many effects a program may name.
    pub const NAMED_MAX: usize = 32;

    /// The name used in rows. Named effects are numbered: their names belong to the program.
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Emit => "emit",
            Effect::Time => "time",
            Effect::Random => "random",
            Effect::Input => "input",
            Effect::Fs => "fs",
            Effect::Env => "env",
            Effect::Http => "http",
            Effect::Net => "net",
            Effect::Exec => "exec",
            Effect::Perform => "perform",
            Effect::Named(at) => NAMED[at as usize % Effect::NAMED_MAX],
        }
    }

    /// The builtin effect with this row name.
    pub fn by_name(name: &str) -> Option<Effect> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// The effect with this row name, or the number of a named one as [`Effect::name`] gives it.
    pub fn by_number(name: &str) -> Option<Effect> {
        let named = || NAMED.iter().position(|n| *n == name).map(|at| Effect::Named(at as u8));
        Self::by_name(name).or_else(named)
    }

    /// What follows from it at run time.
    pub const fn properties(self) -> Properties {
        let (granted, journaled, idempotent, cacheable, replayable, deterministic) = match self {
            Effect::Emit => (false, true, false, false, true, true),
            Effect::Perform => (false, false, false, false, true, true),
            Effect::Time => (false, true, true, false, true, false),
            Effect::Random => (false, true, true, false, true, false),
            Effect::Input => (false, true, false, false, true, false),
            Effect::Env => (true, true, true, true, true, false),
            Effect::Fs | Effect::Http | Effect::Net | Effect::Exec | Effect::Named(_) => {
                (true, true, false, false, true, false)
            }
        };
        Properties { granted, journaled, idempotent, cacheable, replayable, deterministic }
    }

    /// Its bit.
    const fn bit(self) -> u32 {
        match self {
            Effect::Emit => 0,
            Effect::Time => 1,
            Effect::Random => 2,
            Effect::Input => 3,
            Effect::Fs => 4,
            Effect::Env => 5,
            Effect::Http => 6,
            Effect::Net => 7,
            Effect::Exec => 8,
            Effect::Perform => 9,
            Effect::Named(at) => FIRST_NAMED + at as u32 % Effect::NAMED_MAX as u32,
        }
    }
}

/// Bit of the first named effect.
const FIRST_NAMED: u32 = 32;

macro_rules! numbered {
    ($($n:literal)+) => { [$(concat!("named", $n)),+] };
}

static NAMED: [&str; Effect::NAMED_MAX] = numbered!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
);

/// A set of effects.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug, Serialize, Deserialize,
)]
pub struct EffectSet(u64);

impl EffectSet {
    /// No effects.
    pub const EMPTY: EffectSet = EffectSet(0);

    /// Every effect that there is.
    pub const FULL: EffectSet =
        EffectSet(((1 << Effect::ALL.len()) - 1) | (u64::MAX << FIRST_NAMED));

    /// The set of exactly `effect`.
    pub const fn of(effect: Effect) -> Self {
        Self(1 << effect.bit())
    }

    /// The set as bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set with these bits; `None` when a bit stands for no effect.
    pub fn from_bits(bits: u64) -> Option<Self> {
        (bits & !Self::FULL.0 == 0).then_some(Self(bits))
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `effect` is a member.
    pub const fn contains(self, effect: Effect) -> bool {
        self.0 & (1 << effect.bit()) != 0
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
        let named = (0..Effect::NAMED_MAX as u8).map(Effect::Named);
        Effect::ALL.into_iter().chain(named).filter(move |&effect| self.contains(effect))
    }
}

impl fmt::Display for EffectSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::FULL {
            return f.write_str("{any}");
        }
        f.write_str("{")?;
        for (i, effect) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            f.write_str(effect.name())?;
        }
        f.write_str("}")
    }
}
