//! Single instructions, from the table: operands are chosen so that values match places.

use super::cell::{Fact, Maker, State};
use lumen_lir::*;

/// Operands chosen so far.
struct Chosen {
    op: Op,
    regs: Vec<(Slot, Reg, Role)>,
    w: u64,
    ext: u64,
    field: Option<Repr>,
}

impl Chosen {
    fn reg(&self, slot: Slot) -> Option<Reg> {
        self.regs.iter().find(|(at, ..)| *at == slot).map(|(_, reg, _)| *reg)
    }

    fn busy(&self) -> Vec<Reg> {
        self.regs.iter().map(|(_, reg, _)| *reg).collect()
    }
}

/// Whether the table alone says how to emit it.
pub(crate) fn is_plain(op: Op) -> bool {
    use Op::*;
    let flags = op.flags();
    let windows = op.info().operands.iter().any(|operand| matches!(operand.kind, Kind::Window(_)));
    let special = matches!(
        op,
        Enter
            | StG
            | LdG
            | Host
            | Tool
            | CallTry
            | CallTimed
            | CallT
            | Handles
            | Abandon
            | Fail
            | FailR
            | LdStr
            | LdBytes
            | LdNil
            | LdTag
            | LdEmpty
            | ListNew
            | ListCap
            | MapNew
            | SetNew
            | DynToE
            | DynToR
            | Uniq
            | ListElemU
            | FldU
            | MapElemU
            | BytesLen
            | BytesGet
            | GenNew
            | GenNext
            | GenEnd
            | GenFree
            | GenYield
            | GenYield2
            | Handle
            | Perform
            | Resume
            | ResumeT
            | Drop
            | DropM
            | DropD
    );
    let lent =
        op.info().operands.iter().any(|operand| {
            matches!(operand.kind, Kind::Reg(Role::UseUnique | Role::DefUnique(_), _))
        });
    !windows && !special && !lent && !flags.any(Flags::BRANCH.or(Flags::TERM))
}

fn is_container(want: Want) -> bool {
    use Want::*;
    matches!(want, ListW | ListB | ListR | ListF | List | Map | Set | Table | Flat | Enum)
}

impl Maker<'_> {
    /// Emits some instruction with this opcode; nothing when operands are missing.
    pub(crate) fn plain(&mut self, op: Op) -> Option<()> {
        let mut chosen = Chosen { op, regs: Vec::new(), w: 0, ext: 0, field: None };
        let operands = op.info().operands;
        if matches!(op, Op::Eq | Op::Cmp | Op::DynBox | Op::DynIs) {
            let kinds: Vec<_> = self.w.kinds.clone();
            let kind = kinds[self.random.below(kinds.len())];
            set(Slot::X0, &mut chosen.w, &mut chosen.ext, kind.ty.0);
            chosen.field = Some(kind.repr);
        }
        let order = |operand: &Operand| match operand.kind {
            Kind::Reg(Role::Use | Role::InOut, want) if is_container(want) => 0,
            Kind::Field => 1,
            Kind::Reg(Role::Use | Role::Take | Role::InOut, _) => 2,
            Kind::Reg(..) => 4,
            _ => 3,
        };
        let mut sorted: Vec<&Operand> = operands.iter().collect();
        sorted.sort_by_key(|operand| order(operand));
        // Indexes are mostly in range.
        for operand in sorted {
            self.operand(&mut chosen, operand)?;
        }
        self.commit(chosen);
        Some(())
    }

    fn operand(&mut self, chosen: &mut Chosen, operand: &Operand) -> Option<()> {
        let bits = match operand.kind {
            Kind::Reg(role, want) => {
                let reg = self.register(chosen, operand.slot, role, want)?;
                chosen.regs.push((operand.slot, reg, role));
                u32::from(reg)
            }
            Kind::Field => {
                let slot = if chosen.op.info().operands[0].slot == Slot::A
                    && matches!(chosen.op, Op::FldSet | Op::FldSetR | Op::ListFldSet)
                {
                    Slot::A
                } else {
                    Slot::B
                };
                let object = chosen.reg(slot)?;
                let fields = self.fields_of(chosen.op, object)?;
                let at = self.random.below(fields.len());
                chosen.field = Some(*fields.get(at)?);
                at as u32
            }
            // It was chosen before the registers.
            Kind::Type => get(operand.slot, chosen.w, chosen.ext),
            Kind::EnumBase => self.repr(chosen.reg(Slot::B)?).class()?.0 + 1,
            kind => self.immediate(chosen.op, kind)?,
        };
        set(operand.slot, &mut chosen.w, &mut chosen.ext, bits);
        Some(())
    }

    fn immediate(&mut self, op: Op, kind: Kind) -> Option<u32> {
        Some(match kind {
            Kind::Imm if matches!(op, Op::DivI | Op::DivFI | Op::ModI) => {
                let divisors: [i16; 8] = [1, 2, 3, 7, -2, -7, i16::MAX, i16::MIN];
                divisors[self.random.below(8)] as u16 as u32
            }
            Kind::Imm => {
                let numbers: [i16; 10] = [0, 1, 2, 3, -1, -2, 7, 255, i16::MAX, i16::MIN];
                numbers[self.random.below(10)] as u16 as u32
            }
            Kind::Count if op == Op::ListGetI => self.random.below(3) as u32,
            Kind::Count => self.random.below(64) as u32,
            Kind::Flag => self.random.below(2) as u32,
            Kind::ConstInt => self.w.b.int(1 << 40),
            Kind::ConstFloat => self.w.b.float(0.5),
            _ => return None,
        })
    }

    fn fields_of(&self, op: Op, object: Reg) -> Option<Vec<Repr>> {
        let repr = self.repr(object);
        if matches!(op, Op::ListFld | Op::ListFldSet) {
            return Some(self.w.fields(self.w.elem(repr)?.class()?));
        }
        let fields = match self.facts[usize::from(object)] {
            Fact::Variant(n) => self.w.fields(self.variant(repr, n)),
            _ => self.w.fields(repr.class()?),
        };
        (!fields.is_empty()).then_some(fields)
    }

    /// The representation that a register must have, given what was chosen before.
    fn expected(&self, chosen: &Chosen, slot: Slot) -> Option<Repr> {
        use Op::*;
        let of = |slot: Slot| chosen.reg(slot).map(|reg| self.repr(reg));
        let elem = |slot: Slot| self.w.elem(of(slot)?);
        match (chosen.op, slot) {
            (Mov | Move | Borrow | Dup | DupM | DupD, Slot::A) => of(Slot::B),
            (ListGet | ListGetI | ListGetR | ListGetD | TableKey | TableKeyR, Slot::A) => {
                elem(Slot::B)
            }
            (ListGet2, Slot::A) | (ListSet2, Slot::E0) => Some(Repr::I64),
            (ListFld | Fld | FldR | FldD, Slot::A) => chosen.field,
            (ListFldSet | FldSet | FldSetR, Slot::C) => chosen.field,
            (ListSet | ListSetR, Slot::C) | (ListPush | ListPushR, Slot::B) => elem(Slot::A),
            (TableHas | MapGetR | MapGetOr, Slot::C) => elem(Slot::B),
            (MapPut | SetAdd, Slot::B) => elem(Slot::A),
            (MapPut, Slot::C) => self.w.value(of(Slot::A)?),
            (MapGetOr, Slot::A | Slot::E0) | (TableVal | TableValR, Slot::A) => {
                self.w.value(of(Slot::B)?)
            }
            (MapGetR, Slot::A) => self.w.value(of(Slot::B)?).map(Repr::nullable),
            (Eq | Cmp, Slot::B | Slot::C) | (DynBox, Slot::B) => chosen.field,
            (DynI | DynF | DynB | DynR | DynBox | LdNull, Slot::A) => Some(Repr::Dyn),
            (StrAt | StrChar | StrAdd, Slot::A) => Some(Repr::Ref(ClassId::STRING)),
            _ => None,
        }
    }

    /// Whether a register is what an opcode wants.
    fn is_wanted(&self, op: Op, reg: Reg, want: Want) -> bool {
        let repr = self.repr(reg);
        let elem = self.w.elem(repr);
        let is_list = matches!(self.w.class(repr), Some(ClassDesc::List { .. }));
        let sure = !matches!(repr, Repr::Opt(_)) || self.facts[usize::from(reg)] != Fact::Unknown;
        let list = is_list && sure;
        if matches!(op, Op::Dup | Op::DynR) && !self.is_pointer(reg) {
            return false;
        }
        match want {
            Want::I64 => repr == Repr::I64,
            Want::F64 => repr == Repr::F64,
            Want::Bool => repr == Repr::Bool,
            Want::Word => matches!(repr, Repr::I64 | Repr::F64),
            Want::Scalar => !repr.is_counted(),
            Want::Dyn => repr == Repr::Dyn,
            Want::AnyRef => repr.class().is_some(),
            Want::Counted => repr.is_counted(),
            Want::Any => true,
            Want::Str => sure && repr.class() == Some(ClassId::STRING),
            Want::List => list,
            Want::ListW => list && matches!(elem, Some(Repr::I64 | Repr::F64)),
            Want::ListB => list && elem == Some(Repr::Bool),
            Want::ListR if matches!(op, Op::ListGet2 | Op::ListSet2) => {
                list && repr.class() == Some(self.w.rows)
            }
            Want::ListR => list && elem.is_some_and(Repr::is_counted),
            Want::ListF => list && repr.class() == Some(self.w.points),
            Want::Map => sure && matches!(self.w.class(repr), Some(ClassDesc::Map { .. })),
            Want::Set => sure && matches!(self.w.class(repr), Some(ClassDesc::Set { .. })),
            Want::Table => {
                sure && matches!(
                    self.w.class(repr),
                    Some(ClassDesc::Map { .. } | ClassDesc::Set { .. })
                )
            }
            Want::Enum => sure && self.w.is_payload_enum(repr),
            Want::Flat => self.is_flat(reg),
            _ => false,
        }
    }

    fn is_flat(&self, reg: Reg) -> bool {
        let repr = self.repr(reg);
        let is_flat = match self.w.class(repr) {
            Some(ClassDesc::Enum { .. }) => true,
            Some(desc) => desc.flat_len().is_some(),
            None => false,
        };
        is_flat && self.is_pointer(reg)
    }

    fn register(&mut self, chosen: &Chosen, slot: Slot, role: Role, want: Want) -> Option<Reg> {
        let expected = self.expected(chosen, slot);
        let op = chosen.op;
        if matches!(role, Role::Def | Role::DefStatic | Role::DefBorrow(_)) {
            let repr = match expected {
                Some(repr) => repr,
                None => match want {
                    Want::I64 => Repr::I64,
                    Want::F64 => Repr::F64,
                    Want::Bool => Repr::Bool,
                    Want::Dyn => Repr::Dyn,
                    _ => return None,
                },
            };
            let fits = match want {
                Want::Scalar => !repr.is_counted(),
                Want::Word => matches!(repr, Repr::I64 | Repr::F64),
                Want::Counted => repr.is_counted(),
                Want::AnyRef => repr.class().is_some(),
                _ => true,
            };
            return if fits { self.target(repr, &chosen.busy()) } else { None };
        }
        let busy = chosen.busy();
        let takes = matches!(role, Role::Take | Role::InOut);
        let taken: Vec<Reg> = chosen
            .regs
            .iter()
            .filter(|(_, _, role)| matches!(role, Role::Take | Role::InOut))
            .map(|(_, reg, _)| *reg)
            .collect();
        let fits = |reg: &Reg| {
            let repr = self.repr(*reg);
            let counted = repr.is_counted();
            let owns = matches!(self.state(*reg), State::Owned | State::Static);
            let free = if counted && takes {
                owns && !self.pinned.contains(reg)
                    && !busy.contains(reg)
                    && !busy.iter().any(|other| self.root(*other) == *reg)
            } else {
                !taken.contains(&self.root(*reg)) || !counted
            };
            let writes = role == Role::InOut && self.pinned.contains(reg);
            self.is_alive(*reg)
                && free
                && !writes
                && expected.is_none_or(|expected| expected == repr)
                && self.is_wanted(op, *reg, want)
        };
        let found: Vec<Reg> = self.pool.iter().copied().filter(fits).collect();
        let reg = self.random.pick(&found)?;
        if want == Want::I64 && role == Role::Use && is_index(op, slot) {
            self.index(reg);
        }
        let divides = matches!(op, Op::Div | Op::DivF | Op::Mod) && slot == Slot::C;
        if divides && !self.pinned.contains(&reg) && !self.random.one_in(6) {
            let divisors = [1, 2, 3, -1, -2, -3, 7, i32::MIN];
            let divisor = divisors[self.random.below(divisors.len())];
            self.emit_imm(Op::LdI, reg, divisor);
        }
        Some(reg)
    }

    /// An index is often a small number.
    pub(crate) fn index(&mut self, reg: Reg) {
        if !self.pinned.contains(&reg) && !self.random.one_in(10) {
            let value = self.random.below(2) as i32;
            self.emit_imm(Op::LdI, reg, value);
        }
    }

    fn commit(&mut self, chosen: Chosen) {
        let Chosen { op, regs, w, ext, .. } = chosen;
        let abc = [a(w), b(w), c(w)];
        if op.words() == 2 {
            self.emit_e(op, abc, [0, 1, 2, 3].map(|n| e(ext, n)));
        } else {
            self.emit(op, abc);
        }
        let source = |slot: Slot| get(slot, w, ext) as Reg;
        let mut defined = Vec::new();
        for (_, reg, role) in &regs {
            let state = match role {
                Role::DefStatic => State::Static,
                Role::DefBorrow(slot) => match self.state(source(*slot)) {
                    State::Static => State::Static,
                    _ => State::Borrowed(self.root(source(*slot))),
                },
                _ => State::Owned,
            };
            let fact = self.facts[usize::from(*reg)];
            match role {
                Role::Take => self.take(*reg),
                Role::InOut if self.repr(*reg).is_counted() => {
                    self.take(*reg);
                    defined.push((*reg, State::Owned, fact));
                }
                Role::Def | Role::DefStatic | Role::DefBorrow(_) => {
                    defined.push((*reg, state, Fact::Unknown));
                }
                _ => {}
            }
        }
        for (reg, state, fact) in defined {
            self.define(reg, state);
            self.facts[usize::from(reg)] = fact;
        }
    }
}

/// Whether a register is an index into what the instruction works on.
fn is_index(op: Op, slot: Slot) -> bool {
    use Op::*;
    match op {
        ListGet | ListGetB | ListGetR | ListGetD | StrAt | StrChar | TableKey | TableKeyR
        | TableVal | TableValR => slot == Slot::C,
        ListGet2 => matches!(slot, Slot::C | Slot::E0),
        ListFld => slot == Slot::C,
        ListSet | ListSetB | ListSetR | ListFldSet => slot == Slot::B,
        ListSet2 => matches!(slot, Slot::B | Slot::C),
        Shl | Shr => slot == Slot::C,
        _ => false,
    }
}
