//! Rules T6 and T7: calls of cells, function values and builtins match what is called.

use super::header::{FnShape, fn_shape};
use super::ownership::Fault;
use super::step::{Step, Value};
use super::{Rule, effects};
use crate::intrinsics::{ArgMode, INTRINSICS, Pat, Signature, TypeArg};
use crate::module::{CellId, Passing};
use crate::opcode::{self, Op, Reg, Role};
use crate::typedesc::{
    ClassDesc, ClassId, Repr, Slots, TypeDesc, TypeId, param_slots, result_slots, slot_repr,
};

/// Arguments begin this far behind the base of a direct call: the frame record lies below.
pub(super) const RECORD: usize = 2;

/// Matches arguments and results of a call.
pub(super) fn relate(step: &mut Step<'_>, op: Op, w: u64, ext: u64) -> Result<Value, Fault> {
    let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
    match op {
        Op::Call => direct(step, a, b, CellId(u32::from(c)))?,
        Op::CallW => direct(step, a, b, CellId(opcode::x0(ext)))?,
        Op::CallT => {
            leaving(step, a, b)?;
            return Ok(Value::of(Repr::I64));
        }
        Op::CallC | Op::CallTry | Op::CallTimed => return indirect(step, op, w, ext),
        Op::Rt => builtin(step, [a, b, c], None)?,
        _ => builtin(step, [a, b, c], Some(TypeId(opcode::x0(ext))))?,
    }
    Ok(Value::of(Repr::I64))
}

fn direct(step: &mut Step<'_>, dst: Reg, base: Reg, callee: CellId) -> Result<(), Fault> {
    let module = step.module;
    let cell = &module.cells[callee.index()];
    if cell.closure.is_some() {
        return Err(Fault::new(Rule::T6, "a direct call of the code of a closure"));
    }
    effects::allow(step.cell, cell.effects)?;
    let base = usize::from(base);
    record(step, base)?;
    for (i, param) in cell.params.iter().enumerate() {
        let role = match param.passing {
            Passing::Owned => Role::Take,
            Passing::Borrowed => Role::Use,
        };
        step.member(base + RECORD + i, role, param.repr).map_err(argument)?;
    }
    step.clobber = Some(base);
    step.members(usize::from(dst), Role::Def, cell.results.iter().copied()).map_err(argument)?;
    Ok(())
}

/// The frame record needs its registers too.
pub(super) fn record(step: &Step<'_>, base: usize) -> Result<(), Fault> {
    if base + RECORD <= step.regs.len() {
        return Ok(());
    }
    Err(Fault::new(Rule::P2, "the window of a call has no room for the frame record"))
}

pub(super) fn argument(fault: Fault) -> Fault {
    match fault.0.0 {
        Rule::T2 => Fault::new(Rule::T6, fault.0.1),
        _ => fault,
    }
}

fn indirect(step: &mut Step<'_>, op: Op, w: u64, ext: u64) -> Result<Value, Fault> {
    let (dst, base, function) = (opcode::a(w), usize::from(opcode::b(w)), opcode::c(w));
    let module = step.module;
    let none = Value::of(Repr::I64);
    let shape = called(step, function)?;
    record(step, base)?;
    if base + RECORD + 1 > step.regs.len() {
        return Err(Fault::new(Rule::P2, "the window of a call has no room for the closure"));
    }
    let mut at = base + RECORD + 1;
    for ty in shape.params {
        let slots = step.param_slots(*ty)?;
        at += step.members(at, Role::Take, slots.reprs()).map_err(argument)?;
    }
    step.clobber = Some(base);
    if op == Op::CallTimed && *shape.params != [TypeId::INT] {
        return Err(Fault::new(Rule::T6, "the function of `callc.timed` does not take one Int"));
    }
    if matches!(op, Op::CallTry | Op::CallTimed) {
        return try_result(step, ClassId(opcode::x0(ext)), shape.ret);
    }
    let results = result_slots(&module.types, shape.ret).unwrap_or(Slots::None);
    step.members(usize::from(dst), Role::Def, results.reprs()).map_err(argument)?;
    Ok(none)
}

/// The shape of a function value that is called; the cell may do what it may.
fn called<'m>(step: &Step<'m>, function: Reg) -> Result<FnShape<'m>, Fault> {
    let class = match step.regs[usize::from(function)].class() {
        Some(id) => match step.class(id) {
            ClassDesc::Closure { of, .. } => *of,
            _ => id,
        },
        None => return Err(Fault::new(Rule::T1, "the callee is no function value")),
    };
    let Some(shape) = fn_shape(step.module, class) else {
        return Err(Fault::new(Rule::T1, "the callee is no function value"));
    };
    effects::allow(step.cell, shape.effects)?;
    Ok(shape)
}

/// A call that leaves the frame gives what the cell gives.
fn leaving(step: &mut Step<'_>, first: Reg, function: Reg) -> Result<(), Fault> {
    let shape = called(step, function)?;
    let mut at = usize::from(first);
    for ty in shape.params {
        let slots = step.param_slots(*ty)?;
        at += step.members(at, Role::Take, slots.reprs()).map_err(argument)?;
    }
    let results = result_slots(&step.module.types, shape.ret).unwrap_or(Slots::None);
    if results.reprs().eq(step.cell.results.iter().copied()) {
        return Ok(());
    }
    Err(Fault::new(Rule::T6, "the cell gives something else than the function it calls"))
}

/// `result[T, Failure]`: `ok(T)` and `err(record of code and message)`.
fn try_result(step: &Step<'_>, id: ClassId, ret: TypeId) -> Result<Value, Fault> {
    let payload = |n: u32| match step.module.classes.get((id.0 + 1 + n) as usize) {
        Some(ClassDesc::Variant { of, fields, .. }) if *of == id && fields.len() == 1 => {
            Some(fields[0].1)
        }
        _ => None,
    };
    let failure = payload(1).and_then(|ty| step.slot(ty).class());
    let plain = failure.is_some_and(|c| match step.class(c) {
        ClassDesc::Record { fields, .. } => {
            fields.len() == 2 && fields.iter().all(|f| f.1 == TypeId::STRING)
        }
        _ => false,
    });
    let two = matches!(step.class(id), ClassDesc::Enum { variants, .. } if variants.len() == 2);
    if two && plain && payload(0) == Some(ret) {
        return Ok(Value::of(Repr::Ref(id)));
    }
    Err(Fault::new(Rule::T6, "the call gives no result of this class"))
}

/// The arguments of a call of a tool are borrowed; its reply is a dynamic value.
pub(super) fn tool(step: &mut Step<'_>, base: usize, index: usize) -> Result<Value, Fault> {
    let module = step.module;
    let call = &module.tools[index];
    effects::allow(step.cell, call.effects)?;
    let mut at = base;
    for (_, ty) in &call.args {
        let slots = step.param_slots(*ty)?;
        at += step.members(at, Role::Use, slots.reprs()).map_err(argument)?;
    }
    Ok(Value::of(Repr::Dyn))
}

/// What the type variables of a signature stand for.
#[derive(Default)]
struct Bindings {
    subject: Option<TypeId>,
    a: Option<TypeId>,
    b: Option<TypeId>,
}

fn builtin(
    step: &mut Step<'_>,
    [dst, base, index]: [u16; 3],
    type_arg: Option<TypeId>,
) -> Result<(), Fault> {
    let signature = &INTRINSICS[usize::from(index)];
    effects::allow(step.cell, signature.effects)?;
    let bad = |what: &str| Fault::new(Rule::T7, format!("`{}`: {what}", signature.name));
    let mut bound = Bindings::default();
    match (signature.type_arg, type_arg) {
        (TypeArg::None, None) => {}
        (TypeArg::Subject, Some(ty)) => bound.subject = Some(ty),
        (TypeArg::Result, Some(ty)) => {
            if !signature.result.is_some_and(|pat| matches(step, &mut bound, pat, ty)) {
                return Err(bad("the type argument is no type of its result"));
            }
        }
        _ => return Err(bad("a type argument too many or too few")),
    }
    bind_params(step, signature, usize::from(base), &mut bound)
        .ok_or_else(|| bad("an argument of another type"))?;
    let mut at = usize::from(base);
    for (mode, pat) in signature.params {
        let slots =
            slots(step, &bound, *pat, None).ok_or_else(|| bad("an argument of an unknown type"))?;
        let role = if *mode == ArgMode::Take { Role::Take } else { Role::Use };
        at += members(step, at, role, slots, &bound, *pat).map_err(builtin_fault)?;
    }
    if let Some(pat) = signature.result {
        let slots =
            slots(step, &bound, pat, type_arg.filter(|_| signature.type_arg == TypeArg::Result))
                .ok_or_else(|| bad("a result of an unknown type"))?;
        members(step, usize::from(dst), Role::Def, slots, &bound, pat).map_err(builtin_fault)?;
    }
    Ok(())
}

fn builtin_fault(fault: Fault) -> Fault {
    match fault.0.0 {
        Rule::T2 => Fault::new(Rule::T7, fault.0.1),
        _ => fault,
    }
}

/// Binds type variables from the classes of container arguments.
fn bind_params(
    step: &Step<'_>,
    signature: &Signature,
    base: usize,
    bound: &mut Bindings,
) -> Option<()> {
    let mut at = base;
    for (_, pat) in signature.params {
        match pat {
            Pat::List(_) | Pat::Map(..) | Pat::Set(_) | Pat::Pair(..) | Pat::Result(..) => {
                let class = step.regs.get(at)?.class()?;
                matches_class(step, bound, *pat, class).then_some(())?;
                at += 1;
            }
            Pat::A | Pat::B | Pat::Subject | Pat::Opt(_) => {
                // These stand behind what binds them; two-register arguments are counted by their binding.
                at += slots(step, bound, *pat, None)?.len();
            }
            _ => at += 1,
        }
    }
    Some(())
}

/// What a pattern asks of registers.
#[derive(Clone, Copy)]
enum Place {
    /// Registers of these representations.
    Slots(Slots),
    /// One register of some class that matches the pattern.
    Object,
}

impl Place {
    fn len(self) -> usize {
        match self {
            Place::Slots(slots) => slots.len(),
            Place::Object => 1,
        }
    }
}

fn slots(step: &Step<'_>, bound: &Bindings, pat: Pat, known: Option<TypeId>) -> Option<Place> {
    let types = step.types();
    if let Some(ty) = known {
        return param_slots(types, ty).map(Place::Slots);
    }
    let one = |repr| Some(Place::Slots(Slots::One(repr)));
    match pat {
        Pat::Int => one(Repr::I64),
        Pat::Float => one(Repr::F64),
        Pat::Bool => one(Repr::Bool),
        Pat::Str => one(Repr::Ref(ClassId::STRING)),
        Pat::Bytes => one(Repr::Ref(ClassId::BYTES)),
        Pat::Json | Pat::Any => one(Repr::Dyn),
        // A value of a container is passed as it lies there; only the subject may be two registers.
        Pat::Subject => param_slots(types, bound.subject?).map(Place::Slots),
        Pat::A => one(slot_repr(types, bound.a?)?),
        Pat::B => one(slot_repr(types, bound.b?)?),
        Pat::Opt(inner) => optional(step, bound, *inner),
        Pat::List(_) | Pat::Map(..) | Pat::Set(_) | Pat::Pair(..) | Pat::Result(..) => {
            Some(Place::Object)
        }
    }
}

/// Registers of an optional of a pattern.
fn optional(step: &Step<'_>, bound: &Bindings, inner: Pat) -> Option<Place> {
    let types = step.types();
    let of_type = |ty: TypeId| match types.get(ty.index())? {
        TypeDesc::Optional(_) => param_slots(types, ty),
        _ => slot_repr(types, ty).map(|repr| {
            if repr.is_counted() { Slots::One(repr.nullable()) } else { Slots::Two(repr) }
        }),
    };
    match inner {
        Pat::A => of_type(bound.a?).map(Place::Slots),
        Pat::B => of_type(bound.b?).map(Place::Slots),
        Pat::Subject => of_type(bound.subject?).map(Place::Slots),
        _ => match slots(step, bound, inner, None)? {
            Place::Object => Some(Place::Object),
            Place::Slots(Slots::One(repr)) if repr.is_counted() => {
                Some(Place::Slots(Slots::One(repr.nullable())))
            }
            Place::Slots(Slots::One(repr)) => Some(Place::Slots(Slots::Two(repr))),
            Place::Slots(_) => None,
        },
    }
}

fn members(
    step: &mut Step<'_>,
    at: usize,
    role: Role,
    place: Place,
    bound: &Bindings,
    pat: Pat,
) -> Result<usize, Fault> {
    let slots = match place {
        Place::Slots(slots) => slots,
        Place::Object => {
            let own = step.regs.get(at).copied();
            let (pat, nullable) = match pat {
                Pat::Opt(inner) => (*inner, true),
                _ => (pat, false),
            };
            let class = own.and_then(Repr::class);
            let mut again = Bindings { subject: bound.subject, a: bound.a, b: bound.b };
            match class {
                Some(class) if matches_class(step, &mut again, pat, class) => {
                    Slots::One(if nullable { Repr::Opt(class) } else { Repr::Ref(class) })
                }
                _ => return Err(Fault::new(Rule::T7, format!("r{at} is no {pat:?}"))),
            }
        }
    };
    step.members(at, role, slots.reprs())
}

/// Whether a type is an instance of a pattern; binds its variables.
fn matches(step: &Step<'_>, bound: &mut Bindings, pat: Pat, ty: TypeId) -> bool {
    let Some(desc) = step.types().get(ty.index()) else { return false };
    let variable = |slot: &mut Option<TypeId>| *slot.get_or_insert(ty) == ty;
    match (pat, desc) {
        (Pat::A, _) => variable(&mut bound.a),
        (Pat::B, _) => variable(&mut bound.b),
        (Pat::Subject, _) => variable(&mut bound.subject),
        (Pat::Int, TypeDesc::Int)
        | (Pat::Float, TypeDesc::Float)
        | (Pat::Bool, TypeDesc::Bool)
        | (Pat::Str, TypeDesc::String)
        | (Pat::Bytes, TypeDesc::Bytes)
        | (Pat::Json, TypeDesc::Json)
        | (Pat::Any, TypeDesc::Any) => true,
        (Pat::Opt(inner), TypeDesc::Optional(of)) => matches(step, bound, *inner, *of),
        (_, TypeDesc::Obj(class)) => matches_class(step, bound, pat, *class),
        _ => false,
    }
}

fn matches_class(step: &Step<'_>, bound: &mut Bindings, pat: Pat, class: ClassId) -> bool {
    let module = step.module;
    match (pat, step.class(class)) {
        (Pat::List(p), ClassDesc::List { elem }) | (Pat::Set(p), ClassDesc::Set { elem }) => {
            matches(step, bound, *p, *elem)
        }
        (Pat::Map(p, q), ClassDesc::Map { key, value }) => {
            matches(step, bound, *p, *key) && matches(step, bound, *q, *value)
        }
        (Pat::Pair(p, q), ClassDesc::Tuple { elems }) => match elems.as_slice() {
            [first, second] => {
                matches(step, bound, *p, *first) && matches(step, bound, *q, *second)
            }
            _ => false,
        },
        (Pat::Result(p, q), ClassDesc::Enum { variants, .. }) if variants.len() == 2 => {
            let payload = |n: usize| match module.classes.get(class.index() + 1 + n) {
                Some(ClassDesc::Variant { of, fields, .. })
                    if *of == class && fields.len() == 1 =>
                {
                    Some(fields[0].1)
                }
                _ => None,
            };
            payload(0).is_some_and(|ty| matches(step, bound, *p, ty))
                && payload(1).is_some_and(|ty| matches(step, bound, *q, ty))
        }
        _ => false,
    }
}
