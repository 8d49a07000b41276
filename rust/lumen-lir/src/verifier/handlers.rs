//! Rules H1 and H2: operations, handlers, and the instructions that use them.
//!
//! Input → output: the tables, or an instruction whose registers are alive → what is wrong.
//!
//! Which handler an operation meets is known only when it is performed, so rows are what keeps a program from meeting none;
//! to the safety of memory it does not matter: every handler of an operation takes its arguments and gives its result.

use super::header::fn_shape;
use super::ownership::Fault;
use super::step::Step;
use super::{Rule, Violation, calls, effects};
use crate::effects::{Effect, EffectSet};
use crate::module::{Clause, Handler, Module, Operation};
use crate::opcode::{self, Op, Reg, Role};
use crate::typedesc::{ClassDesc, ClassId, Repr, Slots, TypeDesc, TypeId, result_slots};

/// H1.
pub(super) fn tables(module: &Module) -> Result<(), Violation> {
    let bad = |message: String| Err(Violation::module(Rule::H1, message));
    let known = |ty: &TypeId| ty.index() < module.types.len();
    for operation in &module.operations {
        if !operation.params.iter().all(known) || !known(&operation.ret) {
            return bad(format!("`{}` has a type that does not exist", operation.name));
        }
    }
    for (i, handler) in module.handlers.iter().enumerate() {
        if let Err(what) = check(module, handler) {
            return bad(format!("handler {i}: {what}"));
        }
    }
    Ok(())
}

fn check(module: &Module, handler: &Handler) -> Result<(), &'static str> {
    if handler.result.index() >= module.types.len() {
        return Err("its result has a type that does not exist");
    }
    let body = fn_shape(module, handler.body).ok_or("its body is no function")?;
    if !body.params.is_empty() {
        return Err("its body has parameters");
    }
    match handler.ret.map(|class| fn_shape(module, class)) {
        None if body.ret == handler.result => {}
        None => return Err("its body gives something else"),
        Some(Some(ret)) if *ret.params == [body.ret] && ret.ret == handler.result => {}
        Some(_) => return Err("its return clause does not fit the body and the result"),
    }
    for (i, clause) in handler.clauses.iter().enumerate() {
        let operation =
            module.operations.get(clause.operation as usize).ok_or("an unknown operation")?;
        if handler.clauses[..i].iter().any(|other| other.operation == clause.operation) {
            return Err("two clauses for one operation");
        }
        fits(module, handler, clause, operation)?;
    }
    Ok(())
}

fn fits(
    module: &Module,
    handler: &Handler,
    clause: &Clause,
    operation: &Operation,
) -> Result<(), &'static str> {
    let shape = fn_shape(module, clause.code).ok_or("a clause is no function")?;
    let Some((own, rest)) = shape.params.split_at_checked(operation.params.len()) else {
        return Err("a clause has fewer parameters than its operation");
    };
    if *own != *operation.params {
        return Err("a clause has other parameters than its operation");
    }
    if clause.tail {
        return match rest {
            [] if shape.ret == operation.ret => Ok(()),
            _ => Err("a tail clause does not give what its operation gives"),
        };
    }
    let [last] = rest else { return Err("a clause without its resumption") };
    match module.types.get(last.index()) {
        Some(TypeDesc::Obj(class)) => match module.classes.get(class.index()) {
            Some(ClassDesc::Resumption { value, result })
                if *value == operation.ret && *result == handler.result =>
            {
                if shape.ret == handler.result {
                    return Ok(());
                }
                Err("a clause does not give what the handler gives")
            }
            _ => Err("a clause with another resumption"),
        },
        _ => Err("a clause with another resumption"),
    }
}

/// H2.
pub(super) fn relate(step: &mut Step<'_>, op: Op, w: u64, ext: u64) -> Result<(), Fault> {
    let (a, b, c) = (opcode::a(w), opcode::b(w), opcode::c(w));
    let module = step.module;
    match op {
        Op::Handle => {
            effects::allow(step.cell, EffectSet::FULL)?;
            let handler = &module.handlers[opcode::x0(ext) as usize];
            let codes = handler.clauses.iter().map(|clause| clause.code);
            let classes = std::iter::once(handler.body).chain(codes).chain(handler.ret);
            let reprs: Vec<Repr> = classes.map(Repr::Ref).collect();
            window(step, b, reprs.into_iter())?;
            result(step, a, handler.result)
        }
        Op::Perform => {
            effects::allow(step.cell, EffectSet::of(Effect::Perform))?;
            let operation = &module.operations[usize::from(c)];
            let mut reprs = Vec::new();
            for ty in &operation.params {
                reprs.extend(step.param_slots(*ty)?.reprs());
            }
            window(step, b, reprs.into_iter())?;
            result(step, a, operation.ret)
        }
        Op::Resume => {
            effects::allow(step.cell, EffectSet::FULL)?;
            let (value, gives) = resumption(step, c)?;
            let slots = step.param_slots(value)?;
            window(step, b, slots.reprs())?;
            result(step, a, gives)
        }
        Op::ResumeT => {
            effects::allow(step.cell, EffectSet::FULL)?;
            let (value, gives) = resumption(step, b)?;
            let slots = step.param_slots(value)?;
            step.members(usize::from(a), Role::Take, slots.reprs()).map_err(misfit)?;
            let results = result_slots(&module.types, gives).unwrap_or(Slots::None);
            if results.reprs().eq(step.cell.results.iter().copied()) {
                return Ok(());
            }
            Err(Fault::new(Rule::H2, "the cell gives something else than the handler"))
        }
        _ => effects::allow(step.cell, EffectSet::FULL),
    }
}

/// Arguments behind the frame record; the registers from there on are gone.
fn window(step: &mut Step<'_>, base: Reg, reprs: impl Iterator<Item = Repr>) -> Result<(), Fault> {
    let base = usize::from(base);
    calls::record(step, base)?;
    step.members(base + calls::RECORD, Role::Take, reprs).map_err(misfit)?;
    step.clobber = Some(base);
    Ok(())
}

fn result(step: &mut Step<'_>, dst: Reg, ty: TypeId) -> Result<(), Fault> {
    let slots = result_slots(&step.module.types, ty).unwrap_or(Slots::None);
    step.members(usize::from(dst), Role::Def, slots.reprs()).map_err(misfit)?;
    Ok(())
}

/// What a resumption takes and gives.
fn resumption(step: &Step<'_>, reg: Reg) -> Result<(TypeId, TypeId), Fault> {
    let class: Option<ClassId> = step.regs[usize::from(reg)].class();
    match class.map(|id| step.class(id)) {
        Some(ClassDesc::Resumption { value, result }) => Ok((*value, *result)),
        _ => Err(Fault::new(Rule::T1, format!("r{reg} is no resumption"))),
    }
}

fn misfit(fault: Fault) -> Fault {
    match fault.0.0 {
        Rule::T2 => Fault::new(Rule::H2, fault.0.1),
        _ => fault,
    }
}
