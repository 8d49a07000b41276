//! Rules C1–C3, C6 and the static part of C4: the header of a cell.

use super::{Rule, Violation};
use crate::effects::EffectSet;
use crate::module::{Cell, CellId, Module, Param, Passing, Variable};
use crate::typedesc::{ClassDesc, ClassId, Repr, TypeId, param_slots, result_slots};

/// Registers are 16-bit operands.
const REGS_MAX: usize = 1 << 16;

/// Checks what a cell says of itself.
pub(super) fn check(module: &Module, id: CellId) -> Result<(), Violation> {
    let cell = &module.cells[id.index()];
    let bad = |rule, message: &str| {
        Err(Violation { rule, cell: Some(id), pc: None, message: message.to_owned() })
    };
    if let Err(message) = registers(module, cell) {
        return bad(Rule::C1, message);
    }
    if let Some(class) = cell.closure
        && let Err(message) = closure(module, id, cell, class)
    {
        return bad(Rule::C2, message);
    }
    if let Err(message) = positions(module, cell) {
        return bad(Rule::C3, message);
    }
    if !cell.vars.iter().all(|var| is_variable(module, cell, var)) {
        return bad(
            Rule::C6,
            "a local has no range of the code, or its type is not that of its registers",
        );
    }
    for scope in &cell.defers {
        let range = scope.start <= scope.end && scope.end as usize <= cell.code.len();
        let function = cell.regs.get(usize::from(scope.reg)).and_then(|r| match r {
            Repr::Ref(class) => module.classes.get(class.index()),
            _ => None,
        });
        let plain = match function {
            Some(ClassDesc::Fn { params, .. }) => params.is_empty(),
            Some(ClassDesc::Run { .. }) => true,
            _ => false,
        };
        if !range || !plain {
            return bad(
                Rule::C4,
                "a defer scope has no range of the code, or neither a function without parameters nor a run",
            );
        }
    }
    Ok(())
}

/// Whether a local says where it is. That a register holds a value there is looked up when it is read.
fn is_variable(module: &Module, cell: &Cell, var: &Variable) -> bool {
    let is_range = var.start < var.end && var.end as usize <= cell.code.len();
    let slots = param_slots(&module.types, var.ty);
    let own = cell.regs.get(usize::from(var.reg)..).unwrap_or_default();
    is_range
        && slots.is_some_and(|slots| {
            slots.reprs().count() <= own.len() && slots.reprs().zip(own).all(|(a, b)| a == *b)
        })
}

fn registers(module: &Module, cell: &Cell) -> Result<(), &'static str> {
    if cell.regs.len() >= REGS_MAX {
        return Err("too many registers");
    }
    let classes = module.classes.len();
    let known = |r: &Repr| r.class().is_none_or(|c| c.index() < classes);
    if !cell.regs.iter().all(known) || !cell.results.iter().all(known) {
        return Err("a register or result has a class that does not exist");
    }
    let is_run = |r: &Repr| {
        let class = r.class().and_then(|c| module.classes.get(c.index()));
        matches!(class, Some(ClassDesc::Run { .. }))
    };
    let passed = cell.params.iter().map(|p| &p.repr).chain(&cell.results);
    let nullable = cell.regs.iter().filter(|r| matches!(r, Repr::Opt(_)));
    if passed.chain(nullable).any(is_run) {
        return Err("a run is passed, returned or nullable");
    }
    let first = cell.first_param();
    let declared = cell.regs.get(first..first + cell.params.len());
    let same =
        declared.is_some_and(|regs| regs.iter().zip(&cell.params).all(|(r, p)| *r == p.repr));
    if !same {
        return Err("the parameters are not the first registers");
    }
    if cell.params.iter().any(|p| p.passing == Passing::Borrowed && !p.repr.is_counted()) {
        return Err("a scalar parameter is borrowed");
    }
    match cell.results.as_slice() {
        [] | [_] => Ok(()),
        [Repr::Bool, value] if !value.is_counted() => Ok(()),
        _ => Err("two results that are not an optional scalar, or more"),
    }
}

/// What a function class asks of the code of its closures.
pub(super) struct FnShape<'m> {
    pub(super) params: &'m [TypeId],
    pub(super) ret: TypeId,
    pub(super) effects: EffectSet,
}

/// The shape of a function class, when it is one.
pub(super) fn fn_shape(module: &Module, class: ClassId) -> Option<FnShape<'_>> {
    match module.classes.get(class.index())? {
        ClassDesc::Fn { params, ret, effects } => {
            Some(FnShape { params, ret: *ret, effects: *effects })
        }
        _ => None,
    }
}

fn closure(module: &Module, id: CellId, cell: &Cell, class: ClassId) -> Result<(), &'static str> {
    let Some(ClassDesc::Closure { of, cell: code, .. }) = module.classes.get(class.index()) else {
        return Err("its closure class is none");
    };
    if let Some(ClassDesc::Stream { effects, .. }) = module.classes.get(of.index()) {
        return stream(id, cell, (class, *code), *effects);
    }
    let Some(shape) = fn_shape(module, *of) else {
        return Err("its closure class has no function class");
    };
    if *code != id.0 || cell.regs.first() != Some(&Repr::Ref(class)) {
        return Err("its closure class has other code, or register 0 is not the closure");
    }
    let mut params = cell.params.iter();
    for ty in shape.params {
        for repr in param_slots(&module.types, *ty).ok_or("unknown type")?.reprs() {
            if params.next() != Some(&Param { repr, passing: Passing::Owned }) {
                return Err("its parameters are not those of its function class, owned");
            }
        }
    }
    let results = result_slots(&module.types, shape.ret).ok_or("unknown type")?;
    if params.next().is_some() || !results.reprs().eq(cell.results.iter().copied()) {
        return Err("its parameters or results are not those of its function class");
    }
    if !cell.effects.is_subset_of(shape.effects) {
        return Err("its effects are more than those of its function class");
    }
    Ok(())
}

/// The code of a stream takes and returns nothing: its elements are yielded.
fn stream(
    id: CellId,
    cell: &Cell,
    (class, code): (ClassId, u32),
    effects: EffectSet,
) -> Result<(), &'static str> {
    if code != id.0 || cell.regs.first() != Some(&Repr::Ref(class)) {
        return Err("its closure class has other code, or register 0 is not the closure");
    }
    if !cell.params.is_empty() || !cell.results.is_empty() {
        return Err("the code of a stream has parameters or results");
    }
    if !cell.effects.is_subset_of(effects) {
        return Err("its effects are more than those of its stream class");
    }
    Ok(())
}

fn positions(module: &Module, cell: &Cell) -> Result<(), &'static str> {
    let ascending = cell.lines.windows(2).all(|w| w[0].pc < w[1].pc);
    let inside = cell.lines.last().is_none_or(|l| (l.pc as usize) < cell.code.len());
    if !ascending || !inside {
        return Err("source positions do not ascend inside the code");
    }
    let files = module.files.len();
    // A module without files is one without positions: hand-written LIR.
    let file_ok = |file: u32| (file as usize) < files || (files == 0 && file == 0);
    let lines_ok =
        cell.lines.iter().all(|l| file_ok(l.pos.file) && l.inline as usize <= cell.inlined.len());
    let inlined_ok = cell
        .inlined
        .iter()
        .enumerate()
        .all(|(i, site)| file_ok(site.call.file) && site.parent as usize <= i);
    if lines_ok && inlined_ok {
        Ok(())
    } else {
        Err("a source position has no file or inlined call")
    }
}
