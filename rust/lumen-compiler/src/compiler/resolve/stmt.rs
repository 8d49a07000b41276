//! Blocks and statements.

use super::context::{Ctx, LoopEntry};
use super::diagnostics;
use super::expr::assign_op;
use super::lookup::Found;
use super::names::closest;
use super::pattern::Bound;
use super::scope::What;
use super::types::kind_of;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Block, ExprId, ExprKind, LocalId, LocalKind, Pat, PatKind, Place, PlaceStep, Stmt, StmtKind,
};
use lumen_base::{Span, Symbol};

impl Ctx<'_, '_> {
    /// A block as an expression; its bindings end with it.
    pub(super) fn block(&mut self, id: ast::BlockId) -> ExprId {
        let mark = self.g.scope.mark();
        let value = self.block_value(id);
        self.g.scope.leave(mark);
        value
    }

    /// A block in a scope that the caller leaves.
    pub(super) fn block_value(&mut self, id: ast::BlockId) -> ExprId {
        let ast = self.ast;
        let ast::Block { stmts, span } = ast[id];
        let list = &ast[stmts];
        let (list, tail) = match list.split_last() {
            Some((&last, before)) => match ast[last].kind {
                ast::StmtKind::Expr(value) => (before, Some(value)),
                _ => (list, None),
            },
            None => (list, None),
        };
        if let (Some(value), []) = (tail, list) {
            return self.expr(value);
        }
        let mut stmts = Vec::with_capacity(list.len());
        self.stmts(list, &mut stmts);
        let tail = tail.map(|value| self.expr(value));
        self.add(ExprKind::Block(Block { stmts: stmts.into(), tail }), span)
    }

    /// Statements in order; adjacent nested cells are one group.
    pub(super) fn stmts(&mut self, list: &[ast::StmtId], out: &mut Vec<Stmt>) {
        let ast = self.ast;
        let mut rest = list;
        while let Some((&id, after)) = rest.split_first() {
            let ast::Stmt { kind, span } = ast[id];
            rest = after;
            if let ast::StmtKind::Cell(first) = kind {
                let mut cells = vec![first];
                let mut whole = span;
                while let Some((&next, after)) = rest.split_first()
                    && let ast::StmtKind::Cell(cell) = ast[next].kind
                {
                    cells.push(cell);
                    whole = whole.to(ast[next].span);
                    rest = after;
                }
                let stmt = self.nested_cells(&cells, whole);
                out.push(stmt);
                continue;
            }
            if let ast::StmtKind::Assign { target, value, .. } = kind
                && let ast::ExprKind::Tuple(targets) = ast[target].kind
            {
                self.assign_all(&ast[targets], ast[target].span, value, out);
                continue;
            }
            if let Some(kind) = self.stmt(kind, span) {
                out.push(Stmt { kind, span });
            }
        }
    }

    fn stmt(&mut self, kind: ast::StmtKind, span: Span) -> Option<StmtKind> {
        Some(match kind {
            ast::StmtKind::Let { pat, ty, value, otherwise, is_mut } => {
                let init = self.bound_to(value, pat);
                if let Some(cursor) = self.cursor_let(pat, init, ty, otherwise, is_mut) {
                    return Some(cursor);
                }
                let otherwise = otherwise.map(|block| self.block(block));
                let ty = ty.map(|ty| self.ty(ty));
                let pat = self.let_pattern(pat, is_mut, span);
                StmtKind::Let { pat, ty, init, otherwise }
            }
            ast::StmtKind::Assign { target, op, value } => return self.assign(target, op, value),
            ast::StmtKind::Expr(value) => StmtKind::Expr(self.expr(value)),
            ast::StmtKind::Cell(cell) => return Some(self.nested_cells(&[cell], span).kind),
            ast::StmtKind::Defer(block) => StmtKind::Defer(self.defer(block, span)),
            ast::StmtKind::Assert { cond, message } => {
                let cond = self.expr(cond);
                let message = message.map(|message| self.expr(message));
                StmtKind::Expr(self.add(ExprKind::Assert { cond, message }, span))
            }
            ast::StmtKind::AssertMatches { value, pat, message } => {
                StmtKind::Expr(self.assert_matches(value, pat, message, span))
            }
            ast::StmtKind::Emit(value) => {
                let value = self.expr(value);
                StmtKind::Expr(self.add(ExprKind::Emit(value), span))
            }
        })
    }

    /// What a `let` binds to its pattern.
    fn bound_to(&mut self, value: ast::ExprId, pat: ast::PatId) -> ExprId {
        let ast::PatKind::Bind(name) = self.ast[pat].kind else { return self.expr(value) };
        self.body.bound_next.push(name);
        let init = self.expr(value);
        self.body.bound_next.pop();
        init
    }

    /// The pattern of a `let`, and its names into scope.
    fn let_pattern(
        &mut self,
        pat: ast::PatId,
        is_mut: bool,
        stmt: Span,
    ) -> crate::compiler::hir::PatId {
        let ast::Pat { kind, span } = self.ast[pat];
        let kind = match kind {
            ast::PatKind::Bind(_) => LocalKind::Let,
            _ => LocalKind::Pattern,
        };
        let mut bound = Vec::new();
        let id = self.pattern_into(pat, kind, &mut bound);
        for found in &bound {
            self.check_shadowed_condition(found, Span::new(stmt.lo, span.lo));
            self.body.body.locals[found.local].mutable = is_mut;
            if !is_mut {
                self.body.mut_at[found.local.index()] = span.lo + 1;
            }
        }
        self.bind_all(&bound);
        id
    }

    /// Puts the names of a pattern into scope.
    pub(super) fn bind_all(&mut self, bound: &[Bound]) {
        let frame = self.frame();
        for found in bound {
            self.g.scope.bind(found.name, What::Local(found.local), frame);
        }
    }

    /// Warns when a `let` hides a variable that the condition of a loop around reads.
    fn check_shadowed_condition(&mut self, bound: &Bound, remove: Span) {
        let first = self.frames.last().map_or(0, |frame| frame.first_loop);
        if first == self.loops.len() {
            return;
        }
        let Some(hidden) = self.g.scope.find(bound.name) else { return };
        let What::Local(hidden_local) = hidden.what else { return };
        let reads = |entry: &LoopEntry| entry.condition_reads.contains(&hidden_local);
        if hidden.frame == self.frame() && self.loops[first..].iter().any(reads) {
            let (at, remove, text) = (self.at(bound.span), self.at(remove), self.text(bound.name));
            self.report(diagnostics::shadowed_condition(at, &text, remove));
        }
    }

    /// `place = value`, `place op= value`.
    fn assign(
        &mut self,
        target: ast::ExprId,
        op: Option<ast::BinOp>,
        value: ast::ExprId,
    ) -> Option<StmtKind> {
        if let (None, ast::ExprKind::Name(symbol)) = (op, self.ast[target].kind)
            && self.lacks_let(symbol)
        {
            return Some(self.bind_without_let(symbol, self.ast[target].span, value));
        }
        let op = match op {
            None => None,
            Some(op) => {
                // Behind the target and a space at least; the text of the operator is followed by `=`.
                let lo = self.ast[target].span.hi;
                let span = Span::new(lo, self.ast[value].span.lo);
                Some((assign_op(op)?, span))
            }
        };
        let place = self.place(target);
        let value = self.expr(value);
        Some(StmtKind::Assign { place: place?, op, value })
    }

    /// Whether nothing has the name that is assigned, nor one like it.
    fn lacks_let(&mut self, name: Symbol) -> bool {
        if !matches!(self.find(name), Found::Nothing) {
            return false;
        }
        let names = &self.g.names;
        let bound = self.g.scope.names().map(|name| names.resolve(name));
        let text = names.resolve(name);
        // Short names are near to each other.
        text.len() <= 3 || closest(text, bound).is_none()
    }

    /// `name = value` where nothing has the name: reported, and read as the binding that was meant.
    fn bind_without_let(&mut self, name: Symbol, span: Span, value: ast::ExprId) -> StmtKind {
        let init = self.expr(value);
        let (at, text) = (self.at(span), self.text(name));
        self.report_unresolved(diagnostics::missing_let(at, &text));
        let local = self.add_local(name, span, LocalKind::Pattern, false);
        self.body.body.locals[local].mutable = true;
        let frame = self.frame();
        self.g.scope.bind(name, What::Local(local), frame);
        let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span });
        StmtKind::Let { pat, ty: None, init, otherwise: None }
    }

    /// `(a, xs[i]) = value`: the value is taken apart first, then its parts are assigned from left to right.
    fn assign_all(
        &mut self,
        targets: &[ast::ExprId],
        at: Span,
        value: ast::ExprId,
        out: &mut Vec<Stmt>,
    ) {
        let parts = match self.ast[value].kind {
            ast::ExprKind::Tuple(items) if items.len() == targets.len() => {
                let mut parts = Vec::with_capacity(targets.len());
                for &item in &self.ast[items] {
                    let (init, span) = (self.expr(item), self.ast[item].span);
                    parts.push((self.bind_temp(init, span, out), span));
                }
                parts
            }
            _ => self.taken_apart(targets, at, value, out),
        };
        for (&target, (part, span)) in targets.iter().zip(parts) {
            let value = self.add(ExprKind::Local(part), span);
            if let Some(place) = self.place(target) {
                let kind = StmtKind::Assign { place, op: None, value };
                out.push(Stmt { kind, span });
            }
        }
    }

    /// A tuple in temporaries, one for each target, each with the place to blame.
    fn taken_apart(
        &mut self,
        targets: &[ast::ExprId],
        at: Span,
        value: ast::ExprId,
        out: &mut Vec<Stmt>,
    ) -> Vec<(LocalId, Span)> {
        let init = self.expr(value);
        let spans = targets.iter().map(|&target| self.ast[target].span);
        let parts: Vec<_> = spans.map(|span| (self.add_temp(at), span)).collect();
        let bind = |&(part, span)| Pat { kind: PatKind::Bind(part), span };
        let pats = parts.iter().map(bind).map(|pat| self.body.body.pats.alloc(pat));
        let kind = PatKind::Tuple(pats.collect());
        let pat = self.body.body.pats.alloc(Pat { kind, span: at });
        let kind = StmtKind::Let { pat, ty: None, init, otherwise: None };
        out.push(Stmt { kind, span: at.to(self.ast[value].span) });
        parts
    }

    /// What an assignment changes; nothing when it cannot be assigned, which is reported.
    fn place(&mut self, target: ast::ExprId) -> Option<Place> {
        let span = self.ast[target].span;
        let mut path = Vec::new();
        let mut at = target;
        let name = loop {
            let ast::Expr { kind, span } = self.ast[at];
            at = match kind {
                ast::ExprKind::Name(symbol) => break Name { symbol, span },
                ast::ExprKind::Field { safe: true, .. }
                | ast::ExprKind::TupleField { safe: true, .. }
                | ast::ExprKind::Index { safe: true, .. } => {
                    return self.not_assignable(span, "what may be absent");
                }
                ast::ExprKind::Field { base, name, name_lo, .. } => {
                    path.push(PlaceStep::Field { name, span: Span::new(name_lo, span.hi) });
                    base
                }
                ast::ExprKind::TupleField { base, index, .. } => {
                    path.push(PlaceStep::TupleField { index, span });
                    base
                }
                ast::ExprKind::Index { base, index, .. } => {
                    let index = self.expr(index);
                    path.push(PlaceStep::Index { index, span });
                    base
                }
                ast::ExprKind::Error => return None,
                _ => return self.not_assignable(span, "this expression"),
            };
        };
        path.reverse();
        let local = self.assigned_local(name)?;
        Some(Place { local, span, path: path.into() })
    }

    fn not_assignable(&mut self, span: Span, what: &str) -> Option<Place> {
        let at = self.at(span);
        self.report(diagnostics::not_assignable(at, what));
        None
    }

    /// The variable that an assignment changes.
    fn assigned_local(&mut self, name: Name) -> Option<LocalId> {
        let text = self.text(name.symbol);
        let binding = match self.find(name.symbol) {
            Found::Bound(binding) => binding,
            Found::Def(def) => {
                self.not_assignable(name.span, &format!("{} `{text}`", kind_of(def)));
                return None;
            }
            Found::ManyVariants | Found::Builtin => {
                self.not_assignable(name.span, &format!("the builtin `{text}`"));
                return None;
            }
            Found::Nothing => {
                self.unknown_value(name.symbol, name.span);
                return None;
            }
        };
        if let What::Cursor(_) = binding.what {
            self.cursor_as_value(binding, name.span);
            return None;
        }
        let What::Local(local) = binding.what else {
            self.not_assignable(name.span, &format!("the cell `{text}`"));
            return None;
        };
        let at = self.at(name.span);
        if binding.frame != self.frame() {
            let decl = self.declared_at(binding.frame, local);
            self.report(diagnostics::captured_assignment(
                at,
                &text,
                self.at(decl.unwrap_or(name.span)),
            ));
            return None;
        }
        if !self.body.body.locals[local].mutable {
            self.warn_assign_without_mut(local, name.symbol, name.span);
        }
        self.body.assigned.insert(local);
        if self.body.kept_by_cells.contains(&local) {
            self.report(diagnostics::assigned_after_capture(at, &text));
        }
        Some(local)
    }

    /// Where a captured local is declared, if it belongs to the current body.
    fn declared_at(&self, frame: u32, local: LocalId) -> Option<Span> {
        use super::context::FrameKind;
        let inner = &self.frames[frame as usize + 1..];
        let same_body = inner.iter().all(|f| {
            matches!(
                f.kind,
                FrameKind::Lambda(_)
                    | FrameKind::Defer(_)
                    | FrameKind::Timed(_)
                    | FrameKind::Handled(_)
            )
        });
        same_body.then(|| self.body.body.locals[local].span)
    }

    /// Warns once, and lets the binding be `mut` from here on.
    fn warn_assign_without_mut(&mut self, local: LocalId, name: Symbol, span: Span) {
        self.body.body.locals[local].mutable = true;
        let (at, text) = (self.at(span), self.text(name));
        let decl = self.at(self.body.body.locals[local].span);
        let insert =
            self.body.mut_at[local.index()].checked_sub(1).map(|lo| self.at(Span::point(lo)));
        self.report(diagnostics::assign_without_mut(at, &text, decl, insert));
    }
}
