//! Tools and authority: `use tool`, `grant`, `bind effect`.

use super::{ExprId, Name, Param, TypeId};
use lumen_base::{Idx, Slice, Span};

/// Id of a [`Tool`].
pub type ToolId = Idx<Tool>;
/// Id of a [`Grant`].
pub type GrantId = Idx<Grant>;
/// Id of a [`Bind`].
pub type BindId = Idx<Bind>;

/// `use tool shop.find as Find(query: String, limit: Int = 10) -> list[Item]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Tool {
    /// `shop`, `find`: at least one.
    pub path: Slice<Name>,
    /// Upper-case.
    pub name: Name,
    /// The written signature; without one the tool takes any named arguments and the context decides its type.
    pub signature: Option<ToolSignature>,
    pub span: Span,
}

/// What a tool takes and gives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ToolSignature {
    pub params: Slice<Param>,
    /// `Null` when absent.
    pub ret: Option<TypeId>,
}

/// `grant Chat` or `grant fs path "./data/**"`, with constraints on its line and on deeper-indented lines below.
#[derive(Clone, PartialEq, Debug)]
pub struct Grant {
    /// A tool's name, or that of an effect.
    pub subject: Name,
    pub constraints: Slice<Constraint>,
    pub span: Span,
}

/// `key value, value` of a grant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Constraint {
    pub key: Name,
    /// Literals; none for a key that stands alone.
    pub values: Slice<ExprId>,
    pub span: Span,
}

/// `bind effect llm to Chat`.
#[derive(Clone, PartialEq, Debug)]
pub struct Bind {
    pub effect: Name,
    /// The tool's name.
    pub tool: Name,
    pub span: Span,
}
