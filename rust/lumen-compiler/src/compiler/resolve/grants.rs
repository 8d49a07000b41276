//! Grants: which tools and effects a module may call, and under which constraints.
//!
//! The `grant`s of the files and what imports pass on → the authority of each module. A module has what it grants itself,
//! and a module that is imported only what each of its importers passes on: a call must be allowed by its own grant and by
//! those of all modules that it came through, so grants only narrow. A use without a grant is reported where it stands.

use super::context::{Ctx, Global};
use super::diagnostics::authority as diagnostics;
use super::imports::{Target, Unit};
use super::names::closest;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{Def, Grant, ModuleId};
use lumen_base::{Idx, Span};
use lumen_lir::{CONSTRAINTS, Constraint, Effect, GrantValue};
use std::collections::BTreeSet;

/// An import that passes authority on.
struct Edge {
    from: ModuleId,
    to: ModuleId,
    /// Tools and effects.
    passed: BTreeSet<String>,
}

impl Ctx<'_, '_> {
    /// The grants of the file; its tools are declared.
    pub(super) fn collect_grants(&mut self) {
        self.check_binds();
        let ast = self.ast;
        for grant in ast.grants.values() {
            let Some(subject) = self.subject(grant.subject) else { continue };
            let name = self.text(grant.subject.symbol);
            let effect = subject.split('.').next().unwrap_or_default().to_owned();
            let is_tool = matches!(self.def_of(grant.subject), Some(Def::Tool(_)));
            let mut constraints: Vec<Constraint> = Vec::new();
            for constraint in &ast[grant.constraints] {
                let Some(read) = self.constraint(constraint, &effect, is_tool) else { continue };
                if constraints.iter().any(|known| known.key == read.key) {
                    let at = self.at(constraint.key.span);
                    self.report(diagnostics::repeated_constraint(at, &read.key));
                    continue;
                }
                constraints.push(read);
            }
            let index = self.g.hir.grants.len() as u32;
            let authority = &mut self.g.hir.modules[self.module].authority;
            if let Some(first) = authority.insert(subject.clone(), vec![index]) {
                authority.insert(subject, first.clone());
                let first = self.g.hir.grants[first[0] as usize].span;
                let (at, first) = (self.at(grant.span), self.at(first));
                self.report(diagnostics::second_grant(at, &name, first));
                continue;
            }
            let (module, span) = (self.module, grant.span);
            self.g.hir.grants.push(Grant { module, subject, name, constraints, span });
        }
    }

    fn def_of(&self, name: Name) -> Option<Def> {
        self.g.hir.modules[self.module].scope.get(&name.symbol).copied()
    }

    /// The tool or effect that a name in a grant stands for.
    fn subject(&mut self, name: Name) -> Option<String> {
        if let Some(Def::Tool(id)) = self.def_of(name) {
            return Some(self.g.hir.tools[id].target.clone());
        }
        let text = self.text(name.symbol);
        if Effect::by_name(&text).is_some_and(|effect| effect.properties().granted) {
            return Some(text);
        }
        let tools = self.g.hir.tools.values().filter(|tool| tool.module == self.module);
        let tools: Vec<&str> = tools.map(|tool| self.g.names.resolve(tool.name)).collect();
        let better = closest(&text, tools.into_iter()).map(str::to_owned);
        let at = self.at(name.span);
        self.report(diagnostics::unknown_subject(at, &text, better.as_deref()));
        None
    }

    fn constraint(
        &mut self,
        written: &ast::Constraint,
        effect: &str,
        is_tool: bool,
    ) -> Option<Constraint> {
        let key = self.text(written.key.symbol);
        let at = self.at(written.key.span);
        let mut values = Vec::with_capacity(written.values.len());
        for &value in &self.ast[written.values] {
            values.push(match self.ast[value].kind {
                ast::ExprKind::Int(value) => GrantValue::Int(value),
                ast::ExprKind::Float(value) => GrantValue::Float(value.to_bits()),
                ast::ExprKind::Bool(value) => GrantValue::Bool(value),
                ast::ExprKind::Str(text) => GrantValue::Str(self.text(text)),
                _ => {
                    let at = self.at(self.ast[value].span);
                    self.report(diagnostics::computed_value(at));
                    return None;
                }
            });
        }
        match CONSTRAINTS.iter().find(|known| known.name == key) {
            Some(known) if !known.shape.fits(&values) => {
                let at = self.at(written.span);
                self.report(diagnostics::constraint_value(at, &key, known.shape.describe()));
                return None;
            }
            Some(known) if !known.effects.is_empty() && !known.effects.contains(&effect) => {
                self.report(diagnostics::constraint_place(at, &key, effect));
                return None;
            }
            Some(_) => {}
            None => {
                let better = closest(&key, CONSTRAINTS.iter().map(|known| known.name));
                if !is_tool || better.is_some() {
                    self.report(diagnostics::unknown_constraint(at, &key, better));
                    return None;
                }
            }
        }
        Some(Constraint { key, values })
    }

    /// Reports a use of a tool or effect that the module has no grant for, once.
    pub(super) fn require_grant(
        &mut self,
        key: &str,
        name: &str,
        span: Span,
        insert: Option<(Span, String)>,
    ) {
        let module = &self.g.hir.modules[self.module];
        let is_root = self.module == self.g.hir.root;
        let by_flag = is_root && self.g.hir.allows(key);
        if module.is_std || by_flag || module.authority.contains_key(key) {
            return;
        }
        if !self.g.modules[self.module.index()].reported_grants.insert(key.to_owned()) {
            return;
        }
        let at = self.at(span);
        let insert = insert.map(|(place, text)| (self.at(place), text));
        self.report(diagnostics::no_grant(at, name, insert));
    }
}

impl Global<'_> {
    /// What each module may call: what it grants, under the grants of all that pass it on.
    pub(super) fn close_authority(&mut self, units: &[Unit], modules: &[ModuleId]) {
        let mut edges = Vec::new();
        for (unit, &from) in units.iter().zip(modules) {
            for (at, target) in unit.imports.iter().enumerate() {
                let import = &unit.ast[Idx::<ast::Import>::from_raw(at as u32)];
                let mut ctx = Ctx::new(self, &unit.ast, from);
                match *target {
                    Target::Unit(to) if !units[to].is_std => {
                        edges.push(ctx.passed(import, modules[to]));
                    }
                    _ => ctx.passes_nothing(import),
                }
            }
        }
        let mut grew = true;
        while grew {
            grew = false;
            for edge in &edges {
                grew |= self.narrow(edge);
            }
        }
    }

    /// Adds the grants of the importer to those of what it imports.
    fn narrow(&mut self, edge: &Edge) -> bool {
        let mut grew = false;
        for key in &edge.passed {
            let Some(outer) = self.hir.modules[edge.from].authority.get(key).cloned() else {
                continue;
            };
            let Some(own) = self.hir.modules[edge.to].authority.get_mut(key) else { continue };
            for grant in outer {
                if let Err(at) = own.binary_search(&grant) {
                    own.insert(at, grant);
                    grew = true;
                }
            }
        }
        grew
    }
}

impl Ctx<'_, '_> {
    /// What an import passes on; what the imported module needs beyond is reported.
    fn passed(&mut self, import: &ast::Import, to: ModuleId) -> Edge {
        let ast = self.ast;
        let mut passed = BTreeSet::new();
        for &name in &ast[import.grants] {
            let Some(key) = self.subject(name) else { continue };
            let text = self.text(name.symbol);
            let is_root = self.module == self.g.hir.root;
            let by_flag = is_root && self.g.hir.allows(&key);
            if !by_flag && !self.g.hir.modules[self.module].authority.contains_key(&key) {
                let at = self.at(name.span);
                self.report(diagnostics::passes_what_it_lacks(at, &text));
                continue;
            }
            passed.insert(key);
        }
        let needed: Vec<String> = self.g.hir.modules[to]
            .authority
            .keys()
            .filter(|key| !passed.contains(*key))
            .cloned()
            .collect();
        if !needed.is_empty() {
            let names: Vec<Option<String>> = needed.iter().map(|key| self.name_of(key)).collect();
            let module = self.text(self.g.hir.modules[to].name);
            let at = self.at(import.span);
            let end = Span::new(import.span.hi, import.span.hi);
            let fix = names.into_iter().collect::<Option<Vec<_>>>().map(|names| {
                let start = if import.grants.is_empty() { " with grants " } else { ", " };
                (self.at(end), format!("{start}{}", names.join(", ")))
            });
            self.report(diagnostics::not_passed(at, &module, &needed, fix));
            // One report is enough: the calls of the imported module are as if it was passed.
            passed.extend(needed);
        }
        Edge { from: self.module, to, passed }
    }

    /// The name that a tool or effect has in this file.
    fn name_of(&self, key: &str) -> Option<String> {
        if !key.contains('.') {
            return Some(key.to_owned());
        }
        let mut tools = self.g.hir.tools.values();
        let tool = tools.find(|tool| tool.module == self.module && tool.target == key)?;
        Some(self.text(tool.name))
    }

    fn passes_nothing(&mut self, import: &ast::Import) {
        if let Some(name) = self.ast[import.grants].first() {
            let at = self.at(name.span);
            self.report(diagnostics::std_needs_nothing(at));
        }
    }
}
