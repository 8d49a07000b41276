//! The instruction table as the inner loops of passes read it: a few bytes an opcode.
//!
//! Input → output: `TABLE` → for each opcode its registers as bits, its length and its branch, at compile time.
//!
//! Invariant: a register operand is one 16-bit field; bit `i` stands for field `i` of `A, B, C, E0, E1, E2, E3`.

use super::{Flags, Kind, Op, Operand, Reg, Role, Slot, TABLE};

/// Fields of an instruction that name a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fields(u8);

impl Fields {
    /// No field.
    pub(crate) const NONE: Fields = Fields(0);

    /// The field of a slot; none for slots of 32 bits.
    pub(crate) const fn of(slot: Slot) -> Fields {
        Fields(match slot {
            Slot::A => 1,
            Slot::B => 2,
            Slot::C => 4,
            Slot::E0 => 8,
            Slot::E1 => 16,
            Slot::E2 => 32,
            Slot::E3 => 64,
            Slot::BC | Slot::X0 | Slot::X1 => 0,
        })
    }

    /// Both.
    #[inline]
    pub(crate) const fn and(self, other: Fields) -> Fields {
        Fields(self.0 | other.0)
    }

    /// Whether it has one of these.
    #[inline]
    pub(crate) const fn has(self, other: Fields) -> bool {
        self.0 & other.0 != 0
    }

    /// The registers that an instruction has there.
    #[inline]
    pub(crate) fn regs(self, w: u64, ext: u64) -> impl Iterator<Item = Reg> {
        self.each(w, ext).map(|(_, reg)| reg)
    }

    /// Each field with the register there.
    #[inline]
    pub(crate) fn each(self, w: u64, ext: u64) -> impl Iterator<Item = (Fields, Reg)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let bit = rest & rest.wrapping_neg();
            let field = rest.trailing_zeros();
            rest ^= bit;
            let word = if field < 3 { w } else { ext };
            (bit != 0).then(|| (Fields(bit), (word >> (16 * ((field + 1) & 3))) as Reg))
        })
    }

    /// The bits, to be kept in a table.
    #[inline]
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The fields of such bits.
    #[inline]
    pub(crate) const fn from_bits(bits: u8) -> Fields {
        Fields(bits)
    }
}

/// What passes ask of an opcode again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    /// Registers that are read or consumed.
    pub(crate) reads: Fields,
    /// Registers that are read and then written.
    pub(crate) in_outs: Fields,
    /// Registers that are written.
    pub(crate) writes: Fields,
    /// Whether it has a run of registers.
    pub(crate) has_window: bool,
    /// Slot of the branch offset.
    pub(crate) offset: Option<Slot>,
    /// It does nothing but define registers that may be left undefined, and takes one word.
    pub(crate) removable: bool,
    /// Its properties.
    pub(crate) flags: Flags,
}

impl Shape {
    /// The shape of an opcode.
    #[inline]
    pub(crate) fn of(op: Op) -> &'static Shape {
        &SHAPES[op as usize]
    }
}

static SHAPES: [Shape; Op::COUNT] = {
    let mut shapes = [const { shape(&[], Flags::NONE) }; Op::COUNT];
    let mut i = 0;
    while i < Op::COUNT {
        shapes[i] = shape(TABLE[i].operands, TABLE[i].flags);
        i += 1;
    }
    shapes[Op::Nop as usize].removable = false;
    shapes
};

const fn shape(operands: &[Operand], flags: Flags) -> Shape {
    let mut shape = Shape {
        reads: Fields::NONE,
        in_outs: Fields::NONE,
        writes: Fields::NONE,
        has_window: false,
        offset: None,
        removable: flags.has(Flags::PURE)
            && !flags.any(Flags::FAIL.or(Flags::ALLOC).or(Flags::EXT)),
        flags,
    };
    let mut i = 0;
    while i < operands.len() {
        let Operand { slot, kind } = operands[i];
        let field = Fields::of(slot);
        match kind {
            Kind::Reg(role, _) => {
                assert!(field.0 != 0, "a register has a field of its own");
                match role {
                    Role::Use | Role::UseUnique => shape.reads = shape.reads.and(field),
                    Role::Take => {
                        shape.reads = shape.reads.and(field);
                        shape.removable = false;
                    }
                    Role::InOut => shape.in_outs = shape.in_outs.and(field),
                    Role::Def | Role::DefStatic | Role::DefBorrow(_) | Role::DefUnique(_) => {
                        shape.writes = shape.writes.and(field);
                    }
                }
            }
            Kind::Window(_) => {
                shape.has_window = true;
                shape.removable = false;
            }
            Kind::Off => shape.offset = Some(slot),
            _ => {}
        }
        i += 1;
    }
    shape
}
