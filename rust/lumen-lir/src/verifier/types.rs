//! Rules T1–T5, T8: values match the places they go to.
//!
//! Input → output: an instruction whose registers are alive → the value that it defines, with what is known of it.

use super::ownership::{Fault, MAYBE_NULL, NON_NULL, VARIANT};
use super::step::{Step, Value};
use super::{Rule, calls, effects, generators, handlers};
use crate::module::TemplatePart;
use crate::opcode::{self, Op, Reg, Role, Want};
use crate::typedesc::{ClassDesc, ClassId, Repr, Slots, TypeDesc, TypeId, param_slots, slot_repr};

/// A string.
const STRING: Value = Value { repr: Repr::Ref(ClassId::STRING), fact: NON_NULL };

impl<'m> Step<'m> {
    /// What a register holds.
    pub(super) fn value(&self, reg: Reg) -> Value {
        let fact = self.frame.get(reg).fact();
        match self.regs[usize::from(reg)] {
            Repr::Opt(class) if fact != MAYBE_NULL => Value { repr: Repr::Ref(class), fact },
            Repr::Ref(class) => Value { repr: Repr::Ref(class), fact: fact.max(NON_NULL) },
            repr => Value { repr, fact },
        }
    }

    /// Checks that a value may go to a place.
    pub(super) fn fits(&self, value: Value, place: Repr) -> Result<(), Fault> {
        let ok = match (value.repr, place) {
            (Repr::Ref(a), Repr::Ref(b) | Repr::Opt(b)) | (Repr::Opt(a), Repr::Opt(b)) => {
                self.is_a(a, b)
            }
            (a, b) => a == b,
        };
        if ok {
            return Ok(());
        }
        Err(Fault::new(
            Rule::T2,
            format!("a value of {:?} goes to a place of {place:?}", value.repr),
        ))
    }

    fn is_a(&self, class: ClassId, of: ClassId) -> bool {
        class == of || matches!(self.class(class), ClassDesc::Closure { of: f, .. } if *f == of)
    }

    pub(super) fn class(&self, id: ClassId) -> &'m ClassDesc {
        &self.module.classes[id.index()]
    }

    /// Representation of a slot of this type. Types of verified tables exist.
    pub(super) fn slot(&self, ty: TypeId) -> Repr {
        slot_repr(&self.module.types, ty).unwrap_or(Repr::Dyn)
    }

    fn static_class(&self, reg: Reg) -> Option<&'m ClassDesc> {
        self.regs[usize::from(reg)].class().map(|c| self.class(c))
    }

    pub(super) fn want_place(&self, reg: Reg, want: Want) -> Result<(), Fault> {
        let repr = self.regs[usize::from(reg)];
        let ok = match want {
            Want::I64 => repr == Repr::I64,
            Want::F64 => repr == Repr::F64,
            Want::Bool => repr == Repr::Bool,
            Want::Dyn => repr == Repr::Dyn,
            Want::Word => matches!(repr, Repr::I64 | Repr::F64),
            Want::Scalar => !repr.is_counted(),
            Want::AnyRef => repr.class().is_some(),
            Want::Counted => repr.is_counted(),
            _ => true,
        };
        if ok {
            Ok(())
        } else {
            Err(Fault::new(Rule::T1, format!("r{reg} is {repr:?}, {want:?} is needed")))
        }
    }

    #[inline]
    pub(super) fn want(&self, reg: Reg, want: Want) -> Result<(), Fault> {
        match want {
            Want::I64
            | Want::F64
            | Want::Bool
            | Want::Dyn
            | Want::Word
            | Want::Scalar
            | Want::AnyRef
            | Want::Counted
            | Want::Any => self.want_place(reg, want),
            _ => self.want_object(reg, want),
        }
    }

    fn want_object(&self, reg: Reg, want: Want) -> Result<(), Fault> {
        let bad = |rule| {
            let repr = self.regs[usize::from(reg)];
            Err(Fault::new(rule, format!("r{reg} is {repr:?}, {want:?} is needed")))
        };
        let Some(class) = self.static_class(reg) else { return bad(Rule::T1) };
        let word = |ty: &TypeId| matches!(self.slot(*ty), Repr::I64 | Repr::F64);
        let fits = match (want, class) {
            (Want::Str, ClassDesc::String) | (Want::Bytes, ClassDesc::Bytes) => true,
            (Want::List, ClassDesc::List { .. }) => true,
            (Want::ListW, ClassDesc::List { elem }) => word(elem),
            (Want::ListB, ClassDesc::List { elem }) => self.slot(*elem) == Repr::Bool,
            (Want::ListR, ClassDesc::List { elem }) => self.slot(*elem).is_counted(),
            (Want::ListF, ClassDesc::List { elem }) => match self.slot(*elem) {
                Repr::Ref(c) => {
                    matches!(self.class(c), ClassDesc::Record { .. } | ClassDesc::Tuple { .. })
                }
                _ => false,
            },
            (Want::Map | Want::Table, ClassDesc::Map { .. }) => true,
            (Want::Set | Want::Table, ClassDesc::Set { .. }) => true,
            (Want::Enum | Want::Flat, enum_class) if enum_class.is_payload_enum() => true,
            (Want::Flat, flat) => flat.flat_len().is_some(),
            (Want::Fn, ClassDesc::Fn { .. } | ClassDesc::Closure { .. }) => true,
            (Want::Resumption, ClassDesc::Resumption { .. }) => true,
            (Want::Run, ClassDesc::Run { .. }) | (Want::Stream, ClassDesc::Stream { .. }) => true,
            (Want::Stream, ClassDesc::Closure { of, .. }) => {
                matches!(self.class(*of), ClassDesc::Stream { .. })
            }
            _ => false,
        };
        if !fits {
            return bad(Rule::T1);
        }
        let value = self.value(reg);
        if !matches!(value.repr, Repr::Ref(_)) {
            return bad(Rule::T3);
        }
        if want == Want::Flat && class.is_payload_enum() && value.fact < VARIANT {
            return bad(Rule::T4);
        }
        Ok(())
    }

    /// Class of the flat object that a register is known to hold.
    fn flat(&self, reg: Reg) -> Result<&'m ClassDesc, Fault> {
        let value = self.value(reg);
        let Some(class) = value.repr.class() else {
            return Err(Fault::new(Rule::T1, format!("r{reg} is no object")));
        };
        match self.class(class) {
            ClassDesc::Enum { .. } => {
                let variant = ClassId(class.0 + 1 + value.fact.saturating_sub(VARIANT));
                Ok(self.class(variant))
            }
            desc => Ok(desc),
        }
    }

    /// Representation of a field.
    fn field(&self, reg: Reg, index: u32) -> Result<Repr, Fault> {
        match self.flat(reg)?.flat_field(index as usize) {
            Some(ty) => Ok(self.slot(ty)),
            None => Err(Fault::new(Rule::T4, format!("r{reg} has no field {index}"))),
        }
    }

    fn elem(&self, reg: Reg) -> Repr {
        match self.static_class(reg) {
            Some(ClassDesc::List { elem }) => self.slot(*elem),
            _ => Repr::Dyn,
        }
    }

    fn key_value(&self, reg: Reg) -> (Repr, Repr) {
        match self.static_class(reg) {
            Some(ClassDesc::Map { key, value }) => (self.slot(*key), self.slot(*value)),
            Some(ClassDesc::Set { elem }) => (self.slot(*elem), Repr::Dyn),
            _ => (Repr::Dyn, Repr::Dyn),
        }
    }

    /// Checks that a register's value may be stored as an element, key or value of this representation.
    fn stores(&self, reg: Reg, place: Repr) -> Result<(), Fault> {
        self.fits(self.value(reg), place).map_err(|_| {
            let repr = self.value(reg).repr;
            Fault::new(Rule::T5, format!("r{reg} of {repr:?} where {place:?} is stored"))
        })
    }

    /// Checks that a scalar result register has exactly the representation of what is read.
    fn scalar(&self, reg: Reg, found: Repr) -> Result<Value, Fault> {
        if self.regs[usize::from(reg)] == found {
            return Ok(Value::of(found));
        }
        Err(Fault::new(Rule::T5, format!("r{reg} gets a value of {found:?}")))
    }

    fn counted(&self, found: Repr) -> Result<Value, Fault> {
        if found.is_counted() {
            return Ok(Value::of(found));
        }
        Err(Fault::new(Rule::T5, format!("a scalar of {found:?} is read as counted")))
    }

    /// Checks that a register is known to hold a heap pointer.
    fn pointer(&self, reg: Reg) -> Result<Value, Fault> {
        let value = self.value(reg);
        match value.repr {
            Repr::Ref(class) if value.fact >= VARIANT || !self.class(class).is_payload_enum() => {
                Ok(value)
            }
            _ => Err(Fault::new(Rule::T3, format!("r{reg} may be null or an immediate variant"))),
        }
    }

    fn wrong_class(&self, id: ClassId) -> Fault {
        Fault::new(Rule::T8, format!("class {} is of another kind", id.0))
    }

    fn construct(&mut self, id: ClassId, base: usize) -> Result<Value, Fault> {
        let class = self.class(id);
        let value = match class {
            ClassDesc::Tuple { .. } | ClassDesc::Record { .. } | ClassDesc::Closure { .. } => {
                Value::of(Repr::Ref(id))
            }
            ClassDesc::Variant { of, ordinal, fields, .. } if !fields.is_empty() => {
                Value { repr: Repr::Ref(*of), fact: VARIANT + ordinal }
            }
            _ => return Err(self.wrong_class(id)),
        };
        for i in 0..class.flat_len().unwrap_or(0) {
            let ty = class.flat_field(i).unwrap_or(TypeId::ANY);
            self.member(base + i, Role::Take, self.slot(ty))?;
        }
        Ok(value)
    }

    /// Matches values with places; gives the value of the defined register.
    pub(super) fn relate(&mut self, op: Op, w: u64, ext: u64) -> Result<Value, Fault> {
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        let (x0, bc) = (opcode::x0(ext), opcode::index32(w));
        let none = Ok(Value::of(Repr::I64));
        match op {
            Op::Mov => self.scalar(a, self.regs[usize::from(b)]),
            Op::Move | Op::Borrow | Op::DupM | Op::DupD | Op::Uniq => Ok(self.value(b)),
            Op::Dup => self.pointer(b),
            Op::Drop => self.pointer(a),
            Op::DynR => self.pointer(b).map(|_| Value::of(Repr::Dyn)),
            Op::LdNull | Op::DynF | Op::DynB | Op::DynI => Ok(Value::of(Repr::Dyn)),
            Op::LdNil => match self.regs[usize::from(a)] {
                Repr::Opt(class) => Ok(Value::of(Repr::Opt(class))),
                _ => Err(Fault::new(Rule::T2, format!("r{a} is not nullable"))),
            },
            Op::LdTag => self.immediate(a, u32::from(b)),
            Op::LdBytes => Ok(Value::of(Repr::Ref(ClassId::BYTES))),
            Op::LdStr | Op::StrAt | Op::StrChar | Op::StrAdd => Ok(STRING),
            Op::StrCat => {
                let strings = std::iter::repeat_n(STRING.repr, usize::from(c));
                self.members(usize::from(b), Role::Use, strings).map(|_| STRING)
            }
            Op::Interp => self.template(usize::from(b), usize::from(c)),
            Op::Tool => calls::tool(self, usize::from(b), usize::from(c)),
            Op::LdEmpty | Op::ListNew | Op::MapNew | Op::SetNew => self.empty(op, ClassId(bc)),
            Op::LdG | Op::StG => self.global(op, a, bc),
            Op::Tag | Op::JTag | Op::JNTag | Op::JVar | Op::JNVar | Op::SwitchTag => {
                self.variants(op, w).and(none)
            }
            Op::Eq | Op::Cmp => {
                let place = self.slot(TypeId(x0));
                self.stores(b, place)?;
                self.stores(c, place).and(none)
            }
            Op::Ret0 | Op::Ret1 | Op::Ret2 => self.returns(op, a).and(none),
            Op::GenNew => generators::run_of(self, a, b),
            Op::GenNext => generators::element(self, a, b).and(none),
            Op::GenEnd => generators::effects_of(self, a).and(none),
            Op::GenYield | Op::GenYield2 => generators::yields(self, op, a).and(none),
            Op::Handle | Op::Perform | Op::Resume | Op::ResumeT | Op::Abandon => {
                handlers::relate(self, op, w, ext).and(none)
            }
            Op::Call
            | Op::CallW
            | Op::CallC
            | Op::CallT
            | Op::CallTry
            | Op::CallTimed
            | Op::Rt
            | Op::RtT => calls::relate(self, op, w, ext),
            Op::Host => self.host(b, c).map(|()| Value::of(Repr::Dyn)),
            _ => self.relate_parts(op, w, ext),
        }
    }

    /// The arguments of a host function are a `list[Any]`, and the cell may do what the function may.
    fn host(&self, list: Reg, index: u16) -> Result<(), Fault> {
        effects::allow(self.cell, self.module.hosts[usize::from(index)].effects)?;
        match self.regs[usize::from(list)].class().map(|id| self.class(id)) {
            Some(ClassDesc::List { elem: TypeId::ANY }) => Ok(()),
            _ => Err(Fault::new(Rule::T7, format!("r{list} is no list of dynamic values"))),
        }
    }

    /// The same for lists, objects, tables and dynamic values.
    fn relate_parts(&mut self, op: Op, w: u64, ext: u64) -> Result<Value, Fault> {
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        let (e0, e1, x0) = (opcode::e(ext, 0), opcode::e(ext, 1), opcode::x0(ext));
        let none = Ok(Value::of(Repr::I64));
        match op {
            Op::ListCap => self.empty(Op::ListNew, ClassId(x0)),
            Op::ListLit => self.literal(ClassId(x0), b, c),
            Op::ListGet | Op::ListGetI => self.scalar(a, self.elem(b)),
            Op::ListGetR | Op::ListGetD | Op::ListElemU => self.counted(self.elem(b)),
            Op::ListGet2 => self.scalar(a, self.inner_word(b)?),
            Op::ListFld => self.scalar(a, self.elem_field(b, e1)?),
            Op::ListSet | Op::ListSetR | Op::ListPut | Op::ListPutR => {
                self.stores(c, self.elem(a)).and(none)
            }
            Op::ListSet2 => self.stores(e0, self.inner_word(a)?).and(none),
            Op::ListFldSet => self.stores(c, self.elem_field(a, e1)?).and(none),
            Op::ListPush | Op::ListPushR => self.stores(b, self.elem(a)).and(none),
            Op::ListSwap => self.exchanges(c, self.elem(a)),
            Op::Fld => self.scalar(a, self.field(b, u32::from(c))?),
            Op::FldR | Op::FldD | Op::FldU => self.counted(self.field(b, u32::from(c))?),
            Op::FldPut | Op::FldPutR | Op::FldSet | Op::FldSetR => {
                let place = self.field(a, u32::from(b))?;
                self.stores(c, place).and(none)
            }
            Op::FldSwap => {
                let place = self.field(a, u32::from(b))?;
                self.exchanges(c, place)
            }
            Op::New => self.construct(ClassId(u32::from(c)), usize::from(b)),
            Op::NewW => self.construct(ClassId(x0), usize::from(b)),
            Op::NewReuse => self.construct(ClassId(x0), usize::from(c)),
            Op::Unpack => self.unpack(a, b, c).and(none),
            Op::DynBox => self.stores(b, self.slot(TypeId(x0))).map(|()| Value::of(Repr::Dyn)),
            Op::DynToE => match self.class(ClassId(x0)) {
                e @ ClassDesc::Enum { .. } if !e.is_payload_enum() => none,
                _ => Err(self.wrong_class(ClassId(x0))),
            },
            Op::DynToR => self.unbox(a, ClassId(x0)),
            Op::DynAs => {
                let slots = self.param_slots(TypeId(x0))?;
                self.members(usize::from(a), Role::Def, slots.reprs()).map(|_| Value::of(Repr::I64))
            }
            Op::TableHas | Op::TableKey | Op::TableKeyR | Op::TableVal | Op::TableValR => {
                self.table(op, w, ext)
            }
            Op::MapElemU | Op::MapGet | Op::MapGetR | Op::MapGetOr => self.table(op, w, ext),
            Op::MapPut | Op::MapPutU | Op::MapSwap | Op::SetAdd => self.table(op, w, ext),
            _ => none,
        }
    }

    fn literal(&mut self, id: ClassId, base: Reg, count: u16) -> Result<Value, Fault> {
        let value = self.empty(Op::ListNew, id)?;
        if let ClassDesc::List { elem } = self.class(id) {
            let reprs = std::iter::repeat_n(self.slot(*elem), usize::from(count));
            self.members(usize::from(base), Role::Take, reprs)?;
        }
        Ok(value)
    }

    pub(super) fn param_slots(&self, ty: TypeId) -> Result<Slots, Fault> {
        param_slots(&self.module.types, ty).ok_or_else(|| Fault::new(Rule::P3, "no such type"))
    }

    fn immediate(&self, reg: Reg, ordinal: u32) -> Result<Value, Fault> {
        match (self.regs[usize::from(reg)].class(), self.static_class(reg)) {
            (Some(id), Some(e @ ClassDesc::Enum { variants, .. }))
                if e.is_payload_enum()
                    && variants.get(ordinal as usize).is_some_and(|v| !v.payload) =>
            {
                Ok(Value { repr: Repr::Ref(id), fact: NON_NULL })
            }
            _ => Err(Fault::new(
                Rule::T8,
                format!("the class of r{reg} has no variant {ordinal} without payload"),
            )),
        }
    }

    fn empty(&self, op: Op, id: ClassId) -> Result<Value, Fault> {
        let ok = match self.class(id) {
            ClassDesc::List { .. } => matches!(op, Op::LdEmpty | Op::ListNew),
            ClassDesc::Map { .. } => matches!(op, Op::LdEmpty | Op::MapNew),
            ClassDesc::Set { .. } => matches!(op, Op::LdEmpty | Op::SetNew),
            _ => false,
        };
        if ok { Ok(Value::of(Repr::Ref(id))) } else { Err(self.wrong_class(id)) }
    }

    fn global(&self, op: Op, reg: Reg, index: u32) -> Result<Value, Fault> {
        let repr = self.slot(self.module.globals[index as usize].ty);
        if op == Op::StG {
            self.stores(reg, repr)?;
        } else if !repr.is_counted() {
            return self.scalar(reg, repr);
        }
        Ok(Value::of(repr))
    }

    /// Element representation of the lists in a list: an eight-byte scalar.
    fn inner_word(&self, reg: Reg) -> Result<Repr, Fault> {
        if let Repr::Ref(inner) = self.elem(reg)
            && let ClassDesc::List { elem } = self.class(inner)
            && let repr @ (Repr::I64 | Repr::F64) = self.slot(*elem)
        {
            return Ok(repr);
        }
        Err(Fault::new(Rule::T5, format!("r{reg} is no list of lists of eight-byte scalars")))
    }

    fn elem_field(&self, reg: Reg, index: u16) -> Result<Repr, Fault> {
        let class = self.elem(reg).class().map(|c| self.class(c));
        match class.and_then(|c| c.flat_field(usize::from(index))) {
            Some(ty) => Ok(self.slot(ty)),
            None => {
                Err(Fault::new(Rule::T4, format!("the elements of r{reg} have no field {index}")))
            }
        }
    }

    /// A register is exchanged with a place: values fit both ways.
    fn exchanges(&self, reg: Reg, place: Repr) -> Result<Value, Fault> {
        self.stores(reg, place)?;
        if self.regs[usize::from(reg)] == place {
            return Ok(Value::of(place));
        }
        Err(Fault::new(Rule::T5, format!("r{reg} is exchanged with a place of {place:?}")))
    }

    fn unpack(&mut self, base: Reg, object: Reg, count: u16) -> Result<(), Fault> {
        self.pointer(object)?;
        let class = self.flat(object)?;
        let n = class.flat_len().unwrap_or(0);
        if n != usize::from(count) || matches!(class, ClassDesc::Closure { .. }) {
            return Err(Fault::new(Rule::T8, format!("r{object} has {n} fields")));
        }
        for i in 0..n {
            let ty = class.flat_field(i).unwrap_or(TypeId::ANY);
            self.member(usize::from(base) + i, Role::Def, self.slot(ty))?;
        }
        Ok(())
    }

    fn variants(&self, op: Op, w: u64) -> Result<(), Fault> {
        let reg = if op == Op::Tag { opcode::b(w) } else { opcode::a(w) };
        let bad = || Err(Fault::new(Rule::T4, format!("r{reg} has no such variant")));
        let (Some(id), Some(ClassDesc::Enum { variants, .. })) =
            (self.regs[usize::from(reg)].class(), self.static_class(reg))
        else {
            return bad();
        };
        let first = (id.0 + 1) as u16;
        let payload = |ordinal: u16| variants.get(usize::from(ordinal)).map(|v| v.payload);
        let ok = match op {
            Op::Tag => opcode::c(w) == first,
            Op::JTag | Op::JNTag => payload(opcode::b(w)) == Some(false),
            Op::SwitchTag => {
                let table = &self.cell.tables[opcode::index32(w) as usize];
                table.low == 0 && table.base == first && table.targets.len() == variants.len()
            }
            _ => payload(opcode::b(w).wrapping_sub(first)) == Some(true),
        };
        if ok { Ok(()) } else { bad() }
    }

    fn template(&mut self, base: usize, index: usize) -> Result<Value, Fault> {
        let mut at = base;
        for part in &self.module.consts.templates[index].parts {
            if let TemplatePart::Hole { ty, .. } = part {
                let slots = self.param_slots(*ty)?;
                at += self.members(at, Role::Use, slots.reprs())?;
            }
        }
        Ok(STRING)
    }

    fn table(&mut self, op: Op, w: u64, ext: u64) -> Result<Value, Fault> {
        let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
        let writes = matches!(op, Op::MapPut | Op::MapPutU | Op::MapSwap | Op::SetAdd);
        let (key, value) = self.key_value(if writes { a } else { b });
        let none = Ok(Value::of(Repr::I64));
        match op {
            Op::TableKey => return self.scalar(a, key),
            Op::TableVal => return self.scalar(a, value),
            Op::TableKeyR => return self.counted(key),
            Op::TableValR => return self.counted(value),
            _ => self.stores(if writes { b } else { c }, key)?,
        }
        match op {
            Op::MapElemU => self.counted(value),
            Op::MapGet => {
                if value.is_counted() {
                    return Err(Fault::new(Rule::T5, "`map.get` of a counted value"));
                }
                self.members(usize::from(a), Role::Def, [Repr::Bool, value].into_iter())?;
                none
            }
            Op::MapGetR => self.counted(value.nullable()),
            Op::MapGetOr => {
                self.stores(opcode::e(ext, 0), value)?;
                self.scalar(a, value)
            }
            Op::MapPut | Op::MapPutU => self.stores(c, value).and(none),
            Op::MapSwap => self.exchanges(c, value),
            _ => none,
        }
    }

    fn unbox(&self, reg: Reg, id: ClassId) -> Result<Value, Fault> {
        let concrete = match self.class(id) {
            ClassDesc::BoxedInt | ClassDesc::Variant { .. } | ClassDesc::Closure { .. } => false,
            e @ ClassDesc::Enum { .. } => e.is_payload_enum(),
            _ => true,
        };
        if !concrete {
            return Err(self.wrong_class(id));
        }
        Ok(Value::of(match self.regs[usize::from(reg)] {
            Repr::Opt(_) => Repr::Opt(id),
            _ => Repr::Ref(id),
        }))
    }

    fn returns(&mut self, op: Op, reg: Reg) -> Result<(), Fault> {
        let cell = self.cell;
        let wrong = |n: usize| {
            Fault::new(Rule::T6, format!("returns {n} registers of {}", cell.results.len()))
        };
        match (op, cell.results.as_slice()) {
            (Op::Ret0, []) => Ok(()),
            (Op::Ret1, [repr]) => self.fits(self.value(reg), *repr),
            (Op::Ret2, [first, second]) => {
                self.members(usize::from(reg), Role::Use, [*first, *second].into_iter()).map(|_| ())
            }
            (Op::Ret0, _) => Err(wrong(0)),
            (Op::Ret1, _) => Err(wrong(1)),
            _ => Err(wrong(2)),
        }
    }

    /// The type table.
    pub(super) fn types(&self) -> &'m [TypeDesc] {
        &self.module.types
    }
}
