//! Written types, type parameters and effect rows: AST → `TyRef`, `TypeParam`, `RowRef`.

use super::context::Ctx;
use super::diagnostics;
use super::names::{closest, import_help};
use crate::compiler::ast::{self, Name};
use crate::compiler::habits::{Kind, known_as};
use crate::compiler::hir::{Bound, Bounds, Def, EffectId, RowRef, TyRefId, TyRefKind, TypeParamId};
use crate::compiler::parser::unbuilt_name;
use lumen_base::{Applicability, Slice, Symbol, sym};
use lumen_lir::effects::Effect;

/// Where a row stands, which decides what an unknown name in it means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowPlace {
    /// In a parameter's type: declares the row variable.
    Parameter,
    /// Anywhere else: the variable must be declared.
    Elsewhere,
}

/// Effects of the language that this compiler does not have.
const EFFECTS_NOT_BUILT: &[&str] = &["state", "async", "fail", "console"];

/// Names that are effects wherever a tool has them, and never row variables.
const TOOL_EFFECTS: &[&str] = &["llm", "mcp"];

impl Ctx<'_, '_> {
    /// A written type. A row variable in it must be declared.
    pub(super) fn ty(&mut self, id: ast::TypeId) -> TyRefId {
        self.ty_in(id, RowPlace::Elsewhere)
    }

    /// A written type at the given place.
    pub(super) fn ty_in(&mut self, id: ast::TypeId, place: RowPlace) -> TyRefId {
        let ast::Type { kind, span } = self.ast[id];
        let kind = match kind {
            ast::TypeKind::Error => TyRefKind::Error,
            ast::TypeKind::Named { module, name, args } => self.named(module, name, args, place),
            ast::TypeKind::AnyTrait(traits) => self.any_trait(traits),
            ast::TypeKind::Optional(inner) => TyRefKind::Optional(self.ty_in(inner, place)),
            ast::TypeKind::Union(members) => TyRefKind::Union(self.tys(members, place)),
            ast::TypeKind::Tuple(elements) => TyRefKind::Tuple(self.tys(elements, place)),
            ast::TypeKind::Fn { params, ret, row } => {
                let params = self.tys(params, place);
                let ret = self.ty_in(ret, place);
                let row = row.map(|row| self.row(row, place));
                TyRefKind::Fn { params, ret, row }
            }
        };
        self.g.add_type(kind, span)
    }

    /// A list of written types.
    pub(super) fn tys(&mut self, list: Slice<ast::TypeId>, place: RowPlace) -> Box<[TyRefId]> {
        let ast = self.ast;
        ast[list].iter().map(|&ty| self.ty_in(ty, place)).collect()
    }

    fn named(
        &mut self,
        module: Option<Name>,
        name: Name,
        args: Slice<ast::TypeId>,
        place: RowPlace,
    ) -> TyRefKind {
        let n = args.len();
        if let Some(module) = module {
            return match self.member_of_named(module, name) {
                Some(def) => self.declared_type(def, name, args, place),
                None => TyRefKind::Error,
            };
        }
        if let Some(&(_, param)) =
            self.generics.iter().rev().find(|(known, _)| *known == name.symbol)
        {
            return self.exactly(name, 0, n).unwrap_or(TyRefKind::Param(param));
        }
        let plain = match name.symbol {
            sym::INT => TyRefKind::Int,
            sym::FLOAT => TyRefKind::Float,
            sym::BOOL => TyRefKind::Bool,
            sym::STRING => TyRefKind::String,
            sym::BYTES => TyRefKind::Bytes,
            sym::NULL => TyRefKind::Null,
            sym::JSON => TyRefKind::Json,
            sym::ANY => TyRefKind::Any,
            sym::LIST | sym::SET | sym::MAP | sym::TUPLE => {
                return self.container(name, args, place);
            }
            sym::SELF_TYPE if self.self_ty.is_some() => {
                TyRefKind::SelfType(self.self_ty.expect("tested in the guard"))
            }
            _ if builtin_trait(name.symbol).is_some() && self.module_def(name.symbol).is_none() => {
                return self.trait_as_type(name);
            }
            _ => match self.type_def(name) {
                Some(def) => return self.declared_type(def, name, args, place),
                None if name.symbol == sym::STREAM => return self.container(name, args, place),
                None => return self.unknown_type(name),
            },
        };
        self.exactly(name, 0, n).unwrap_or(plain)
    }

    fn container(&mut self, name: Name, args: Slice<ast::TypeId>, place: RowPlace) -> TyRefKind {
        let found = args.len();
        let wanted = match name.symbol {
            sym::MAP => 2,
            sym::TUPLE => found.max(2),
            _ => 1,
        };
        if let Some(error) = self.exactly(name, wanted, found) {
            return error;
        }
        let args = self.tys(args, place);
        match name.symbol {
            sym::LIST => TyRefKind::List(args[0]),
            sym::SET => TyRefKind::Set(args[0]),
            sym::STREAM => TyRefKind::Stream(args[0]),
            sym::MAP => TyRefKind::Map(args[0], args[1]),
            _ => TyRefKind::Tuple(args),
        }
    }

    /// An error when the number of type arguments is not the declared one.
    fn exactly(&mut self, name: Name, wanted: usize, found: usize) -> Option<TyRefKind> {
        if wanted == found {
            return None;
        }
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        self.report(diagnostics::type_arguments(at, &text, wanted, found));
        Some(TyRefKind::Error)
    }

    /// What a type's name stands for: a declaration or import of the file, or a type of std.
    fn type_def(&mut self, name: Name) -> Option<Def> {
        if let Some(def) = self.module_def(name.symbol) {
            return Some(def);
        }
        self.g.std_item(name.symbol)
    }

    fn declared_type(
        &mut self,
        def: Def,
        name: Name,
        args: Slice<ast::TypeId>,
        place: RowPlace,
    ) -> TyRefKind {
        let hir = &self.g.hir;
        let wanted = match def {
            Def::Record(id) => hir.records[id].type_params.len(),
            Def::Enum(id) => hir.enums[id].type_params.len(),
            Def::Alias(id) => hir.aliases[id].type_params.len(),
            Def::Error => return TyRefKind::Error,
            Def::Trait(_) => return self.trait_as_type(name),
            Def::Cell(_)
            | Def::Const(_)
            | Def::Variant(_)
            | Def::Module(_)
            | Def::Effect(_)
            | Def::Handler(_)
            | Def::Builtin(_)
            | Def::Tool(_) => {
                let (at, text) = (self.at(name.span), self.text(name.symbol));
                self.report(diagnostics::wrong_kind(at, &text, kind_of(def), "a type"));
                return TyRefKind::Error;
            }
        };
        if let Some(error) = self.exactly(name, wanted, args.len()) {
            return error;
        }
        let args = self.tys(args, place);
        match def {
            Def::Record(id) => TyRefKind::Record(id, args),
            Def::Enum(id) => TyRefKind::Enum(id, args),
            Def::Alias(id) => TyRefKind::Alias(id, args),
            _ => TyRefKind::Error,
        }
    }

    fn unknown_type(&mut self, name: Name) -> TyRefKind {
        let text = self.text(name.symbol);
        if text == "Never" {
            return TyRefKind::Never;
        }
        if let Some(what) = unbuilt_type(name.symbol) {
            self.report_not_built(name.span, what);
            return TyRefKind::Error;
        }
        let at = self.at(name.span);
        let mut diagnostic = diagnostics::unknown_type(at, &text);
        if !self.may_suggest() {
            self.report_unresolved(diagnostic);
            return TyRefKind::Error;
        }
        if let Some(help) = import_help(&text) {
            diagnostic = diagnostic.with_help(help);
        } else if let Some(known) = known_as(Kind::Type, &text) {
            diagnostic = known.tell(diagnostic, at);
        } else {
            let better = self.closest_type(&text);
            diagnostic = diagnostics::did_you_mean(diagnostic, at, better.as_deref());
        }
        self.report_unresolved(diagnostic);
        TyRefKind::Error
    }

    fn closest_type(&self, wanted: &str) -> Option<String> {
        const BUILTIN: [Symbol; 13] = [
            sym::INT,
            sym::FLOAT,
            sym::BOOL,
            sym::STRING,
            sym::BYTES,
            sym::NULL,
            sym::JSON,
            sym::ANY,
            sym::LIST,
            sym::MAP,
            sym::SET,
            sym::TUPLE,
            sym::RESULT,
        ];
        let scope = &self.g.hir.modules[self.module].scope;
        let declared = scope
            .iter()
            .filter(|(_, def)| matches!(def, Def::Record(_) | Def::Enum(_) | Def::Alias(_)))
            .map(|(name, _)| *name);
        let generics = self.generics.iter().map(|(name, _)| *name);
        let names = BUILTIN.into_iter().chain(generics).chain(declared);
        closest(wanted, names.map(|name| self.g.names.resolve(name))).map(str::to_owned)
    }

    /// Adds type parameters, puts them into scope, and gives their ids.
    pub(super) fn type_params(&mut self, list: Slice<ast::TypeParam>) -> Box<[TypeParamId]> {
        let ast = self.ast;
        let mut ids = Vec::with_capacity(list.len());
        for (i, param) in ast[list].iter().enumerate() {
            if let Some(first) = ast[list][..i].iter().find(|p| p.name.symbol == param.name.symbol)
            {
                let (at, first) = (self.at(param.name.span), self.at(first.name.span));
                let text = self.text(param.name.symbol);
                self.report(diagnostics::repeated_binding(at, "type parameter", &text, first));
            }
            let id = self.g.add_type_param(param.name, Bounds::default(), false);
            self.generics.push((param.name.symbol, id));
            ids.push(id);
        }
        ids.into()
    }

    /// Fills in the bounds of type parameters, once every module has declared its traits.
    pub(super) fn bounds(&mut self, list: Slice<ast::TypeParam>, ids: &[TypeParamId]) {
        let ast = self.ast;
        for (param, &id) in ast[list].iter().zip(ids) {
            let (mut bounds, mut traits) = (Bounds::default(), Vec::new());
            for &name in &ast[param.bounds] {
                match self.trait_named(name) {
                    Some(Bound::Builtin(bound)) => bounds = bounds.union(bound),
                    Some(Bound::Trait(of)) => traits.push(of),
                    None => {}
                }
            }
            let known = &mut self.g.hir.type_params[id];
            (known.bounds, known.traits) = (bounds, traits.into());
        }
    }

    /// An effect row.
    pub(super) fn row(&mut self, id: ast::RowId, place: RowPlace) -> RowRef {
        let ast = self.ast;
        let row = ast[id];
        let (mut effects, mut vars, mut instances) = (Vec::new(), Vec::new(), Vec::new());
        for &entry in &ast[row.entries] {
            let name = entry.name;
            if let Some(of) = self.declared_effect(name)
                && !self.g.hir.effects[of].type_params.is_empty()
            {
                match self.instance_in_row(of, entry) {
                    Some(instance) => instances.push(instance),
                    None => effects.push((name.symbol, name.span)),
                }
                continue;
            }
            if self.exactly(name, 0, entry.args.len()).is_some() {
                effects.push((name.symbol, name.span));
                continue;
            }
            let known = self.generics.iter().rev().find(|(known, _)| *known == name.symbol);
            if let Some(&(_, var)) = known
                && self.g.hir.type_params[var].is_row
            {
                vars.push(var);
                continue;
            }
            if self.g.hir.effect(name.symbol, self.g.names).is_some() {
                effects.push((name.symbol, name.span));
            } else {
                match self.row_variable(name, place) {
                    Some(var) => vars.push(var),
                    // Kept, so that nothing is concluded from a row that was misspelt.
                    None => effects.push((name.symbol, name.span)),
                }
            }
        }
        self.reject_two_instances(&instances);
        RowRef {
            effects: effects.into(),
            vars: vars.into(),
            instances: instances.into(),
            span: row.span,
        }
    }

    fn declared_effect(&mut self, name: Name) -> Option<EffectId> {
        match self.module_def(name.symbol) {
            Some(Def::Effect(of)) => Some(of),
            _ => None,
        }
    }

    /// A name in a row that is neither an effect nor a variable in scope.
    fn row_variable(&mut self, name: Name, place: RowPlace) -> Option<TypeParamId> {
        let text = self.text(name.symbol);
        if text.starts_with(char::is_uppercase) {
            return self.effect_in_row(name);
        }
        if EFFECTS_NOT_BUILT.contains(&text.as_str()) {
            self.report_not_built(name.span, &format!("the effect `{text}`"));
            return None;
        }
        if place == RowPlace::Parameter && !TOOL_EFFECTS.contains(&text.as_str()) {
            let var = self.g.add_type_param(name, Bounds::default(), true);
            self.generics.push((name.symbol, var));
            return Some(var);
        }
        let at = self.at(name.span);
        let mut diagnostic = diagnostics::unknown_effect(at, &text);
        let builtin = Effect::ALL.iter().filter(|effect| **effect != Effect::Perform);
        if let Some(better) = closest(&text, builtin.map(|effect| effect.name())) {
            diagnostic = diagnostic.with_help(format!("did you mean `{better}`?")).with_fix(
                format!("write `{better}`"),
                at,
                better,
                Applicability::Maybe,
            );
        }
        self.report(diagnostic);
        None
    }
}

/// What kind of thing a name stands for, in words.
pub(super) fn kind_of(def: Def) -> &'static str {
    match def {
        Def::Cell(_) | Def::Builtin(_) => "a cell",
        Def::Record(_) => "a record",
        Def::Enum(_) => "an enum",
        Def::Alias(_) => "a type",
        Def::Const(_) => "a constant",
        Def::Variant(_) => "a variant",
        Def::Module(_) => "a module",
        Def::Trait(_) => "a trait",
        Def::Effect(_) => "an effect",
        Def::Handler(_) => "a handler",
        Def::Tool(_) => "a tool",
        Def::Error => "an error",
    }
}

/// A type of the language that this compiler does not have.
fn unbuilt_type(name: Symbol) -> Option<&'static str> {
    unbuilt_name(name)
}

pub(super) fn builtin_trait(name: Symbol) -> Option<Bounds> {
    Some(match name {
        sym::EQ => Bounds::EQ,
        sym::ORD => Bounds::ORD,
        sym::HASH_TRAIT => Bounds::HASH,
        sym::SHOW => Bounds::SHOW,
        sym::NUM => Bounds::NUM,
        _ => return None,
    })
}
