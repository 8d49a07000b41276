//! Run-time descriptors of types and classes, and the representation that follows from a type.
//!
//! Input → output: lowering fills `Module::types` and `Module::classes`; everything generic at run time (drop, print,
//! compare, hash, JSON) and the verifier read them.
//!
//! Invariants (checked by the verifier):
//! - The first classes and types of every module are the fixed ones of `fixed_classes` and `fixed_types`.
//! - An enum with some payload at class id `E` is followed by one `Variant` class per variant: `E + 1 + ordinal`.
//! - `Optional` holds neither `Optional`, `Null`, `Any`, `Json`, `Union` nor `Never`; a `Union` has at least two members.

use crate::effects::EffectSet;
use serde::{Deserialize, Serialize};

/// Index into `Module::classes`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// Index into `Module::types`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TypeId(pub u32);

impl ClassId {
    /// `String`.
    pub const STRING: ClassId = ClassId(0);
    /// `Bytes`.
    pub const BYTES: ClassId = ClassId(1);
    /// An Int outside 48 bits inside a dynamic value.
    pub const BOXED_INT: ClassId = ClassId(2);
    /// `list[Json]`.
    pub const LIST_JSON: ClassId = ClassId(3);
    /// `map[String, Json]`.
    pub const MAP_JSON: ClassId = ClassId(4);
    /// `list[String]`.
    pub const LIST_STRING: ClassId = ClassId(5);
    /// `list[list[String]]`.
    pub const LIST_LIST_STRING: ClassId = ClassId(6);
    /// `list[Int]`.
    pub const LIST_INT: ClassId = ClassId(7);

    /// As an index.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl TypeId {
    /// `Int`.
    pub const INT: TypeId = TypeId(0);
    /// `Float`.
    pub const FLOAT: TypeId = TypeId(1);
    /// `Bool`.
    pub const BOOL: TypeId = TypeId(2);
    /// `Null`.
    pub const NULL: TypeId = TypeId(3);
    /// `String`.
    pub const STRING: TypeId = TypeId(4);
    /// `Bytes`.
    pub const BYTES: TypeId = TypeId(5);
    /// `Any`.
    pub const ANY: TypeId = TypeId(6);
    /// `Json`.
    pub const JSON: TypeId = TypeId(7);
    /// `Never`.
    pub const NEVER: TypeId = TypeId(8);
    /// `list[Json]`.
    pub const LIST_JSON: TypeId = TypeId(9);
    /// `map[String, Json]`.
    pub const MAP_JSON: TypeId = TypeId(10);
    /// `list[String]`.
    pub const LIST_STRING: TypeId = TypeId(11);
    /// `list[list[String]]`.
    pub const LIST_LIST_STRING: TypeId = TypeId(12);
    /// `list[Int]`.
    pub const LIST_INT: TypeId = TypeId(13);

    /// As an index.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The classes every module begins with.
pub fn fixed_classes() -> Vec<ClassDesc> {
    vec![
        ClassDesc::String,
        ClassDesc::Bytes,
        ClassDesc::BoxedInt,
        ClassDesc::List { elem: TypeId::JSON },
        ClassDesc::Map { key: TypeId::STRING, value: TypeId::JSON },
        ClassDesc::List { elem: TypeId::STRING },
        ClassDesc::List { elem: TypeId::LIST_STRING },
        ClassDesc::List { elem: TypeId::INT },
    ]
}

/// The types every module begins with.
pub fn fixed_types() -> Vec<TypeDesc> {
    vec![
        TypeDesc::Int,
        TypeDesc::Float,
        TypeDesc::Bool,
        TypeDesc::Null,
        TypeDesc::String,
        TypeDesc::Bytes,
        TypeDesc::Any,
        TypeDesc::Json,
        TypeDesc::Never,
        TypeDesc::Obj(ClassId::LIST_JSON),
        TypeDesc::Obj(ClassId::MAP_JSON),
        TypeDesc::Obj(ClassId::LIST_STRING),
        TypeDesc::Obj(ClassId::LIST_LIST_STRING),
        TypeDesc::Obj(ClassId::LIST_INT),
    ]
}

/// The static representation of a register or slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Repr {
    /// 64-bit integer, or the ordinal of a payload-less enum.
    I64,
    /// IEEE double.
    F64,
    /// 0 or 1.
    Bool,
    /// A counted reference that is not null (for an enum with payloads: a pointer or an immediate variant).
    Ref(ClassId),
    /// The same or null (word 0).
    Opt(ClassId),
    /// A NaN-boxed self-describing word.
    Dyn,
}

impl Repr {
    /// Whether values of it are counted.
    #[inline]
    pub const fn is_counted(self) -> bool {
        matches!(self, Repr::Ref(_) | Repr::Opt(_) | Repr::Dyn)
    }

    /// Its class when it is a reference.
    #[inline]
    pub const fn class(self) -> Option<ClassId> {
        match self {
            Repr::Ref(c) | Repr::Opt(c) => Some(c),
            _ => None,
        }
    }

    /// `Opt` for `Ref`; itself otherwise.
    pub const fn nullable(self) -> Repr {
        match self {
            Repr::Ref(c) => Repr::Opt(c),
            other => other,
        }
    }
}

/// A type, as far as run time needs it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum TypeDesc {
    /// 64-bit signed integer.
    Int,
    /// IEEE double.
    Float,
    /// Truth value.
    Bool,
    /// The type of `null`.
    Null,
    /// UTF-8 text.
    String,
    /// Bytes.
    Bytes,
    /// Anything, with its type.
    Any,
    /// A JSON value.
    Json,
    /// No value.
    Never,
    /// An enum whose variants all have no payload: a scalar ordinal.
    Enum(ClassId),
    /// A value of a reference class (list, map, set, tuple, record, enum with payloads, function).
    Obj(ClassId),
    /// The type or null.
    Optional(TypeId),
    /// One of several types.
    Union(Vec<TypeId>),
}

/// A variant of an enum.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct VariantName {
    /// Its name.
    pub name: String,
    /// Whether it has a payload (is an object).
    pub payload: bool,
}

/// Whether what a record holds shows outside of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Seal {
    /// It does.
    #[default]
    Open,
    /// `Secret[T]`: in no text, no JSON, no comparison; in a trace stands a keyed hash.
    Secret,
    /// `Untrusted[T]`: in no text and no JSON of the program; it keeps being what an outsider said.
    Untrusted,
}

impl Seal {
    /// The word of the text form.
    pub const fn word(self) -> &'static str {
        match self {
            Seal::Open => "",
            Seal::Secret => "secret",
            Seal::Untrusted => "untrusted",
        }
    }
}

/// What the machine knows about the objects of a class.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ClassDesc {
    /// UTF-8 text.
    String,
    /// Bytes.
    Bytes,
    /// An Int outside 48 bits inside a dynamic value.
    BoxedInt,
    /// `list[elem]`.
    List {
        /// Element type.
        elem: TypeId,
    },
    /// `map[key, value]`.
    Map {
        /// Key type.
        key: TypeId,
        /// Value type.
        value: TypeId,
    },
    /// `set[elem]`.
    Set {
        /// Element type.
        elem: TypeId,
    },
    /// A tuple.
    Tuple {
        /// Element types.
        elems: Vec<TypeId>,
    },
    /// A record.
    Record {
        /// Its name, with type arguments.
        name: String,
        /// Field names and types in order.
        fields: Vec<(String, TypeId)>,
        /// Whether its one field shows anywhere.
        seal: Seal,
    },
    /// An enum. With payloads it is abstract and followed by its variant classes; without, its values are scalars.
    Enum {
        /// Its name, with type arguments.
        name: String,
        /// Its variants in order.
        variants: Vec<VariantName>,
    },
    /// A variant of an enum that has payloads (with no fields: the variant is immediate and has no objects).
    Variant {
        /// The enum.
        of: ClassId,
        /// Position among the variants.
        ordinal: u32,
        /// Its name.
        name: String,
        /// Field names (when named) and types.
        fields: Vec<(Option<String>, TypeId)>,
    },
    /// A function type; abstract: its objects are closures.
    Fn {
        /// Parameter types.
        params: Vec<TypeId>,
        /// Result type.
        ret: TypeId,
        /// What calling it may do.
        effects: EffectSet,
    },
    /// A stream type; abstract: its objects are closures, each a recipe from which runs are made.
    Stream {
        /// Element type.
        elem: TypeId,
        /// What a step of a run may do.
        effects: EffectSet,
    },
    /// A run of a stream: its stack segment. No value of the language: it stays in the register that it was made in.
    Run {
        /// The stream type.
        of: ClassId,
    },
    /// The rest of a body whose operation a clause handles.
    Resumption {
        /// Type of what it is resumed with.
        value: TypeId,
        /// Type of what its handler gives.
        result: TypeId,
    },
    /// A closure: code and captures.
    Closure {
        /// The function or stream type it implements.
        of: ClassId,
        /// The code; its register 0 is the closure itself.
        cell: u32,
        /// Types of the captures, in field order.
        captures: Vec<TypeId>,
    },
}

impl ClassDesc {
    /// Whether it is an enum with some payload: abstract, references, followed by its variant classes.
    pub fn is_payload_enum(&self) -> bool {
        matches!(self, ClassDesc::Enum { variants, .. } if variants.iter().any(|v| v.payload))
    }

    /// Number of 8-byte fields when its objects are flat (tuple, record, variant, closure).
    pub fn flat_len(&self) -> Option<usize> {
        match self {
            ClassDesc::Tuple { elems } => Some(elems.len()),
            ClassDesc::Record { fields, .. } => Some(fields.len()),
            ClassDesc::Variant { fields, .. } => Some(fields.len()),
            ClassDesc::Closure { captures, .. } => Some(captures.len()),
            _ => None,
        }
    }

    /// Type of a field when its objects are flat.
    #[inline]
    pub fn flat_field(&self, index: usize) -> Option<TypeId> {
        match self {
            ClassDesc::Tuple { elems } => elems.get(index).copied(),
            ClassDesc::Record { fields, .. } => fields.get(index).map(|f| f.1),
            ClassDesc::Variant { fields, .. } => fields.get(index).map(|f| f.1),
            ClassDesc::Closure { captures, .. } => captures.get(index).copied(),
            _ => None,
        }
    }
}

/// Representation of a field, element, key, value or capture of this type.
///
/// `None` when the id is out of range.
pub fn slot_repr(types: &[TypeDesc], ty: TypeId) -> Option<Repr> {
    Some(match types.get(ty.index())? {
        TypeDesc::Int | TypeDesc::Enum(_) => Repr::I64,
        TypeDesc::Float => Repr::F64,
        TypeDesc::Bool => Repr::Bool,
        TypeDesc::String => Repr::Ref(ClassId::STRING),
        TypeDesc::Bytes => Repr::Ref(ClassId::BYTES),
        TypeDesc::Obj(class) => Repr::Ref(*class),
        TypeDesc::Optional(inner) => match types.get(inner.index())? {
            TypeDesc::String => Repr::Opt(ClassId::STRING),
            TypeDesc::Bytes => Repr::Opt(ClassId::BYTES),
            TypeDesc::Obj(class) => Repr::Opt(*class),
            _ => Repr::Dyn,
        },
        TypeDesc::Null | TypeDesc::Any | TypeDesc::Json | TypeDesc::Union(_) | TypeDesc::Never => {
            Repr::Dyn
        }
    })
}

/// Registers of a parameter, local or result of a type: none, one or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slots {
    /// No register (the result type `Null` or `Never`).
    None,
    /// One register.
    One(Repr),
    /// An optional scalar: `Bool` present, then the value.
    Two(Repr),
}

impl Slots {
    /// Number of registers.
    pub const fn len(self) -> usize {
        match self {
            Slots::None => 0,
            Slots::One(_) => 1,
            Slots::Two(_) => 2,
        }
    }

    /// Whether there is no register.
    pub const fn is_empty(self) -> bool {
        matches!(self, Slots::None)
    }

    /// The representations, in register order.
    pub fn reprs(self) -> impl Iterator<Item = Repr> {
        let (first, second) = match self {
            Slots::None => (None, None),
            Slots::One(r) => (Some(r), None),
            Slots::Two(r) => (Some(Repr::Bool), Some(r)),
        };
        first.into_iter().chain(second)
    }
}

/// Registers of a parameter or local of this type (`Null` takes one dynamic register).
pub fn param_slots(types: &[TypeDesc], ty: TypeId) -> Option<Slots> {
    if let TypeDesc::Optional(inner) = types.get(ty.index())? {
        let inner = slot_repr(types, *inner)?;
        if !inner.is_counted() {
            return Some(Slots::Two(inner));
        }
    }
    slot_repr(types, ty).map(Slots::One)
}

/// Registers of a result of this type (`Null` and `Never` take none).
pub fn result_slots(types: &[TypeDesc], ty: TypeId) -> Option<Slots> {
    match types.get(ty.index())? {
        TypeDesc::Null | TypeDesc::Never => Some(Slots::None),
        _ => param_slots(types, ty),
    }
}
