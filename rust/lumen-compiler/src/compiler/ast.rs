//! The syntax tree of one source file: arenas of nodes with four-byte ids, child lists in pools.
//!
//! The parser makes a [`File`] and never fails: what it could not read is an `Error` node (already
//! reported), which later passes skip silently. The tree holds syntax only: names are symbols, not
//! yet resolved, and sugar is kept (pipes, comprehensions, compound assignment, puns).
//!
//! Invariants:
//! - Every node has the span of its text in the file that `File::id` names.
//! - The height of the tree is at most `limits::SYNTAX_DEPTH_MAX` (each node counts), so a pass may
//!   recurse over it. What can be long without being deep is flat: statement lists, `else if`
//!   arms, union types, and chains of left-associative operators ([`ExprKind::Chain`]), which a
//!   pass folds in a loop.
//! - A construct that is not built was reported as E0299 and left out, or is an `Error` node.
//! - Nodes may exist that no parent refers to (the parser tried two readings); walk from the roots.
//!
//! Reading: `file[id]` gives a node, `&file[list]` the elements of a list.

mod expr;
mod pattern;
mod tool;
mod ty;
pub mod print;

pub use expr::*;
pub use pattern::*;
pub use tool::*;
pub use ty::*;

use lumen_base::{Arena, FileId, Idx, Pool, Slice, Span, Symbol};
use std::ops::Index;

/// An identifier where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// Its text.
    pub symbol: Symbol,
    /// Its place.
    pub span: Span,
}

/// Id of an [`Item`].
pub type ItemId = Idx<Item>;
/// Id of a [`Cell`].
pub type CellId = Idx<Cell>;
/// Id of a [`Record`].
pub type RecordId = Idx<Record>;
/// Id of an [`Enum`].
pub type EnumId = Idx<Enum>;
/// Id of an [`Alias`].
pub type AliasId = Idx<Alias>;
/// Id of a [`Const`].
pub type ConstId = Idx<Const>;
/// Id of a [`Trait`].
pub type TraitId = Idx<Trait>;
/// Id of an [`Impl`].
pub type EffectId = Idx<Effect>;
pub type HandlerId = Idx<Handler>;
pub type ImplId = Idx<Impl>;
/// Id of an [`Import`].
pub type ImportId = Idx<Import>;

/// One parsed file: the roots, and the arenas that own every node.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct File {
    /// Which file.
    pub id: FileId,
    /// What the directives at the top level set.
    pub directives: Directives,
    /// Declarations at the top level, in source order.
    pub items: Vec<ItemId>,
    /// Statements at the top level, in source order; the file's main when it has no `cell main`.
    pub statements: Vec<StmtId>,
    /// The fence that is run as a test of its document: its statements are the main, whatever the document declares.
    pub tested: Option<Span>,

    pub item_nodes: Arena<Item>,
    pub cells: Arena<Cell>,
    pub records: Arena<Record>,
    pub enums: Arena<Enum>,
    pub aliases: Arena<Alias>,
    pub consts: Arena<Const>,
    pub imports: Arena<Import>,
    pub traits: Arena<Trait>,
    pub impls: Arena<Impl>,
    pub effects: Arena<Effect>,
    pub handlers: Arena<Handler>,
    pub handles: Arena<Handle>,
    pub tools: Arena<Tool>,
    pub grants: Arena<Grant>,
    pub binds: Arena<Bind>,
    pub exprs: Arena<Expr>,
    pub stmts: Arena<Stmt>,
    pub blocks: Arena<Block>,
    pub loops: Arena<Loop>,
    pub jumps: Arena<Jump>,
    pub lambdas: Arena<Lambda>,
    pub comprehensions: Arena<Comprehension>,
    pub type_args: Arena<TypeArgs>,
    pub format_specs: Arena<FormatSpec>,
    pub pats: Arena<Pat>,
    pub types: Arena<Type>,
    pub rows: Arena<Row>,

    pub names: Pool<Name>,
    pub attributes: Pool<Attribute>,
    pub type_params: Pool<TypeParam>,
    pub params: Pool<Param>,
    pub lambda_params: Pool<LambdaParam>,
    pub fields: Pool<FieldDecl>,
    pub variants: Pool<Variant>,
    pub variant_fields: Pool<VariantField>,
    pub import_names: Pool<ImportName>,
    pub constraints: Pool<Constraint>,
    pub cell_lists: Pool<CellId>,
    pub expr_lists: Pool<ExprId>,
    pub stmt_lists: Pool<StmtId>,
    pub pat_lists: Pool<PatId>,
    pub type_lists: Pool<TypeId>,
    pub row_entries: Pool<RowEntry>,
    pub args: Pool<Arg>,
    pub chain_links: Pool<ChainLink>,
    pub if_arms: Pool<IfArm>,
    pub match_arms: Pool<MatchArm>,
    pub when_arms: Pool<WhenArm>,
    pub clauses: Pool<Clause>,
    pub elements: Pool<Element>,
    pub entries: Pool<Entry>,
    pub str_parts: Pool<StrPart>,
    pub pat_fields: Pool<PatField>,
    pub bytes: Pool<u8>,
}

macro_rules! readable {
    (nodes { $($node:ty, $arena:ident;)* } lists { $($element:ty, $pool:ident;)* }) => {
        $(impl Index<Idx<$node>> for File {
            type Output = $node;
            fn index(&self, id: Idx<$node>) -> &$node {
                &self.$arena[id]
            }
        })*
        $(impl Index<Slice<$element>> for File {
            type Output = [$element];
            fn index(&self, list: Slice<$element>) -> &[$element] {
                &self.$pool[list]
            }
        })*
    };
}

readable! {
    nodes {
    Item, item_nodes;
    Cell, cells;
    Record, records;
    Enum, enums;
    Alias, aliases;
    Const, consts;
    Import, imports;
    Trait, traits;
    Impl, impls;
    Effect, effects;
    Handler, handlers;
    Handle, handles;
    Tool, tools;
    Grant, grants;
    Bind, binds;
    Expr, exprs;
    Stmt, stmts;
    Block, blocks;
    Loop, loops;
    Jump, jumps;
    Lambda, lambdas;
    Comprehension, comprehensions;
    TypeArgs, type_args;
    FormatSpec, format_specs;
    Pat, pats;
    Type, types;
    Row, rows;
    }
    lists {
    Name, names;
    Attribute, attributes;
    TypeParam, type_params;
    Param, params;
    LambdaParam, lambda_params;
    FieldDecl, fields;
    Variant, variants;
    VariantField, variant_fields;
    ImportName, import_names;
    Constraint, constraints;
    CellId, cell_lists;
    ExprId, expr_lists;
    StmtId, stmt_lists;
    PatId, pat_lists;
    TypeId, type_lists;
    RowEntry, row_entries;
    Arg, args;
    ChainLink, chain_links;
    IfArm, if_arms;
    MatchArm, match_arms;
    WhenArm, when_arms;
    Clause, clauses;
    Element, elements;
    Entry, entries;
    StrPart, str_parts;
    PatField, pat_fields;
    u8, bytes;
    }
}

/// What the directives say; defaults where they are absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    /// `@doc_mode`: unresolved names are warnings.
    pub doc_mode: bool,
}

impl File {
    /// Keeps only the statements of the fence that is run as a test: the document's own ones belong to its program.
    pub fn run_alone(&mut self, fence: Span) {
        let stmts = &self.stmts;
        self.statements.retain(|&stmt| fence.contains(stmts[stmt].span.lo));
        self.tested = Some(fence);
    }

    /// Makes every declaration `pub`: what an entry of a session declares is for the entries behind it.
    pub fn publish(&mut self) {
        self.item_nodes.values_mut().for_each(|item| item.is_pub = true);
    }
}

/// A declaration at the top level.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// What is declared.
    pub kind: ItemKind,
    /// From the first attribute or `pub` to the end.
    pub span: Span,
    /// Whether other files may import it.
    pub is_pub: bool,
    /// Attributes before it: only `@test` and `@deprecated("…")` remain in the tree.
    pub attributes: Slice<Attribute>,
    /// Place of the docstring's text in the file (Markdown prose, or a doc block of a `.lm` file).
    pub doc: Option<Span>,
}

/// The kinds of declarations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    Cell(CellId),
    Record(RecordId),
    Enum(EnumId),
    Alias(AliasId),
    Const(ConstId),
    Import(ImportId),
    Trait(TraitId),
    Impl(ImplId),
    Effect(EffectId),
    Handler(HandlerId),
    Tool(ToolId),
    Grant(GrantId),
    Bind(BindId),
}

/// `@name` or `@name(args)` before a declaration.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Attribute {
    /// Its name, without the `@`.
    pub name: Name,
    /// Arguments; empty without parentheses.
    pub args: Slice<Arg>,
    /// From the `@` to the end.
    pub span: Span,
}

/// `cell name[T: Ord](a: A, b: B = d, ...rest: C) -> R / {e}` with a body: at the top level, as a method
/// in an enum, or nested in a block ([`StmtKind::Cell`]).
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    pub params: Slice<Param>,
    /// The written return type; inferred when absent.
    pub ret: Option<TypeId>,
    /// `-> yield T`: the return type is that of the elements.
    pub is_generator: bool,
    /// The written effect row; inferred when absent.
    pub row: Option<RowId>,
    pub body: CellBody,
    /// From `cell` (or `extern`) to the end of the signature: the place for errors about the cell.
    pub head: Span,
    /// The whole cell; of a block body, its last three bytes are the `end`.
    pub span: Span,
    /// Docstring of a method (a doc block before it); a top-level cell has it in its item too.
    pub doc: Option<Span>,
}

/// What a cell does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellBody {
    /// Statements up to `end`; the last expression is the value.
    Block(BlockId),
    /// `= expr`.
    Expr(ExprId),
    /// `extern cell`: implemented by the embedding program, in std by the runtime.
    Extern,
    /// A method of a trait that each impl must write.
    Required,
    /// An operation of an effect; `multi` may be resumed more than once.
    Operation { multi: bool },
}

/// A type parameter `T: Ord + Eq`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TypeParam {
    /// Upper-case.
    pub name: Name,
    /// Names of the traits it must have.
    pub bounds: Slice<Name>,
}

/// A parameter of a cell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Param {
    /// Lower-case; `self` marks the receiver of a method.
    pub name: Name,
    /// The written type. Absent only for `self` (its type is the enclosing type), and after an
    /// error already reported.
    pub ty: Option<TypeId>,
    /// `= expr`.
    pub default: Option<ExprId>,
    /// `...rest: T`: `ty` is the element type, the parameter is a `list[T]`. Always the last one.
    pub is_variadic: bool,
    pub span: Span,
}

/// `record Name[T] … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    pub fields: Slice<FieldDecl>,
    pub span: Span,
}

/// `name: Type = default where condition` in a record.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FieldDecl {
    pub name: Name,
    pub ty: TypeId,
    pub default: Option<ExprId>,
    /// Sees the fields of the record by name.
    pub condition: Option<ExprId>,
    pub span: Span,
    pub doc: Option<Span>,
}

/// `enum Name[T] … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Enum {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    pub variants: Slice<Variant>,
    /// Cells inside; one whose first parameter is `self` is a method.
    pub methods: Slice<CellId>,
    pub span: Span,
}

/// `Circle`, `Circle(Float)` or `Circle(radius: Float)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Variant {
    pub name: Name,
    /// The payload. Either all fields have names or none has (else reported).
    pub fields: Slice<VariantField>,
    pub span: Span,
    pub doc: Option<Span>,
}

/// One part of a variant's payload.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VariantField {
    pub name: Option<Name>,
    pub ty: TypeId,
}

/// `type Name[T] = Type [where condition]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Alias {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    pub ty: TypeId,
    pub condition: Option<ExprId>,
    pub span: Span,
}

/// `const NAME: T = expr`.
#[derive(Clone, PartialEq, Debug)]
pub struct Const {
    pub name: Name,
    pub ty: Option<TypeId>,
    pub value: ExprId,
    pub span: Span,
}

/// `trait Name: A + B … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Trait {
    pub name: Name,
    /// The traits that an implementing type must have too.
    pub parents: Slice<Name>,
    /// Its methods; one without a body is [`CellBody::Required`].
    pub methods: Slice<CellId>,
    pub span: Span,
}

/// `impl[T: Show] Show for list[T] … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Impl {
    pub type_params: Slice<TypeParam>,
    /// The trait's name.
    pub of: Name,
    pub target: TypeId,
    pub methods: Slice<CellId>,
    /// From `impl` to the end of the type.
    pub head: Span,
    pub span: Span,
}

/// `effect Name … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    /// Cells with body [`CellBody::Operation`].
    pub operations: Slice<CellId>,
    pub span: Span,
}

/// `handler Name(a: A) … end`.
#[derive(Clone, PartialEq, Debug)]
pub struct Handler {
    pub name: Name,
    pub type_params: Slice<TypeParam>,
    pub params: Slice<Param>,
    pub clauses: Slice<Clause>,
    /// From `handler` to the end of the parameters.
    pub head: Span,
    pub span: Span,
}

/// `import a.b…`.
#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    /// `a`, `b`: at least one.
    pub path: Slice<Name>,
    pub what: ImportWhat,
    /// `with grants A, http`: the authority that the importer passes on.
    pub grants: Slice<Name>,
    pub span: Span,
}

/// What an import brings into scope.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ImportWhat {
    /// `import a.b` or `import a.b as c`: the module, under its last name or the alias.
    Module(Option<Name>),
    /// `import a.b: *`: every `pub` name; the span is the star's.
    All(Span),
    /// `import a.b: x, Y as Z`.
    Names(Slice<ImportName>),
}

/// One name of an import.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ImportName {
    pub name: Name,
    pub alias: Option<Name>,
}
