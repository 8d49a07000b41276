//! From the descriptors of a module to the class table.
//!
//! Input: types and classes of a verified module (every id in range, the fixed ones first).
//! Output: one row per class id, one per type id.

use super::classes::{BYTES_CLASS, Classes, RtClass, STRING_CLASS, Slot, TypeRow};
use lumen_lir::{ClassDesc, TypeDesc, TypeId};

/// How a word of a type is read.
fn slot(types: &[TypeDesc], ty: TypeId) -> Slot {
    match &types[ty.index()] {
        TypeDesc::Int => Slot::Int,
        TypeDesc::Enum(class) => Slot::Enum(class.0),
        TypeDesc::Float => Slot::Float,
        TypeDesc::Bool => Slot::Bool,
        TypeDesc::String => Slot::Ref(STRING_CLASS),
        TypeDesc::Bytes => Slot::Ref(BYTES_CLASS),
        TypeDesc::Obj(class) => Slot::Ref(class.0),
        TypeDesc::Optional(inner) => match &types[inner.index()] {
            TypeDesc::String => Slot::Ref(STRING_CLASS),
            TypeDesc::Bytes => Slot::Ref(BYTES_CLASS),
            TypeDesc::Obj(class) => Slot::Ref(class.0),
            _ => Slot::Dyn,
        },
        TypeDesc::Null | TypeDesc::Any | TypeDesc::Json | TypeDesc::Never | TypeDesc::Union(_) => {
            Slot::Dyn
        }
    }
}

/// The value of an optional scalar, which takes two registers.
fn scalar(types: &[TypeDesc], ty: TypeId) -> Option<Slot> {
    let TypeDesc::Optional(inner) = &types[ty.index()] else { return None };
    Some(slot(types, *inner)).filter(|slot| !slot.is_counted())
}

impl Classes {
    /// The class table of a verified module; `cell_name` names the cells of closures.
    pub fn link<'m>(
        types: &[TypeDesc],
        classes: &[ClassDesc],
        cell_name: impl Fn(u32) -> &'m str,
    ) -> Self {
        let rows = (0..classes.len()).map(|id| row(types, classes, id, &cell_name)).collect();
        let ids = (0..types.len()).map(|id| TypeId(id as u32));
        let types = ids
            .map(|id| TypeRow {
                desc: types[id.index()].clone(),
                slot: slot(types, id),
                scalar: scalar(types, id),
            })
            .collect();
        Self::new(rows, types)
    }
}

fn row<'m>(
    types: &[TypeDesc],
    classes: &[ClassDesc],
    id: usize,
    cell_name: &impl Fn(u32) -> &'m str,
) -> RtClass {
    let slot = |ty: &TypeId| slot(types, *ty);
    let slots = |list: &[TypeId]| list.iter().map(slot).collect::<Vec<_>>();
    let (mut row, ids) = match &classes[id] {
        ClassDesc::String => (RtClass::string(), vec![]),
        ClassDesc::Bytes => (RtClass::bytes(), vec![]),
        ClassDesc::BoxedInt => (RtClass::boxed_int(), vec![TypeId::INT]),
        ClassDesc::List { elem } => (RtClass::list(slot(elem)), vec![*elem]),
        ClassDesc::Map { key, value } => (RtClass::map(slot(key), slot(value)), vec![*key, *value]),
        ClassDesc::Set { elem } => (RtClass::set(slot(elem)), vec![*elem]),
        ClassDesc::Tuple { elems } => (RtClass::tuple(slots(elems)), elems.clone()),
        ClassDesc::Record { name, fields, seal } => {
            let parts: Vec<_> = fields.iter().map(|(n, ty)| (n.as_str(), slot(ty))).collect();
            let class = RtClass::record(name, &parts).sealed(*seal);
            (class, fields.iter().map(|field| field.1).collect())
        }
        ClassDesc::Enum { name, variants } => {
            let class = |at: usize| id as u32 + 1 + at as u32;
            let parts: Vec<_> = variants
                .iter()
                .enumerate()
                .map(|(at, v)| (v.name.as_str(), v.payload.then(|| class(at))))
                .collect();
            (RtClass::enumeration(name, &parts), vec![])
        }
        ClassDesc::Variant { of, ordinal, name, fields } => {
            let parts: Vec<_> = fields.iter().map(|(n, ty)| (n.as_deref(), slot(ty))).collect();
            let row = RtClass::variant(of.0, *ordinal, name, &parts);
            (row, fields.iter().map(|field| field.1).collect())
        }
        ClassDesc::Fn { params, ret, .. } => {
            let ids = params.iter().chain([ret]).copied().collect();
            (RtClass::function(), ids)
        }
        ClassDesc::Stream { elem, .. } => (RtClass::stream(), vec![*elem]),
        // Never the class of an object: runs are the machine's.
        ClassDesc::Run { .. } => (RtClass::stream(), vec![]),
        ClassDesc::Resumption { .. } => (RtClass::resumption(), vec![]),
        ClassDesc::Closure { of, cell, captures } => {
            let row = RtClass::closure(of.0, *cell, cell_name(*cell), slots(captures));
            (row, captures.clone())
        }
    };
    row.types = ids.into();
    row
}
