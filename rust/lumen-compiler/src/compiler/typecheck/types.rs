//! Types, interned: equal types have equal ids.
//!
//! Invariants: `Optional` never holds `Optional`, `Null` or `Any`/`Json`-like types that contain null already;
//! `Union` is flat, sorted, without duplicates, has two members or more and no `Null` member (then it is an
//! `Optional` of the union). `Infer` occurs only while a body is being checked; tables hold none.

use crate::compiler::hir::{AliasId, EffectId, EnumId, Head, RecordId, TraitId, TypeParamId};
use lumen_lir::effects::EffectSet;
use rustc_hash::FxHashMap;

/// An interned type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Ty(pub u32);

/// An interned effect row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RowTy(pub u32);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// Already reported; compatible with everything, silently.
    Error,
    /// The type of `return`, `break`, `halt(…)`: fits everywhere.
    Never,
    Int,
    Float,
    Bool,
    String,
    Bytes,
    Null,
    Json,
    Any,
    List(Ty),
    Map(Ty, Ty),
    Set(Ty),
    Tuple(Box<[Ty]>),
    Record(RecordId, Box<[Ty]>),
    Enum(EnumId, Box<[Ty]>),
    Optional(Ty),
    Union(Box<[Ty]>),
    Fn {
        params: Box<[Ty]>,
        ret: Ty,
        row: RowTy,
    },
    /// What a clause gets: made by lowering, no type of the language.
    Resumption {
        value: Ty,
        result: Ty,
    },
    /// An effect with its type arguments: stands in rows only, and is the type of nothing.
    Instance(EffectId, Box<[Ty]>),
    /// A recipe of elements; the row is what a step of its consumer does.
    Stream {
        elem: Ty,
        row: RowTy,
    },
    /// `any A + B`: a dynamic value whose type has these traits. Sorted, one or more.
    Object(Box<[TraitId]>),
    Param(TypeParamId),
    /// A refined alias with its arguments and the type that it refines.
    Refined {
        alias: AliasId,
        args: Box<[Ty]>,
        base: Ty,
    },
    /// A unification variable of the body being checked.
    Infer(u32),
}

impl TyKind {
    /// Calls `f` with each type that stands directly in this one.
    pub fn each_part(&self, mut f: impl FnMut(Ty)) {
        match self {
            TyKind::List(a) | TyKind::Set(a) | TyKind::Optional(a) => f(*a),
            TyKind::Stream { elem, .. } => f(*elem),
            TyKind::Map(k, v) => {
                f(*k);
                f(*v);
            }
            TyKind::Tuple(parts)
            | TyKind::Record(_, parts)
            | TyKind::Enum(_, parts)
            | TyKind::Instance(_, parts)
            | TyKind::Union(parts) => parts.iter().copied().for_each(f),
            TyKind::Fn { params, ret, .. } => {
                params.iter().copied().for_each(&mut f);
                f(*ret);
            }
            TyKind::Resumption { value, result } => {
                f(*value);
                f(*result);
            }
            TyKind::Refined { args, base, .. } => {
                args.iter().copied().for_each(&mut f);
                f(*base);
            }
            TyKind::Error
            | TyKind::Never
            | TyKind::Int
            | TyKind::Float
            | TyKind::Bool
            | TyKind::String
            | TyKind::Bytes
            | TyKind::Null
            | TyKind::Json
            | TyKind::Any
            | TyKind::Object(_)
            | TyKind::Param(_)
            | TyKind::Infer(_) => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct RowKind {
    pub effects: EffectSet,
    /// Sorted row variables: rigid parameters.
    pub params: Box<[TypeParamId]>,
    /// Sorted effects with type arguments ([`TyKind::Instance`]).
    pub instances: Box<[Ty]>,
    /// Sorted unification variables of the body being checked.
    pub infer: Box<[u32]>,
}

/// What a type contains, so that walks can stop early.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TyFlags(u16);

impl TyFlags {
    /// A unification variable.
    pub const INFER: TyFlags = TyFlags(1);
    /// A row with a unification variable.
    pub const ROW_INFER: TyFlags = TyFlags(2);
    /// A type parameter or a row parameter.
    pub const PARAM: TyFlags = TyFlags(4);
    /// The error type.
    pub const ERROR: TyFlags = TyFlags(8);
    /// A function or stream type.
    pub const FN: TyFlags = TyFlags(16);
    /// A refined type.
    pub const REFINED: TyFlags = TyFlags(32);
    /// `Secret[T]`.
    pub const SECRET: TyFlags = TyFlags(64);
    /// `Untrusted[T]`.
    pub const UNTRUSTED: TyFlags = TyFlags(128);
    /// An `any Trait`.
    pub const OBJECT: TyFlags = TyFlags(256);

    /// Whether any of `other`'s flags is set.
    pub const fn any(self, other: TyFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of both.
    pub const fn union(self, other: TyFlags) -> TyFlags {
        TyFlags(self.0 | other.0)
    }
}

/// Facts about an interned type, computed once.
#[derive(Clone, Copy)]
struct Info {
    flags: TyFlags,
    /// Number of nodes of the written-out type, saturating.
    size: u32,
}

/// The interner of types and rows of one compilation.
pub struct TyStore {
    kinds: Vec<TyKind>,
    infos: Vec<Info>,
    ids: FxHashMap<TyKind, Ty>,
    rows: Vec<RowKind>,
    row_ids: FxHashMap<RowKind, RowTy>,
    /// The records `Secret` and `Untrusted` of std.
    sealed: [Option<RecordId>; 2],
}

impl Ty {
    pub const ERROR: Ty = Ty(0);
    pub const NEVER: Ty = Ty(1);
    pub const INT: Ty = Ty(2);
    pub const FLOAT: Ty = Ty(3);
    pub const BOOL: Ty = Ty(4);
    pub const STRING: Ty = Ty(5);
    pub const BYTES: Ty = Ty(6);
    pub const NULL: Ty = Ty(7);
    pub const JSON: Ty = Ty(8);
    pub const ANY: Ty = Ty(9);
}

impl RowTy {
    /// No effects.
    pub const EMPTY: RowTy = RowTy(0);
}

impl Default for TyStore {
    fn default() -> Self {
        let mut store = TyStore {
            kinds: Vec::new(),
            infos: Vec::new(),
            ids: FxHashMap::default(),
            rows: Vec::new(),
            row_ids: FxHashMap::default(),
            sealed: [None; 2],
        };
        for kind in [
            TyKind::Error,
            TyKind::Never,
            TyKind::Int,
            TyKind::Float,
            TyKind::Bool,
            TyKind::String,
            TyKind::Bytes,
            TyKind::Null,
            TyKind::Json,
            TyKind::Any,
        ] {
            store.intern(kind);
        }
        store.intern_row(RowKind::default());
        store
    }
}

impl TyStore {
    /// An empty store that marks types with these records.
    pub fn with_sealed(secret: Option<RecordId>, untrusted: Option<RecordId>) -> Self {
        Self { sealed: [secret, untrusted], ..Self::default() }
    }

    /// The id of `kind`, which must satisfy the module's invariants.
    pub fn intern(&mut self, kind: TyKind) -> Ty {
        if let Some(&ty) = self.ids.get(&kind) {
            return ty;
        }
        let ty = Ty(u32::try_from(self.kinds.len()).expect("fewer than 2^32 types"));
        let info = self.info_of(&kind);
        self.infos.push(info);
        self.kinds.push(kind.clone());
        self.ids.insert(kind, ty);
        ty
    }

    fn info_of(&self, kind: &TyKind) -> Info {
        let mut info = Info { flags: TyFlags::default(), size: 1 };
        let mut add = |ty: Ty| {
            let part = self.infos[ty.0 as usize];
            info.flags = info.flags.union(part.flags);
            info.size = info.size.saturating_add(part.size);
        };
        kind.each_part(&mut add);
        match kind {
            TyKind::Fn { row, .. } | TyKind::Stream { row, .. } => {
                let row = self.row(*row);
                info.flags = info.flags.union(TyFlags::FN);
                if !row.infer.is_empty() {
                    info.flags = info.flags.union(TyFlags::ROW_INFER);
                }
                if !row.params.is_empty() {
                    info.flags = info.flags.union(TyFlags::PARAM);
                }
                for &instance in &row.instances {
                    let part = self.infos[instance.0 as usize];
                    info.flags = info.flags.union(part.flags);
                    info.size = info.size.saturating_add(part.size);
                }
            }
            TyKind::Record(id, _) if self.sealed[0] == Some(*id) => {
                info.flags = info.flags.union(TyFlags::SECRET);
            }
            TyKind::Record(id, _) if self.sealed[1] == Some(*id) => {
                info.flags = info.flags.union(TyFlags::UNTRUSTED);
            }
            TyKind::Refined { .. } => info.flags = info.flags.union(TyFlags::REFINED),
            TyKind::Object(_) => info.flags = TyFlags::OBJECT,
            TyKind::Param(_) => info.flags = TyFlags::PARAM,
            TyKind::Infer(_) => info.flags = TyFlags::INFER,
            TyKind::Error => info.flags = TyFlags::ERROR,
            _ => {}
        }
        info
    }

    /// What `ty` contains.
    pub fn flags(&self, ty: Ty) -> TyFlags {
        self.infos[ty.0 as usize].flags
    }

    /// What all of them contain.
    pub fn flags_of(&self, tys: &[Ty]) -> TyFlags {
        tys.iter().fold(TyFlags::default(), |flags, &ty| flags.union(self.flags(ty)))
    }

    /// Number of nodes of the written-out type, saturating: bounds the depth of any walk over it.
    pub fn size(&self, ty: Ty) -> u32 {
        self.infos[ty.0 as usize].size
    }

    /// The members of an optional or union, `Null` first; the type itself otherwise.
    pub fn members(&self, ty: Ty) -> Vec<Ty> {
        let mut flat = Vec::new();
        let mut null = false;
        self.flatten(ty, &mut flat, &mut null);
        if null {
            flat.insert(0, Ty::NULL);
        }
        flat
    }

    /// The effect of an instance.
    pub fn effect_of(&self, instance: Ty) -> Option<EffectId> {
        match self.kind(instance) {
            TyKind::Instance(of, _) => Some(*of),
            _ => None,
        }
    }

    pub fn list(&mut self, elem: Ty) -> Ty {
        self.intern(TyKind::List(elem))
    }

    pub fn tuple(&mut self, parts: Vec<Ty>) -> Ty {
        self.intern(TyKind::Tuple(parts.into_boxed_slice()))
    }

    /// Number of types.
    pub fn count(&self) -> usize {
        self.kinds.len()
    }

    #[inline]
    pub fn kind(&self, ty: Ty) -> &TyKind {
        &self.kinds[ty.0 as usize]
    }

    pub fn intern_row(&mut self, kind: RowKind) -> RowTy {
        if let Some(&row) = self.row_ids.get(&kind) {
            return row;
        }
        let row = RowTy(u32::try_from(self.rows.len()).expect("fewer than 2^32 rows"));
        self.rows.push(kind.clone());
        self.row_ids.insert(kind, row);
        row
    }

    pub fn row(&self, row: RowTy) -> &RowKind {
        &self.rows[row.0 as usize]
    }

    /// `T?`: collapses nested optionals, and types that contain null already stay as they are.
    pub fn optional(&mut self, inner: Ty) -> Ty {
        match self.kind(inner) {
            TyKind::Error | TyKind::Null | TyKind::Any | TyKind::Json | TyKind::Optional(_) => {
                inner
            }
            TyKind::Never => Ty::NULL,
            _ => self.intern(TyKind::Optional(inner)),
        }
    }

    /// The union of `members`, normalised (see the module's invariants).
    pub fn union(&mut self, members: &[Ty]) -> Ty {
        let mut flat = Vec::new();
        let mut null = false;
        for &member in members {
            self.flatten(member, &mut flat, &mut null);
        }
        if flat.contains(&Ty::ERROR) {
            return Ty::ERROR;
        }
        if flat.contains(&Ty::ANY) {
            return Ty::ANY;
        }
        flat.sort_unstable();
        flat.dedup();
        let inner = match flat.len() {
            0 if null => return Ty::NULL,
            0 => return Ty::NEVER,
            1 => flat[0],
            _ => self.intern(TyKind::Union(flat.into_boxed_slice())),
        };
        if null { self.optional(inner) } else { inner }
    }

    fn flatten(&self, ty: Ty, flat: &mut Vec<Ty>, null: &mut bool) {
        match self.kind(ty) {
            TyKind::Null => *null = true,
            TyKind::Never => {}
            TyKind::Optional(inner) => {
                *null = true;
                self.flatten(*inner, flat, null);
            }
            TyKind::Union(members) => flat.extend_from_slice(members),
            _ => flat.push(ty),
        }
    }
}

/// The head of a known type.
pub fn head_of(kind: &TyKind) -> Option<Head> {
    Some(match kind {
        TyKind::Int => Head::Int,
        TyKind::Float => Head::Float,
        TyKind::Bool => Head::Bool,
        TyKind::String => Head::String,
        TyKind::Bytes => Head::Bytes,
        TyKind::Null => Head::Null,
        TyKind::Json => Head::Json,
        TyKind::List(_) => Head::List,
        TyKind::Map(..) => Head::Map,
        TyKind::Set(_) => Head::Set,
        TyKind::Tuple(_) => Head::Tuple,
        TyKind::Fn { .. } => Head::Fn,
        TyKind::Stream { .. } => Head::Stream,
        TyKind::Optional(_) => Head::Optional,
        TyKind::Record(id, _) => Head::Record(*id),
        TyKind::Enum(id, _) => Head::Enum(*id),
        TyKind::Any | TyKind::Union(_) | TyKind::Object(_) | TyKind::Param(_) => Head::Any,
        // Traits of its base hold for a refined type by widening only: what they make is of the base.
        TyKind::Refined { .. } => return None,
        TyKind::Error
        | TyKind::Never
        | TyKind::Resumption { .. }
        | TyKind::Instance(..)
        | TyKind::Infer(_) => return None,
    })
}
