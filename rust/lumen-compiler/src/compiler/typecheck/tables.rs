//! What type checking found out, as side tables keyed by HIR ids: the input of effects, lowering and tools.
//!
//! Invariants: no table holds an unification variable; a body with errors has an entry too, but lowering runs only
//! when the whole compilation has no error. Types mention the `Param`s of the body's own cell (and, for a nested
//! cell, of the cells around it); lowering substitutes them for each instance.

use super::erase::Refined;
use super::impls::Impls;
use super::types::{RowTy, Ty, TyStore};
use crate::compiler::hir::{
    Cell, CellId, Const, ConstId, Enum, EnumId, Exit, Expr, ExprId, Lambda, Local, LoopInfo, Pat,
    PatId, Record, RecordId, TypeParamId, VariantRef,
};
use lumen_base::ArenaMap;
use lumen_lir::Datum;
use rustc_hash::{FxHashMap, FxHashSet};

/// Everything that type checking found out about one compilation.
#[derive(Default)]
pub struct TypeTables {
    pub store: TyStore,
    /// Of every cell, builtins, nested cells, defaults, conditions and initialisers included.
    pub sigs: ArenaMap<Cell, CellSig>,
    /// Of every cell with a Lumen body.
    pub bodies: ArenaMap<Cell, TypedBody>,
    /// Field types of each record, mentioning the record's own type parameters.
    pub records: ArenaMap<Record, Box<[Ty]>>,
    /// Payload types of each variant of each enum, mentioning the enum's own type parameters.
    pub variants: ArenaMap<Enum, Box<[Box<[Ty]>]>>,
    pub consts: ArenaMap<Const, Ty>,
    /// Values of constants that were computed by `comptime`, an input of lowering.
    pub const_values: FxHashMap<ConstId, Datum>,
    pub impls: Impls,
    /// What holds refined types.
    pub refined: Refined,
    /// `records` and `variants` with refined types, where the program declares some: what conversions check.
    pub exact: Option<ExactTypes>,
}

/// Types as they were declared.
#[derive(Default)]
pub struct ExactTypes {
    pub records: ArenaMap<Record, Box<[Ty]>>,
    pub variants: ArenaMap<Enum, Box<[Box<[Ty]>]>>,
    /// What `extern cell`s give.
    pub host_results: ArenaMap<Cell, Ty>,
}

impl TypeTables {
    /// Field types of a record, with their refinements.
    pub fn exact_records(&self, id: RecordId) -> &[Ty] {
        let records = self.exact.as_ref().map_or(&self.records, |exact| &exact.records);
        records.get(id).map_or(&[], |fields| fields)
    }

    /// What an `extern cell` gives, with its refinements.
    pub fn exact_host_result(&self, id: CellId) -> Ty {
        let exact = self.exact.as_ref().and_then(|exact| exact.host_results.get(id));
        exact.copied().or_else(|| self.sigs.get(id).map(|sig| sig.ret)).unwrap_or(Ty::NULL)
    }

    /// Payload types of a variant, with their refinements.
    pub fn exact_payload(&self, id: EnumId, ordinal: u32) -> &[Ty] {
        let variants = self.exact.as_ref().map_or(&self.variants, |exact| &exact.variants);
        let payload = variants.get(id).and_then(|variants| variants.get(ordinal as usize));
        payload.map_or(&[], |fields| fields)
    }
}

/// The signature of a cell with everything inferred filled in.
///
/// A default's or condition's cell has the type parameters of the cell or record it belongs to. Rows inside function
/// types never decide a representation: `fn() -> Int` and `fn() -> Int / {emit}` are the same for lowering.
#[derive(Clone, Debug)]
pub struct CellSig {
    pub type_params: Box<[TypeParamId]>,
    /// A variadic parameter has its `list[T]`.
    pub params: Box<[Ty]>,
    pub ret: Ty,
    pub row: RowTy,
}

/// One checked body.
#[derive(Default)]
pub struct TypedBody {
    /// The type an expression has by itself. A narrowed local has its narrowed type here; the local's own type
    /// (its representation) is in `local_ty`.
    pub expr_ty: ArenaMap<Expr, Ty>,
    /// Where the context wants another type, the type it is converted to: `T` → `T?`, member → union, anything →
    /// `Any`, a member of Json → `Json`, `Never` → anything, anything → `Null` (the value is dropped). Literals have
    /// the context's type at once and need no entry (`Lit::Int` with type `Float`). At an `If`, `Match`, `Block` the
    /// entries are on the branches' tails where each branch differs, else on the whole. The tail of a block whose
    /// value is discarded has no entry.
    pub adjust: FxHashMap<ExprId, Ty>,
    /// Values that enter a refined type, and the type whose conditions they must meet: the refined type itself, an
    /// optional of it or a union with it. The condition runs on the value before `adjust`.
    pub refine: FxHashMap<ExprId, Ty>,
    /// The same for what a compound assignment makes, at the value that is joined.
    pub refine_result: FxHashMap<ExprId, Ty>,
    /// Of every `Is` and `As` whose target is refined: that type.
    pub refined_target: FxHashMap<ExprId, Ty>,
    pub local_ty: ArenaMap<Local, Ty>,
    /// The type of the value that meets the pattern.
    pub pat_ty: ArenaMap<Pat, Ty>,
    /// Of every `Call` and `MethodCall` (a call of a field that holds a function included).
    pub calls: FxHashMap<ExprId, Call>,
    /// A cell, builtin or variant used as a function value (not called): what it is, instantiated.
    pub fn_values: FxHashMap<ExprId, FnValue>,
    /// Of every `Field`: the index of the field in its record (after removing `?`).
    pub fields: FxHashMap<ExprId, u32>,
    /// Of every `Update`: the field index for each given field.
    pub updates: FxHashMap<ExprId, Box<[u32]>>,
    /// Of every unqualified variant expression without payload.
    pub variants: FxHashMap<ExprId, VariantRef>,
    /// For variant and record patterns: the resolved variant, and for each sub-pattern its field index.
    pub pat_variants: FxHashMap<PatId, VariantRef>,
    pub pat_args: FxHashMap<PatId, Box<[u32]>>,
    /// For each step of an assignment's place (keyed by the assigned value's expression): the type of the value the
    /// step selects from, and for fields the index.
    pub places: FxHashMap<ExprId, Box<[PlaceStepInfo]>>,
    /// Of every `Is`: the type tested for. (An `As` has its target in `expr_ty`.)
    pub is_ty: FxHashMap<ExprId, Ty>,
    /// Of every type-test pattern: the type tested for.
    pub pat_test: FxHashMap<PatId, Ty>,
    /// A pattern that selects one member of an optional, union, `Any` or `Json`: that member's type. Of every literal,
    /// range, variant, record, tuple and list pattern whose `pat_ty` is not that type itself.
    pub pat_member: FxHashMap<PatId, Ty>,
    /// A plain name in `if let`, `while let`, `let … else` that meets a `T?`: it tests for non-null and binds the `T`.
    pub non_null: FxHashSet<PatId>,
    pub lambda_row: ArenaMap<Lambda, RowTy>,
    /// What a loop gives whose `break`s have values.
    pub loop_ty: ArenaMap<LoopInfo, Ty>,
    /// Of every `Exit`: what the function gives that `return` leaves there.
    pub exit_ty: ArenaMap<Exit, Ty>,
    /// Of the code of every clause: the type arguments of its effect.
    pub clause_args: FxHashMap<ExprId, Box<[Ty]>>,
}

impl TypedBody {
    /// The type that `expr` has by itself.
    pub fn ty(&self, expr: ExprId) -> Ty {
        self.expr_ty.get(expr).copied().unwrap_or(Ty::ERROR)
    }

    /// The type of `expr` after the conversion its context asks for.
    pub fn adjusted(&self, expr: ExprId) -> Ty {
        self.adjust.get(&expr).copied().unwrap_or_else(|| self.ty(expr))
    }

    /// Whether the value of `expr` is used as it is.
    pub fn is_plain(&self, expr: ExprId) -> bool {
        !self.adjust.contains_key(&expr) && !self.refine.contains_key(&expr)
    }

    /// The resolved call at `expr`.
    pub fn call(&self, expr: ExprId) -> Option<&Call> {
        self.calls.get(&expr)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct PlaceStepInfo {
    pub container: Ty,
    pub field: u32,
}

/// A resolved call.
#[derive(Clone, Debug)]
pub struct Call {
    pub target: Target,
    /// One for each type parameter of the target, row variables included as `Ty::ERROR` placeholders.
    pub type_args: Box<[Ty]>,
    /// One for each parameter (or field) of the target, in its order. A method call's receiver is among them.
    pub args: Box<[ArgSource]>,
    /// `x?.f(…)`: the call happens only when the receiver is not null.
    pub optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    Cell(CellId),
    /// A call of a function value: the callee expression is evaluated; for a `MethodCall` on a field that holds a
    /// function, the value is field `field` of the receiver.
    Value,
    FieldValue {
        field: u32,
    },
    Record(RecordId),
    Variant(VariantRef),
}

#[derive(Clone, Debug)]
pub enum ArgSource {
    Expr(ExprId),
    /// The parameter's default cell is called (with the arguments before it for cells, none for fields).
    Default(CellId),
    /// Collected into the variadic list; `true` marks a spread element.
    Variadic(Box<[(ExprId, bool)]>),
}

/// A callable used as a value.
#[derive(Clone, Debug)]
pub struct FnValue {
    pub target: Target,
    pub type_args: Box<[Ty]>,
}
