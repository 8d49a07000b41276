//! What a body does with its locals: which it consumes, whom it passes them to, where it assigns them.
//!
//! Input: one HIR body with its typing tables. Output: a [`Facts`], from which `program.rs` derives for the whole
//! program which parameters are owned and which are only borrowed. Independent of instances: one walk per cell.
//!
//! Invariants: the walk visits expressions in the order of evaluation (`order.rs`), as `liveness.rs` and the emitter do;
//! positions grow in that order.

use super::bitset::BitSet;
use super::order::{self, Binders};
use super::program::std_cell;
use crate::compiler::hir::{
    Arm, Body, Cell, CellBody, CellId, Comprehension, Cond, Expr, ExprId, ExprKind, Hir,
    InterpPart, LambdaId, LocalId, MapItem, PatId, PatKind, PlaceStep, Stmt, StmtKind, Way,
};
use crate::compiler::typecheck::tables::{ArgSource, Target, TypeTables, TypedBody};
use crate::compiler::typecheck::types::{Ty, TyKind, TyStore};
use lumen_base::sym;
use rustc_hash::{FxHashMap, FxHashSet};

/// The facts about one body.
#[derive(Default)]
pub(super) struct Facts {
    /// Locals whose value is consumed somewhere; complete after `program.rs` has propagated.
    pub(super) own: BitSet,
    /// When the first is consumed, so is the second.
    pub(super) flows: Vec<(LocalId, LocalId)>,
    /// A local passed as an argument: consumed when that parameter is.
    pub(super) passes: Vec<(LocalId, CellId, u32)>,
    /// Every cell that the body calls or mentions.
    pub(super) callees: Vec<CellId>,
    /// Number of expressions.
    pub(super) size: u32,
    pub(super) has_defer: bool,
    pub(super) has_nested: bool,
    /// Is part of a cycle of calls.
    pub(super) recursive: bool,
    /// Expressions that assign a local of the body inside them.
    pub(super) assigns: BitSet,
    /// Positions at which a local is assigned, ascending.
    assigned_at: FxHashMap<LocalId, Vec<u32>>,
    /// Position at which a local is bound and at which its scope ends.
    scope_of: Vec<(u32, u32)>,
    /// Lambdas (`None`: the body itself) with a `return` or `?`.
    pub(super) returns: FxHashSet<Option<LambdaId>>,
    /// Calls itself in tail position.
    pub(super) self_tail: bool,
    /// First and last position inside an expression that binds or loops.
    extent: FxHashMap<ExprId, (u32, u32)>,
}

impl Facts {
    /// Whether `local` is assigned while `other` is in scope.
    pub(super) fn assigned_during(&self, local: LocalId, other: LocalId) -> bool {
        let (from, to) = self.scope_of.get(other.index()).copied().unwrap_or((0, u32::MAX));
        self.assigned_between(local, from, to)
    }

    /// Whether `local` is assigned inside `expr`, a loop or a match.
    pub(super) fn assigned_inside(&self, local: LocalId, expr: ExprId) -> bool {
        let (from, to) = self.extent.get(&expr).copied().unwrap_or((0, u32::MAX));
        self.assigned_between(local, from, to)
    }

    fn assigned_between(&self, local: LocalId, from: u32, to: u32) -> bool {
        let Some(places) = self.assigned_at.get(&local) else { return false };
        let first = places.partition_point(|&at| at <= from);
        places.get(first).is_some_and(|&at| at <= to)
    }
}

/// What the context does with a value.
#[derive(Clone, Copy)]
enum Mode<'a> {
    Read,
    Own,
    /// It becomes this argument.
    Arg(CellId, u32),
    /// It is bound to these locals, in whole or in parts.
    Into(&'a [LocalId]),
}

/// The cells of std that check the replies of tools.
fn tool_checks(hir: &Hir) -> impl Iterator<Item = CellId> {
    let known = &hir.well_known;
    [known.tool_reply, known.tool_outcome, known.tool_value].into_iter().flatten()
}

/// Finds the facts about the body of `cell`.
pub(super) fn facts(hir: &Hir, tables: &TypeTables, cell: CellId) -> Facts {
    let mut facts = Facts::default();
    if let CellBody::Tool(_) | CellBody::Extern(_) = hir.cells[cell].body {
        facts.callees.extend(tool_checks(hir));
    }
    let CellBody::Lumen(body) = &hir.cells[cell].body else { return facts };
    let Some(typed) = tables.bodies.get(cell) else { return facts };
    facts.scope_of = vec![(0, u32::MAX); body.locals.len()];
    let mut walk = Walk {
        hir,
        tables,
        id: cell,
        cell: &hir.cells[cell],
        body,
        typed,
        facts,
        at: 0,
        assigns: 0,
        tail: true,
        lambda: None,
    };
    if let Some(root) = body.root {
        walk.expr(root, Mode::Own);
    }
    for (id, local) in body.locals.iter() {
        if local.mutable {
            walk.facts.own.insert(id.raw());
        }
    }
    walk.facts
}

struct Walk<'a> {
    hir: &'a Hir,
    tables: &'a TypeTables,
    id: CellId,
    cell: &'a Cell,
    body: &'a Body,
    typed: &'a TypedBody,
    facts: Facts,
    at: u32,
    assigns: u32,
    /// The expression about to be walked is in tail position.
    tail: bool,
    lambda: Option<LambdaId>,
}

impl<'a> Walk<'a> {
    fn use_local(&mut self, local: LocalId, mode: Mode<'_>) {
        match mode {
            Mode::Read => {}
            Mode::Own => {
                self.facts.own.insert(local.raw());
            }
            Mode::Arg(cell, index) => self.facts.passes.push((local, cell, index)),
            Mode::Into(targets) => self.facts.flows.extend(targets.iter().map(|&to| (to, local))),
        }
    }

    fn callee(&mut self, cell: CellId) {
        self.facts.callees.push(cell);
    }

    fn expr(&mut self, id: ExprId, mode: Mode<'_>) {
        self.facts.size += 1;
        self.at += 1;
        let before = self.assigns;
        let from = self.at;
        let expr = &self.body.exprs[id];
        let tail = std::mem::replace(&mut self.tail, false);
        self.kind(id, expr, mode, tail);
        self.refinements(id);
        if self.assigns != before {
            self.facts.assigns.insert(id.raw());
        }
        let spans = matches!(
            expr.kind,
            ExprKind::While { .. }
                | ExprKind::Loop { .. }
                | ExprKind::For { .. }
                | ExprKind::Match { .. }
                | ExprKind::Comprehension { .. }
        );
        if !spans {
            return;
        }
        if self.assigns != before {
            self.facts.extent.insert(id, (from, self.at));
        } else {
            self.facts.extent.insert(id, (u32::MAX, u32::MAX));
        }
    }

    fn read(&mut self, id: ExprId) {
        self.expr(id, Mode::Read);
    }

    fn kind(&mut self, id: ExprId, expr: &'a Expr, mode: Mode<'_>, tail: bool) {
        match &expr.kind {
            ExprKind::Missing
            | ExprKind::Cover(_)
            | ExprKind::Lit(_)
            | ExprKind::Record(_)
            | ExprKind::AmbiguousVariant(_) => {}
            ExprKind::Variant(_) | ExprKind::Cell(_) | ExprKind::Builtin(_) => self.fn_value(id),
            ExprKind::NestedCell { cell, captures } => {
                self.callee(*cell);
                for &local in captures {
                    self.use_local(local, Mode::Own);
                }
            }
            ExprKind::Const(id) => self.callee(self.hir.consts[*id].init),
            ExprKind::Local(local) => self.use_local(*local, mode),
            ExprKind::Interp(parts) => {
                for part in parts {
                    if let InterpPart::Value { expr, .. } = part {
                        self.read(*expr);
                    }
                }
            }
            ExprKind::Field { base, .. } | ExprKind::TupleField { base, .. } => self.read(*base),
            ExprKind::Index { base, index, .. } => {
                self.read(*base);
                self.read(*index);
            }
            ExprKind::Slice { base, lo, hi, .. } => {
                self.read(*base);
                lo.iter().chain(hi).for_each(|&e| self.read(e));
            }
            ExprKind::Call { callee, .. } => self.call(id, Some(*callee), None, tail),
            ExprKind::MethodCall { recv, .. } => self.call(id, None, Some(*recv), tail),
            ExprKind::Update { base, fields } => {
                self.expr(*base, Mode::Own);
                fields.iter().for_each(|f| self.expr(f.2, Mode::Own));
                self.checks_of(id);
            }
            ExprKind::Neg(e) | ExprKind::BitNot(e) | ExprKind::Not(e) => self.read(*e),
            ExprKind::Binary { .. } => self.binary_spine(id),
            ExprKind::Logic { .. } => self.logic_spine(id),
            ExprKind::Compare { lhs, rhs, .. } => {
                self.read(*lhs);
                self.read(*rhs);
            }
            ExprKind::In { item, container } => {
                self.read(*item);
                self.read(*container);
            }
            ExprKind::Is { value, .. } => {
                self.read(*value);
                if self.typed.refined_target.contains_key(&id) {
                    self.facts.callees.extend(self.hir.well_known.validate);
                }
            }
            ExprKind::As { value, .. } => {
                self.expr(*value, mode);
                if let Some(validate) = self.hir.well_known.validate {
                    self.callee(validate);
                }
            }
            ExprKind::Unwrap(value) => self.expr(*value, mode),
            ExprKind::Try(call) => self.expr(*call, mode),
            ExprKind::ToolCall { args, .. } => {
                args.iter().for_each(|arg| self.read(arg.1));
                self.facts.callees.extend(tool_checks(self.hir));
            }
            ExprKind::Propagate(value) => {
                self.facts.returns.insert(self.lambda);
                self.expr(*value, mode);
            }
            ExprKind::Coalesce { value, default } => {
                self.expr(*value, mode);
                self.expr(*default, mode);
            }
            ExprKind::Range { lo, hi, step, .. } => {
                [Some(*lo), Some(*hi), *step].into_iter().flatten().for_each(|e| self.read(e));
            }
            ExprKind::List(items) | ExprKind::Set(items) => {
                items.iter().for_each(|i| {
                    self.expr(i.value, if i.spread { Mode::Read } else { Mode::Own })
                });
            }
            ExprKind::Map(items) => self.map_items(items),
            ExprKind::Tuple(items) => self.tuple(items, mode),
            _ => self.control(expr, mode, tail),
        }
    }

    fn control(&mut self, expr: &'a Expr, mode: Mode<'_>, tail: bool) {
        match &expr.kind {
            ExprKind::If { branches, otherwise } => {
                for (cond, body) in branches {
                    let binders = self.cond(cond);
                    self.tail = tail;
                    self.expr(*body, mode);
                    self.close(&binders);
                }
                if let Some(otherwise) = otherwise {
                    self.tail = tail;
                    self.expr(*otherwise, mode);
                }
            }
            ExprKind::Match { value, arms } => self.match_(*value, arms, mode, tail),
            ExprKind::Block(block) => {
                let mut scope = Vec::new();
                block.stmts.iter().for_each(|s| self.stmt(s, &mut scope));
                if let Some(last) = block.tail {
                    self.tail = tail;
                    self.expr(last, mode);
                }
                self.close(&scope);
            }
            ExprKind::While { cond, body, .. } => {
                let binders = self.cond(cond);
                self.read(*body);
                self.close(&binders);
            }
            ExprKind::Loop { body, .. } => self.read(*body),
            ExprKind::For { pat, iter, guard, body, .. } => {
                self.read(*iter);
                let binders = self.bind(*pat);
                guard.iter().for_each(|&g| self.read(g));
                self.read(*body);
                self.close(&binders);
            }
            ExprKind::Comprehension { kind, pat, iter, guards, .. } => {
                self.read(*iter);
                let binders = self.bind(*pat);
                guards.iter().for_each(|&g| self.read(g));
                match kind {
                    Comprehension::List(e) | Comprehension::Set(e) | Comprehension::Nested(e) => {
                        self.expr(*e, Mode::Own);
                    }
                    Comprehension::Map(k, v) => {
                        self.expr(*k, Mode::Own);
                        self.expr(*v, Mode::Own);
                    }
                }
                self.close(&binders);
            }
            ExprKind::Break { value, .. } => value.iter().for_each(|&v| self.expr(v, Mode::Own)),
            ExprKind::Return(value) => {
                self.facts.returns.insert(self.lambda);
                self.tail = self.lambda.is_none();
                value.iter().for_each(|&v| self.expr(v, Mode::Own));
                self.tail = false;
            }
            ExprKind::Yield(e) | ExprKind::Keep { value: e, .. } => self.expr(*e, Mode::Own),
            ExprKind::Handle(handle) => handle.parts().for_each(|e| self.expr(e, Mode::Own)),
            ExprKind::Exit { exit, body, .. } => {
                if self.body.exits[*exit].ways.contains(&Way::Return) {
                    self.facts.returns.insert(self.lambda);
                }
                self.expr(*body, Mode::Own);
            }
            ExprKind::Lambda(lambda) => self.lambda(*lambda, Mode::Own),
            ExprKind::Emit(e) | ExprKind::Halt(e) => self.read(*e),
            ExprKind::Assert { cond, message } => {
                self.read(*cond);
                message.iter().for_each(|&m| self.read(m));
            }
            _ => {}
        }
    }

    fn tuple(&mut self, items: &[ExprId], mode: Mode<'_>) {
        let part = if matches!(mode, Mode::Into(_)) { mode } else { Mode::Own };
        items.iter().for_each(|&e| self.expr(e, part));
    }

    fn map_items(&mut self, items: &[MapItem]) {
        for item in items {
            match item {
                MapItem::Entry(k, v) => {
                    self.expr(*k, Mode::Own);
                    self.expr(*v, Mode::Own);
                }
                MapItem::Spread(e) => self.read(*e),
            }
        }
    }

    /// The left operand of list concatenation is consumed: it grows in place.
    fn binary_spine(&mut self, top: ExprId) {
        let (first, rest) = order::binary_spine(self.body, top);
        let grows = |walk: &Self, e: ExprId| {
            matches!(
                walk.tables.store.kind(walk.typed.ty(e)),
                TyKind::List(_) | TyKind::Map(..) | TyKind::Set(_)
            )
        };
        let mode = if grows(self, first) { Mode::Own } else { Mode::Read };
        self.expr(first, mode);
        for &id in rest.iter() {
            let before = self.assigns;
            self.facts.size += 1;
            if let ExprKind::Binary { rhs, lhs, .. } = &self.body.exprs[id].kind {
                self.read(*rhs);
                if self.assigns != before || self.facts.assigns.contains(lhs.raw()) {
                    self.facts.assigns.insert(id.raw());
                }
            }
        }
    }

    fn logic_spine(&mut self, top: ExprId) {
        let (first, rest) = order::logic_spine(self.body, top);
        self.read(first);
        for &id in rest.iter() {
            self.facts.size += 1;
            let before = self.assigns;
            if let ExprKind::Logic { rhs, lhs, .. } = &self.body.exprs[id].kind {
                self.read(*rhs);
                if self.assigns != before || self.facts.assigns.contains(lhs.raw()) {
                    self.facts.assigns.insert(id.raw());
                }
            }
        }
    }

    fn fn_value(&mut self, id: ExprId) {
        if let Some(value) = self.typed.fn_values.get(&id)
            && let Target::Cell(cell) = value.target
        {
            self.callee(cell);
        }
    }

    /// Cells of `where` conditions that run for a record made or changed here.
    fn checks_of(&mut self, id: ExprId) {
        if let TyKind::Record(record, _) = self.tables.store.kind(self.typed.ty(id)) {
            self.record_checks(*record);
        }
    }

    /// Cells of the conditions that a value meets where it enters a refined type, or is tested for one.
    fn refinements(&mut self, id: ExprId) {
        let (tables, typed) = (self.tables, self.typed);
        let targets = [&typed.refine, &typed.refine_result, &typed.refined_target];
        for target in targets.into_iter().filter_map(|targets| targets.get(&id)) {
            self.conditions_of(&tables.store, *target);
        }
    }

    fn conditions_of(&mut self, store: &TyStore, ty: Ty) {
        match store.kind(ty) {
            TyKind::Param(_) => {
                let conditions = self.hir.aliases.values().filter_map(|alias| alias.check);
                self.facts.callees.extend(conditions.map(|check| check.0));
            }
            TyKind::Optional(inner) => self.conditions_of(store, *inner),
            TyKind::Union(members) => members.iter().for_each(|&m| self.conditions_of(store, m)),
            TyKind::Refined { alias, base, .. } => {
                self.conditions_of(store, *base);
                if let Some((cell, _)) = self.hir.aliases[*alias].check {
                    self.callee(cell);
                }
            }
            _ => {}
        }
    }

    fn record_checks(&mut self, record: crate::compiler::hir::RecordId) {
        let hir = self.hir;
        for field in &hir.records[record].fields {
            if let Some((cell, _)) = field.check {
                self.callee(cell);
            }
        }
    }

    fn call(&mut self, id: ExprId, callee: Option<ExprId>, recv: Option<ExprId>, tail: bool) {
        let Some(call) = self.typed.call(id) else { return };
        let mut first = 0;
        let mut inline = false;
        let mut value_args = Mode::Own;
        match call.target {
            Target::Cell(cell) => {
                self.callee(cell);
                inline = self.hir.cells[cell].attrs.inline;
                if let Some(e) = callee
                    && let ExprKind::NestedCell { captures, .. } = &self.body.exprs[e].kind
                {
                    for (i, &local) in captures.iter().enumerate() {
                        self.use_local(local, Mode::Arg(cell, i as u32));
                    }
                    first = captures.len() as u32;
                }
            }
            Target::Value => {
                if let Some(callee) = callee {
                    self.read(callee);
                }
                // A lambda expanded here says itself what it consumes; a call through a value is decided at the call.
                if self.cell.attrs.inline {
                    value_args = Mode::Read;
                }
            }
            Target::FieldValue { .. } => recv.iter().for_each(|&r| self.read(r)),
            Target::Record(record) => self.record_checks(record),
            Target::Variant(_) => {}
        }
        let again = tail && call.target == Target::Cell(self.id) && first == 0;
        self.facts.self_tail |= again;
        for &(index, source) in order::arguments(self.body, call).iter() {
            if again {
                self.rebinds(index, source);
            }
            let mode = match call.target {
                Target::Cell(cell) => Mode::Arg(cell, first + index),
                Target::Record(_) | Target::Variant(_) => Mode::Own,
                Target::Value | Target::FieldValue { .. } => value_args,
            };
            match source {
                order::Arg::Expr(e) => match &self.body.exprs[e].kind {
                    ExprKind::Lambda(lambda) if inline => {
                        self.facts.size += 1;
                        self.at += 1;
                        self.lambda(*lambda, Mode::Read);
                    }
                    _ => self.expr(e, mode),
                },
                order::Arg::Element(e, spread) => {
                    if spread {
                        self.facts.callees.extend(std_cell(self.hir, sym::SPREAD_TEXTS));
                    }
                    self.expr(e, if spread { Mode::Read } else { Mode::Own })
                }
            }
        }
        for source in &call.args {
            if let ArgSource::Default(cell) = source {
                self.callee(*cell);
            }
        }
    }

    /// A self call in tail position becomes a loop: a parameter that changes must be owned.
    fn rebinds(&mut self, index: u32, source: order::Arg) {
        let Some(&param) = self.body.params.get(index as usize) else { return };
        let same = matches!(source, order::Arg::Expr(e)
            if matches!(self.body.exprs[e].kind, ExprKind::Local(local) if local == param));
        if !same {
            self.facts.own.insert(param.raw());
        }
    }

    /// `captures` is what making the closure does with the captured locals.
    fn lambda(&mut self, id: LambdaId, captures: Mode<'_>) {
        let lambda = &self.body.lambdas[id];
        for &(outer, _) in &lambda.captures {
            self.use_local(outer, captures);
        }
        let mut binders = Vec::new();
        for param in &lambda.params {
            binders.extend_from_slice(&self.bind(param.pat));
        }
        let outer = self.lambda.replace(id);
        self.expr(lambda.body, Mode::Own);
        self.lambda = outer;
        self.close(&binders);
    }

    fn cond(&mut self, cond: &Cond) -> Binders {
        match cond {
            Cond::Bool(e) => {
                self.read(*e);
                Binders::new(LocalId::from_raw(0))
            }
            Cond::Let { pat, value } => {
                let binders = order::binders(self.body, *pat);
                self.expr(*value, Mode::Into(&binders));
                self.bind(*pat)
            }
        }
    }

    fn match_(&mut self, value: ExprId, arms: &'a [Arm], mode: Mode<'_>, tail: bool) {
        let mut all = Vec::new();
        for arm in arms {
            all.extend_from_slice(&order::binders(self.body, arm.pat));
        }
        self.expr(value, Mode::Into(&all));
        for arm in arms {
            let binders = self.bind(arm.pat);
            arm.guard.iter().for_each(|&g| self.read(g));
            self.tail = tail;
            self.expr(arm.body, mode);
            self.close(&binders);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, scope: &mut Vec<LocalId>) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.read(*e),
            StmtKind::Let { pat, init, otherwise, .. } => {
                let binders = order::binders(self.body, *pat);
                self.expr(*init, Mode::Into(&binders));
                otherwise.iter().for_each(|&e| self.read(e));
                scope.extend_from_slice(&self.bind(*pat));
            }
            StmtKind::Assign { place, op, value } => {
                for step in &place.path {
                    if let PlaceStep::Index { index, .. } = step {
                        self.expr(*index, Mode::Own);
                    }
                }
                self.expr(*value, if op.is_some() { Mode::Read } else { Mode::Own });
                self.at += 1;
                self.assigns += 1;
                self.facts.own.insert(place.local.raw());
                self.facts.assigned_at.entry(place.local).or_default().push(self.at);
            }
            StmtKind::Defer(lambda) => {
                self.facts.has_defer = true;
                self.lambda(*lambda, Mode::Own);
            }
            StmtKind::Cursor { stream, .. } => {
                self.facts.has_defer = true;
                self.expr(*stream, Mode::Own);
            }
            StmtKind::NestedCells { cells, captures } => {
                self.facts.has_nested = true;
                self.facts.callees.extend_from_slice(cells);
                for &(outer, snapshot) in captures {
                    self.use_local(outer, Mode::Own);
                    self.open(snapshot);
                    scope.push(snapshot);
                }
            }
        }
    }

    fn open(&mut self, local: LocalId) {
        self.at += 1;
        if let Some(scope) = self.facts.scope_of.get_mut(local.index()) {
            scope.0 = self.at;
        }
    }

    fn close(&mut self, locals: &[LocalId]) {
        for local in locals {
            if let Some(scope) = self.facts.scope_of.get_mut(local.index()) {
                scope.1 = self.at;
            }
        }
    }

    fn bind(&mut self, pat: PatId) -> Binders {
        let binders = order::binders(self.body, pat);
        for &local in binders.iter() {
            self.open(local);
        }
        // `name @ pattern` holds the whole and its parts at once: the whole is read, the parts are counted up.
        if let PatKind::At(local, _) = self.body.pats[pat].kind {
            self.facts.own.insert(local.raw());
        }
        binders
    }
}
