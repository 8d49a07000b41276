//! Looking names up: a binding of the body, a declaration or import of the module, a variant, std; in this order.

use super::context::{Ctx, Frame, FrameKind, VariantChoice};
use super::diagnostics;
use super::names::{closest, import_help};
use super::scope::{Binding, What};
use super::types::kind_of;
use crate::compiler::ast::{self, Name};
use crate::compiler::habits::{Kind, known_as};
use crate::compiler::hir::{
    CellId, Def, EffectId, EnumId, ExprKind, Head, Local, LocalId, LocalKind, ModuleId, RecordId,
    TraitId, VariantRef,
};
use crate::compiler::parser::unbuilt_name;
use crate::interface;
use lumen_base::{Span, Symbol, sym};

/// What stands before a dot when it is not a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prefix {
    Module(ModuleId),
    Enum(EnumId),
    Record(RecordId),
    Trait(TraitId),
    Effect(EffectId),
}

/// A name among values.
pub(super) enum Found {
    Bound(Binding),
    Def(Def),
    ManyVariants,
    /// An overloaded name of std.
    Builtin,
    Nothing,
}

impl Ctx<'_, '_> {
    /// A name at the top of the file: declared there or imported.
    #[inline]
    pub(super) fn module_def(&mut self, name: Symbol) -> Option<Def> {
        let def = *self.g.hir.modules[self.module].scope.get(&name)?;
        if self.has_imports {
            self.mark_used(name);
        }
        Some(def)
    }

    /// Notes that an imported name is used.
    pub(super) fn mark_used(&mut self, name: Symbol) {
        let names = &mut self.g.modules[self.module.index()];
        if let Some(imported) = names.imported.get_mut(&name) {
            imported.used = true;
        }
        for of in names.methods_of.get(&name).into_iter().flatten() {
            if let Some(imported) = names.imported.get_mut(of) {
                imported.used = true;
            }
        }
    }

    /// Notes that an imported variant is used, by itself or with its enum.
    pub(super) fn mark_variant_used(&mut self, name: Symbol, variant: VariantRef) {
        if !self.has_imports {
            return;
        }
        self.mark_used(name);
        if let Some(&owner) = self.g.modules[self.module.index()].enums.get(&variant.owner) {
            self.mark_used(owner);
        }
    }

    /// What a name means as a value.
    #[inline]
    pub(super) fn find(&mut self, name: Symbol) -> Found {
        if let Some(binding) = self.g.scope.find(name) {
            return Found::Bound(binding);
        }
        if let Some(def) = self.module_def(name) {
            return Found::Def(def);
        }
        self.find_elsewhere(name)
    }

    fn find_elsewhere(&mut self, name: Symbol) -> Found {
        match self.g.modules[self.module.index()].variants.get(&name) {
            Some(VariantChoice::One(variant)) => {
                let variant = *variant;
                self.mark_variant_used(name, variant);
                return Found::Def(Def::Variant(variant));
            }
            Some(VariantChoice::Many) => return Found::ManyVariants,
            None => {}
        }
        if self.g.std.is_cell(name) {
            self.g.std.request(name);
            return Found::Builtin;
        }
        match self.g.std_item(name) {
            Some(def) => Found::Def(def),
            None => Found::Nothing,
        }
    }

    /// The value that a name stands for.
    pub(super) fn name(&mut self, name: Symbol, span: Span) -> ExprKind {
        match self.find(name) {
            Found::Bound(binding) => self.bound(binding, span),
            Found::Def(def) => self.def_value(def, name, span),
            Found::ManyVariants => ExprKind::AmbiguousVariant(name),
            Found::Builtin => ExprKind::Builtin(name),
            // What begins a `let` of a cursor; reported when it does not.
            Found::Nothing if name == sym::ITER => {
                self.body.loose_iters.push(span);
                ExprKind::Missing
            }
            Found::Nothing => {
                self.unknown_value(name, span);
                ExprKind::Missing
            }
        }
    }

    /// A bound name, captured where a function lies between.
    fn bound(&mut self, binding: Binding, span: Span) -> ExprKind {
        let from = binding.frame;
        if from < self.frame() && self.crosses_closed(from) {
            self.outside_default(binding.name, span);
            return ExprKind::Missing;
        }
        match binding.what {
            What::Local(local) => {
                self.note_read(from, local);
                let local = self.capture(from, local);
                if let Some(reads) = &mut self.body.condition_reads {
                    reads.push(local);
                }
                ExprKind::Local(local)
            }
            What::Cursor(_) => {
                self.cursor_as_value(binding, span);
                ExprKind::Missing
            }
            What::Cell { cell, group } => {
                ExprKind::NestedCell { cell, captures: self.group_captures(group) }
            }
        }
    }

    /// Notes that a local of frame `from` is read. One of a body around was noted when the nested cells captured it.
    pub(super) fn note_read(&mut self, from: u32, local: LocalId) {
        let same_body = |frame: &Frame| {
            !matches!(
                frame.kind,
                FrameKind::Cell { .. } | FrameKind::Closed | FrameKind::Generator(_)
            )
        };
        if self.frames[from as usize + 1..].iter().all(same_body) {
            self.body.reads.insert(local);
        }
    }

    /// Whether a signature's small cell lies between frame `from` and the current one.
    pub(super) fn crosses_closed(&self, from: u32) -> bool {
        self.frames[from as usize + 1..].iter().any(|frame| frame.kind == FrameKind::Closed)
    }

    fn outside_default(&mut self, name: Symbol, span: Span) {
        let (at, text) = (self.at(span), self.text(name));
        self.report_unresolved(diagnostics::unknown_name(at, &text).with_note(
            "a default value, condition or constant sees its own parameters and the top of the file",
        ));
    }

    /// A local of frame `from` as a local of the current frame.
    pub(super) fn capture(&mut self, from: u32, local: LocalId) -> LocalId {
        let mut current = local;
        for frame in from as usize + 1..self.frames.len() {
            current = self.twin(frame, current);
        }
        current
    }

    /// The twin, in a frame, of a local of the frame around it.
    fn twin(&mut self, frame: usize, outer: LocalId) -> LocalId {
        let known = self.frames[frame].captures.iter().find(|(of, _)| *of == outer);
        if let Some(&(_, inner)) = known {
            if let FrameKind::Cell { .. } = self.frames[frame].kind {
                self.frames[frame].used.insert(outer);
            }
            return inner;
        }
        let owner = match self.frames[frame].kind {
            FrameKind::Lambda(lambda)
            | FrameKind::Defer(lambda)
            | FrameKind::Timed(lambda)
            | FrameKind::Generator(lambda)
            | FrameKind::Handled(lambda) => lambda,
            // What a nested cell captures was found before its body; this keeps the tree well-formed anyway.
            FrameKind::Cell { .. } | FrameKind::Closed => {
                return self.lost_capture(frame, outer);
            }
        };
        let body = &mut self.body.body;
        body.locals[outer].captured = true;
        let mut local = body.locals[outer].clone();
        (local.kind, local.owner) = (LocalKind::Capture, Some(owner));
        (local.mutable, local.captured) = (false, false);
        let inner = body.locals.alloc(local);
        self.body.mut_at.push(0);
        self.frames[frame].captures.push((outer, inner));
        inner
    }

    /// A captured value of a group that captures too much, which is reported: any local keeps the tree well-formed.
    fn lost_capture(&mut self, frame: usize, outer: LocalId) -> LocalId {
        let Local { name, span, .. } = match self.body.body.locals.get(outer) {
            Some(local) => local.clone(),
            None => return self.add_temp(Span::default()),
        };
        let inner = self.add_local(name, span, LocalKind::Capture, false);
        self.frames[frame].captures.push((outer, inner));
        inner
    }

    /// The captured values of a group of nested cells, as locals of the current frame.
    pub(super) fn group_captures(&mut self, group: u32) -> Box<[LocalId]> {
        let is_member = |frame: &Frame| frame.kind == FrameKind::Cell { group: Some(group) };
        let (from, locals) = match self.frames.iter().rposition(is_member) {
            // Inside of a cell of the group: its own captured values.
            Some(frame) => {
                let own = self.frames[frame].captures.iter().map(|(_, inner)| *inner).collect();
                (frame as u32, own)
            }
            None => {
                let group = &self.groups[group as usize];
                (group.frame, group.snapshots.clone())
            }
        };
        locals.into_iter().map(|local| self.capture(from, local)).collect()
    }

    /// A declaration as a value.
    pub(super) fn def_value(&mut self, def: Def, name: Symbol, span: Span) -> ExprKind {
        match self.g.through_alias(def) {
            Def::Cell(cell) => {
                if self.g.has_deprecated {
                    self.check_deprecated(cell, span);
                }
                ExprKind::Cell(cell)
            }
            Def::Record(record) => ExprKind::Record(record),
            Def::Const(constant) => ExprKind::Const(constant),
            Def::Variant(variant) => ExprKind::Variant(variant),
            Def::Builtin(original) => {
                self.g.std.request(original);
                ExprKind::Builtin(original)
            }
            Def::Tool(id) => self.tool_value(id, span),
            Def::Error => ExprKind::Missing,
            Def::Enum(_)
            | Def::Alias(_)
            | Def::Module(_)
            | Def::Trait(_)
            | Def::Effect(_)
            | Def::Handler(_) => {
                let (at, text) = (self.at(span), self.text(name));
                self.report(diagnostics::wrong_kind(at, &text, kind_of(def), "a value"));
                ExprKind::Missing
            }
        }
    }

    fn check_deprecated(&mut self, cell: CellId, span: Span) {
        let cell = &self.g.hir.cells[cell];
        if let Some(reason) = cell.attrs.deprecated.clone() {
            let (at, text) = (self.at(span), self.text(cell.name));
            self.report(diagnostics::deprecated(at, &text, &reason));
        }
    }

    /// What stands before a dot, if it is a module, an enum or a record rather than a value.
    pub(super) fn prefix(&mut self, id: ast::ExprId) -> Option<Prefix> {
        let def = match self.ast[id].kind {
            ast::ExprKind::Name(name) => {
                if self.g.scope.find(name).is_some() {
                    return None;
                }
                match self.module_def(name) {
                    Some(def) => def,
                    None if self.g.std.is_cell(name) => return None,
                    None => self.g.std_item(name)?,
                }
            }
            ast::ExprKind::Field { base, name, name_lo, safe: false } => {
                let Prefix::Module(module) = self.prefix(base)? else { return None };
                let span = Span::new(name_lo, self.ast[id].span.hi);
                let found = self.member_quiet(module, name);
                // An unknown member is reported when it is looked up as a value.
                found.or_else(|| self.member(module, Name { symbol: name, span }))?
            }
            _ => return None,
        };
        match self.g.through_alias(def) {
            Def::Module(module) => Some(Prefix::Module(module)),
            Def::Enum(owner) => Some(Prefix::Enum(owner)),
            Def::Record(record) => Some(Prefix::Record(record)),
            Def::Trait(id) => Some(Prefix::Trait(id)),
            Def::Effect(id) => Some(Prefix::Effect(id)),
            _ => None,
        }
    }

    /// `prefix.name` as a value.
    pub(super) fn prefixed(&mut self, prefix: Prefix, name: Name) -> ExprKind {
        match prefix {
            Prefix::Module(module) => match self.member(module, name) {
                Some(def) => self.def_value(def, name.symbol, name.span),
                None => ExprKind::Missing,
            },
            Prefix::Enum(owner) => match self.variant_of(owner, name.symbol) {
                Some(variant) => ExprKind::Variant(variant),
                None => match self.g.hir.methods.get(&(Head::Enum(owner), name.symbol)) {
                    Some(&cell) => ExprKind::Cell(cell),
                    None => {
                        self.unknown_variant_of(owner, name);
                        ExprKind::Missing
                    }
                },
            },
            Prefix::Trait(id) => self.trait_member(id, name),
            Prefix::Effect(id) => match self.operation(id, name) {
                Some(cell) => ExprKind::Cell(cell),
                None => ExprKind::Missing,
            },
            Prefix::Record(record) => {
                match self.g.hir.methods.get(&(Head::Record(record), name.symbol)) {
                    Some(&cell) => ExprKind::Cell(cell),
                    None => {
                        let (at, text) = (self.at(name.span), self.record_name(record));
                        let diagnostic = diagnostics::wrong_kind(at, &text, "a record", "a value");
                        self.report(diagnostic.with_help(format!("build one first: `{text}(…)`")));
                        ExprKind::Missing
                    }
                }
            }
        }
    }

    /// The variant of an enum with this name.
    pub(super) fn variant_of(&self, owner: EnumId, name: Symbol) -> Option<VariantRef> {
        let variants = &self.g.hir.enums[owner].variants;
        let ordinal = variants.iter().position(|variant| variant.name == name)?;
        Some(VariantRef { owner, ordinal: ordinal as u32 })
    }

    /// A public name of a module, without a report when there is none.
    pub(super) fn member_quiet(&mut self, module: ModuleId, name: Symbol) -> Option<Def> {
        let def = *self.g.hir.modules[module].scope.get(&name)?;
        match self.g.home(def) {
            Some((home, is_pub, _)) => (home == module && is_pub).then_some(def),
            None => matches!(def, Def::Builtin(_) | Def::Error).then_some(def),
        }
    }

    /// A public name of a module; what is wrong is reported.
    pub(super) fn member(&mut self, module: ModuleId, name: Name) -> Option<Def> {
        if let Some(def) = self.member_quiet(module, name.symbol) {
            return Some(def);
        }
        if let Some(VariantChoice::One(variant)) =
            self.g.modules[module.index()].variants.get(&name.symbol)
        {
            let owner = &self.g.hir.enums[variant.owner];
            if owner.module == module && owner.is_pub {
                return Some(Def::Variant(*variant));
            }
        }
        let at = self.at(name.span);
        let (text, of) = (self.text(name.symbol), self.text(self.g.hir.modules[module].name));
        let found = self.g.hir.modules[module].scope.get(&name.symbol).copied();
        if let Some((home, false, span)) = found.and_then(|def| self.g.home(def))
            && home == module
        {
            let decl = span.in_file(self.g.hir.modules[module].file);
            self.report(diagnostics::private_name(at, &of, &text, decl));
            return None;
        }
        let diagnostic = diagnostics::unknown_member(at, &of, &text);
        if self.g.std.is_cell(name.symbol) {
            self.report_unresolved(diagnostic.with_help(diagnostics::IS_BUILTIN));
            return None;
        }
        let names = if self.may_suggest() { self.public_names(module) } else { Vec::new() };
        let better = closest(&text, names.iter().map(|&name| self.g.names.resolve(name)));
        let diagnostic = diagnostics::did_you_mean(diagnostic, at, better);
        self.report_unresolved(diagnostic);
        None
    }

    fn public_names(&self, module: ModuleId) -> Vec<Symbol> {
        let declared = self.g.modules[module.index()].declared.iter();
        let is_pub = |def: Def| self.g.home(def).is_none_or(|(_, is_pub, _)| is_pub);
        declared.filter(|(_, def)| is_pub(*def)).map(|(name, _)| *name).collect()
    }

    /// `module.name` in a type or pattern.
    pub(super) fn member_of_named(&mut self, module: Name, name: Name) -> Option<Def> {
        match self.module_def(module.symbol) {
            Some(Def::Module(target)) => self.member(target, name),
            Some(Def::Error) => None,
            found => {
                let (at, text) = (self.at(module.span), self.text(module.symbol));
                let diagnostic = match found {
                    Some(def) => diagnostics::wrong_kind(at, &text, kind_of(def), "a module"),
                    None => diagnostics::unknown_name(at, &text)
                        .with_help(format!("import the module: `import {text}`")),
                };
                self.report_unresolved(diagnostic);
                None
            }
        }
    }

    /// Reports a name that stands for no value.
    pub(super) fn unknown_value(&mut self, name: Symbol, span: Span) {
        if let Some(what) = unbuilt_name(name) {
            self.report_not_built(span, what);
            return;
        }
        let (at, text) = (self.at(span), self.text(name));
        let mut diagnostic = diagnostics::unknown_name(at, &text);
        match name {
            sym::RESUME => {
                let found = diagnostics::resume_outside(at);
                return self.report_unresolved(found);
            }
            sym::SELF => {
                diagnostic = diagnostic.with_help("`self` is the first parameter of a method")
            }
            _ if !self.may_suggest() => return self.report_unresolved(diagnostic),
            _ => {
                let known = known_as(Kind::Value, &text);
                diagnostic = match (import_help(&text), known) {
                    (Some(help), _) => diagnostic.with_help(help),
                    (None, Some(known)) => known.tell(diagnostic, at),
                    _ => diagnostics::did_you_mean(
                        diagnostic,
                        at,
                        self.closest_value(&text).as_deref(),
                    ),
                };
            }
        }
        if self.body.bound_next.contains(&name) {
            diagnostic = diagnostic.with_note(
                "a binding is known behind its `let` only: what calls itself is a `cell`, which may stand in another one",
            );
        } else if let Some(binding) = self.script_binding(name) {
            diagnostic = match self.ast.statements.iter().any(|stmt| {
                let whole = self.ast[*stmt].span;
                whole.contains(span.lo)
            }) {
                true => diagnostic.with_label(self.at(binding), "it is bound here only"),
                false => diagnostic.with_note(
                    "cells at the top level do not see the variables of the document's statements: pass it as an argument, \
                     or declare it as a constant: `const name: Type = value`",
                ),
            };
        }
        self.report_unresolved(diagnostic);
    }

    /// Where a plain `let` at the top level binds the name.
    fn script_binding(&self, name: Symbol) -> Option<Span> {
        let binds = |stmt: &ast::StmtId| match self.ast[*stmt].kind {
            ast::StmtKind::Let { pat, .. } if self.ast[pat].kind == ast::PatKind::Bind(name) => {
                Some(self.ast[pat].span)
            }
            _ => None,
        };
        self.ast.statements.iter().find_map(binds)
    }

    fn closest_value(&self, wanted: &str) -> Option<String> {
        let names = &self.g.names;
        let bound = self.g.scope.names();
        let scope = self.g.hir.modules[self.module].scope.iter();
        let declared = scope
            .filter(|(_, def)| !matches!(def, Def::Alias(_) | Def::Error))
            .map(|(name, _)| *name);
        let variants = self.g.modules[self.module.index()].variants.keys().copied();
        let declared = bound.chain(declared).chain(variants);
        let in_scope = declared.map(|name| names.resolve(name));
        let mut candidates: Vec<&str> = in_scope.collect();
        for name in interface::names() {
            candidates.push(name);
        }
        closest(wanted, candidates.into_iter()).map(str::to_owned)
    }

    /// Reports a variant that an enum does not have.
    pub(super) fn unknown_variant_of(&mut self, owner: EnumId, name: Name) {
        let (at, text, of) = (self.at(name.span), self.text(name.symbol), self.enum_name(owner));
        if !self.may_suggest() {
            return self.report_unresolved(diagnostics::unknown_variant(at, Some(&of), &text));
        }
        let variants = self.g.hir.enums[owner].variants.iter();
        let better = closest(&text, variants.map(|variant| self.g.names.resolve(variant.name)));
        let diagnostic = diagnostics::did_you_mean(
            diagnostics::unknown_variant(at, Some(&of), &text),
            at,
            better,
        );
        self.report_unresolved(diagnostic);
    }

    /// Reports an unqualified variant (or record) that is not in scope.
    pub(super) fn unknown_constructor(&mut self, name: Name) {
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        if !self.may_suggest() {
            return self.report_unresolved(diagnostics::unknown_variant(at, None, &text));
        }
        let scope = self.g.hir.modules[self.module].scope.iter();
        let records = scope.filter(|(_, def)| matches!(def, Def::Record(_))).map(|(name, _)| *name);
        let variants = self.g.modules[self.module.index()].variants.keys().copied();
        let better = closest(&text, variants.chain(records).map(|name| self.g.names.resolve(name)));
        let mut diagnostic = diagnostics::unknown_variant(at, None, &text);
        if better.is_none() && self.g.hir.variants.contains_key(&name.symbol) {
            diagnostic =
                diagnostic.with_help("import its enum, or write the enum's name before it");
        }
        let diagnostic = diagnostics::did_you_mean(diagnostic, at, better);
        self.report_unresolved(diagnostic);
    }
}
