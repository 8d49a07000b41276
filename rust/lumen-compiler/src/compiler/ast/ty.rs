//! Written types and effect rows.

use super::Name;
use lumen_base::{Idx, Slice, Span};

/// Id of a [`Type`].
pub type TypeId = Idx<Type>;
/// Id of a [`Row`].
pub type RowId = Idx<Row>;

/// A written type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Type {
    pub kind: TypeKind,
    pub span: Span,
}

/// The kinds of written types.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TypeKind {
    /// What could not be read; reported already.
    Error,
    /// `Int`, `list[T]`, `Name[T, U]`, `T`, `shop.Item`: builtin, declared or a type parameter.
    /// `tuple[A, B]` and `Null` are such names too.
    Named { module: Option<Name>, name: Name, args: Slice<TypeId> },
    /// `any A + B`: a value of whichever type has the traits.
    AnyTrait(Slice<Name>),
    /// `T?`; `T??` is `T?` already.
    Optional(TypeId),
    /// `A | B`: two or more, flat.
    Union(Slice<TypeId>),
    /// `(A, B)`: two or more.
    Tuple(Slice<TypeId>),
    /// `fn(A, B) -> R / {e}`; without a row: a fresh row variable in parameter position, `{}` elsewhere.
    Fn { params: Slice<TypeId>, ret: TypeId, row: Option<RowId> },
}

/// `/ {a, B, C[T]}`: effects, and row variables (lower-case names that are no builtin effect).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row {
    /// Empty for `{}`, the pure row.
    pub entries: Slice<RowEntry>,
    /// From the slash to the brace.
    pub span: Span,
}

/// An effect or a row variable in a row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RowEntry {
    pub name: Name,
    /// The type arguments of an effect that has type parameters.
    pub args: Slice<TypeId>,
}
