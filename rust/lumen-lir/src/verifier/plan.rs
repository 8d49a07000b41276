//! The instruction table, laid out for the verifier's inner loops.
//!
//! Input → output: `TABLE` → per opcode its register operands as shifts, its other operands, and a few answers, at compile time.

use crate::opcode::{Flags, Kind, Op, Operand, Reg, Role, Slot, TABLE, Want};

/// A register operand.
#[derive(Clone, Copy)]
pub(super) struct RegOperand {
    shift: u8,
    in_ext: bool,
    pub(super) role: Role,
    pub(super) want: Want,
}

impl RegOperand {
    const NONE: RegOperand =
        RegOperand { shift: 0, in_ext: false, role: Role::Use, want: Want::Any };

    /// The register it names.
    #[inline]
    pub(super) fn reg(&self, w: u64, ext: u64) -> Reg {
        ((if self.in_ext { ext } else { w }) >> self.shift) as Reg
    }
}

const NO_OPERAND: Operand = Operand { slot: Slot::A, kind: Kind::Imm };

/// What the verifier needs to know of an opcode.
pub(super) struct Plan {
    regs: [RegOperand; 4],
    n_regs: u8,
    others: [Operand; 4],
    n_others: u8,
    pub(super) flags: Flags,
    pub(super) words: usize,
    /// Every operand is an `I64`, `F64` or `Bool` register that is read or defined, or needs no look at the state.
    pub(super) simple: bool,
    /// Loans survive it.
    pub(super) harmless: bool,
    /// Slot of the branch offset.
    pub(super) offset: Option<Slot>,
}

impl Plan {
    #[inline]
    pub(super) fn of(op: Op) -> &'static Plan {
        &PLANS[op as usize]
    }

    #[inline]
    pub(super) fn regs(&self) -> &[RegOperand] {
        &self.regs[..usize::from(self.n_regs)]
    }

    /// Operands that are no single register.
    #[inline]
    pub(super) fn others(&self) -> &[Operand] {
        &self.others[..usize::from(self.n_others)]
    }
}

static PLANS: [Plan; Op::COUNT] = {
    let mut plans = [const { plan(&[], Flags::NONE) }; Op::COUNT];
    let mut i = 0;
    while i < Op::COUNT {
        plans[i] = plan(TABLE[i].operands, TABLE[i].flags);
        i += 1;
    }
    plans
};

const fn plan(operands: &[Operand], flags: Flags) -> Plan {
    let mut plan = Plan {
        regs: [RegOperand::NONE; 4],
        n_regs: 0,
        others: [NO_OPERAND; 4],
        n_others: 0,
        flags,
        words: if flags.has(Flags::EXT) { 2 } else { 1 },
        simple: !flags.any(Flags::CALL),
        harmless: true,
        offset: None,
    };
    let mut i = 0;
    while i < operands.len() {
        let Operand { slot, kind } = operands[i];
        match kind {
            Kind::Reg(role, want) => {
                let (shift, in_ext) = place(slot);
                plan.regs[plan.n_regs as usize] = RegOperand { shift, in_ext, role, want };
                plan.n_regs += 1;
                plan.simple &= matches!(want, Want::I64 | Want::F64 | Want::Bool)
                    && matches!(role, Role::Use | Role::Def | Role::InOut);
                plan.harmless &= matches!(role, Role::Use | Role::UseUnique)
                    || matches!(
                        want,
                        Want::I64 | Want::F64 | Want::Bool | Want::Word | Want::Scalar
                    );
            }
            _ => {
                plan.others[plan.n_others as usize] = operands[i];
                plan.n_others += 1;
                if matches!(kind, Kind::Window(_) | Kind::Off | Kind::JumpTable) {
                    plan.harmless = false;
                }
                if matches!(
                    kind,
                    Kind::Window(_) | Kind::Class | Kind::Type | Kind::Global | Kind::Host
                ) {
                    plan.simple = false;
                }
                if matches!(kind, Kind::Off) {
                    plan.offset = Some(slot);
                }
            }
        }
        i += 1;
    }
    if plan.n_regs == 0 && flags.has(Flags::TERM) && !flags.has(Flags::BRANCH) {
        // A return.
        plan.simple = false;
    }
    plan
}

const fn place(slot: Slot) -> (u8, bool) {
    match slot {
        Slot::A => (16, false),
        Slot::B | Slot::BC => (32, false),
        Slot::C => (48, false),
        Slot::E0 | Slot::X0 => (0, true),
        Slot::E1 => (16, true),
        Slot::E2 | Slot::X1 => (32, true),
        Slot::E3 => (48, true),
    }
}
