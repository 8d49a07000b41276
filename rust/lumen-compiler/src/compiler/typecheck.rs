//! Type checking: HIR to typed tables. Bidirectional and local: signatures are written, bodies are inferred.
//!
//! `Hir` → (`TypeTables`, diagnostics). Declarations first (`declare`), then every body: those whose result is inferred
//! in the order of their references, the others as they stand. Effect rows are collected as a graph on the way and
//! closed by `effects` at the end. Invariants: an expression that has the error type was reported; nothing that has
//! it is reported again; tables hold no variable.

pub mod tables;
pub mod types;
pub mod print;
mod regular;
mod declare;
mod subst;
mod generics;
pub mod impls;
mod traits;
mod objects;
mod signature;
mod order;
mod body;
mod coerce;
mod refine;
mod erase;
mod replace;
mod narrow;
mod expr;
mod operators;
mod access;
mod adapt;
mod place;
mod call;
mod args;
mod method;
mod control;
mod cursor;
mod stmt;
pub(crate) mod handle;
pub(crate) mod instances;
mod tools;
mod sealed;
mod lambda;
mod pattern;
mod exhaustive;
pub(crate) mod diagnostics;

use self::body::BodyCx;
use self::declare::AliasState;
use self::generics::Holders;
use self::print::TypePrinter;
use self::subst::Vars;
use self::tables::{CellSig, TypeTables};
use self::traits::Implied;
use self::types::{RowTy, Ty, TyStore};
use super::effects;
use super::effects::row::{RowGraph, RowVar};
use super::hir::{Bound, CellBody, CellId, Hir, Kept, ModuleId, TraitId, TypeParamId};
use lumen_base::{Diagnostic, FileId, FileSpan, Interner, Span, Symbol};
use lumen_lir::Effect;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// Largest type, in nodes when written out: bounds every walk over a type.
pub(crate) const TYPE_SIZE_MAX: u32 = 2_000;

/// How many bodies may be under check at once because one asks for the inferred result of another.
const INFER_DEPTH_MAX: u32 = 32;

/// Checks all bodies of `hir`.
pub fn check<'a>(hir: &'a Hir, names: &'a Interner) -> Checked<'a> {
    let mut checker = Checker::new(hir, names);
    checker.declare();
    for cell in order::inferred_first(hir) {
        checker.check_cell(cell);
    }
    if checker.too_large {
        let at = Span::default().in_file(hir.modules[hir.root].file);
        checker.diags.push(diagnostics::type_too_large(at));
    }
    Checked(checker)
}

/// A program whose types are known and whose effect rows are not closed yet.
pub struct Checked<'a>(Checker<'a>);

impl Checked<'_> {
    /// Closes the rows, checks effects, and gives the tables.
    pub fn close_effects(self) -> (TypeTables, Vec<Diagnostic>) {
        let mut checker = self.0;
        effects::close(&mut checker);
        let mut diags = checker.diags;
        lumen_base::diag::sort(&mut diags);
        diags.dedup();
        let (mut tables, mut store) = (checker.tables, checker.store);
        if checker.hir.aliases.values().any(|alias| alias.check.is_some()) {
            erase::erase(checker.hir, &mut tables, &mut store);
        }
        tables.store = store;
        (tables, diags)
    }
}

/// Whether a cell's result type is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ret {
    Known,
    /// Inferred, its body not checked yet.
    Unknown,
    /// Inferred, its body under check.
    Checking,
}

/// What the checker knows of a cell beside its signature.
pub(crate) struct CellInfo {
    /// Rigid row parameters: written ones, and one for each function parameter without a row.
    pub row_params: Box<[TypeParamId]>,
    /// The row of the body.
    pub row_var: RowVar,
    /// Callers see the signature's row; else the body's.
    pub row_declared: bool,
    /// Of an inferred row, once the body is checked: the effects with type arguments that are known of it.
    pub instances: Box<[Ty]>,
    pub ret: Ret,
}

/// The state of one compilation's check.
pub(crate) struct Checker<'a> {
    pub hir: &'a Hir,
    pub names: &'a Interner,
    pub store: TyStore,
    pub tables: TypeTables,
    pub diags: Vec<Diagnostic>,
    pub rows: RowGraph,
    pub cells: Vec<CellInfo>,
    vars: Vars,
    in_body: bool,
    /// Whether some effect has type parameters.
    generic_effects: bool,
    /// Bodies under check on top of each other.
    depth: u32,
    too_large: bool,
    aliases: Vec<AliasState>,
    alias_depth: u32,
    row_params: Vec<TypeParamId>,
    next_row_param: u32,
    written_bounds: Vec<(Ty, Bound, FileSpan)>,
    /// Bounds of types that were not known where they were required.
    obligations: Vec<(Ty, Bound, FileSpan)>,
    /// Bounds of type parameters that were reported as lacking: once is enough.
    lacks: Vec<(Ty, Bound)>,
    /// By trait: everything that having it implies, itself included.
    implied: Vec<Implied>,
    /// Methods of traits by name.
    trait_methods: FxHashMap<Symbol, Vec<CellId>>,
    /// Whether a type has a trait by an impl, as far as it was asked.
    known_impls: RefCell<FxHashMap<(TraitId, Ty), bool>>,
    /// Records and enums that hold a function somewhere, so that `==` and hashing do not exist.
    hold_fn: Holders,
    /// Those that hold a `Secret`.
    hold_secret: Holders,
    /// Those that hold an `any Trait`.
    hold_any: Holders,
    /// Every name that some method has.
    method_names: FxHashSet<Symbol>,
    /// Those that methods of std modules have.
    std_method_names: FxHashSet<Symbol>,
    /// Types of the values that nested cells captured.
    capture_tys: FxHashMap<CellId, Box<[Ty]>>,
    /// Effects that a module uses without a grant, which was reported.
    reported_grants: FxHashSet<(ModuleId, Effect)>,
}

impl<'a> Checker<'a> {
    fn new(hir: &'a Hir, names: &'a Interner) -> Self {
        Checker {
            hir,
            names,
            store: TyStore::with_sealed(hir.well_known.secret, hir.well_known.untrusted),
            tables: TypeTables::default(),
            diags: Vec::new(),
            rows: RowGraph::default(),
            cells: Vec::with_capacity(hir.cells.len()),
            vars: Vars::default(),
            in_body: false,
            generic_effects: hir.effects.values().any(|effect| !effect.type_params.is_empty()),
            depth: 0,
            too_large: false,
            aliases: vec![AliasState::Unknown; hir.aliases.len()],
            alias_depth: 0,
            row_params: Vec::new(),
            next_row_param: hir.type_params.len() as u32,
            written_bounds: Vec::new(),
            obligations: Vec::new(),
            lacks: Vec::new(),
            implied: Vec::new(),
            trait_methods: FxHashMap::default(),
            known_impls: RefCell::default(),
            hold_fn: Holders::default(),
            hold_secret: Holders::default(),
            hold_any: Holders::default(),
            std_method_names: hir
                .methods
                .iter()
                .filter(|(_, cell)| hir.modules[hir.cells[**cell].module].is_std)
                .map(|((_, name), _)| *name)
                .collect(),
            method_names: hir.methods.keys().map(|(_, name)| *name).collect(),
            capture_tys: FxHashMap::default(),
            reported_grants: FxHashSet::default(),
        }
    }

    pub(crate) fn printer(&self) -> TypePrinter<'_> {
        TypePrinter { hir: self.hir, names: self.names, store: &self.store }
    }

    /// `ty` for a message.
    pub(crate) fn show(&mut self, ty: Ty) -> String {
        let ty = self.zonk(ty);
        self.printer().ty(ty)
    }

    pub(crate) fn file_of(&self, cell: CellId) -> FileId {
        self.hir.modules[self.hir.cells[cell].module].file
    }

    /// Checks a cell's body once. Nested cells are checked from the body around them.
    fn check_cell(&mut self, cell: CellId) {
        if self.tables.bodies.contains(cell) || self.cells[cell.index()].ret == Ret::Checking {
            return;
        }
        if let CellBody::Kept(kept) = self.hir.cells[cell].body {
            return self.kept(cell, kept);
        }
        let CellBody::Lumen(body) = &self.hir.cells[cell].body else { return };
        let inferred = self.cells[cell.index()].ret == Ret::Unknown;
        if inferred {
            self.cells[cell.index()].ret = Ret::Checking;
        }
        let vars = std::mem::take(&mut self.vars);
        let obligations = std::mem::take(&mut self.obligations);
        let in_body = std::mem::replace(&mut self.in_body, true);
        let known = self.rows.exchange_known(FxHashMap::default());
        self.depth += 1;
        let (typed, ret) = BodyCx::new(self, cell, body).check_body();
        self.depth -= 1;
        self.rows.exchange_known(known);
        self.in_body = in_body;
        self.obligations = obligations;
        self.vars = vars;
        self.tables.bodies.insert(cell, typed);
        if inferred {
            self.cells[cell.index()].ret = Ret::Known;
            self.sig_mut(cell).ret = ret;
        }
    }

    /// A binding of an earlier entry has the type that it had there. That entry was checked before.
    fn kept(&mut self, cell: CellId, kept: Kept) {
        self.check_cell(kept.script);
        let ty = self.tables.bodies.get(kept.script);
        let ty = ty.and_then(|body| body.local_ty.get(kept.local)).copied().unwrap_or(Ty::ERROR);
        self.cells[cell.index()].ret = Ret::Known;
        self.sig_mut(cell).ret = ty;
    }

    /// Makes the result type of `cell` known; false when that needs an annotation.
    fn ensure_ret(&mut self, cell: CellId) -> bool {
        match self.cells[cell.index()].ret {
            Ret::Known => true,
            Ret::Checking => false,
            Ret::Unknown if self.depth >= INFER_DEPTH_MAX => false,
            Ret::Unknown => {
                self.check_cell(cell);
                self.cells[cell.index()].ret == Ret::Known
            }
        }
    }

    fn sig_mut(&mut self, cell: CellId) -> &mut CellSig {
        if !self.tables.sigs.contains(cell) {
            let empty = CellSig {
                type_params: Box::new([]),
                params: Box::new([]),
                ret: Ty::ERROR,
                row: RowTy::EMPTY,
            };
            self.tables.sigs.insert(cell, empty);
        }
        self.tables.sigs.get_mut(cell).expect("inserted above")
    }
}
