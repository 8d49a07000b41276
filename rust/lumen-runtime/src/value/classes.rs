//! The class table: what the runtime knows about each class, one dense row each.
//!
//! Built once when a module is linked (`value/link.rs`) and immutable from then on. The front of
//! a row serves drop and copy (which slots are counted, how large the object is); the rest serves
//! the generic operations (names of fields and variants).

use super::word::ClassId;
use lumen_lir::{Seal, TypeDesc, TypeId};

/// Class of strings.
pub const STRING_CLASS: ClassId = lumen_lir::ClassId::STRING.0;
/// Class of byte strings.
pub const BYTES_CLASS: ClassId = lumen_lir::ClassId::BYTES.0;
/// Class of integers that do not fit a Dyn word.
pub const BOXED_INT_CLASS: ClassId = lumen_lir::ClassId::BOXED_INT.0;
/// Class of `list[Json]`.
pub const LIST_JSON_CLASS: ClassId = lumen_lir::ClassId::LIST_JSON.0;
/// Class of `map[String, Json]`.
pub const MAP_JSON_CLASS: ClassId = lumen_lir::ClassId::MAP_JSON.0;
/// Class of `list[String]`.
pub const LIST_STRING_CLASS: ClassId = lumen_lir::ClassId::LIST_STRING.0;
/// Class of `list[list[String]]`.
pub const LIST_LIST_STRING_CLASS: ClassId = lumen_lir::ClassId::LIST_LIST_STRING.0;
/// Class of `list[Int]`.
pub const LIST_INT_CLASS: ClassId = lumen_lir::ClassId::LIST_INT.0;

/// Words of a resumption; the first is 0 once it was resumed.
pub const RESUMPTION_WORDS: usize = 6;

/// How to read the word in a slot: the representation, and what printing needs beyond it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// `I64`, an integer.
    Int,
    /// `I64`, the ordinal of a payload-less enum of this class.
    Enum(ClassId),
    /// `F64`.
    Float,
    /// `Bool`.
    Bool,
    /// A Ref word of this static class; null when it is optional.
    Ref(ClassId),
    /// A Dyn word.
    Dyn,
}

impl Slot {
    /// Whether the word may lead to an object.
    #[inline(always)]
    pub const fn is_counted(self) -> bool {
        matches!(self, Slot::Ref(_) | Slot::Dyn)
    }
}

/// What an object of a class is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A string.
    String,
    /// A byte string.
    Bytes,
    /// A large integer in Dyn.
    BoxedInt,
    /// A list; `slots` is the element.
    List,
    /// A map; `slots` are key and value.
    Map,
    /// A set; `slots` is the element.
    Set,
    /// A tuple.
    Tuple,
    /// A record.
    Record,
    /// `Secret[T]`: nothing shows what it holds.
    Secret,
    /// `Untrusted[T]`: its text and its JSON are not the program's to read.
    Untrusted,
    /// An enum; abstract: its objects are of the variant classes.
    Enum,
    /// A variant with payload.
    Variant,
    /// A function type; abstract: its objects are of the closure classes.
    Fn,
    /// A closure; `slots` are the captures.
    Closure,
    /// A stream type; abstract: its objects are of closure classes.
    Stream,
    /// A resumption; what its words mean is the machine's.
    Resumption,
}

impl Kind {
    /// Whether its objects are a header and fields, in one block.
    #[inline(always)]
    pub fn is_flat(self) -> bool {
        !matches!(self, Kind::String | Kind::Bytes | Kind::List | Kind::Map | Kind::Set)
    }
}

/// How the counted slots of an object are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    /// There are none.
    Leaf,
    /// Fields behind the header.
    Flat,
    /// Elements of a list.
    List,
    /// Entries of a map or set.
    Table,
}

/// A variant as its enum lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VariantRow {
    /// Its name.
    pub name: Box<str>,
    /// Its class, when it has a payload.
    pub class: Option<ClassId>,
}

/// One class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RtClass {
    /// How to find the counted slots.
    pub scan: Scan,
    /// What its objects are.
    pub kind: Kind,
    /// Bytes of a list element: 8, or 1 for `Bool`.
    pub elem_bytes: u8,
    /// Index of the last counted field of a flat class.
    pub last_counted: u32,
    /// Of a flat class with one counted field, a reference: that field. So a chain of such objects is freed in a loop.
    pub chained: Option<u32>,
    /// Bytes of an object of a flat class.
    pub flat_bytes: u32,
    /// Fields, elements or captures.
    pub slots: Box<[Slot]>,
    /// Their types.
    pub types: Box<[TypeId]>,
    /// Name of the record, enum, variant or cell.
    pub name: Box<str>,
    /// Names of the fields of records and named payloads.
    pub fields: Box<[Option<Box<str>>]>,
    /// The variants of an enum.
    pub variants: Box<[VariantRow]>,
    /// The enum of a variant, the function or stream class of a closure.
    pub owner: ClassId,
    /// The ordinal of a variant.
    pub ordinal: u32,
    /// The cell of a closure.
    pub cell: u32,
}

impl RtClass {
    fn new(kind: Kind, slots: Vec<Slot>) -> Self {
        let last = slots.iter().rposition(|slot| slot.is_counted());
        let scan = match (last, kind) {
            (None, _) | (_, Kind::String | Kind::Bytes | Kind::BoxedInt) => Scan::Leaf,
            (_, Kind::List) => Scan::List,
            (_, Kind::Map | Kind::Set) => Scan::Table,
            _ => Scan::Flat,
        };
        let chained = last.filter(|&at| {
            let is_only = !slots[..at].iter().any(|slot| slot.is_counted());
            scan == Scan::Flat && is_only && matches!(slots[at], Slot::Ref(_))
        });
        let bool_list = kind == Kind::List && slots == [Slot::Bool];
        Self {
            scan,
            kind,
            elem_bytes: if bool_list { 1 } else { 8 },
            last_counted: last.unwrap_or(0) as u32,
            chained: chained.map(|at| at as u32),
            flat_bytes: (super::object::HEADER + 8 * slots.len()) as u32,
            slots: slots.into(),
            types: Box::default(),
            name: "".into(),
            fields: Box::default(),
            variants: Box::default(),
            owner: 0,
            ordinal: 0,
            cell: 0,
        }
    }

    /// Strings.
    pub fn string() -> Self {
        Self::new(Kind::String, Vec::new())
    }

    /// Byte strings.
    pub fn bytes() -> Self {
        Self::new(Kind::Bytes, Vec::new())
    }

    /// Large integers.
    pub fn boxed_int() -> Self {
        Self::new(Kind::BoxedInt, vec![Slot::Int])
    }

    /// Lists of this element.
    pub fn list(element: Slot) -> Self {
        Self::new(Kind::List, vec![element])
    }

    /// Maps from key to value.
    pub fn map(key: Slot, value: Slot) -> Self {
        Self::new(Kind::Map, vec![key, value])
    }

    /// Sets of this element.
    pub fn set(element: Slot) -> Self {
        Self::new(Kind::Set, vec![element])
    }

    /// Tuples of these elements.
    pub fn tuple(elements: Vec<Slot>) -> Self {
        Self::new(Kind::Tuple, elements)
    }

    /// A record with named fields.
    pub fn record(name: &str, fields: &[(&str, Slot)]) -> Self {
        Self {
            name: name.into(),
            fields: fields.iter().map(|(name, _)| Some((*name).into())).collect(),
            ..Self::new(Kind::Record, fields.iter().map(|(_, slot)| *slot).collect())
        }
    }

    /// The record with its seal.
    #[must_use]
    pub fn sealed(self, seal: Seal) -> Self {
        let kind = match seal {
            Seal::Open => self.kind,
            Seal::Secret => Kind::Secret,
            Seal::Untrusted => Kind::Untrusted,
        };
        Self { kind, ..self }
    }

    /// An enum with its variants.
    pub fn enumeration(name: &str, variants: &[(&str, Option<ClassId>)]) -> Self {
        let row = |(name, class): &(&str, Option<ClassId>)| VariantRow {
            name: (*name).into(),
            class: *class,
        };
        Self {
            name: name.into(),
            variants: variants.iter().map(row).collect(),
            ..Self::new(Kind::Enum, Vec::new())
        }
    }

    /// A variant with payload.
    pub fn variant(
        owner: ClassId,
        ordinal: u32,
        name: &str,
        payload: &[(Option<&str>, Slot)],
    ) -> Self {
        Self {
            name: name.into(),
            fields: payload.iter().map(|(name, _)| name.map(Into::into)).collect(),
            owner,
            ordinal,
            ..Self::new(Kind::Variant, payload.iter().map(|(_, slot)| *slot).collect())
        }
    }

    /// A function type.
    pub fn function() -> Self {
        Self::new(Kind::Fn, Vec::new())
    }

    /// A stream type.
    pub fn stream() -> Self {
        Self::new(Kind::Stream, Vec::new())
    }

    /// A resumption.
    pub fn resumption() -> Self {
        Self::new(Kind::Resumption, vec![Slot::Int; RESUMPTION_WORDS])
    }

    /// A closure of a cell with its captures.
    pub fn closure(owner: ClassId, cell: u32, name: &str, captures: Vec<Slot>) -> Self {
        Self { name: name.into(), owner, cell, ..Self::new(Kind::Closure, captures) }
    }
}

/// The class table of a program, and its types.
#[derive(Debug)]
pub struct Classes {
    rows: Box<[RtClass]>,
    types: Box<[TypeRow]>,
}

/// A type with what is derived from it.
#[derive(Clone, Debug)]
pub struct TypeRow {
    /// The type.
    pub desc: TypeDesc,
    /// How a field, an element, or a register of it is read (one that takes two registers: the
    /// form it has in one word, a Dyn).
    pub slot: Slot,
    /// For an optional scalar, which takes two registers (present, value): the value.
    pub scalar: Option<Slot>,
}

impl Classes {
    /// A table of these rows; the first ones are the fixed classes and types.
    pub fn new(rows: Vec<RtClass>, types: Vec<TypeRow>) -> Self {
        Self { rows: rows.into(), types: types.into() }
    }

    /// All rows.
    #[inline(always)]
    pub fn rows(&self) -> &[RtClass] {
        &self.rows
    }

    /// The row of a class.
    #[inline(always)]
    pub fn row(&self, class: ClassId) -> &RtClass {
        &self.rows[class as usize]
    }

    /// A type.
    #[inline]
    pub fn type_row(&self, ty: TypeId) -> &TypeRow {
        &self.types[ty.index()]
    }

    /// How a word of this type is read.
    #[inline]
    pub fn slot(&self, ty: TypeId) -> Slot {
        self.types[ty.index()].slot
    }

    /// The class of a reference type.
    pub fn class_of_type(&self, ty: TypeId) -> Option<ClassId> {
        match self.type_row(ty).slot {
            Slot::Ref(class) => Some(class),
            _ => None,
        }
    }
}
