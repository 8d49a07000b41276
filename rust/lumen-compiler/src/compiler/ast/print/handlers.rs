//! Effects, handlers and what performs and handles.

use super::Printer;
use crate::compiler::ast::{Clause, Effect, ExprKind, Handler, Param};
use lumen_base::Slice;

impl Printer<'_> {
    pub(super) fn effect(&mut self, effect: &Effect) {
        self.node("effect ", |p| {
            p.name(effect.name);
            p.type_params(effect.type_params);
            p.methods(effect.operations);
        });
    }

    pub(super) fn handler(&mut self, handler: &Handler) {
        self.node("handler ", |p| {
            p.name(handler.name);
            p.type_params(handler.type_params);
            p.params(handler.params);
            p.clauses(handler.clauses);
        });
    }

    /// The parameters of a cell or handler.
    pub(super) fn params(&mut self, params: Slice<Param>) {
        self.text(" (");
        for (i, param) in self.file[params].iter().enumerate() {
            if i > 0 {
                self.text(" ");
            }
            if param.is_variadic {
                self.text("...");
            }
            self.name(param.name);
            self.annotation(param.ty);
            if let Some(default) = param.default {
                self.text("=");
                self.expr(default);
            }
        }
        self.text(")");
    }

    /// Expressions that perform or handle.
    pub(super) fn handling(&mut self, kind: ExprKind) {
        match kind {
            ExprKind::Perform(call) => self.exprs("perform", &[call]),
            ExprKind::With { handler, body } => self.node("with ", |p| {
                p.expr(handler);
                p.block(body);
            }),
            ExprKind::Handle(id) => self.node("handle", |p| {
                let handle = &p.file[id];
                p.block(handle.body);
                p.clauses(handle.clauses);
            }),
            _ => self.text("<other>"),
        }
    }

    fn clauses(&mut self, clauses: Slice<Clause>) {
        for clause in &self.file[clauses] {
            self.text(" ");
            match clause.operation {
                Some(operation) => self.expr(operation),
                None => self.text("return"),
            }
            for param in &self.file[clause.params] {
                self.text(" ");
                self.pat(param.pat);
                self.annotation(param.ty);
            }
            self.block(clause.body);
        }
    }
}
