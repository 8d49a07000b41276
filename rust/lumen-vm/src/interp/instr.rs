//! What an instruction is to the engines: a fast part, a slow part, and the macro that declares both.
//!
//! Invariants:
//! - `fast` contains no call that is not inlined: whatever allocates, fails or calls the C library is in
//!   `slow`. So the threaded handler of `fast` has no prologue and ends in jumps only.
//! - When `fast` gives [`Flow::Slow`], `slow` sees the state as `fast` left it. Except where an
//!   instruction says otherwise it is unchanged: `ip` is just past the first word, at the extension word if any.
//! - A `slow` that fails leaves `ip` there, and its consumed operands owned by the frame (except calls).

use super::state::{State, Step, Vm, W};

/// How an instruction goes on.
pub(crate) enum Flow {
    /// With the instruction at `ip`.
    Next,
    /// With the instruction at `ip` plus this many words.
    Jump(isize),
    /// With the slow part of the same instruction.
    Slow,
}

/// One row of the table of handlers.
pub(crate) trait Instr {
    /// The part without calls.
    fn fast(s: &mut State) -> Flow;

    /// The rest.
    fn slow(vm: &mut Vm, w: W) -> Step;
}

/// Declares an instruction: `instr!(Name { fast(s) { … } slow(vm, w) { … } })`; either part may be
/// missing, and `slow = Other` takes that of another instruction. Bodies are unsafe code under the contract of [`State`]: they run only on verified code.
macro_rules! instr {
    ($name:ident { fast($s:ident) $fast:block }) => {
        instr!(@struct $name);
        impl $crate::interp::instr::Instr for $name {
            #[inline(always)]
            fn fast($s: &mut $crate::interp::state::State) -> $crate::interp::instr::Flow {
                // SAFETY: operands and values are as the verifier proved; see `State`.
                unsafe { $fast }
            }
            fn slow(
                _: &mut $crate::interp::state::Vm,
                _: $crate::interp::state::W,
            ) -> $crate::interp::state::Step {
                Err($crate::interp::state::Leave::Broken)
            }
        }
    };
    ($name:ident { slow($vm:ident, $w:ident) $slow:block }) => {
        instr!(@struct $name);
        impl $crate::interp::instr::Instr for $name {
            #[inline(always)]
            fn fast(_: &mut $crate::interp::state::State) -> $crate::interp::instr::Flow {
                $crate::interp::instr::Flow::Slow
            }
            fn slow(
                $vm: &mut $crate::interp::state::Vm,
                $w: $crate::interp::state::W,
            ) -> $crate::interp::state::Step {
                // SAFETY: operands and values are as the verifier proved; see `State`.
                unsafe { $slow }
            }
        }
    };
    ($name:ident { fast($s:ident) $fast:block slow($vm:ident, $w:ident) $slow:block }) => {
        instr!(@struct $name);
        impl $crate::interp::instr::Instr for $name {
            #[inline(always)]
            fn fast($s: &mut $crate::interp::state::State) -> $crate::interp::instr::Flow {
                // SAFETY: operands and values are as the verifier proved; see `State`.
                unsafe { $fast }
            }
            fn slow(
                $vm: &mut $crate::interp::state::Vm,
                $w: $crate::interp::state::W,
            ) -> $crate::interp::state::Step {
                // SAFETY: operands and values are as the verifier proved; see `State`.
                unsafe { $slow }
            }
        }
    };
    ($name:ident { fast($s:ident) $fast:block slow = $other:ty }) => {
        instr!(@struct $name);
        impl $crate::interp::instr::Instr for $name {
            #[inline(always)]
            fn fast($s: &mut $crate::interp::state::State) -> $crate::interp::instr::Flow {
                // SAFETY: operands and values are as the verifier proved; see `State`.
                unsafe { $fast }
            }
            fn slow(
                vm: &mut $crate::interp::state::Vm,
                w: $crate::interp::state::W,
            ) -> $crate::interp::state::Step {
                <$other as $crate::interp::instr::Instr>::slow(vm, w)
            }
        }
    };
    (@struct $name:ident) => {
        #[doc = concat!("The instruction `", stringify!($name), "` of the table.")]
        pub(crate) struct $name;
    };
}
pub(crate) use instr;
