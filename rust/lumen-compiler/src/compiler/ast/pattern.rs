//! Patterns. In a pattern an upper-case name never binds and a lower-case one always does.

use super::{Name, TypeId};
use lumen_base::{Idx, Slice, Span, Symbol};

/// Id of a [`Pat`].
pub type PatId = Idx<Pat>;

/// A pattern.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pat {
    pub kind: PatKind,
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum PatKind {
    /// What could not be read; reported already.
    Error,
    /// `_`
    Wildcard,
    /// `name`
    Bind(Symbol),
    /// `name @ pat`
    At { name: Name, pat: PatId },
    /// `1`, `-1`
    Int(i64),
    /// `1.5`, `-1.5`
    Float(f64),
    /// A string without interpolation.
    Str(Symbol),
    /// `b"…"`
    Bytes(Slice<u8>),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `lo..hi`, `lo..=hi`, `lo..`, `..hi`, `..=hi`: the ends are literals (`Int`, `Float` or `Str` patterns), at least
    /// one is there.
    Range { lo: Option<PatId>, hi: Option<PatId>, inclusive: bool },
    /// `Red`, `Circle(r)`, `Shape.Circle(r)`, `Point(x: p, ..)`, `ok(v)`, `err(e)`: a variant, or a record
    /// by its fields. The path has one to three names (module, enum, variant); `ok` and `err` have the symbols
    /// `sym::OK` and `sym::ERR`.
    Constructor { path: Slice<Name>, fields: Slice<PatField>, shape: Shape },
    /// `(a, b)`: two or more.
    Tuple(Slice<PatId>),
    /// `[a, ...rest, b]`: at most one element is a `Rest`.
    List(Slice<PatId>),
    /// `...name`, `...` or `..._`; only directly in a `List`.
    Rest(Option<Symbol>),
    /// `n: Int`; the inner pattern is a `Bind` or a `Wildcard`.
    Typed { pat: PatId, ty: TypeId },
    /// `a | b`: two or more, all binding the same names.
    Or(Slice<PatId>),
}

/// How the fields of a constructor pattern are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `Red`: no parentheses.
    Bare,
    /// `Point(x: p, y: q)`: every field must be there.
    Exact,
    /// `Point(x: p, ..)`: the other fields may be anything.
    Open,
}

/// A field of a constructor pattern.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PatField {
    /// `name: pat`.
    pub name: Option<Name>,
    /// The pattern; of a pun `name:`, a `Bind` made by the parser.
    pub pat: PatId,
}
