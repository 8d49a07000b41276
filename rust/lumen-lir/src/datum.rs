//! Values as plain data: what a computation at compile time gives, without heap or class.
//!
//! The type beside it says what each part means; numbers of classes occur nowhere.

/// A value that is plain data.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Datum {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, as bits.
    Float(u64),
    /// A text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The elements of a list.
    List(Vec<Datum>),
    /// The elements of a set, in its order.
    Set(Vec<Datum>),
    /// The entries of a map, in its order.
    Map(Vec<(Datum, Datum)>),
    /// The parts of a record or tuple.
    Fields(Vec<Datum>),
    /// A variant by its ordinal, with its payload.
    Variant(u32, Vec<Datum>),
}
