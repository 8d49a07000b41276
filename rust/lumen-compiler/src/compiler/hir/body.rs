//! Bodies: expressions, statements, patterns and locals of one cell, in arenas of their own.
//!
//! A lambda's body lives in the arenas of the cell around it (one inference problem), with locals of its own:
//! each captured outer local has an inner twin in [`Lambda::captures`]. A nested cell has its own [`Body`].

use super::{CellId, ConstId, EnumId, RecordId, RowRef, ToolId, TyRefId, VariantRef};
use lumen_base::Span;
use lumen_base::Symbol;
use lumen_base::{Arena, Idx};

pub type ExprId = Idx<Expr>;
pub type PatId = Idx<Pat>;
pub type LocalId = Idx<Local>;
pub type LambdaId = Idx<Lambda>;
pub type LoopId = Idx<LoopInfo>;
pub type ExitId = Idx<Exit>;

/// One cell's code.
#[derive(Default)]
pub struct Body {
    pub exprs: Arena<Expr>,
    pub pats: Arena<Pat>,
    pub locals: Arena<Local>,
    pub lambdas: Arena<Lambda>,
    pub loops: Arena<LoopInfo>,
    /// By place where control comes out of handlers.
    pub exits: Arena<Exit>,
    /// One local for each captured value (nested cells only), then one for each parameter.
    pub captures: Box<[LocalId]>,
    pub params: Box<[LocalId]>,
    pub root: Option<ExprId>,
}

#[derive(Clone, Debug)]
pub struct Local {
    pub name: Symbol,
    pub span: Span,
    pub kind: LocalKind,
    /// Declared `let mut`, or assigned without it (a warning was given).
    pub mutable: bool,
    /// The lambda it belongs to; `None` for the cell itself.
    pub owner: Option<LambdaId>,
    /// Some lambda or nested cell captures it.
    pub captured: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LocalKind {
    Param,
    Let,
    Pattern,
    /// The inner twin of a captured local: never assigned.
    Capture,
    /// Introduced by desugaring; has no name a user can write.
    Temp,
}

#[derive(Debug)]
pub struct Lambda {
    pub params: Box<[LambdaParam]>,
    pub ret: Option<TyRefId>,
    /// The written effect row, which must cover what the body does.
    pub row: Option<RowRef>,
    pub body: ExprId,
    /// The body of a generator cell: its value is a stream, and `yield` in it gives the elements.
    pub generates: bool,
    /// Of the clause of an operation: its parameter `resume`, the last one, and what it does with it.
    pub resume: Option<(LocalId, Resumes)>,
    /// What a `timeout` runs: it has host effects only.
    pub is_timed: bool,
    /// The body of a `handle`, a clause, or what stands around a handler: `return` and `?` leave the function around.
    pub is_handled: bool,
    /// Of such a lambda: where control goes that leaves it.
    pub leaves: Vec<Leave>,
    /// (outer local, inner twin).
    pub captures: Vec<(LocalId, LocalId)>,
    pub span: Span,
}

/// A way out of a function or a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// `return` and `?`.
    Return,
    Break(LoopId),
    Continue(LoopId),
}

/// A way out of a lambda that belongs to a handler.
#[derive(Clone, Copy, Debug)]
pub struct Leave {
    pub way: Way,
    pub exit: ExitId,
    /// In the lambda: the number of the run of the exit.
    pub token: LocalId,
}

/// Where control comes out of handlers: around the outermost one inside of the function or loop that it leaves.
#[derive(Debug, Default)]
pub struct Exit {
    /// The ways that something inside takes.
    pub ways: Vec<Way>,
}

#[derive(Debug)]
pub struct LambdaParam {
    pub pat: PatId,
    pub ty: Option<TyRefId>,
}

#[derive(Debug)]
pub struct LoopInfo {
    pub label: Option<Symbol>,
    pub span: Span,
    /// Some `break` of it carries a value.
    pub break_value: bool,
    /// Some `break` targets it.
    pub breaks: bool,
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum ExprKind {
    /// An error already reported; has the error type.
    Missing,
    Lit(Lit),
    /// `"…{e:spec}…"`.
    Interp(Box<[InterpPart]>),
    Local(LocalId),
    /// A cell of this or another module as a value or callee.
    Cell(CellId),
    /// A nested cell with the locals (of the current body) that hold what it captured.
    NestedCell {
        cell: CellId,
        captures: Box<[LocalId]>,
    },
    /// An overloaded name, decided by the head of the first argument's type: first the methods of this name
    /// (`Hir::methods`, except in bodies of std modules), then `Hir::builtins`.
    Builtin(Symbol),
    Const(ConstId),
    /// A record's name in callee position.
    Record(RecordId),
    /// `Shape.Circle`, or an unqualified name that only one visible enum has.
    Variant(VariantRef),
    /// An upper-case name that several visible enums have: decided by the expected type.
    AmbiguousVariant(Symbol),
    /// `x.name`; `x?.name` when `optional`.
    Field {
        base: ExprId,
        name: Symbol,
        name_span: Span,
        optional: bool,
    },
    /// `t.0`; `t?.0` when `optional`.
    TupleField {
        base: ExprId,
        index: u32,
        span: Span,
        optional: bool,
    },
    /// `xs[i]`; `xs?[i]` when `optional`.
    Index {
        base: ExprId,
        index: ExprId,
        optional: bool,
    },
    /// `xs[a..b]`, `xs[a..=b]`, `xs[a..]`, `xs[..b]`; `xs?[a..b]` when `optional`.
    Slice {
        base: ExprId,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
        inclusive: bool,
        optional: bool,
    },
    Call {
        callee: ExprId,
        type_args: Box<[TyRefId]>,
        args: Box<[Arg]>,
    },
    /// `x.name(args)`: a field holding a function, a method, or uniform call syntax.
    MethodCall {
        recv: ExprId,
        name: Symbol,
        name_span: Span,
        type_args: Box<[TyRefId]>,
        args: Box<[Arg]>,
        optional: bool,
    },
    /// `r with (f: e, …)`.
    Update {
        base: ExprId,
        fields: Box<[(Symbol, Span, ExprId)]>,
    },
    Neg(ExprId),
    BitNot(ExprId),
    Not(ExprId),
    /// Arithmetic, bits, `++`. The left spine of a chain may be a million deep: walk it iteratively.
    Binary {
        op: BinOp,
        op_span: Span,
        lhs: ExprId,
        rhs: ExprId,
    },
    /// Comparison and equality; does not chain.
    Compare {
        op: CmpOp,
        op_span: Span,
        lhs: ExprId,
        rhs: ExprId,
    },
    /// Short-circuit `and`, `or`. Same remark on the left spine.
    Logic {
        is_and: bool,
        lhs: ExprId,
        rhs: ExprId,
    },
    /// `x in xs` (`not` is written outside).
    In {
        item: ExprId,
        container: ExprId,
    },
    Is {
        value: ExprId,
        ty: TyRefId,
    },
    As {
        value: ExprId,
        ty: TyRefId,
    },
    /// `e ?? d`.
    Coalesce {
        value: ExprId,
        default: ExprId,
    },
    /// `e?`.
    Propagate(ExprId),
    /// `e!`.
    Unwrap(ExprId),
    /// `try e`: the call of a tool, whose failure becomes a value.
    Try(ExprId),
    /// A call of a tool without a written signature; the context decides its type.
    ToolCall {
        tool: ToolId,
        args: Box<[(Symbol, ExprId)]>,
    },
    /// `a..b`, `a..=b`, `… step s` as a value: `list[Int]`; directly in `for` it is never built.
    Range {
        lo: ExprId,
        hi: ExprId,
        inclusive: bool,
        step: Option<ExprId>,
    },
    List(Box<[Item]>),
    Set(Box<[Item]>),
    Map(Box<[MapItem]>),
    Tuple(Box<[ExprId]>),
    /// `if … else if … else …` (also `when`): flat. Without `else` the type is `Null`.
    If {
        branches: Box<[(Cond, ExprId)]>,
        otherwise: Option<ExprId>,
    },
    Match {
        value: ExprId,
        arms: Box<[Arm]>,
    },
    Block(Block),
    While {
        id: LoopId,
        cond: Cond,
        body: ExprId,
    },
    Loop {
        id: LoopId,
        body: ExprId,
    },
    For {
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guard: Option<ExprId>,
        body: ExprId,
    },
    /// `[e for p in xs if c]` and its set and map forms.
    Comprehension {
        kind: Comprehension,
        id: LoopId,
        pat: PatId,
        iter: ExprId,
        guards: Box<[ExprId]>,
    },
    Break {
        target: LoopId,
        value: Option<ExprId>,
    },
    Continue {
        target: LoopId,
    },
    Return(Option<ExprId>),
    /// `handle body with clauses end`.
    Handle(Box<Handle>),
    /// A handler out of which something jumps.
    Exit {
        exit: ExitId,
        /// Holds the number of this run of it: what leaves another run does not come here.
        token: LocalId,
        /// A function without parameters, which makes the handler.
        body: ExprId,
    },
    /// `yield e`, in the body of a generator lambda only.
    Yield(ExprId),
    /// `cursor.next()`: the next element, null behind the last one.
    CursorNext(LocalId),
    /// `cursor.close()`.
    CursorClose(LocalId),
    /// Keeps a value in a global, at the end of an entry of a session. No source has it.
    Keep {
        value: ExprId,
        global: Symbol,
    },
    Lambda(LambdaId),
    /// Reports that a place is reached: made by `cover`, behind all checks.
    Cover(u32),
    Emit(ExprId),
    Halt(ExprId),
    /// `assert c, "msg"`; the source text of `c` is the span of `cond`.
    Assert {
        cond: ExprId,
        message: Option<ExprId>,
    },
}

/// A handler and what it handles.
#[derive(Debug)]
pub struct Handle {
    /// A function without parameters.
    pub body: ExprId,
    pub clauses: Box<[Clause]>,
    /// A lambda with one parameter: what becomes of the body's value.
    pub ret: Option<ExprId>,
}

impl Handle {
    /// The functions that it is made of, in order.
    pub fn parts(&self) -> impl Iterator<Item = ExprId> {
        let clauses = self.clauses.iter().map(|clause| clause.code);
        std::iter::once(self.body).chain(clauses).chain(self.ret)
    }
}

/// What a clause does with `resume`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resumes {
    /// Every way through it ends in a call, and there are no others.
    InTail,
    /// It calls it, by itself.
    Directly,
    /// Anything a value can do.
    AsValue,
}

/// A clause of a handler.
#[derive(Debug)]
pub struct Clause {
    /// A cell with origin `Operation`.
    pub operation: CellId,
    /// The written type arguments of its effect.
    pub type_args: Box<[TyRefId]>,
    /// A lambda: the operation's parameters, then `resume`.
    pub code: ExprId,
    /// Place of its name.
    pub span: Span,
}

#[derive(Debug)]
pub enum Lit {
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
    /// Escapes resolved.
    Str(Box<str>),
    Bytes(Box<[u8]>),
}

#[derive(Debug)]
pub enum InterpPart {
    Text(Box<str>),
    Value { expr: ExprId, spec: Option<FormatSpec> },
}

/// `[[fill]<>^][+][#][0][width][,][.precision][type]` (decisions 37).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FormatSpec {
    pub fill: Option<char>,
    /// `<`, `>` or `^`.
    pub align: Option<char>,
    pub plus: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: Option<u16>,
    pub comma: bool,
    pub precision: Option<u16>,
    /// `x X b o e d f % s`, as written.
    pub ty: Option<char>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Arg {
    pub name: Option<(Symbol, Span)>,
    pub value: ExprId,
    /// `...xs` into a variadic parameter.
    pub spread: bool,
}

#[derive(Debug)]
pub struct Item {
    pub value: ExprId,
    pub spread: bool,
}

#[derive(Debug)]
pub enum MapItem {
    Entry(ExprId, ExprId),
    Spread(ExprId),
}

#[derive(Debug)]
pub enum Comprehension {
    List(ExprId),
    Set(ExprId),
    Map(ExprId, ExprId),
    /// The comprehension of the next `for`, which collects into the same list, set or map.
    Nested(ExprId),
}

/// A condition: a Bool, or `let pattern = value`.
#[derive(Debug)]
pub enum Cond {
    Bool(ExprId),
    Let { pat: PatId, value: ExprId },
}

#[derive(Debug)]
pub struct Arm {
    pub pat: PatId,
    pub guard: Option<ExprId>,
    pub body: ExprId,
    pub span: Span,
}

/// Statements in order, then the value; scopes its bindings and its `defer`s.
#[derive(Debug)]
pub struct Block {
    pub stmts: Box<[Stmt]>,
    pub tail: Option<ExprId>,
}

impl Block {
    /// Whether something runs when it is left, so that nothing in it is in tail position.
    pub fn acts_at_end(&self) -> bool {
        let acts = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Defer(_) | StmtKind::Cursor { .. });
        self.stmts.iter().any(acts)
    }
}

#[derive(Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum StmtKind {
    /// The value is discarded.
    Expr(ExprId),
    /// `otherwise` is the block of `let … else`, which must leave.
    Let { pat: PatId, ty: Option<TyRefId>, init: ExprId, otherwise: Option<ExprId> },
    /// `place = e`, `place op= e`.
    Assign { place: Place, op: Option<(BinOp, Span)>, value: ExprId },
    /// A parameterless lambda, run on every exit of the enclosing block.
    Defer(LambdaId),
    /// `let cursor = iter(stream)`: a run of the stream, ended on every exit of the enclosing block. The local is none
    /// of the values: only `CursorNext` and `CursorClose` name it.
    Cursor { local: LocalId, stream: ExprId },
    /// Nested cells become callable here; (outer local, snapshot) for each captured value.
    NestedCells { cells: Box<[CellId]>, captures: Box<[(LocalId, LocalId)]> },
}

/// What an assignment changes: a local and a path into its value.
#[derive(Debug)]
pub struct Place {
    pub local: LocalId,
    pub span: Span,
    pub path: Box<[PlaceStep]>,
}

#[derive(Debug)]
pub enum PlaceStep {
    Field { name: Symbol, span: Span },
    TupleField { index: u32, span: Span },
    Index { index: ExprId, span: Span },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    /// `/`: truncates on Int.
    Div,
    /// `//`: floors.
    FloorDiv,
    Rem,
    Pow,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    /// `++`.
    Concat,
}

impl BinOp {
    /// How it is written.
    pub const fn text(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::FloorDiv => "//",
            BinOp::Rem => "%",
            BinOp::Pow => "**",
            BinOp::BitAnd => "&",
            BinOp::BitOr => "|",
            BinOp::BitXor => "^",
            BinOp::Shl => "<<",
            BinOp::Shr => ">>",
            BinOp::Concat => "++",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CmpOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl CmpOp {
    /// How it is written.
    pub const fn text(self) -> &'static str {
        match self {
            CmpOp::Eq => "==",
            CmpOp::Ne => "!=",
            CmpOp::Lt => "<",
            CmpOp::Le => "<=",
            CmpOp::Gt => ">",
            CmpOp::Ge => ">=",
        }
    }
}

#[derive(Debug)]
pub struct Pat {
    pub kind: PatKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum PatKind {
    Missing,
    Wild,
    Bind(LocalId),
    /// `name @ pattern`.
    At(LocalId, PatId),
    /// Int, Float, Bool, Null, Str, Bytes; a leading `-` is folded in.
    Lit(Lit),
    /// `a..b`, `a..=b` with constant Int ends.
    Range {
        lo: Option<i64>,
        hi: Option<i64>,
        inclusive: bool,
    },
    /// `"a".."f"`: matches the Strings of one character in the range.
    CharRange {
        lo: Option<char>,
        hi: Option<char>,
        inclusive: bool,
    },
    /// `0.5..1.0`; no NaN is in it.
    FloatRange {
        lo: Option<f64>,
        hi: Option<f64>,
        inclusive: bool,
    },
    /// `Shape.Circle(…)`, `Circle(…)`, `ok(…)`.
    Variant {
        variant: PatVariant,
        args: Box<[PatArg]>,
        rest: bool,
    },
    /// `Point(x: p, ..)`.
    Record {
        record: RecordId,
        args: Box<[PatArg]>,
        rest: bool,
    },
    Tuple(Box<[PatId]>),
    /// `[a, ...rest, b]`: `rest` is (index in the list, binding pattern if named).
    List {
        items: Box<[PatId]>,
        rest: Option<(u32, Option<PatId>)>,
    },
    /// `n: Int`: a type test around a pattern.
    Type {
        pat: PatId,
        ty: TyRefId,
    },
    /// All alternatives bind the same names to the same locals.
    Or(Box<[PatId]>),
}

#[derive(Clone, Copy, Debug)]
pub enum PatVariant {
    Known(VariantRef),
    /// Unqualified and in several enums: decided by the scrutinee's type.
    Unresolved(Symbol),
    /// Qualified by an enum that has no such variant: already reported.
    Error(Option<EnumId>),
}

#[derive(Debug)]
pub struct PatArg {
    pub name: Option<(Symbol, Span)>,
    pub pat: PatId,
}
