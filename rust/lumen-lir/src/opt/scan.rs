//! A first look at a cell: which passes have something to do.
//!
//! Input → output: words → `Work`, and where the branches are. It may say yes for nothing; it never misses what a pass looks for, except pairs with `nop`s
//! between, which lowering does not make.

use crate::cfg::step;
use crate::module::Cell;
use crate::opcode::{self, Flags, Op, Slot};

/// What there is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Work {
    /// A pair to fuse, or a constant in a loop.
    pub(super) registers: bool,
    /// A jump that may be shortened.
    pub(super) jumps: bool,
    /// There are `nop`s.
    pub(super) nops: bool,
}

/// Looks at every word once, and lists the branches.
pub(super) fn run(cell: &Cell, branches: &mut Vec<u32>) -> Work {
    let mut work = Work::default();
    branches.clear();
    let mut last_constant = None;
    let mut before = (Op::Nop, 0u64);
    let mut earlier = before;
    let mut pc = 0;
    while let Some((op, next)) = step(cell, pc) {
        let w = cell.code[pc];
        match op {
            Op::Nop => work.nops = true,
            Op::LdI | Op::LdK | Op::LdF | Op::LdB | Op::LdStr => last_constant = Some(pc),
            Op::Jmp | Op::Loop => work.jumps = true,
            _ => {}
        }
        work.registers |= pair(before, (op, w));
        work.registers |= earlier.0 == Op::FMul && matches!(op, Op::FAdd | Op::FSub);
        if op.flags().has(Flags::BRANCH) {
            branches.push(pc as u32);
        }
        if op.flags().has(Flags::BACK)
            && let Some(constant) = last_constant
        {
            let slot = op.offset_slot().unwrap_or(Slot::BC);
            let offset = i64::from(opcode::signed(slot, opcode::get(slot, w, 0)));
            work.registers |= constant as i64 >= next as i64 + offset;
        }
        (earlier, before) = (before, (op, w));
        pc = next;
    }
    work
}

/// Whether two neighbours look like a pair that `fuse` or `loans` knows.
#[inline]
fn pair((first, p): (Op, u64), (second, q): (Op, u64)) -> bool {
    let t = opcode::a(p);
    match second {
        Op::FAdd | Op::FSub => first == Op::FMul && (opcode::b(q) == t || opcode::c(q) == t),
        Op::ListGet => match first {
            Op::ListGetR => opcode::b(q) == t,
            Op::LdI => opcode::c(q) == t,
            _ => false,
        },
        Op::Fld => first == Op::ListGetR && opcode::b(q) == t,
        Op::JT | Op::JF | Op::LoopT | Op::LoopF => {
            opcode::a(q) == t
                && matches!(
                    first,
                    Op::CEq
                        | Op::CNe
                        | Op::CLt
                        | Op::CLe
                        | Op::CEqI
                        | Op::CNeI
                        | Op::CLtI
                        | Op::CGeI
                        | Op::CFEq
                        | Op::CFNe
                        | Op::CFLt
                        | Op::CFLe
                        | Op::StrEq
                        | Op::Not
                        | Op::IsNil
                        | Op::IsNull
                )
        }
        Op::Drop | Op::DropM | Op::DropD => {
            matches!(first, Op::Dup | Op::DupM | Op::DupD) && opcode::b(p) == opcode::a(q)
        }
        Op::Dup | Op::DupM | Op::DupD => {
            matches!(first, Op::FldR | Op::ListGetR) && opcode::b(q) == t
        }
        Op::Mov | Op::Move => opcode::b(q) == t && first != Op::Nop && first != Op::Enter,
        Op::ListPut | Op::ListPutB | Op::ListPutR | Op::FldPut | Op::FldPutR => {
            matches!(first, Op::Uniq | Op::ListElemU)
        }
        _ => false,
    }
}
