//! From types to run-time descriptors: type ids, classes, registers; and substitution of type parameters.
//!
//! Input: interned types and the declared fields of records and enums. Output: entries of the module's type and class
//! tables. Invariants: only closed types (no parameter) get descriptors; a class is reserved before its fields are
//! described, and described from a work list, so that neither recursive types nor long chains of types recurse here.

use crate::compiler::hir::{EnumId, Hir, RecordId, TypeParamId};
use crate::compiler::typecheck::tables::TypeTables;
use crate::compiler::typecheck::types::{Ty, TyKind, TyStore};
use lumen_base::Interner;
use lumen_lir::{
    ClassDesc, ClassId, EffectSet, ModuleBuilder, Repr, Slots, TypeDesc, TypeId, VariantName,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What lowering needs to know about a closed type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Info {
    pub(super) id: TypeId,
    /// Registers of a local or parameter.
    pub(super) slots: Slots,
    /// Representation in a field, element, key or capture.
    pub(super) field: Repr,
}

impl Info {
    /// Its class when values are references.
    pub(super) fn class(&self) -> Option<ClassId> {
        self.field.class()
    }
}

/// Type arguments of an instance.
#[derive(Clone, Default, Debug)]
pub(super) struct Subst {
    pairs: Vec<(TypeParamId, Ty)>,
}

impl Subst {
    pub(super) fn new(params: &[TypeParamId], args: &[Ty]) -> Subst {
        Subst { pairs: params.iter().copied().zip(args.iter().copied()).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The arguments, in the order of the parameters.
    pub(super) fn args(&self) -> Box<[Ty]> {
        self.pairs.iter().map(|p| p.1).collect()
    }

    fn get(&self, param: TypeParamId) -> Option<Ty> {
        self.pairs.iter().find(|p| p.0 == param).map(|p| p.1)
    }
}

/// The descriptors of the types of a module.
pub(super) struct Types<'a> {
    hir: &'a Hir,
    names: &'a Interner,
    pub(super) store: TyStore,
    /// By type.
    infos: Vec<Option<Info>>,
    /// Classes reserved and not described yet.
    pending: Vec<(Ty, ClassId)>,
    /// Field types of records and payload types of variants, instantiated.
    fields: FxHashMap<Ty, Rc<[Ty]>>,
    payloads: FxHashMap<(Ty, u32), Rc<[Ty]>>,
}

impl<'a> Types<'a> {
    pub(super) fn new(hir: &'a Hir, names: &'a Interner, store: TyStore) -> Types<'a> {
        Types {
            hir,
            names,
            store,
            infos: Vec::new(),
            pending: Vec::new(),
            fields: FxHashMap::default(),
            payloads: FxHashMap::default(),
        }
    }

    pub(super) fn kind(&self, ty: Ty) -> &TyKind {
        self.store.kind(ty)
    }

    /// `ty` with the parameters of an instance replaced, without refinements.
    pub(super) fn subst(&mut self, ty: Ty, subst: &Subst) -> Ty {
        let exact = self.subst_exact(ty, subst);
        self.store.erased(exact)
    }

    /// `ty` with the parameters of an instance replaced: for type arguments, and for targets of conversions.
    pub(super) fn subst_exact(&mut self, ty: Ty, subst: &Subst) -> Ty {
        if subst.is_empty() {
            return ty;
        }
        self.store.replaced(ty, &|param| subst.get(param))
    }

    /// Types of the fields of a closed record or tuple type.
    pub(super) fn fields(&mut self, tables: &TypeTables, ty: Ty) -> Rc<[Ty]> {
        if let Some(fields) = self.fields.get(&ty) {
            return Rc::clone(fields);
        }
        let fields = match self.kind(ty).clone() {
            TyKind::Tuple(items) => items.into(),
            TyKind::Record(id, args) => {
                let subst = Subst::new(&self.hir.records[id].type_params, &args);
                let declared = tables.records.get(id).cloned().unwrap_or_default();
                declared.iter().map(|&t| self.subst(t, &subst)).collect()
            }
            _ => Rc::default(),
        };
        self.fields.insert(ty, Rc::clone(&fields));
        fields
    }

    /// Types of the payload of a variant of a closed enum type.
    pub(super) fn payload(&mut self, tables: &TypeTables, ty: Ty, ordinal: u32) -> Rc<[Ty]> {
        if let Some(fields) = self.payloads.get(&(ty, ordinal)) {
            return Rc::clone(fields);
        }
        let TyKind::Enum(id, args) = self.kind(ty).clone() else { return Rc::default() };
        let subst = Subst::new(&self.hir.enums[id].type_params, &args);
        let declared = tables
            .variants
            .get(id)
            .and_then(|variants| variants.get(ordinal as usize))
            .cloned()
            .unwrap_or_default();
        let fields: Rc<[Ty]> = declared.iter().map(|&t| self.subst(t, &subst)).collect();
        self.payloads.insert((ty, ordinal), Rc::clone(&fields));
        fields
    }

    /// Number of variants of an enum.
    pub(super) fn variant_count(&self, id: EnumId) -> u32 {
        self.hir.enums[id].variants.len() as u32
    }

    /// Whether values of the enum are bare ordinals.
    pub(super) fn is_plain_enum(&self, id: EnumId) -> bool {
        self.hir.enums[id].variants.iter().all(|v| v.fields.is_empty())
    }

    /// The descriptor of a closed type.
    pub(super) fn info(&mut self, module: &mut ModuleBuilder, tables: &TypeTables, ty: Ty) -> Info {
        if let Some(Some(info)) = self.infos.get(ty.0 as usize) {
            return *info;
        }
        let info = self.describe(module, tables, ty);
        while let Some((ty, class)) = self.pending.pop() {
            self.define(module, tables, ty, class);
        }
        info
    }

    fn describe(&mut self, module: &mut ModuleBuilder, tables: &TypeTables, ty: Ty) -> Info {
        if let Some(Some(info)) = self.infos.get(ty.0 as usize) {
            return *info;
        }
        let desc = self.desc(module, tables, ty);
        let id = module.intern_type(desc);
        let types = &module.module().types;
        let slots = lumen_lir::param_slots(types, id).unwrap_or(Slots::None);
        let field = lumen_lir::slot_repr(types, id).unwrap_or(Repr::Dyn);
        let info = Info { id, slots, field };
        if self.infos.len() <= ty.0 as usize {
            self.infos.resize(self.store.count(), None);
        }
        self.infos[ty.0 as usize] = Some(info);
        info
    }

    fn desc(&mut self, module: &mut ModuleBuilder, tables: &TypeTables, ty: Ty) -> TypeDesc {
        match self.kind(ty).clone() {
            TyKind::Refined { base, .. } => {
                let base = self.store.erased(base);
                self.desc(module, tables, base)
            }
            TyKind::Error
            | TyKind::Never
            | TyKind::Param(_)
            | TyKind::Instance(..)
            | TyKind::Infer(_) => TypeDesc::Never,
            TyKind::Int => TypeDesc::Int,
            TyKind::Float => TypeDesc::Float,
            TyKind::Bool => TypeDesc::Bool,
            TyKind::String => TypeDesc::String,
            TyKind::Bytes => TypeDesc::Bytes,
            TyKind::Null => TypeDesc::Null,
            TyKind::Json => TypeDesc::Json,
            TyKind::Any | TyKind::Object(_) => TypeDesc::Any,
            TyKind::List(elem) => {
                let elem = self.describe(module, tables, elem).id;
                TypeDesc::Obj(module.intern_class(ClassDesc::List { elem }))
            }
            TyKind::Set(elem) => {
                let elem = self.describe(module, tables, elem).id;
                TypeDesc::Obj(module.intern_class(ClassDesc::Set { elem }))
            }
            TyKind::Map(key, value) => {
                let key = self.describe(module, tables, key).id;
                let value = self.describe(module, tables, value).id;
                TypeDesc::Obj(module.intern_class(ClassDesc::Map { key, value }))
            }
            TyKind::Tuple(items) => {
                let elems = items.iter().map(|&t| self.describe(module, tables, t).id).collect();
                TypeDesc::Obj(module.intern_class(ClassDesc::Tuple { elems }))
            }
            TyKind::Record(..) => {
                let class = module.reserve_class();
                self.pending.push((ty, class));
                TypeDesc::Obj(class)
            }
            TyKind::Enum(id, _) => {
                let n = self.hir.enums[id].variants.len();
                if self.is_plain_enum(id) {
                    let class = module.reserve_class();
                    self.pending.push((ty, class));
                    TypeDesc::Enum(class)
                } else {
                    let class = module.reserve_enum(n);
                    self.pending.push((ty, class));
                    TypeDesc::Obj(class)
                }
            }
            TyKind::Optional(inner) if matches!(self.kind(inner), TyKind::Object(_)) => {
                TypeDesc::Any
            }
            TyKind::Optional(inner) => {
                if let TyKind::Union(members) = self.kind(inner).clone() {
                    let mut ids: Vec<TypeId> =
                        members.iter().map(|&t| self.describe(module, tables, t).id).collect();
                    ids.push(TypeId::NULL);
                    return TypeDesc::Union(ids);
                }
                TypeDesc::Optional(self.describe(module, tables, inner).id)
            }
            TyKind::Union(members) => TypeDesc::Union(
                members.iter().map(|&t| self.describe(module, tables, t).id).collect(),
            ),
            TyKind::Stream { elem, .. } => {
                let elem = self.describe(module, tables, elem).id;
                TypeDesc::Obj(
                    module.intern_class(ClassDesc::Stream { elem, effects: EffectSet::FULL }),
                )
            }
            TyKind::Resumption { value, result } => {
                let value = self.describe(module, tables, value).id;
                let result = self.describe(module, tables, result).id;
                TypeDesc::Obj(module.intern_class(ClassDesc::Resumption { value, result }))
            }
            TyKind::Fn { params, ret, .. } => {
                let params = params.iter().map(|&t| self.describe(module, tables, t).id).collect();
                let ret = self.describe(module, tables, ret).id;
                TypeDesc::Obj(module.intern_class(ClassDesc::Fn {
                    params,
                    ret,
                    effects: EffectSet::FULL,
                }))
            }
        }
    }

    /// Describes a reserved class.
    fn define(&mut self, module: &mut ModuleBuilder, tables: &TypeTables, ty: Ty, class: ClassId) {
        match self.kind(ty).clone() {
            TyKind::Record(id, _) => {
                let names = self.field_names(id);
                let fields = self.fields(tables, ty);
                let fields = names
                    .into_iter()
                    .zip(fields.iter().map(|&t| self.describe(module, tables, t).id))
                    .collect();
                let name = self.names.resolve(self.hir.records[id].name).to_owned();
                let seal = self.hir.well_known.seal(id);
                module.define_class(class, ClassDesc::Record { name, fields, seal });
            }
            TyKind::Enum(id, _) => {
                let declared = &self.hir.enums[id].variants;
                let variants: Vec<VariantName> = declared
                    .iter()
                    .map(|v| VariantName {
                        name: self.names.resolve(v.name).to_owned(),
                        payload: !v.fields.is_empty(),
                    })
                    .collect();
                let plain = self.is_plain_enum(id);
                for (ordinal, variant) in declared.iter().enumerate().filter(|_| !plain) {
                    let types = self.payload(tables, ty, ordinal as u32);
                    let names: Vec<Option<String>> = variant
                        .fields
                        .iter()
                        .map(|f| f.name.map(|n| self.names.resolve(n).to_owned()))
                        .collect();
                    let fields = names
                        .into_iter()
                        .zip(types.iter().map(|&t| self.describe(module, tables, t).id))
                        .collect();
                    let desc = ClassDesc::Variant {
                        of: class,
                        ordinal: ordinal as u32,
                        name: self.names.resolve(variant.name).to_owned(),
                        fields,
                    };
                    module.define_class(ClassId(class.0 + 1 + ordinal as u32), desc);
                }
                let name = self.names.resolve(self.hir.enums[id].name).to_owned();
                module.define_class(class, ClassDesc::Enum { name, variants });
            }
            _ => {}
        }
    }

    fn field_names(&self, id: RecordId) -> Vec<String> {
        self.hir.records[id].fields.iter().map(|f| self.names.resolve(f.name).to_owned()).collect()
    }

    /// Whether values of the type are counted, whatever their representation.
    pub(super) fn is_counted_kind(&self, ty: Ty) -> bool {
        match self.kind(ty) {
            TyKind::Int
            | TyKind::Float
            | TyKind::Bool
            | TyKind::Null
            | TyKind::Never
            | TyKind::Error => false,
            TyKind::Enum(id, _) => !self.is_plain_enum(*id),
            TyKind::Optional(inner) => self.is_counted_kind(*inner),
            _ => true,
        }
    }

    /// Whether values of the type carry their type with them.
    pub(super) fn is_dynamic(&self, ty: Ty) -> bool {
        match self.kind(ty) {
            TyKind::Any | TyKind::Json | TyKind::Union(_) | TyKind::Object(_) => true,
            TyKind::Optional(inner) => {
                matches!(self.kind(*inner), TyKind::Union(_) | TyKind::Object(_))
            }
            _ => false,
        }
    }

    /// The type as a user writes it.
    pub(super) fn name(&self, ty: Ty) -> String {
        self.name_within(ty, 12)
    }

    fn name_within(&self, ty: Ty, depth: u32) -> String {
        if depth == 0 {
            return "…".to_owned();
        }
        let list = |all: &[Ty]| {
            all.iter().map(|&t| self.name_within(t, depth - 1)).collect::<Vec<_>>().join(", ")
        };
        let applied = |name: &str, args: &[Ty]| match args {
            [] => name.to_owned(),
            _ => format!("{name}[{}]", list(args)),
        };
        match self.kind(ty) {
            TyKind::Error | TyKind::Never | TyKind::Infer(_) => "Never".to_owned(),
            TyKind::Int => "Int".to_owned(),
            TyKind::Float => "Float".to_owned(),
            TyKind::Bool => "Bool".to_owned(),
            TyKind::String => "String".to_owned(),
            TyKind::Bytes => "Bytes".to_owned(),
            TyKind::Null => "Null".to_owned(),
            TyKind::Json => "Json".to_owned(),
            TyKind::Any => "Any".to_owned(),
            TyKind::List(t) => applied("list", &[*t]),
            TyKind::Set(t) => applied("set", &[*t]),
            TyKind::Map(k, v) => applied("map", &[*k, *v]),
            TyKind::Tuple(items) => format!("({})", list(items)),
            TyKind::Record(id, args) => {
                applied(self.names.resolve(self.hir.records[*id].name), args)
            }
            TyKind::Enum(id, args) => applied(self.names.resolve(self.hir.enums[*id].name), args),
            TyKind::Object(traits) => {
                let names = traits.iter().map(|&of| self.names.resolve(self.hir.traits[of].name));
                format!("any {}", names.collect::<Vec<_>>().join(" + "))
            }
            TyKind::Optional(t) => format!("{}?", self.name_within(*t, depth - 1)),
            TyKind::Union(members) => members
                .iter()
                .map(|&t| self.name_within(t, depth - 1))
                .collect::<Vec<_>>()
                .join(" | "),
            TyKind::Fn { params, ret, .. } => {
                format!("fn({}) -> {}", list(params), self.name_within(*ret, depth - 1))
            }
            TyKind::Resumption { value, result } => {
                format!(
                    "resumption({}) -> {}",
                    self.name_within(*value, depth - 1),
                    self.name_within(*result, depth - 1)
                )
            }
            TyKind::Refined { alias, args, .. } => {
                applied(self.names.resolve(self.hir.aliases[*alias].name), args)
            }
            TyKind::Stream { elem, .. } => applied("Stream", &[*elem]),
            TyKind::Param(id) => self.names.resolve(self.hir.type_params[*id].name).to_owned(),
            TyKind::Instance(id, args) => {
                applied(self.names.resolve(self.hir.effects[*id].name), args)
            }
        }
    }
}
