//! What an instruction does to what is known, and which of its checks cannot fail.

use super::super::plan::Instruction;
use super::interval::Interval;
use super::{Analysis, Fact, Mark, State, UNKNOWN};
use lumen_lir::{Access, Flags, Op, Reg, a, b, c};

impl Analysis<'_> {
    /// Goes over an instruction. Branches change nothing here but what they write; their edges do (`edges.rs`).
    pub(super) fn instruction(&mut self, at: Instruction, state: &mut State) {
        let (w, ext) = self.words(at);
        let mark = mark(at.op, state, w, ext);
        if let Some(place) = self.marks.get_mut(at.pc) {
            *place = mark;
        }
        if at.op.flags().has(Flags::BRANCH) {
            // `edges.rs` gives loop counters their new value; calls do not branch.
            return;
        }
        let given = self.result(at.op, state, w);
        self.forget(at, state, w, ext);
        if let Some(fact) = given.filter(|_| self.is_int(a(w))) {
            state.set(a(w), fact);
        }
    }

    /// Forgets what was known of registers that are written.
    fn forget(&self, at: Instruction, state: &mut State, w: u64, ext: u64) {
        use Op::*;
        let mut written: Vec<Reg> = Vec::new();
        let windows = self.shapes.visit(&self.cell.regs, at.op, w, ext, |reg, access| {
            if access != Access::Read {
                written.push(reg);
            }
        });
        if let Some(first) = windows.clobbers_from {
            written.extend(first..self.cell.regs.len() as Reg);
        }
        // What these change in place keeps its length, or grows.
        let kept = match at.op {
            ListPush | ListPushB | ListPushR => {
                state.grew(a(w));
                Some(a(w))
            }
            op => keeps_length(op, w),
        };
        for reg in written.into_iter().filter(|reg| Some(*reg) != kept) {
            state.set(reg, UNKNOWN);
        }
    }

    /// What is known of the result in register `a`, from the state before.
    fn result(&self, op: Op, state: &State, w: u64) -> Option<Fact> {
        use Op::*;
        let constants = &self.module.consts.ints;
        let fact = match op {
            LdI => Fact::of(Interval::exact(i64::from(lumen_lir::imm32(w)))),
            LdK => Fact::of(Interval::exact(*constants.get(lumen_lir::index32(w) as usize)?)),
            Mov if self.is_int(b(w)) => state.fact(b(w)),
            ListLen => Fact { length: b(w), ..Fact::of(Interval::LENGTH) },
            StrLen | BytesLen => Fact::of(Interval::LENGTH),
            BytesGet => Fact::of(Interval::new(0, 255)),
            Tag => Fact::of(Interval::new(0, i64::from(u16::MAX))),
            StrCmp | Cmp => Fact::of(Interval::new(-1, 1)),
            TableLen => Fact::of(Interval::new(0, i64::MAX)),
            _ => Fact::of(arithmetic(op, state, w)?.0),
        };
        // A result in the register of its own operand is compared with nothing it replaces.
        let own = a(w);
        let other = |reg: Reg| if reg == own { super::NONE } else { reg };
        Some(Fact { below: other(fact.below), within: fact.within, length: fact.length, ..fact })
    }
}

/// The register whose list an instruction may exchange for a copy of the same length.
pub(in crate::jit) fn keeps_length(op: Op, w: u64) -> Option<Reg> {
    use Op::*;
    match op {
        ListSet | ListSetB | ListSetR | ListSet2 | ListFldSet => Some(a(w)),
        Uniq => Some(b(w)),
        _ => None,
    }
}

/// The range of a result, and whether the operation cannot fail for lack of room.
fn arithmetic(op: Op, state: &State, w: u64) -> Option<(Interval, bool)> {
    use Op::*;
    let x = || state.range(b(w));
    let y = || state.range(c(w));
    let imm = || Interval::exact(i64::from(c(w) as i16));
    let count = || Interval::exact(i64::from(c(w) & 63));
    let total = |range: Interval| (range, true);
    Some(match op {
        Add => x().add(y()),
        Sub => x().sub(y()),
        Mul => x().mul(y()),
        AddI => x().add(imm()),
        MulI => x().mul(imm()),
        Neg => x().neg(),
        Abs => x().abs(),
        Div => (x().quotient(y(), false)?, true),
        DivF => (x().quotient(y(), true)?, true),
        DivI => (x().quotient(imm(), false)?, true),
        DivFI => (x().quotient(imm(), true)?, true),
        Mod => total(x().remainder(y())),
        ModI => total(x().remainder(imm())),
        Min => total(x().min(y())),
        Max => total(x().max(y())),
        BAnd => total(x().and(y())),
        BAndI => total(x().and(imm())),
        BOr | BXor => total(x().or(y())),
        ShlI => total(x().shl(count())),
        ShrI => total(x().shr(count())),
        Shl => total(x().shl(y())),
        Shr => total(x().shr(y())),
        _ => return None,
    })
}

/// Which checks of an instruction cannot fail.
fn mark(op: Op, state: &State, w: u64, ext: u64) -> Mark {
    use Op::*;
    let mut mark = Mark::default();
    let x = || state.range(b(w));
    let y = || state.range(c(w));
    match op {
        Add | Sub | Mul | AddI | MulI | Neg | Abs => {
            mark.add(Mark::TOTAL, arithmetic(op, state, w).is_some_and(|(_, fits)| fits));
            if matches!(op, Add | Sub) {
                mark.add(Mark::SECOND_UP, y().low >= 0);
                mark.add(Mark::SECOND_DOWN, y().high <= 0);
                mark.add(Mark::FIRST_UP, x().low >= 0);
            }
        }
        Shl | Shr => mark.add(Mark::TOTAL, y().low >= 0 && y().high <= 63),
        Div | DivF | Mod => {
            mark.add(Mark::TOTAL, y().low > 0 || y().high < -1);
            mark.add(Mark::POSITIVE, y().low > 0 && x().low >= 0);
        }
        JLtI | JGeI | JEqI | JNeI | JLt | JLe => {
            let taken = decided(op, state, w);
            mark.add(Mark::ALWAYS, taken == Some(true));
            mark.add(Mark::NEVER, taken == Some(false));
        }
        ForUp | ForUpE | ForDown | ForDownE => {
            let step = state.range(lumen_lir::e(ext, 0));
            mark.add(Mark::TOTAL, state.range(a(w)).add(step).1);
        }
        DivI | DivFI | ModI => mark.add(Mark::POSITIVE, c(w) as i16 > 0 && x().low >= 0),
        ListGet | ListGetB | ListGetR | ListGetD | ListGet2 | ListFld => {
            mark.add(Mark::INSIDE, state.is_inside(c(w), b(w)));
        }
        ListSet | ListSetB | ListSetR | ListSet2 | ListFldSet => {
            mark.add(Mark::INSIDE, state.is_inside(b(w), a(w)));
        }
        _ => {}
    }
    mark
}

/// Whether a branch is taken, when that is always the same.
fn decided(op: Op, state: &State, w: u64) -> Option<bool> {
    let x = state.range(a(w));
    let imm = i64::from(b(w) as i16);
    let less = |x: Interval, y: Interval| match () {
        () if x.high < y.low => Some(true),
        () if x.low >= y.high => Some(false),
        () => None,
    };
    let equal = match x.value() {
        Some(value) => Some(value == imm),
        None => (imm < x.low || imm > x.high).then_some(false),
    };
    match op {
        Op::JLtI => less(x, Interval::exact(imm)),
        Op::JGeI => less(x, Interval::exact(imm)).map(|less| !less),
        Op::JEqI => equal,
        Op::JNeI => equal.map(|equal| !equal),
        Op::JLt => less(x, state.range(b(w))),
        Op::JLe => less(state.range(b(w)), x).map(|less| !less),
        _ => None,
    }
}
