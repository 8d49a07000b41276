//! THE table of handlers: every opcode of `lumen_lir`, then the linker's own forms.
//!
//! Both engines are made from it. An opcode without an instruction type of its name does not compile.

use super::threaded::Entry;
use lumen_lir::Op;

pub(crate) use super::arith::*;
pub(crate) use super::builtins::*;
pub(crate) use super::calls::*;
pub(crate) use super::control::*;
pub(crate) use super::data::{quick::*, *};
pub(crate) use super::dyns::*;
pub(crate) use super::gens::*;
pub(crate) use super::handlers::*;
pub(crate) use super::lists::{quick_getd::*, quick_setr::*, *};
pub(crate) use super::moves::*;
pub(crate) use super::outside::*;
pub(crate) use super::places::{quick::*, *};
pub(crate) use super::strings::*;
pub(crate) use super::tables::*;

/// Calls `$callback!` with the linker's own forms: a name, and the instruction type.
macro_rules! with_quick {
    ($callback:ident) => {
        $callback! {
            Halt = Halt,
            Native = Native,
            TryReturn = TryReturn,
            DeferReturn = DeferReturn,
            RunReturn = RunReturn,
            HandleReturn = HandleReturn,
            ClauseReturn = ClauseReturn,
            TailReturn = TailReturn,
            New1 = NewN<1>,
            New2 = NewN<2>,
            New3 = NewN<3>,
            New4 = NewN<4>,
            New5 = NewN<5>,
            New6 = NewN<6>,
            Unpack1 = UnpackN<1>,
            Unpack2 = UnpackN<2>,
            Unpack3 = UnpackN<3>,
            Unpack4 = UnpackN<4>,
            Unpack5 = UnpackN<5>,
            Unpack6 = UnpackN<6>,
            ListGetDRef = ListGetDRef,
            ListSetRRef = ListSetRRef,
            ListPutRRef = ListPutRRef,
            FldDRef = FldDRef,
            FldSetRRef = FldSetRRef,
            FldPutRRef = FldPutRRef,
        }
    };
}
pub(super) use with_quick;

macro_rules! define_quick {
    ($($name:ident = $instr:ty,)+) => {
        /// The linker's own forms; their numbers follow those of the opcodes.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub(crate) enum Quick { $( $name, )+ }

        impl Quick {
            /// How many there are.
            pub(crate) const COUNT: usize = [$(Quick::$name),+].len();
        }

        const QUICK_HANDLERS: [Entry; Quick::COUNT] = [ $( Entry::of::<$instr>(), )+ ];
    };
}
with_quick!(define_quick);

impl Quick {
    /// Its number as an opcode.
    pub(crate) const fn number(self) -> u16 {
        Op::COUNT as u16 + self as u16
    }
}

macro_rules! define_handlers {
    ($( $(#[doc = $doc:literal])+ $name:ident = $mnemonic:literal [ $($operand:expr),* $(,)? ] $flags:expr; )+) => {
        const OP_HANDLERS: [Entry; Op::COUNT] = [ $( Entry::of::<$name>(), )+ ];
    };
}
lumen_lir::with_opcodes!(define_handlers);

/// Handlers of the threaded engine by opcode number.
pub(super) static HANDLERS: [Entry; Op::COUNT + Quick::COUNT] = {
    let mut all = [OP_HANDLERS[0]; Op::COUNT + Quick::COUNT];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < Op::COUNT { OP_HANDLERS[at] } else { QUICK_HANDLERS[at - Op::COUNT] };
        at += 1;
    }
    all
};
