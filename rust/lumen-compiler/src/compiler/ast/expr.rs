//! Expressions, statements and blocks.
//!
//! An expression node is 24 bytes: kind and operands in 16, the span in 8; whatever is larger lies
//! in an arena or a pool of its own.

use super::{CellId, Name, PatId, RowId, TypeId};
use lumen_base::{Idx, Slice, Span, Symbol};

/// Id of an [`Expr`].
pub type ExprId = Idx<Expr>;
/// Id of a [`Stmt`].
pub type StmtId = Idx<Stmt>;
/// Id of a [`Block`].
pub type BlockId = Idx<Block>;
/// Id of a [`Loop`].
pub type LoopId = Idx<Loop>;
/// Id of a [`Jump`].
pub type JumpId = Idx<Jump>;
/// Id of a [`Lambda`].
pub type LambdaId = Idx<Lambda>;
/// Id of a [`Comprehension`].
pub type ComprehensionId = Idx<Comprehension>;
/// Id of a [`TypeArgs`].
pub type TypeArgsId = Idx<TypeArgs>;
/// Id of a [`FormatSpec`].
pub type FormatSpecId = Idx<FormatSpec>;
pub type HandleId = Idx<Handle>;

/// An expression. Parentheses leave no node; the span is without them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ExprKind {
    /// What could not be read; reported already.
    Error,

    /// An integer literal; `-9223372036854775808` is one too (all other `-n` are `Unary`).
    Int(i64),
    /// A float literal.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A string without interpolation, escapes resolved, indentation stripped.
    Str(Symbol),
    /// A string with at least one `{expr}`.
    Interp(Slice<StrPart>),
    /// `b"48656c"`.
    Bytes(Slice<u8>),

    /// An identifier: a binding, cell, constant, record, variant, enum or module. `ok` and `err`
    /// (as in `ok(1)`) are names too, with the symbols `sym::OK` and `sym::ERR`.
    Name(Symbol),
    /// `base.name`, with `safe` `base?.name`; the name is the text `name_lo..span.hi`. May be a field, a method
    /// (when it is a callee), a variant of an enum, or a member of a module.
    Field { base: ExprId, name: Symbol, name_lo: u32, safe: bool },
    /// `base.0`, with `safe` `base?.0`.
    TupleField { base: ExprId, index: u32, safe: bool },
    /// `base[index]`, with `safe` `base?[index]`; a slice when `index` is a [`ExprKind::Range`].
    Index { base: ExprId, index: ExprId, safe: bool },
    /// `name[A, B]` right before `(`.
    TypeArgs(TypeArgsId),
    /// `callee(args)`. When the callee is a safe `Field`, the whole call is skipped (arguments not
    /// evaluated) and gives `null` when its base is `null`.
    Call { callee: ExprId, args: Slice<Arg> },
    /// `base with (name: e, pun:)`; every argument is named.
    Update { base: ExprId, args: Slice<Arg> },
    /// `e?`.
    Propagate(ExprId),
    /// `e!`.
    Unwrap(ExprId),
    /// `try e`.
    Try(ExprId),

    /// `-e`, `~e`, `not e`.
    Unary { op: UnOp, operand: ExprId },
    /// `lhs op rhs`; the operator stands at `op_lo`.
    Binary { op: BinOp, op_lo: u32, lhs: ExprId, rhs: ExprId },
    /// Three and more operands joined by left-associative operators of one precedence:
    /// `a + b - c` is `Chain { first: a, rest: [+ b, - c] }` and means `(a + b) - c`.
    /// At least two links. Fold them in a loop: a chain may have a million of them.
    /// The value of the first n links has the span `first.lo..operand.hi` of the n-th.
    Chain { first: ExprId, rest: Slice<ChainLink> },
    /// `lo..hi`, `lo..=hi`, `… step s`; an end lacks only where the range is an index: `xs[2..]`.
    Range { lo: Option<ExprId>, hi: Option<ExprId>, step: Option<ExprId>, inclusive: bool },
    /// `e as T`.
    As { expr: ExprId, ty: TypeId },
    /// `e is T`.
    Is { expr: ExprId, ty: TypeId },

    /// `(a, b)`: two or more.
    Tuple(Slice<ExprId>),
    /// `[a, ...b]`.
    List(Slice<Element>),
    /// `{a, ...b}`: at least one element that is not a spread.
    Set(Slice<Element>),
    /// `{"k": v, ...m}`, `{}` and `{...m}`.
    Map(Slice<Entry>),
    /// `[e for p in xs if c]`, `{e for …}`, `{k: v for …}`.
    Comprehension(ComprehensionId),
    /// `fn(x) => e` or `fn(x: T) -> R … end`.
    Lambda(LambdaId),

    /// `if … else if … else … end`, or `if c then a else b`. Each arm has a condition.
    If { arms: Slice<IfArm>, otherwise: Option<BlockId> },
    /// `match e … end`.
    Match { scrutinee: ExprId, arms: Slice<MatchArm> },
    /// `when … end`.
    When(Slice<WhenArm>),
    /// `do … end`.
    Do(BlockId),
    /// `comptime e`, or `comptime … end`.
    Comptime { body: BlockId, is_block: bool },
    /// `loop`, `while`, `for`.
    Loop(LoopId),
    /// `handle … with … end`.
    Handle(HandleId),
    /// `with H(…) do … end`.
    With { handler: ExprId, body: BlockId },
    /// `perform E.op(…)`.
    Perform(ExprId),

    /// `yield e`: gives the consumer an element.
    Yield(ExprId),
    /// `return` or `return e`. This and the next three have no value: control leaves.
    Return(Option<ExprId>),
    /// `break [@l] [e]`.
    Break(JumpId),
    /// `continue [@l]`.
    Continue(JumpId),
    /// `halt(msg)`: the operand is the message.
    Halt(ExprId),
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    /// `-`
    Neg,
    /// `~`
    BitNot,
    /// `not`
    Not,
}

/// Binary operators, by precedence, tightest first. Those of one line chain with each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    /// `**`, right-associative: never in a chain.
    Pow,
    /// `*`
    Mul,
    /// `/`, truncating on Int.
    Div,
    /// `//`, flooring.
    FloorDiv,
    /// `%`
    Rem,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    BitAnd,
    /// `^`
    BitXor,
    /// `|`
    BitOr,
    /// `++`
    Concat,
    /// `??`
    Coalesce,
    /// `==`; comparisons never chain.
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
    /// `x |> f(a)`: the right side's innermost callee on the left spine is called with `x` as its
    /// first argument (`f`, `f(a)`, `f(a)?`, `m.f(a)`, a lambda).
    Pipe,
    /// `f ~> g`: a function that applies `f`, then `g`.
    Compose,
}

impl BinOp {
    /// The operator as written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Pow => "**",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Rem => "%",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::BitAnd => "&",
            Self::BitXor => "^",
            Self::BitOr => "|",
            Self::Concat => "++",
            Self::Coalesce => "??",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::And => "and",
            Self::Or => "or",
            Self::Pipe => "|>",
            Self::Compose => "~>",
        }
    }

    /// The span of an operator that stands at `op_lo`.
    pub const fn span_at(self, op_lo: u32) -> Span {
        Span::new(op_lo, op_lo + self.text().len() as u32)
    }
}

impl UnOp {
    /// The operator as written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Neg => "-",
            Self::BitNot => "~",
            Self::Not => "not",
        }
    }
}

/// `op operand` in a chain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ChainLink {
    pub op: BinOp,
    /// Where the operator stands.
    pub op_lo: u32,
    pub operand: ExprId,
}

/// An argument of a call, an update or an attribute.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arg {
    /// `name: value`.
    pub name: Option<Name>,
    /// The value; of a pun `name:`, a `Name` expression made by the parser.
    pub value: ExprId,
    pub kind: ArgKind,
}

/// `name[A, B]` right before `(`: type arguments when `base` is a cell, a type or a variant; before `.` when it is an
/// effect.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TypeArgs {
    /// A `Name`, or `Field`s down to a name.
    pub base: ExprId,
    /// Empty when the brackets cannot be types.
    pub types: Slice<TypeId>,
    /// The other reading, the one index in `base[index]`, when the brackets also read as an
    /// expression; it is what is meant when `base` is a value.
    pub index: Option<ExprId>,
}

/// How an argument is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgKind {
    /// `value` or `name: value`.
    Value,
    /// `name:`.
    Pun,
    /// `...value`: a list for the variadic parameter.
    Spread,
}

/// A part of an interpolated string.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StrPart {
    /// Text with escapes resolved; not empty.
    Text(Symbol),
    /// `{expr}` or `{expr:spec}`.
    Hole { expr: ExprId, spec: Option<FormatSpecId> },
}

/// `[[fill]<>^][+][#][0][width][,][.precision][type]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FormatSpec {
    /// Padding character, a space by default.
    pub fill: char,
    pub align: Option<Align>,
    /// `+`: positive numbers get a sign.
    pub plus: bool,
    /// `#`: prefix `0x`, `0b`, `0o`.
    pub alternate: bool,
    /// `0`: pad with zeros behind the sign and prefix.
    pub zero: bool,
    /// Least number of characters.
    pub width: Option<u16>,
    /// `,`: group the integer digits by three.
    pub grouped: bool,
    /// Digits behind the point, or most characters of a string.
    pub precision: Option<u16>,
    pub kind: Option<FormatKind>,
    pub span: Span,
}

/// Where a padded text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
}

/// The type letter of a format spec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatKind {
    /// `d`: Int in decimal.
    Decimal,
    /// `b`
    Binary,
    /// `o`
    Octal,
    /// `x`
    LowerHex,
    /// `X`
    UpperHex,
    /// `f`: Float, fixed point.
    Fixed,
    /// `e`: Float with exponent.
    LowerExp,
    /// `E`
    UpperExp,
    /// `%`: Float times 100 with a percent sign.
    Percent,
    /// `s`: String.
    Str,
    /// `?`: the text of `debug`.
    Debug,
}

/// An element of a list or set literal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element {
    /// `e`
    Value(ExprId),
    /// `...e`
    Spread(ExprId),
}

/// An entry of a map literal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// `key: value`
    Pair(ExprId, ExprId),
    /// `...m`
    Spread(ExprId),
}

/// One `for` of a list, set or map comprehension, with any number of `if`s.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Comprehension {
    pub what: Comprehended,
    pub pat: PatId,
    pub iterable: ExprId,
    /// All must hold; they see the pattern's bindings, each evaluated only when those before hold.
    pub conditions: Slice<ExprId>,
}

/// What a comprehension collects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comprehended {
    List(ExprId),
    Set(ExprId),
    Map(ExprId, ExprId),
    /// What the next `for` collects: a comprehension.
    Nested(ExprId),
}

/// An anonymous function.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lambda {
    pub params: Slice<LambdaParam>,
    pub ret: Option<TypeId>,
    pub row: Option<RowId>,
    /// For `=> e`, a block with that one expression.
    pub body: BlockId,
}

/// A parameter of a lambda.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LambdaParam {
    /// A name, `_` or another irrefutable pattern (`fn((k, v)) => …`).
    pub pat: PatId,
    pub ty: Option<TypeId>,
}

/// A condition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Cond {
    /// `e`
    Expr(ExprId),
    /// `let pat = value`: binds when the value matches. A plain name against a `T?` tests for non-null and binds the `T`.
    Let(PatId, ExprId),
}

/// `if cond` or `else if cond` with its block.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct IfArm {
    pub cond: Cond,
    pub then: BlockId,
}

/// `pat if guard -> body`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MatchArm {
    pub pat: PatId,
    pub guard: Option<ExprId>,
    pub body: BlockId,
    pub span: Span,
}

/// `handle body with clauses end`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Handle {
    pub body: BlockId,
    /// The body stands on lines of its own.
    pub is_block: bool,
    /// Place of the `with`.
    pub with_lo: u32,
    pub clauses: Slice<Clause>,
}

/// `Effect.op(params) => body` or `return(x) => body`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clause {
    /// The operation, a path; nothing for a return clause.
    pub operation: Option<ExprId>,
    pub params: Slice<LambdaParam>,
    pub body: BlockId,
    pub span: Span,
}

/// `cond -> body`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WhenArm {
    /// `None` for `_`.
    pub cond: Option<ExprId>,
    pub body: BlockId,
    pub span: Span,
}

/// `loop`, `while` or `for`, with its label and body.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Loop {
    pub kind: LoopKind,
    /// `@name`, without the `@`.
    pub label: Option<Name>,
    pub body: BlockId,
}

/// The kinds of loops.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LoopKind {
    Loop,
    While(Cond),
    /// `for pat in iterable [if condition]`.
    For {
        pat: PatId,
        iterable: ExprId,
        condition: Option<ExprId>,
    },
}

/// Target and value of a `break` or `continue`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Jump {
    pub label: Option<Name>,
    /// Always `None` for `continue`.
    pub value: Option<ExprId>,
}

/// Statements; the value is that of the last one when it is an expression.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Block {
    pub stmts: Slice<StmtId>,
    /// The text of the statements; empty, behind the opener, when there are none.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StmtKind {
    /// `let [mut] pat [: ty] = value [else block]`; `mut` makes every binding of the pattern mutable.
    Let { pat: PatId, ty: Option<TypeId>, value: ExprId, otherwise: Option<BlockId>, is_mut: bool },
    /// `target = value`, or `target op= value`. The target is a `Name`, or `Field`, `TupleField`, `Index`
    /// (none of them safe) on a target, down to a name; else it was reported and is `Error`.
    Assign { target: ExprId, op: Option<BinOp>, value: ExprId },
    /// An expression for its effect, or, at the end of a block, for its value.
    Expr(ExprId),
    /// A nested cell.
    Cell(CellId),
    /// `defer … end`.
    Defer(BlockId),
    /// `assert cond, message`; `assert(cond)` is an ordinary call.
    Assert { cond: ExprId, message: Option<ExprId> },
    /// `assert_matches(value, pattern, message)`.
    AssertMatches { value: ExprId, pat: PatId, message: Option<ExprId> },
    /// `emit e`.
    Emit(ExprId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stay_small() {
        assert_eq!(size_of::<ExprKind>(), 16);
        assert_eq!(size_of::<Expr>(), 24);
        assert!(size_of::<Stmt>() <= 28);
    }
}
