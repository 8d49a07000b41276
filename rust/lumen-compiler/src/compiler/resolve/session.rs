//! Entries of a session: each sees what the entries before it declare and bind.
//!
//! (Units of which the first ones are entries, in order) → scopes that begin with those of the entry before, and scripts
//! whose outermost bindings are kept: at their end they are written into globals, from which the scripts of later entries
//! begin. Invariants: an entry hides names, it changes nothing about the entries before it; only bindings that a script
//! uses are loaded, and only new or assigned ones are kept.

use super::context::{Ctx, Global};
use super::scope::{Mark, What};
use crate::compiler::ast;
use crate::compiler::hir::{
    CellBody, CellId, CellOrigin, Const, Def, ExprKind, Kept, LocalId, LocalKind, ModuleId, Pat,
    PatKind, Stmt, StmtKind,
};
use lumen_base::{Span, Symbol, sym};

/// How the units of a compilation make a session.
#[derive(Clone, Debug, Default)]
pub struct SessionPlan {
    /// For each entry, the one that is compiled last: whether the value of its last expression is bound to `it`.
    pub keeps_value: Vec<bool>,
}

/// What the scripts of entries leave for later ones.
#[derive(Default)]
pub(super) struct SessionNames {
    /// By name, in order of appearance.
    bindings: Vec<Binding>,
    /// The name of the value of an entry.
    it: Option<Symbol>,
    /// The entry whose script is being resolved.
    entry: usize,
    /// The cell of that script.
    pub(super) script: Option<CellId>,
    /// Its script binds its value.
    keeps_value: bool,
}

#[derive(Clone, Copy)]
struct Binding {
    name: Symbol,
    mutable: bool,
    kept: Kept,
}

impl Global<'_> {
    /// Lets each entry see the names of the entry before it, and have its grants.
    pub(super) fn inherit_names(&mut self, entries: &[ModuleId]) {
        for &entry in entries {
            self.hir.modules[entry].is_entry = true;
        }
        for pair in entries.windows(2) {
            let (before, here) = (pair[0], pair[1]);
            let mut names: Vec<(Symbol, Def)> =
                self.hir.modules[before].scope.iter().map(|(name, def)| (*name, *def)).collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            let mut modules = self.hir.modules[before].imports.clone();
            modules.push(before);
            let variants: Vec<_> = {
                let found = &self.modules[before.index()].variants;
                let mut found: Vec<_> = found.iter().map(|(name, it)| (*name, *it)).collect();
                found.sort_unstable_by_key(|(name, _)| *name);
                found
            };
            let authority = self.hir.modules[before].authority.clone();
            let module = &mut self.hir.modules[here];
            // What was granted once is granted from then on, until another grant of the same thing.
            for (key, grants) in authority {
                module.authority.entry(key).or_insert(grants);
            }
            let own = &mut self.modules[here.index()].variants;
            for (name, choice) in variants {
                // A declaration of that name hides the variant, and the other way round.
                if !module.scope.contains_key(&name) {
                    own.entry(name).or_insert(choice);
                }
            }
            for (name, def) in names {
                if !own.contains_key(&name) {
                    module.scope.entry(name).or_insert(def);
                }
            }
            for it in modules {
                if !module.imports.contains(&it) {
                    module.imports.push(it);
                }
            }
        }
    }

    /// Resolves the scripts of the entries, and gives that of the last one.
    pub(super) fn scripts(
        &mut self,
        units: &[super::Unit],
        entries: &[ModuleId],
        plan: &SessionPlan,
    ) -> Option<CellId> {
        let it = self.names.intern("it");
        self.session = Some(SessionNames { it: Some(it), ..SessionNames::default() });
        let mut script = None;
        for (entry, (unit, &module)) in units.iter().zip(entries).enumerate() {
            let declared: Vec<Symbol> = self.modules[module.index()]
                .declared
                .iter()
                .map(|(name, _)| *name)
                .chain(self.modules[module.index()].imported.keys().copied())
                .collect();
            if let Some(session) = &mut self.session {
                session.bindings.retain(|binding| !declared.contains(&binding.name));
                session.entry = entry;
                session.keeps_value = plan.keeps_value.get(entry).copied().unwrap_or(true);
            }
            let has_statements = !unit.ast.statements.is_empty();
            script = has_statements.then(|| Ctx::new(self, &unit.ast, module).script());
        }
        self.session = None;
        script
    }
}

/// What a script begins with: names of earlier entries, of which it loads what it uses.
pub(super) struct Opening {
    mark: Mark,
    locals: Vec<(Binding, LocalId)>,
}

impl Ctx<'_, '_> {
    /// Binds the names of earlier entries.
    pub(super) fn open_script(&mut self) -> Option<Opening> {
        let bindings = self.g.session.as_ref()?.bindings.clone();
        let mark = self.g.scope.mark();
        let frame = self.frame();
        let mut locals = Vec::with_capacity(bindings.len());
        for binding in bindings {
            let local =
                self.add_local(binding.name, Span::default(), LocalKind::Param, binding.mutable);
            self.g.scope.bind(binding.name, What::Local(local), frame);
            locals.push((binding, local));
        }
        Some(Opening { mark, locals })
    }

    /// The statements of an entry, what they need of earlier ones before them, what they keep behind them.
    pub(super) fn entry_stmts(&mut self, opening: Opening, stmts: &mut Vec<Stmt>) {
        let ast = self.ast;
        let Some((&last, before)) = ast.statements.split_last() else { return };
        self.stmts(before, stmts);
        match self.value_of_entry(last) {
            Some(stmt) => stmts.push(stmt),
            None => self.stmts(&[last], stmts),
        }
        self.close_script(opening, stmts);
    }

    /// The last statement as a binding of the value of the entry, when it has one.
    fn value_of_entry(&mut self, stmt: ast::StmtId) -> Option<Stmt> {
        let it = self.g.session.as_ref().filter(|session| session.keeps_value)?.it?;
        let ast::Stmt { kind: ast::StmtKind::Expr(value), span } = self.ast[stmt] else {
            return None;
        };
        let has_value = match self.ast[value].kind {
            ast::ExprKind::If { otherwise, .. } => otherwise.is_some(),
            ast::ExprKind::Loop(id) => matches!(self.ast[id].kind, ast::LoopKind::Loop),
            ast::ExprKind::Return(_)
            | ast::ExprKind::Break(_)
            | ast::ExprKind::Continue(_)
            | ast::ExprKind::Halt(_)
            | ast::ExprKind::Error => false,
            _ => true,
        };
        if !has_value {
            return None;
        }
        let init = self.expr(value);
        let local = self.add_local(it, span, LocalKind::Let, false);
        let frame = self.frame();
        self.g.scope.bind(it, What::Local(local), frame);
        Some(self.let_local(local, init, span))
    }

    /// `let local = init`.
    fn let_local(
        &mut self,
        local: LocalId,
        init: crate::compiler::hir::ExprId,
        span: Span,
    ) -> Stmt {
        let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span });
        Stmt { kind: StmtKind::Let { pat, ty: None, init, otherwise: None }, span }
    }

    /// Loads what the script uses, and keeps what it binds.
    fn close_script(&mut self, opening: Opening, stmts: &mut Vec<Stmt>) {
        let used = |body: &super::context::BodyState, local: LocalId| {
            body.reads.contains(&local) || body.assigned.contains(&local)
        };
        let mut loads = Vec::new();
        for (binding, local) in &opening.locals {
            if !used(&self.body, *local) {
                continue;
            }
            let init = self.add_small_cell(binding.name, CellOrigin::Const, Span::default());
            self.cell_mut(init).body = CellBody::Kept(binding.kept);
            let (module, name) = (self.module, binding.name);
            let id = self.g.hir.consts.alloc(Const {
                name,
                module,
                span: Span::default(),
                is_pub: false,
                ty: None,
                init,
            });
            let init = self.add(ExprKind::Const(id), Span::default());
            loads.push(self.let_local(*local, init, Span::default()));
        }
        stmts.splice(0..0, loads);
        for (name, local) in self.g.scope.bound_since(opening.mark) {
            let earlier = opening.locals.iter().any(|(_, known)| *known == local);
            if name == sym::UNDERSCORE || earlier && !self.body.assigned.contains(&local) {
                continue;
            }
            let entry = self.g.session.as_ref().map_or(0, |session| session.entry);
            let text = format!("{}#{entry}", self.text(name));
            let global = self.g.names.intern(&text);
            let value = self.add(ExprKind::Local(local), Span::default());
            self.body.reads.insert(local);
            let keep = self.add(ExprKind::Keep { value, global }, Span::default());
            stmts.push(Stmt { kind: StmtKind::Expr(keep), span: Span::default() });
            let mutable = self.body.body.locals[local].mutable;
            if let Some(session) = &mut self.g.session
                && let Some(script) = session.script
            {
                let kept = Kept { script, local, global };
                session.bindings.retain(|binding| binding.name != name);
                session.bindings.push(Binding { name, mutable, kept });
            }
        }
    }
}
