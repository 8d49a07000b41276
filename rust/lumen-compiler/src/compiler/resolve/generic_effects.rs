//! Effects with type parameters: their instances in rows, operations and clauses.
//!
//! `State[Int]` in a row, `State[Int].get()` where it is performed, `State[Int].get() => …` where it is handled. Where an
//! operation or a clause writes no arguments, type checking finds them; a `handler` writes them, since its type is
//! known before its clauses are checked.

use super::context::Ctx;
use super::diagnostics;
use super::lookup::Prefix;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{CellId, EffectId, EffectRef, ExprKind, TyRefId};
use lumen_base::{Slice, Span};

impl Ctx<'_, '_> {
    /// Written type arguments of an effect; nothing when their number is wrong, which is reported.
    fn effect_args(
        &mut self,
        of: EffectId,
        at: Span,
        args: Slice<ast::TypeId>,
    ) -> Option<Box<[TyRefId]>> {
        let effect = &self.g.hir.effects[of];
        let (wanted, name) = (effect.type_params.len(), effect.name);
        if wanted != args.len() {
            let (at, text) = (self.at(at), self.text(name));
            self.report(diagnostics::type_arguments(at, &text, wanted, args.len()));
            return None;
        }
        Some(self.tys(args, super::types::RowPlace::Elsewhere))
    }

    /// An effect with type parameters in a row.
    pub(super) fn instance_in_row(
        &mut self,
        of: EffectId,
        entry: ast::RowEntry,
    ) -> Option<EffectRef> {
        let args = self.effect_args(of, entry.name.span, entry.args)?;
        Some(EffectRef { effect: of, args, span: entry.name.span })
    }

    /// The effect before the dot of an operation, and its type arguments where they are written.
    pub(super) fn effect_before_dot(
        &mut self,
        base: ast::ExprId,
    ) -> Option<(EffectId, Option<ast::TypeArgs>)> {
        let (base, args) = match self.ast[base].kind {
            ast::ExprKind::TypeArgs(id) => (self.ast[id].base, Some(self.ast[id])),
            _ => (base, None),
        };
        match self.prefix(base) {
            Some(Prefix::Effect(of)) => Some((of, args)),
            _ => None,
        }
    }

    /// The arguments that are written before the dot: none where nothing is.
    pub(super) fn written_instance(
        &mut self,
        of: EffectId,
        args: Option<ast::TypeArgs>,
    ) -> Option<Box<[TyRefId]>> {
        match args {
            None => Some(Box::default()),
            Some(it) => self.effect_args(of, self.ast[it.base].span, it.types),
        }
    }

    /// `Effect[A].operation(…)`.
    pub(super) fn call_of_instance(
        &mut self,
        (of, types): (EffectId, ast::TypeArgs),
        name: Name,
        at: Span,
        args: Slice<ast::Arg>,
        first: Option<crate::compiler::hir::ExprId>,
    ) -> ExprKind {
        let type_args = self.written_instance(of, Some(types));
        let kind = match self.operation(of, name) {
            Some(cell) if type_args.is_some() => ExprKind::Cell(cell),
            _ => ExprKind::Missing,
        };
        let callee = self.add(kind, at);
        let args = self.args(args, first);
        ExprKind::Call { callee, type_args: type_args.unwrap_or_default(), args }
    }

    /// The instances whose operations all have a clause of a `handler`, for its row.
    pub(super) fn handled_instances(
        &mut self,
        clauses: Slice<ast::Clause>,
        named: &[(EffectId, CellId)],
    ) -> Vec<EffectRef> {
        let ast = self.ast;
        let mut found: Vec<EffectRef> = Vec::new();
        for clause in &ast[clauses] {
            let Some(path) = clause.operation else { continue };
            let ast::ExprKind::Field { base, .. } = ast[path].kind else { continue };
            let Some((of, args)) = self.effect_before_dot(base) else { continue };
            let effect = &self.g.hir.effects[of];
            let all = effect.operations.iter().all(|&cell| named.contains(&(of, cell)));
            let known = found.iter().any(|it| it.effect == of);
            if effect.type_params.is_empty() || !all || known {
                continue;
            }
            let Some(args) = args else { continue };
            let span = ast[args.base].span;
            if let Some(args) = self.effect_args(of, span, args.types) {
                found.push(EffectRef { effect: of, args, span });
            }
        }
        self.require_instances(clauses, &found);
        found
    }

    /// A clause of a `handler` for an effect whose arguments no clause writes.
    fn require_instances(&mut self, clauses: Slice<ast::Clause>, found: &[EffectRef]) {
        let ast = self.ast;
        let mut told: Vec<EffectId> = found.iter().map(|it| it.effect).collect();
        for clause in &ast[clauses] {
            let Some(path) = clause.operation else { continue };
            let ast::ExprKind::Field { base, .. } = ast[path].kind else { continue };
            let Some((of, args)) = self.effect_before_dot(base) else { continue };
            let effect = &self.g.hir.effects[of];
            if effect.type_params.is_empty() || told.contains(&of) {
                continue;
            }
            told.push(of);
            if args.is_none() {
                let (at, text) = (self.at(ast[base].span), self.text(effect.name));
                self.report(diagnostics::handler_without_instance(at, &text));
            }
        }
    }

    /// Two instances of one effect in a row.
    pub(super) fn reject_two_instances(&mut self, instances: &[EffectRef]) {
        for (i, instance) in instances.iter().enumerate() {
            if let Some(first) = instances[..i].iter().find(|it| it.effect == instance.effect) {
                let text = self.text(self.g.hir.effects[instance.effect].name);
                let (at, first) = (self.at(instance.span), self.at(first.span));
                self.report(diagnostics::two_instances_written(at, &text, first));
            }
        }
    }
}
