//! Rules M1–M6: the tables of a module; those of handlers are looked at in `handlers.rs`.

use super::{Rule, Violation, handlers};
use crate::effects::EffectSet;
use crate::module::{HostFn, Module, TemplatePart};
use crate::typedesc::{ClassDesc, ClassId, Seal, TypeDesc, TypeId, fixed_classes, fixed_types};

/// Class ids fit the 24 bits that a dynamic enum value has for them.
const CLASSES_MAX: usize = 1 << 24;
/// Variant ordinals and field indexes are 16-bit operands.
const PARTS_MAX: usize = 1 << 16;

/// Checks everything outside the cells.
pub(super) fn check(module: &Module) -> Result<(), Violation> {
    fixed(module)?;
    for (i, desc) in module.types.iter().enumerate() {
        type_desc(module, i, desc)?;
    }
    for (i, desc) in module.classes.iter().enumerate() {
        class_desc(module, i, desc)?;
    }
    contents(module)?;
    handlers::tables(module)
}

fn fixed(module: &Module) -> Result<(), Violation> {
    if !module.types.starts_with(&fixed_types()) || !module.classes.starts_with(&fixed_classes()) {
        return Err(Violation::module(
            Rule::M1,
            "the tables do not begin with the fixed types and classes",
        ));
    }
    if module.classes.len() >= CLASSES_MAX {
        return Err(Violation::module(Rule::M3, "too many classes"));
    }
    Ok(())
}

fn type_desc(module: &Module, i: usize, desc: &TypeDesc) -> Result<(), Violation> {
    let bad = |what: &str| Err(Violation::module(Rule::M2, format!("type {i} {what}")));
    match desc {
        TypeDesc::Enum(class) => match module.classes.get(class.index()) {
            Some(c @ ClassDesc::Enum { .. }) if !c.is_payload_enum() => Ok(()),
            _ => bad("is an enum without payload of another class"),
        },
        TypeDesc::Obj(class) => match module.classes.get(class.index()) {
            Some(
                ClassDesc::List { .. }
                | ClassDesc::Map { .. }
                | ClassDesc::Set { .. }
                | ClassDesc::Tuple { .. }
                | ClassDesc::Record { .. }
                | ClassDesc::Fn { .. }
                | ClassDesc::Resumption { .. }
                | ClassDesc::Stream { .. },
            ) => Ok(()),
            Some(c @ ClassDesc::Enum { .. }) if c.is_payload_enum() => Ok(()),
            _ => bad("is an object of a class that has no values of its own"),
        },
        TypeDesc::Optional(inner) if inner.index() < i => match module.types[inner.index()] {
            TypeDesc::Optional(_)
            | TypeDesc::Null
            | TypeDesc::Any
            | TypeDesc::Json
            | TypeDesc::Union(_)
            | TypeDesc::Never => bad("is an optional of a type that has null already"),
            _ => Ok(()),
        },
        TypeDesc::Optional(_) => bad("refers to a later type"),
        TypeDesc::Union(members) if members.len() < 2 => bad("is a union of fewer than two types"),
        TypeDesc::Union(members) => {
            let ok = members
                .iter()
                .all(|m| m.index() < i && !matches!(module.types[m.index()], TypeDesc::Union(_)));
            if ok { Ok(()) } else { bad("is a union of a union or of a later type") }
        }
        _ => Ok(()),
    }
}

fn class_desc(module: &Module, i: usize, desc: &ClassDesc) -> Result<(), Violation> {
    let bad = |what: &str| Err(Violation::module(Rule::M3, format!("class {i} {what}")));
    let known = |ty: &TypeId| ty.index() < module.types.len();
    let fields_ok = match desc {
        ClassDesc::String | ClassDesc::Bytes | ClassDesc::BoxedInt | ClassDesc::Enum { .. } => true,
        ClassDesc::List { elem } | ClassDesc::Set { elem } => known(elem),
        ClassDesc::Map { key, value } => known(key) && known(value),
        ClassDesc::Tuple { elems } => elems.iter().all(known),
        ClassDesc::Record { fields, .. } => fields.iter().all(|f| known(&f.1)),
        ClassDesc::Variant { fields, .. } => fields.iter().all(|f| known(&f.1)),
        ClassDesc::Fn { params, ret, .. } => params.iter().all(known) && known(ret),
        ClassDesc::Stream { elem, .. } => known(elem),
        ClassDesc::Run { .. } => true,
        ClassDesc::Resumption { value, result } => known(value) && known(result),
        ClassDesc::Closure { captures, .. } => captures.iter().all(known),
    };
    if !fields_ok {
        return bad("refers to a type that does not exist");
    }
    if let ClassDesc::Record { fields, seal, .. } = desc
        && *seal != Seal::Open
        && fields.len() != 1
    {
        return bad("is sealed and has not one field");
    }
    if desc.flat_len().is_some_and(|n| n >= PARTS_MAX) {
        return bad("has too many fields");
    }
    match desc {
        ClassDesc::String | ClassDesc::Bytes | ClassDesc::BoxedInt
            if i > ClassId::BOXED_INT.index() =>
        {
            bad("repeats a fixed class")
        }
        ClassDesc::Enum { variants, .. } => {
            if variants.is_empty() || variants.len() >= PARTS_MAX {
                return bad("is an enum without variants, or with too many");
            }
            if !desc.is_payload_enum() {
                return Ok(());
            }
            for (n, variant) in variants.iter().enumerate() {
                match module.classes.get(i + 1 + n) {
                    Some(ClassDesc::Variant { of, ordinal, fields, .. })
                        if of.index() == i
                            && *ordinal as usize == n
                            && fields.is_empty() != variant.payload => {}
                    _ => return bad("is an enum that is not followed by its variants"),
                }
            }
            Ok(())
        }
        ClassDesc::Variant { of, ordinal, .. } => match module.classes.get(of.index()) {
            Some(e @ ClassDesc::Enum { variants, .. })
                if e.is_payload_enum()
                    && (*ordinal as usize) < variants.len()
                    && of.index() + 1 + *ordinal as usize == i =>
            {
                Ok(())
            }
            _ => bad("is a variant that does not stand behind its enum"),
        },
        ClassDesc::Closure { of, cell, .. } => {
            let is_fn = matches!(
                module.classes.get(of.index()),
                Some(ClassDesc::Fn { .. } | ClassDesc::Stream { .. })
            );
            let back = module.cells.get(*cell as usize).and_then(|c| c.closure);
            if is_fn && back == Some(ClassId(i as u32)) {
                Ok(())
            } else {
                bad("is a closure whose function class or code does not fit")
            }
        }
        ClassDesc::Run { of } => match module.classes.get(of.index()) {
            Some(ClassDesc::Stream { .. }) => Ok(()),
            _ => bad("is a run of something that is no stream"),
        },
        _ => Ok(()),
    }
}

fn contents(module: &Module) -> Result<(), Violation> {
    let known = |ty: TypeId| ty.index() < module.types.len();
    if module.globals.iter().any(|g| !known(g.ty)) {
        return Err(Violation::module(Rule::M4, "a global has a type that does not exist"));
    }
    let hosts_ok = |h: &HostFn| h.params.iter().all(|ty| known(*ty)) && known(h.ret);
    if !module.hosts.iter().all(hosts_ok) {
        return Err(Violation::module(Rule::M4, "a host function has a type that does not exist"));
    }
    for template in &module.consts.templates {
        let holes_ok = template.parts.iter().all(|p| match p {
            TemplatePart::Text(_) => true,
            TemplatePart::Hole { ty, .. } => known(*ty),
        });
        if !holes_ok {
            return Err(Violation::module(
                Rule::M4,
                "a template has a hole of a type that does not exist",
            ));
        }
    }
    authority(module)?;
    match module.entry.map(|id| module.cells.get(id.index())) {
        None => Ok(()),
        Some(Some(cell)) if cell.params.is_empty() && cell.closure.is_none() => Ok(()),
        Some(_) => Err(Violation::module(Rule::M5, "the entry is not a cell without parameters")),
    }
}

/// Rule M6: calls of tools name an effect, existing types and grants for what they call.
fn authority(module: &Module) -> Result<(), Violation> {
    let bad = |what: &str| Err(Violation::module(Rule::M6, what));
    for call in &module.tools {
        if call.effects.iter().count() != 1 || !call.effects.is_subset_of(EffectSet::FULL) {
            return bad("a call of a tool has not one effect");
        }
        let known = |ty: TypeId| ty.index() < module.types.len();
        if !known(call.result) || !call.args.iter().all(|arg| known(arg.1)) {
            return bad("a call of a tool has a type that does not exist");
        }
        let fits = |grant: &u32| {
            let grant = module.grants.get(*grant as usize);
            grant.is_some_and(|it| it.subject == call.tool || it.subject == call.effect)
        };
        if !call.grants.iter().all(fits) {
            return bad("a call of a tool has a grant for something else");
        }
    }
    Ok(())
}
