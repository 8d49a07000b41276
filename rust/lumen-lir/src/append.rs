//! A module behind another one: what a session makes of an entry and of the entries before it.
//!
//! (module so far, module of a new entry) → the module so far with the new entry's cells, classes, types, constants and
//! globals behind its own, and the new entry as its entry.
//!
//! Invariants:
//! - What was in the module keeps its number, so values that were made by its code mean the same to the longer one.
//! - A class of the entry that says the same as one of the module is that class: values of either are values of both.
//! - Nothing is believed: the result goes through the verifier like every module.

mod same;

use crate::cfg::step;
use crate::module::{
    Cell, CellId, Clause, Consts, Global, Handler, HostFn, Module, Operation, Param, Pos, Template,
    TemplatePart,
};
use crate::opcode::{Kind, Slot, get, set};
use crate::tools::Grant;
use crate::typedesc::{ClassDesc, ClassId, Repr, TypeDesc, TypeId, fixed_types};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Why a module cannot be put behind another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendError {
    /// A number does not fit its operand any more.
    Full,
    /// A part names something that is not there, or a shared global has another type.
    Broken,
}

/// Puts `new` behind `base`. Globals of `new` whose names `is_shared` are those of `base` with the same names, if it has
/// them.
pub fn append(
    base: &Module,
    new: &Module,
    is_shared: impl Fn(&str) -> bool,
) -> Result<Module, AppendError> {
    let mut out = base.clone();
    let n_cells = out.cells.len() as u32;
    let mut to = Renumbering {
        first_cell: n_cells,
        classes: same::classes(base, new),
        types: Vec::new(),
        files: files(&mut out, new),
        globals: Vec::new(),
        hosts: Vec::new(),
        operations: Vec::new(),
        handlers: Vec::new(),
        tools: Vec::new(),
        consts: ConstMaps::default(),
    };
    to.types = types(&mut out, new, &to.classes)?;
    for (class, &id) in new.classes.iter().zip(&to.classes) {
        if id.index() == out.classes.len() {
            out.classes.push(to.class(class)?);
        }
    }
    to.globals = globals(&mut out, new, &to, is_shared)?;
    to.hosts = hosts(&mut out, new, &to)?;
    to.operations = operations(&mut out, new, &to)?;
    to.handlers = handlers(&mut out, new, &to)?;
    to.tools = tools(&mut out, new, &to)?;
    to.consts = consts(&mut out.consts, &new.consts, &to)?;
    for cell in &new.cells {
        out.cells.push(to.cell(cell)?);
    }
    out.entry = new.entry.map(|CellId(id)| CellId(id + n_cells));
    Ok(out)
}

/// What the numbers of the new module are in the longer one.
struct Renumbering {
    first_cell: u32,
    classes: Vec<ClassId>,
    types: Vec<TypeId>,
    files: Vec<u32>,
    globals: Vec<u32>,
    hosts: Vec<u32>,
    operations: Vec<u32>,
    handlers: Vec<u32>,
    tools: Vec<u32>,
    consts: ConstMaps,
}

#[derive(Default)]
struct ConstMaps {
    ints: Vec<u32>,
    floats: Vec<u32>,
    strings: Vec<u32>,
    bytes: Vec<u32>,
    templates: Vec<u32>,
}

/// The number behind another one.
fn at<T: Copy>(map: &[T], index: u32) -> Result<T, AppendError> {
    map.get(index as usize).copied().ok_or(AppendError::Broken)
}

impl Renumbering {
    fn class_id(&self, id: ClassId) -> Result<ClassId, AppendError> {
        at(&self.classes, id.0)
    }

    fn type_id(&self, id: TypeId) -> Result<TypeId, AppendError> {
        at(&self.types, id.0)
    }

    fn type_ids(&self, ids: &[TypeId]) -> Result<Vec<TypeId>, AppendError> {
        ids.iter().map(|&id| self.type_id(id)).collect()
    }

    fn class(&self, desc: &ClassDesc) -> Result<ClassDesc, AppendError> {
        Ok(match desc {
            ClassDesc::String | ClassDesc::Bytes | ClassDesc::BoxedInt | ClassDesc::Enum { .. } => {
                desc.clone()
            }
            ClassDesc::List { elem } => ClassDesc::List { elem: self.type_id(*elem)? },
            ClassDesc::Map { key, value } => {
                ClassDesc::Map { key: self.type_id(*key)?, value: self.type_id(*value)? }
            }
            ClassDesc::Set { elem } => ClassDesc::Set { elem: self.type_id(*elem)? },
            ClassDesc::Tuple { elems } => ClassDesc::Tuple { elems: self.type_ids(elems)? },
            ClassDesc::Record { name, fields, seal } => {
                let field = |(name, ty): &(String, TypeId)| Ok((name.clone(), self.type_id(*ty)?));
                let fields = fields.iter().map(field).collect::<Result<_, _>>()?;
                ClassDesc::Record { name: name.clone(), fields, seal: *seal }
            }
            ClassDesc::Variant { of, ordinal, name, fields } => {
                let field =
                    |(name, ty): &(Option<String>, TypeId)| Ok((name.clone(), self.type_id(*ty)?));
                ClassDesc::Variant {
                    of: self.class_id(*of)?,
                    ordinal: *ordinal,
                    name: name.clone(),
                    fields: fields.iter().map(field).collect::<Result<_, _>>()?,
                }
            }
            ClassDesc::Fn { params, ret, effects } => ClassDesc::Fn {
                params: self.type_ids(params)?,
                ret: self.type_id(*ret)?,
                effects: *effects,
            },
            ClassDesc::Stream { elem, effects } => {
                ClassDesc::Stream { elem: self.type_id(*elem)?, effects: *effects }
            }
            ClassDesc::Run { of } => ClassDesc::Run { of: self.class_id(*of)? },
            ClassDesc::Resumption { value, result } => ClassDesc::Resumption {
                value: self.type_id(*value)?,
                result: self.type_id(*result)?,
            },
            ClassDesc::Closure { of, cell, captures } => ClassDesc::Closure {
                of: self.class_id(*of)?,
                cell: cell.checked_add(self.first_cell).ok_or(AppendError::Full)?,
                captures: self.type_ids(captures)?,
            },
        })
    }

    fn repr(&self, repr: Repr) -> Result<Repr, AppendError> {
        Ok(match repr {
            Repr::Ref(class) => Repr::Ref(self.class_id(class)?),
            Repr::Opt(class) => Repr::Opt(self.class_id(class)?),
            other => other,
        })
    }

    fn reprs(&self, reprs: &[Repr]) -> Result<Vec<Repr>, AppendError> {
        reprs.iter().map(|&repr| self.repr(repr)).collect()
    }

    fn pos(&self, pos: Pos) -> Pos {
        Pos { file: self.files.get(pos.file as usize).copied().unwrap_or(u32::MAX), ..pos }
    }

    fn cell(&self, cell: &Cell) -> Result<Cell, AppendError> {
        let mut out = cell.clone();
        out.closure = cell.closure.map(|class| self.class_id(class)).transpose()?;
        let param = |p: &Param| Ok(Param { repr: self.repr(p.repr)?, ..*p });
        out.params = cell.params.iter().map(param).collect::<Result<_, _>>()?;
        out.results = self.reprs(&cell.results)?;
        out.regs = self.reprs(&cell.regs)?;
        for table in out.tables.iter_mut().filter(|table| table.base != 0) {
            table.base = self.low_class(u32::from(table.base))? as u16;
        }
        out.lines.iter_mut().for_each(|line| line.pos = self.pos(line.pos));
        out.inlined.iter_mut().for_each(|site| site.call = self.pos(site.call));
        for var in &mut out.vars {
            var.ty = self.type_id(var.ty)?;
        }
        let mut pc = 0;
        while let Some((op, next)) = step(&out, pc) {
            let (mut w, mut ext) =
                (out.code[pc], if next - pc == 2 { out.code[pc + 1] } else { 0 });
            for operand in op.info().operands {
                let old = get(operand.slot, w, ext);
                let Some(new) = self.operand(operand.kind, old)? else { continue };
                let is_narrow = !matches!(operand.slot, Slot::BC | Slot::X0 | Slot::X1);
                if is_narrow && u16::try_from(new).is_err() {
                    return Err(AppendError::Full);
                }
                set(operand.slot, &mut w, &mut ext, new);
            }
            out.code[pc] = w;
            if next - pc == 2 {
                out.code[pc + 1] = ext;
            }
            pc = next;
        }
        if pc == out.code.len() { Ok(out) } else { Err(AppendError::Broken) }
    }

    /// The low bits of a class id. The new module has fewer classes than they can tell apart.
    fn low_class(&self, low: u32) -> Result<u32, AppendError> {
        if self.classes.len() > usize::from(u16::MAX) {
            return Err(AppendError::Full);
        }
        Ok(u32::from(self.class_id(ClassId(low))?.0 as u16))
    }

    /// The new number in an operand; nothing when it stays.
    fn operand(&self, kind: Kind, old: u32) -> Result<Option<u32>, AppendError> {
        Ok(Some(match kind {
            Kind::VariantLow | Kind::EnumBase => self.low_class(old)?,
            Kind::Class => self.class_id(ClassId(old))?.0,
            Kind::Type => self.type_id(TypeId(old))?.0,
            Kind::Cell => old.checked_add(self.first_cell).ok_or(AppendError::Full)?,
            Kind::ConstInt => at(&self.consts.ints, old)?,
            Kind::ConstFloat => at(&self.consts.floats, old)?,
            Kind::ConstStr => at(&self.consts.strings, old)?,
            Kind::ConstBytes => at(&self.consts.bytes, old)?,
            Kind::Template => at(&self.consts.templates, old)?,
            Kind::Global => at(&self.globals, old)?,
            Kind::Host => at(&self.hosts, old)?,
            Kind::Operation => at(&self.operations, old)?,
            Kind::Handler => at(&self.handlers, old)?,
            Kind::Tool => at(&self.tools, old)?,
            Kind::Reg(..)
            | Kind::Window(_)
            | Kind::Imm
            | Kind::Count
            | Kind::Flag
            | Kind::Off
            | Kind::Field
            | Kind::Ordinal
            | Kind::Intrinsic
            | Kind::JumpTable
            | Kind::ErrorCode => return Ok(None),
        }))
    }
}

/// Adds the calls of tools, with the grants that they are under.
fn tools(out: &mut Module, new: &Module, to: &Renumbering) -> Result<Vec<u32>, AppendError> {
    let first_grant = out.grants.len() as u32;
    out.grants
        .extend(new.grants.iter().map(|grant| Grant { at: to.pos(grant.at), ..grant.clone() }));
    let mut numbers = Vec::with_capacity(new.tools.len());
    for call in &new.tools {
        let mut call = call.clone();
        call.result = to.type_id(call.result)?;
        for (_, ty) in &mut call.args {
            *ty = to.type_id(*ty)?;
        }
        call.grants.iter_mut().for_each(|grant| *grant = grant.saturating_add(first_grant));
        numbers.push(out.tools.len() as u32);
        out.tools.push(call);
    }
    Ok(numbers)
}

/// Adds the types that are not there yet. A type may stand before those that it holds.
fn types(out: &mut Module, new: &Module, classes: &[ClassId]) -> Result<Vec<TypeId>, AppendError> {
    let mut known: FxHashMap<TypeDesc, TypeId> = FxHashMap::default();
    for (id, ty) in out.types.iter().enumerate() {
        known.entry(ty.clone()).or_insert(TypeId(id as u32));
    }
    let mut to: Vec<Option<TypeId>> = vec![None; new.types.len()];
    for (id, slot) in to.iter_mut().enumerate().take(fixed_types().len()) {
        *slot = Some(TypeId(id as u32));
    }
    loop {
        let before = to.iter().flatten().count();
        for (id, ty) in new.types.iter().enumerate() {
            if to[id].is_some() {
                continue;
            }
            let of = |id: &TypeId| to.get(id.index()).copied().flatten();
            let moved = match ty {
                TypeDesc::Enum(class) => Some(TypeDesc::Enum(at(classes, class.0)?)),
                TypeDesc::Obj(class) => Some(TypeDesc::Obj(at(classes, class.0)?)),
                TypeDesc::Optional(inner) => of(inner).map(TypeDesc::Optional),
                TypeDesc::Union(members) => {
                    members.iter().map(of).collect::<Option<_>>().map(TypeDesc::Union)
                }
                other => Some(other.clone()),
            };
            let Some(moved) = moved else { continue };
            let next = TypeId(out.types.len() as u32);
            let place = *known.entry(moved.clone()).or_insert(next);
            if place == next {
                out.types.push(moved);
            }
            to[id] = Some(place);
        }
        let after = to.iter().flatten().count();
        if after == to.len() {
            return Ok(to.into_iter().flatten().collect());
        }
        if after == before {
            return Err(AppendError::Broken);
        }
    }
}

fn files(out: &mut Module, new: &Module) -> Vec<u32> {
    let mut place = |file: &crate::module::SourceFile| {
        let same = |it: &crate::module::SourceFile| it.path == file.path && it.hash == file.hash;
        let at = out.files.iter().position(same).unwrap_or_else(|| {
            out.files.push(file.clone());
            out.files.len() - 1
        });
        at as u32
    };
    new.files.iter().map(&mut place).collect()
}

fn globals(
    out: &mut Module,
    new: &Module,
    to: &Renumbering,
    is_shared: impl Fn(&str) -> bool,
) -> Result<Vec<u32>, AppendError> {
    let mut places = Vec::with_capacity(new.globals.len());
    for Global { name, ty } in &new.globals {
        let ty = to.type_id(*ty)?;
        let shared = is_shared(name).then(|| out.globals.iter().position(|it| it.name == *name));
        let place = match shared.flatten() {
            Some(place) if out.globals[place].ty == ty => place,
            Some(_) => return Err(AppendError::Broken),
            None => {
                out.globals.push(Global { name: name.clone(), ty });
                out.globals.len() - 1
            }
        };
        places.push(place as u32);
    }
    Ok(places)
}

/// Adds the functions of the embedding program that are not there yet.
fn hosts(out: &mut Module, new: &Module, to: &Renumbering) -> Result<Vec<u32>, AppendError> {
    let moved = |host: &HostFn| {
        let (params, ret) = (to.type_ids(&host.params)?, to.type_id(host.ret)?);
        Ok(HostFn { name: host.name.clone(), params, ret, effects: host.effects })
    };
    let hosts = new.hosts.iter().map(moved).collect::<Result<Vec<_>, AppendError>>()?;
    Ok(pool(&mut out.hosts, &hosts))
}

/// Adds the operations that are not there yet.
fn operations(out: &mut Module, new: &Module, to: &Renumbering) -> Result<Vec<u32>, AppendError> {
    let moved = |it: &Operation| {
        let (params, ret) = (to.type_ids(&it.params)?, to.type_id(it.ret)?);
        Ok(Operation { name: it.name.clone(), params, ret, multi: it.multi })
    };
    let all = new.operations.iter().map(moved).collect::<Result<Vec<_>, AppendError>>()?;
    Ok(pool(&mut out.operations, &all))
}

/// Adds the handlers that are not there yet.
fn handlers(out: &mut Module, new: &Module, to: &Renumbering) -> Result<Vec<u32>, AppendError> {
    let clause = |it: &Clause| {
        let operation = at(&to.operations, it.operation)?;
        Ok(Clause { operation, code: to.class_id(it.code)?, tail: it.tail })
    };
    let moved = |it: &Handler| {
        Ok(Handler {
            body: to.class_id(it.body)?,
            clauses: it.clauses.iter().map(clause).collect::<Result<_, AppendError>>()?,
            ret: it.ret.map(|class| to.class_id(class)).transpose()?,
            result: to.type_id(it.result)?,
        })
    };
    let all = new.handlers.iter().map(moved).collect::<Result<Vec<_>, AppendError>>()?;
    Ok(pool(&mut out.handlers, &all))
}

fn consts(base: &mut Consts, new: &Consts, to: &Renumbering) -> Result<ConstMaps, AppendError> {
    let moved = |part: &TemplatePart| {
        Ok(match part {
            TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
            TemplatePart::Hole { ty, spec } => {
                TemplatePart::Hole { ty: to.type_id(*ty)?, spec: *spec }
            }
        })
    };
    let template = |it: &Template| {
        let parts = it.parts.iter().map(moved).collect::<Result<_, AppendError>>()?;
        Ok(Template { parts })
    };
    let templates: Vec<Template> =
        new.templates.iter().map(template).collect::<Result<_, AppendError>>()?;
    Ok(ConstMaps {
        ints: pool(&mut base.ints, &new.ints),
        floats: pool(&mut base.floats, &new.floats),
        strings: pool(&mut base.strings, &new.strings),
        bytes: pool(&mut base.bytes, &new.bytes),
        templates: pool(&mut base.templates, &templates),
    })
}

/// Adds the values that are not in the pool yet; gives the place of each.
fn pool<T: Clone + Eq + Hash>(base: &mut Vec<T>, new: &[T]) -> Vec<u32> {
    let mut known: FxHashMap<T, u32> = FxHashMap::default();
    for (at, value) in base.iter().enumerate() {
        known.entry(value.clone()).or_insert(at as u32);
    }
    let place = |value: &T| {
        let next = base.len() as u32;
        let at = *known.entry(value.clone()).or_insert(next);
        if at == next {
            base.push(value.clone());
        }
        at
    };
    new.iter().map(place).collect()
}

#[cfg(test)]
mod tests;
