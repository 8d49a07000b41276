//! Calls of tools: their type comes from the context, their effect goes into the row, and `try` makes a failure a value.
//!
//! What a tool is given goes out as JSON and what it gives comes back as JSON: a function in either is an error.

use super::body::{BodyCx, Want};
use super::diagnostics as d;
use super::tables::Target;
use super::types::{Ty, TyKind};
use crate::compiler::hir::{CellBody, CellId, ExprId, ExprKind, ToolId};
use lumen_base::{FileSpan, Span, Symbol};
use lumen_lir::EffectSet;

impl BodyCx<'_, '_> {
    /// `Chat(prompt: text)` of a tool without a written signature.
    pub(super) fn tool_call(
        &mut self,
        tool: ToolId,
        args: &[(Symbol, ExprId)],
        span: Span,
        want: Want,
    ) -> Ty {
        for &(_, value) in args {
            let ty = self.infer(value);
            let at = self.at(value);
            self.require_json(ty, at);
            self.refuse_secret(tool, ty, at);
            self.refuse_untrusted(tool, ty, at);
        }
        self.perform(EffectSet::of(self.hir.tools[tool].effect), span);
        let wanted = want.ty().map(|ty| self.c.zonk(ty));
        let ty = match wanted.map(|ty| (ty, self.kind(ty).clone())) {
            Some((_, TyKind::Any)) => Ty::JSON,
            Some((ty, _)) => ty,
            None if matches!(want, Want::Discard) => Ty::JSON,
            None => self.fresh(),
        };
        let at = self.here(span);
        self.require_json(ty, at);
        self.require_whole_secret(ty, at);
        ty
    }

    fn require_json(&mut self, ty: Ty, at: FileSpan) {
        let ty = self.c.zonk(ty);
        if !self.c.has_no_functions(ty) || self.c.holds_any(ty) {
            let shown = self.c.show(ty);
            self.report(d::no_json(at, &shown));
        }
    }

    /// The same for the signature of a tool that is called.
    pub(super) fn require_tool_json(&mut self, cell: CellId, span: Span) {
        match self.hir.cells[cell].body {
            CellBody::Tool(_) => {}
            CellBody::Host => return self.refuse_secret_of_host(cell, span),
            _ => return,
        }
        let sig = &self.c.tables.sigs[cell];
        let types: Vec<Ty> = sig.params.iter().copied().chain([sig.ret]).collect();
        let at = self.here(span);
        let ret = sig.ret;
        types.into_iter().for_each(|ty| self.require_json(ty, at));
        self.require_whole_secret(ret, at);
    }

    /// The arguments of a tool with a written signature, against its grant.
    pub(super) fn require_trusted(&mut self, cell: CellId, args: impl Iterator<Item = ExprId>) {
        let CellBody::Tool(tool) = self.hir.cells[cell].body else { return };
        for arg in args {
            if let Some(&ty) = self.out.expr_ty.get(arg) {
                let at = self.at(arg);
                self.refuse_untrusted(tool, ty, at);
            }
        }
    }

    /// `try e`: the value of the call, or why the tool failed.
    pub(super) fn attempt(&mut self, call: ExprId, span: Span, want: Want) -> Ty {
        let result = self.hir.well_known.result;
        let inner = self.wanted_part(want, |kind| match kind {
            TyKind::Enum(id, args) if *id == result => Some(args[0]),
            _ => None,
        });
        let value = self.expr(call, inner.map_or(Want::Free, Want::Ty));
        let optional = self.out.calls.get(&call).is_some_and(|call| call.optional);
        let is_tool = match &self.node(call).kind {
            ExprKind::ToolCall { .. } | ExprKind::Missing => true,
            _ => match self.out.calls.get(&call).map(|call| call.target) {
                Some(Target::Cell(cell)) => self.reaches_out(cell) && !optional,
                // What is wrong with the call was reported.
                None => value == Ty::ERROR,
                Some(_) => false,
            },
        };
        if !is_tool {
            let at = self.here(span);
            self.report(d::try_without_tool(at));
            return Ty::ERROR;
        }
        let Some(error) = self.hir.well_known.tool_error else { return Ty::ERROR };
        let error = self.c.store.intern(TyKind::Enum(error, Box::new([])));
        self.c.store.intern(TyKind::Enum(result, Box::new([value, error])))
    }

    /// Whether a cell is a tool, or a builtin that needs a grant.
    pub(super) fn reaches_out(&self, cell: CellId) -> bool {
        match self.hir.cells[cell].body {
            CellBody::Tool(_) => true,
            _ => self.hir.granted_effect(cell, self.c.names).is_some(),
        }
    }

    /// Reports a builtin that needs a grant which the file does not have.
    pub(super) fn require_grant(&mut self, cell: CellId, span: Span) {
        let Some(effect) = self.hir.granted_effect(cell, self.c.names) else { return };
        let own = self.hir.cells[self.cell].module;
        let module = &self.hir.modules[own];
        let by_flag = own == self.hir.root && self.hir.allows(effect.name());
        if module.is_std || by_flag || module.authority.contains_key(effect.name()) {
            return;
        }
        if !self.c.reported_grants.insert((own, effect)) {
            return;
        }
        let at = self.here(span);
        let name = self.c.names.resolve(self.hir.cells[cell].name);
        let place = Span::new(module.first, module.first).in_file(module.file);
        self.report(d::effect_without_grant(at, name, effect.name(), place));
    }
}
