//! The resolved tree (HIR): what a program means once names are looked up and sugar is gone.
//!
//! Input of type checking, effects and lowering; output of `resolve`. Invariants:
//! - Every name that scoping alone can decide is an id. Only member names, named arguments and unqualified
//!   variant names stay [`Symbol`]s until type checking (decisions 17), and overloaded builtins stay
//!   [`ExprKind::Builtin`] until the type of their first argument is known (decisions 18).
//! - All modules of a compilation (std, imports, root) share one id space, so that ids never need a module beside them.
//! - A failed look-up is [`ExprKind::Missing`] or [`TyRefKind::Error`]: already reported, silent from here on.
//! - Nesting depth of expressions, patterns and types is bounded by the parser, except for the left spine of
//!   `Binary` and `Logic` chains, which a pass must walk iteratively, and `If` chains, which are flat.

mod authority;
mod body;
mod resume;
mod print;

use lumen_lir::Seal;

pub use authority::*;
pub use body::*;
pub use print::{print, print_cell};
pub use resume::usage_of;

use lumen_base::Symbol;
use lumen_base::{Arena, Idx};
use lumen_base::{FileId, FileSpan, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

pub type ModuleId = Idx<Module>;
pub type CellId = Idx<Cell>;
pub type RecordId = Idx<Record>;
pub type EnumId = Idx<Enum>;
pub type AliasId = Idx<Alias>;
pub type ConstId = Idx<Const>;
pub type TraitId = Idx<Trait>;
pub type ImplId = Idx<Impl>;
pub type EffectId = Idx<Effect>;
pub type TypeParamId = Idx<TypeParam>;
pub type TyRefId = Idx<TyRef>;

/// All modules of one compilation, resolved.
pub struct Hir {
    pub modules: Arena<Module>,
    pub cells: Arena<Cell>,
    pub records: Arena<Record>,
    pub enums: Arena<Enum>,
    pub aliases: Arena<Alias>,
    pub consts: Arena<Const>,
    pub traits: Arena<Trait>,
    pub impls: Arena<Impl>,
    pub effects: Arena<Effect>,
    pub tools: Arena<Tool>,
    /// Tools and builtins for which a handler has a clause.
    pub handled: Vec<CellId>,
    /// In the order of their modules.
    pub grants: Vec<Grant>,
    /// The effects that tools have beside the builtin ones: `Effect::Named` counts them.
    pub tool_effects: Vec<Symbol>,
    /// Effects and tools that flags allow the root: it needs no `grant` for them.
    pub allowed: Vec<String>,
    pub type_params: Arena<TypeParam>,
    pub ty_refs: Arena<TyRef>,
    /// The traits written behind `any`, with the places of their names.
    pub any_traits: Vec<(TraitId, FileSpan)>,
    /// Builtins that the program's names can mean, by name; the candidates of one name differ in their [`Head`].
    pub builtins: FxHashMap<Symbol, Vec<(Head, CellId)>>,
    /// Methods: cells whose first parameter is `self`, by the head of its type, and the cells inside an enum (also
    /// those without `self`, called `Shape.unit()`). A private one may be used in its own module only. For uniform
    /// call syntax, every cell visible in a module is found through [`Module::scope`].
    ///
    /// Order of look-up for `x.f()`: a field that holds a function, `methods`, a cell of the module's scope,
    /// `builtins`. Bodies of std modules look only at methods of std modules.
    pub methods: FxHashMap<(Head, Symbol), CellId>,
    /// Every variant by name, for unqualified use: candidates are narrowed by visibility and expected type.
    pub variants: FxHashMap<Symbol, Vec<VariantRef>>,
    pub well_known: WellKnown,
    pub root: ModuleId,
    /// `cell main` or the document's top-level statements; absent in a library.
    pub entry: Option<CellId>,
}

impl Hir {
    /// The cells that an impl gives for the methods of its trait.
    pub fn implementations(&self, method: CellId) -> Vec<CellId> {
        let CellOrigin::Trait(of) = self.cells[method].origin else { return Vec::new() };
        let name = self.cells[method].name;
        let impls = self.impls.values().filter(|it| it.of == Some(of));
        let cells = impls.flat_map(|it| it.methods.iter().copied());
        cells.filter(|&cell| self.cells[cell].name == name).collect()
    }
}

/// Declarations of the std prelude that the compiler itself refers to.
pub struct WellKnown {
    /// `enum result[T, E]  ok(T)  err(E)  end`: variant 0 is `ok`, 1 is `err`.
    pub result: EnumId,
    /// `record Failure  code: String  message: String  end`, what `attempt` gives in `err`.
    pub failure: RecordId,
    /// `cell validate[T](value: Any) -> result[T, String]`, which converts into types with conditions and defaults;
    /// there when the program has such a record and a conversion.
    pub validate: Option<CellId>,
    /// `enum ToolError`, once the program calls a tool.
    pub tool_error: Option<EnumId>,
    /// `cell tool_reply[T](reply: Json) -> T`, once the program calls a tool.
    pub tool_reply: Option<CellId>,
    /// `cell tool_outcome[T](outcome: Json) -> result[T, ToolError]`, once the program has a `try`.
    pub tool_outcome: Option<CellId>,
    /// `cell tool_value[T](outcome: result[T, ToolError], name: String) -> T`, with the one before.
    pub tool_value: Option<CellId>,
    /// `trait Ord`, once the program uses more than its name.
    pub ord: Option<TraitId>,
    /// `trait Show`, once the program uses more than its name.
    pub show: Option<TraitId>,
    /// `record Secret[T]`, once the program uses it.
    pub secret: Option<RecordId>,
    /// `record Untrusted[T]`, once the program uses it.
    pub untrusted: Option<RecordId>,
}

impl WellKnown {
    /// Whether a record is one of std whose value does not show outside of std.
    pub fn seal(&self, record: RecordId) -> Seal {
        if self.secret == Some(record) {
            Seal::Secret
        } else if self.untrusted == Some(record) {
            Seal::Untrusted
        } else {
            Seal::Open
        }
    }
}

/// One source file.
pub struct Module {
    pub file: FileId,
    /// Dotted name as imported (`a.b`), the file stem for the root.
    pub name: Symbol,
    pub is_std: bool,
    /// An entry of a session: all of them together are one file to the rules about files.
    pub is_entry: bool,
    /// Where its first declaration or statement begins: a place for a `grant`.
    pub first: u32,
    /// `@doc_mode true`: unresolved names are warnings and their cells are not lowered.
    pub doc_mode: bool,
    /// Names visible at the top of the file: own declarations and imports (not builtins).
    pub scope: FxHashMap<Symbol, Def>,
    /// The modules that it imports something from, for which traits it sees.
    pub imports: Vec<ModuleId>,
    /// What it may call: by tool or effect the grants that all must allow a call, as indexes into [`Hir::grants`].
    pub authority: BTreeMap<String, Vec<u32>>,
}

/// What a top-level name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Def {
    Cell(CellId),
    Record(RecordId),
    Enum(EnumId),
    Alias(AliasId),
    Const(ConstId),
    Variant(VariantRef),
    Trait(TraitId),
    Effect(EffectId),
    /// A cell that takes what it handles as its last parameter.
    Handler(CellId),
    Tool(ToolId),
    /// `import a.b` binds `b`.
    Module(ModuleId),
    /// A name that the head of the first argument decides ([`ExprKind::Builtin`]): methods of several types, or an
    /// imported builtin. The symbol is the original name, which an alias may differ from.
    Builtin(Symbol),
    /// Declared, but its declaration had errors.
    Error,
}

/// One variant of an enum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VariantRef {
    pub owner: EnumId,
    pub ordinal: u32,
}

/// The head type by which builtins and methods are keyed (decisions 18).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Head {
    Int,
    Float,
    Bool,
    String,
    Bytes,
    Null,
    Json,
    List,
    Map,
    Set,
    Tuple,
    Fn,
    Stream,
    Optional,
    Record(RecordId),
    Enum(EnumId),
    /// A bare type parameter or `Any`: accepts every first argument; tried last.
    Any,
    /// No parameters at all (`args()`, `random()`).
    None,
}

/// A generic parameter with its bounds (`T: Ord + Shape`).
pub struct TypeParam {
    pub name: Symbol,
    pub span: Span,
    /// The builtin traits among them.
    pub bounds: Bounds,
    /// The others, as written: without the parents that they imply.
    pub traits: Box<[TraitId]>,
    /// True for a lower-case row variable (`/ {e}`), whose kind is an effect row.
    pub is_row: bool,
    /// The declared effect that it stands for in rows: a row variable that nothing replaces.
    pub effect: Option<EffectId>,
}

/// Builtin traits (decisions 25) as a set.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Bounds(pub u8);

impl Bounds {
    pub const EQ: Bounds = Bounds(1);
    pub const ORD: Bounds = Bounds(2);
    pub const HASH: Bounds = Bounds(4);
    pub const SHOW: Bounds = Bounds(8);
    pub const NUM: Bounds = Bounds(16);

    /// Whether all of `other` are among them.
    pub fn contains(self, other: Bounds) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub fn union(self, other: Bounds) -> Bounds {
        Bounds(self.0 | other.0)
    }
}

/// A callable: top-level cell, method, nested cell, `main` made of top-level statements, builtin, or one of the
/// small cells that hold a default value, a `where` condition or a constant's initialiser.
pub struct Cell {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub name_span: Span,
    pub origin: CellOrigin,
    pub is_pub: bool,
    pub type_params: Box<[TypeParamId]>,
    /// How many of the first type parameters are those of the cells around a nested cell, the same for each of its calls.
    pub n_outer: usize,
    pub params: Box<[Param]>,
    /// Declared return type; `None` asks for inference. Of a generator: `Stream[T]`.
    pub ret: Option<TyRefId>,
    /// `-> yield T`: the body is one generator lambda, and the row is that of the stream.
    pub is_generator: bool,
    /// Declared effect row; `None` asks for inference.
    pub row: Option<RowRef>,
    pub attrs: CellAttrs,
    pub body: CellBody,
}

impl Cell {
    /// Whether the body is a literal and nothing else.
    pub fn is_literal(&self) -> bool {
        let CellBody::Lumen(body) = &self.body else { return false };
        let is_lit = |expr: ExprId| matches!(body.exprs[expr].kind, ExprKind::Lit(_));
        body.root.is_some_and(|root| match body.exprs[root].kind {
            ExprKind::Neg(inner) => is_lit(inner),
            _ => is_lit(root),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellOrigin {
    TopLevel,
    Method,
    /// A method of a trait; its first type parameter is `Self`.
    Trait(TraitId),
    /// A method of an impl; its first type parameters are the impl's.
    Impl(ImplId),
    /// An operation of an effect.
    Operation(EffectId),
    /// A `handler`: its last parameter, which has no name, is what it handles.
    Handler,
    /// Declared inside another body; its captured values are extra leading arguments ([`ExprKind::NestedCell`]).
    Nested,
    /// The top-level statements of a document without `cell main`.
    Script,
    /// The default value of a parameter (parameters: those before it) or of a field (no parameters).
    Default,
    /// A `where` condition; parameters are the record's fields in order, `self` for a refined type; gives Bool.
    Where,
    /// A constant's initialiser; no parameters.
    Const,
}

#[derive(Default)]
pub struct CellAttrs {
    pub is_test: bool,
    /// `@inline`: std's higher-order cells, expanded at the call so that a lambda argument costs no call.
    pub inline: bool,
    pub deprecated: Option<String>,
}

pub enum CellBody {
    Lumen(Box<Body>),
    /// A builtin implemented by the runtime or by an instruction; the key names it in `lumen_lir::intrinsics`.
    Extern(Symbol),
    /// A function that the embedding program registers under the cell's name.
    Host,
    /// A tool with a written signature.
    Tool(ToolId),
    /// A method of a trait that each impl writes.
    Required,
    /// The value of a constant that is a binding of an entry of the session that ran before.
    Kept(Kept),
    /// An operation of an effect; a `multi` one may be resumed more than once.
    Operation {
        multi: bool,
    },
    /// Had errors that make checking it pointless.
    Error,
}

/// A binding that outlives the entry of a session that made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The statements of the entry.
    pub script: CellId,
    pub local: LocalId,
    /// The global that holds the value.
    pub global: Symbol,
}

pub struct Param {
    pub name: Symbol,
    pub span: Span,
    pub ty: TyRefId,
    /// A cell with origin [`CellOrigin::Default`].
    pub default: Option<CellId>,
    /// `...rest: T`: the parameter's type is `list[T]`, `ty` is `T`. Only the last parameter.
    pub variadic: bool,
}

pub struct Record {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub name_span: Span,
    pub is_pub: bool,
    pub type_params: Box<[TypeParamId]>,
    pub fields: Box<[Field]>,
}

pub struct Field {
    pub name: Symbol,
    pub span: Span,
    pub ty: TyRefId,
    pub default: Option<CellId>,
    /// A cell with origin [`CellOrigin::Where`] and its source text for the message.
    pub check: Option<(CellId, Span)>,
}

pub struct Enum {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub name_span: Span,
    pub is_pub: bool,
    pub type_params: Box<[TypeParamId]>,
    pub variants: Box<[Variant]>,
}

pub struct Variant {
    pub name: Symbol,
    pub span: Span,
    pub fields: Box<[VariantField]>,
}

pub struct VariantField {
    pub name: Option<Symbol>,
    pub span: Span,
    pub ty: TyRefId,
}

pub struct Alias {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub is_pub: bool,
    pub type_params: Box<[TypeParamId]>,
    pub ty: TyRefId,
    /// `where`: a cell with origin [`CellOrigin::Where`] whose parameter is `self`, and its source for the message.
    pub check: Option<(CellId, Span)>,
}

pub struct Const {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub is_pub: bool,
    pub ty: Option<TyRefId>,
    /// A cell with origin [`CellOrigin::Const`].
    pub init: CellId,
}

/// `trait Name: A + B … end`.
pub struct Trait {
    pub name: Symbol,
    pub module: ModuleId,
    pub span: Span,
    pub name_span: Span,
    pub is_pub: bool,
    /// Of a trait of std: the bound that it is.
    pub builtin: Bounds,
    /// `Self`; its bounds are the trait itself and the parents.
    pub self_param: TypeParamId,
    /// The places of the parents' names.
    pub parents: Box<[(Bound, Span)]>,
    /// Cells with origin [`CellOrigin::Trait`].
    pub methods: Box<[CellId]>,
}

/// One trait that a type parameter, or a trait of its implementing types, asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Builtin(Bounds),
    Trait(TraitId),
}

/// `effect Name … end`.
pub struct Effect {
    pub name: Symbol,
    pub module: ModuleId,
    pub name_span: Span,
    pub is_pub: bool,
    /// Those of its operations too.
    pub type_params: Box<[TypeParamId]>,
    /// What stands for it in rows; of one with type parameters its instances stand there.
    pub row: TypeParamId,
    /// Cells with origin [`CellOrigin::Operation`].
    pub operations: Box<[CellId]>,
}

/// `impl[T: A] Name for Type … end`.
pub struct Impl {
    pub module: ModuleId,
    pub span: Span,
    /// From `impl` to the end of the type.
    pub head: Span,
    /// Nothing when the name was wrong.
    pub of: Option<TraitId>,
    pub of_span: Span,
    pub target: TyRefId,
    pub type_params: Box<[TypeParamId]>,
    /// Cells with origin [`CellOrigin::Impl`].
    pub methods: Box<[CellId]>,
}

/// A written type with its names resolved.
pub struct TyRef {
    pub kind: TyRefKind,
    pub span: Span,
}

pub enum TyRefKind {
    Error,
    Int,
    Float,
    Bool,
    String,
    Bytes,
    Null,
    /// The type of what never returns; written `Never`.
    Never,
    Json,
    Any,
    List(TyRefId),
    Map(TyRefId, TyRefId),
    Set(TyRefId),
    /// `Stream[T]`; without a row of its own like a function type.
    Stream(TyRefId),
    Tuple(Box<[TyRefId]>),
    Record(RecordId, Box<[TyRefId]>),
    Enum(EnumId, Box<[TyRefId]>),
    Alias(AliasId, Box<[TyRefId]>),
    Param(TypeParamId),
    /// `Self` in an impl or enum: this type.
    SelfType(TyRefId),
    Optional(TyRefId),
    Union(Box<[TyRefId]>),
    /// `any A + B`.
    AnyTrait(Box<[TraitId]>),
    Fn {
        params: Box<[TyRefId]>,
        ret: TyRefId,
        row: Option<RowRef>,
    },
    /// `_` or an omitted lambda annotation.
    Infer,
}

/// A written effect row `/ {emit, random, e}`.
#[derive(Debug)]
pub struct RowRef {
    pub effects: Box<[(Symbol, Span)]>,
    /// Row variables in scope.
    pub vars: Box<[TypeParamId]>,
    pub instances: Box<[EffectRef]>,
    pub span: Span,
}

/// An effect with its type arguments in a row: `State[Int]`.
#[derive(Debug)]
pub struct EffectRef {
    pub effect: EffectId,
    pub args: Box<[TyRefId]>,
    pub span: Span,
}
