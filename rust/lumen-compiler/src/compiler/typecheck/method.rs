//! Which callable a name means for a value: methods, cells of the file, builtins (decisions 18).
//!
//! (Type, name) → cell. The type must be known; a field that holds a function comes first, then methods of the type,
//! then cells the file sees whose first parameter takes it, then builtins by head type.

use super::args::Given;
use super::body::{BodyCx, Want};
use super::call::Site;
use super::diagnostics as d;
use super::tables::Target;
use super::types::{Ty, TyFlags, TyKind, head_of};
use crate::compiler::habits::{Kind, Known, known_as};
use crate::compiler::hir::{Arg, Bounds, CellId, CellOrigin, Def, ExprId, Head, TraitId, TyRefId};
use crate::compiler::resolve::{closest, deprecated, import_help};
use crate::interface;
use lumen_base::{Diagnostic, Span, Symbol};

impl<'a> BodyCx<'_, 'a> {
    pub(super) fn method_call(
        &mut self,
        expr: ExprId,
        recv: ExprId,
        (name, span): (Symbol, Span),
        type_args: &'a [TyRefId],
        args: &'a [Arg],
        optional: bool,
        want: Want,
    ) -> Ty {
        let own = self.infer(recv);
        let own = self.c.zonk(own);
        let holder = if optional {
            match self.through_optional(own, true, recv, span) {
                Some(holder) => self.c.zonk(holder),
                None => {
                    self.infer_args(args);
                    return Ty::ERROR;
                }
            }
        } else {
            own
        };
        let given = Given { first: Some((recv, holder)), args, name, span };
        let want = if optional { Want::Free } else { want };
        let site = Site { expr, given, type_args, want, optional };
        let ty = match self.field_function(holder, name) {
            Some((field, TyKind::Fn { params, ret, row })) => {
                let given = Given { first: None, ..given };
                let target = Target::FieldValue { field };
                self.call_fn_type(&params, ret, row, target, Site { given, ..site })
            }
            _ => match self.find_method(holder, name) {
                Some(cell) => {
                    self.check_ambiguity(cell, holder, span);
                    self.warn_deprecated(cell, span);
                    self.call_cell(cell, site)
                }
                None => {
                    self.infer_args(args);
                    return self.no_method(recv, holder, name, span);
                }
            },
        };
        if optional { self.c.store.optional(ty) } else { ty }
    }

    /// Warns of a cell with `@deprecated` that the type of the first argument has chosen; others were seen by name.
    pub(super) fn warn_deprecated(&mut self, cell: CellId, span: Span) {
        let decl = &self.hir.cells[cell];
        if let Some(reason) = &decl.attrs.deprecated {
            let (at, name) = (self.here(span), self.c.names.resolve(decl.name));
            self.report(deprecated(at, name, reason));
        }
    }

    fn field_function(&mut self, holder: Ty, name: Symbol) -> Option<(u32, TyKind)> {
        let TyKind::Record(record, args) = self.kind(holder).clone() else { return None };
        let field = self.field_index(record, name)?;
        let ty = self.field_ty(record, &args, field);
        match self.kind(ty) {
            kind @ TyKind::Fn { .. } => Some((field, kind.clone())),
            _ => None,
        }
    }

    /// The cell that `x.name(…)` calls for an `x` of type `ty`.
    pub(super) fn find_method(&mut self, ty: Ty, name: Symbol) -> Option<CellId> {
        let head = self.head(ty)?;
        if let Some(cell) = self.method_of(head, name) {
            return Some(cell);
        }
        if let Some(&cell) = self.trait_methods(ty, name).first() {
            return Some(cell);
        }
        let module = self.hir.cells[self.cell].module;
        if let Some(&Def::Cell(cell)) = self.hir.modules[module].scope.get(&name)
            && self.first_param_takes(cell, head)
        {
            return Some(cell);
        }
        if let Some(cell) = self.method_of(Head::Any, name) {
            return Some(cell);
        }
        self.builtin_by_head(name, head)
    }

    /// A method that this module may use: private ones belong to their module, std looks at std only.
    fn method_of(&self, head: Head, name: Symbol) -> Option<CellId> {
        let cell = *self.hir.methods.get(&(head, name))?;
        let decl = &self.hir.cells[cell];
        let here = self.hir.cells[self.cell].module;
        let from_std = self.hir.modules[here].is_std && !self.hir.modules[decl.module].is_std;
        let hidden = !decl.is_pub && decl.module != here;
        (!from_std && !hidden && !decl.params.is_empty()).then_some(cell)
    }

    /// Whether some method that this module could mean has the name: std does not see those of programs.
    fn is_method_name(&self, name: Symbol) -> bool {
        let here = self.hir.cells[self.cell].module;
        let names = if self.hir.modules[here].is_std {
            &self.c.std_method_names
        } else {
            &self.c.method_names
        };
        names.contains(&name)
    }

    fn first_param_takes(&mut self, cell: CellId, head: Head) -> bool {
        let Some(&first) = self.c.tables.sigs.get(cell).and_then(|sig| sig.params.first()) else {
            return false;
        };
        match self.kind(first) {
            TyKind::Param(_) | TyKind::Any | TyKind::Error | TyKind::Union(_) => true,
            TyKind::Optional(inner) => {
                let inner = *inner;
                head == Head::Optional || head == Head::Null || self.takes_head(inner, head)
            }
            _ => self.takes_head(first, head),
        }
    }

    fn takes_head(&self, ty: Ty, head: Head) -> bool {
        match self.kind(ty) {
            TyKind::Param(_) | TyKind::Union(_) => true,
            _ => self.head(ty) == Some(head),
        }
    }

    /// The head of a known type.
    pub(super) fn head(&self, ty: Ty) -> Option<Head> {
        match self.kind(ty) {
            TyKind::Refined { base, .. } => self.head(*base),
            kind => head_of(kind),
        }
    }

    /// The version of builtin `name` for a first argument of type `ty`.
    pub(super) fn overload(&self, name: Symbol, ty: Ty) -> Option<CellId> {
        let head = self.head(ty)?;
        self.method_of(head, name)
            .or_else(|| self.trait_methods(ty, name).first().copied())
            .or_else(|| self.builtin_by_head(name, head))
    }

    /// The methods of this name that traits give to `ty`: those of the program's traits that this module sees, else
    /// those of builtin traits. Of a type parameter its bounds alone decide.
    pub(super) fn trait_methods(&self, ty: Ty, name: Symbol) -> Vec<CellId> {
        let Some(named) = self.c.trait_methods.get(&name) else { return Vec::new() };
        let kind = self.kind(ty);
        let Some(head) = head_of(kind) else { return Vec::new() };
        let implied = match kind {
            TyKind::Param(param) => Some(self.c.implied_by(*param)),
            TyKind::Object(traits) => Some(self.c.implied_by_all(traits)),
            _ => None,
        };
        if let Some(implied) = implied {
            let has = |of: TraitId| match self.hir.traits[of].builtin {
                builtin if builtin == Bounds::default() => {
                    implied.traits.binary_search(&of).is_ok()
                }
                builtin => self.c.has(self.c.shallow(ty), builtin),
            };
            let given = named.iter().filter(|&&cell| self.trait_of(cell).is_some_and(has));
            let is_builtin = |cell: CellId| {
                let of = self.trait_of(cell);
                of.is_some_and(|of| self.hir.traits[of].builtin != Bounds::default())
            };
            let (builtin, own): (Vec<_>, Vec<_>) = given.partition(|&&cell| is_builtin(cell));
            return if own.is_empty() { builtin } else { own };
        }
        let (mut own, mut builtin) = (Vec::new(), Vec::new());
        for &cell in named {
            let Some(of) = self.trait_of(cell) else { continue };
            let bound = self.hir.traits[of].builtin;
            if bound != Bounds::default() {
                let open = self.c.store.flags(ty).any(TyFlags::INFER);
                if open || self.c.has(self.c.shallow(ty), bound) {
                    builtin.push(cell);
                }
            } else if self.sees_trait(of) && !self.c.tables.impls.with_head(of, head).is_empty() {
                own.push(cell);
            }
        }
        if own.is_empty() { builtin } else { own }
    }

    fn trait_of(&self, cell: CellId) -> Option<TraitId> {
        match self.hir.cells[cell].origin {
            CellOrigin::Trait(of) => Some(of),
            _ => None,
        }
    }

    /// Whether a trait is declared here, or public in a module from which something is imported.
    fn sees_trait(&self, of: TraitId) -> bool {
        let decl = &self.hir.traits[of];
        let here = self.hir.cells[self.cell].module;
        decl.module == here
            || (decl.is_pub && self.hir.modules[here].imports.contains(&decl.module))
    }

    /// Reports a method that several traits give to `ty`.
    pub(super) fn check_ambiguity(&mut self, cell: CellId, ty: Ty, span: Span) {
        if self.trait_of(cell).is_none() {
            return;
        }
        let name = self.hir.cells[cell].name;
        let all = self.trait_methods(ty, name);
        if all.len() > 1 {
            let traits = all.iter().filter_map(|&cell| self.trait_of(cell));
            let names: Vec<&str> =
                traits.map(|of| self.c.names.resolve(self.hir.traits[of].name)).collect();
            let (at, text) = (self.here(span), self.c.names.resolve(name));
            self.report(d::ambiguous_method(at, text, &names));
        }
    }

    /// Whether `name` means one builtin whatever its first argument is.
    pub(super) fn only_meaning(&self, name: Symbol) -> Option<CellId> {
        match self.hir.builtins.get(&name).map(Vec::as_slice) {
            Some([(_, only)]) if !self.is_method_name(name) => Some(*only),
            _ => None,
        }
    }

    /// Whether nothing has this name: its declarations had errors.
    pub(super) fn meaningless(&self, name: Symbol) -> bool {
        !self.hir.builtins.contains_key(&name) && !self.c.method_names.contains(&name)
    }

    fn builtin_by_head(&self, name: Symbol, head: Head) -> Option<CellId> {
        let candidates = self.hir.builtins.get(&name)?;
        let with = |head: Head| candidates.iter().find(|(h, _)| *h == head).map(|(_, cell)| *cell);
        let null = || if head == Head::Null { with(Head::Optional) } else { None };
        with(head).or_else(null).or_else(|| with(Head::Any))
    }

    pub(super) fn overload_without_args(&self, name: Symbol) -> Option<CellId> {
        let candidates = self.hir.builtins.get(&name)?;
        candidates.iter().find(|(head, _)| *head == Head::None).map(|(_, cell)| *cell)
    }

    pub(super) fn function_overload(&self, name: Symbol) -> Option<CellId> {
        let candidates = self.hir.builtins.get(&name)?;
        candidates.iter().find(|(head, _)| *head == Head::Fn).map(|(_, cell)| *cell)
    }

    /// The builtin that a bare name means: the only one, or the one for the wanted function's first parameter.
    pub(super) fn builtin_value(&mut self, name: Symbol, span: Span, want: Want) -> Option<CellId> {
        if let Some(only) = self.only_meaning(name) {
            return Some(only);
        }
        let first = self.wanted_part(want, |kind| match kind {
            TyKind::Fn { params, .. } => params.first().copied(),
            _ => None,
        })?;
        let cell = self.overload(name, first)?;
        self.check_ambiguity(cell, first, span);
        Some(cell)
    }

    fn no_method(&mut self, recv: ExprId, holder: Ty, name: Symbol, span: Span) -> Ty {
        let text = self.c.names.resolve(name);
        let at = self.here(span);
        let diagnostic = match self.kind(holder).clone() {
            TyKind::Error | TyKind::Never => return Ty::ERROR,
            TyKind::Infer(_) => d::annotate(self.at(recv)),
            TyKind::Optional(inner) if self.find_method(inner, name).is_some() => {
                let shown = self.c.show(holder);
                d::optional_access(self.at(recv), at, &shown)
            }
            kind => {
                let shown = self.c.show(holder);
                let field = match kind {
                    TyKind::Record(record, _) => self.field_index(record, name).is_some(),
                    _ => false,
                };
                let help = import_help(text);
                let known = self.known_method(holder, text);
                let is_known = help.is_some() || known.is_some();
                let near = if is_known { None } else { self.near_methods(holder, text) };
                let mut found = d::unknown_method(at, text, &shown, near.as_deref(), field);
                if let Some(help) = help {
                    found = found.with_help(help);
                } else if let Some(known) = known {
                    found = known.tell(found, at);
                }
                self.explain_method(found, holder, name, &shown)
            }
        };
        self.fail(diagnostic)
    }

    /// Adds which traits would give `ty` the method.
    fn explain_method(
        &self,
        mut found: Diagnostic,
        ty: Ty,
        name: Symbol,
        shown: &str,
    ) -> Diagnostic {
        let named = self.c.trait_methods.get(&name).map_or(&[][..], Vec::as_slice);
        let head = self.head(ty);
        for of in named.iter().filter_map(|&cell| self.trait_of(cell)) {
            let text = self.c.names.resolve(self.hir.traits[of].name);
            let has_impl =
                head.is_some_and(|head| !self.c.tables.impls.with_head(of, head).is_empty());
            found = if matches!(self.kind(ty), TyKind::Param(_)) {
                found
                    .with_help(format!("trait `{text}` has it; write the bound: `{shown}: {text}`"))
            } else if !self.sees_trait(of) {
                continue;
            } else if !has_impl {
                found.with_help(format!(
                    "trait `{text}` has it, and is not implemented for `{shown}`"
                ))
            } else {
                continue;
            };
        }
        found
    }

    /// The nearest name of a method or builtin for `ty`.
    /// What Lumen has for a method of other languages, where the type has it.
    fn known_method(&self, ty: Ty, text: &str) -> Option<Known> {
        let known = known_as(Kind::Method, text)?;
        if self.has_builtin(ty, known.same()) { Some(known) } else { known.only_help() }
    }

    /// Whether std declares a cell of the name for values of the type.
    pub(super) fn has_builtin(&self, ty: Ty, wanted: &str) -> bool {
        let first = match self.head(ty) {
            Some(Head::List) => "list[",
            Some(Head::Map) => "map[",
            Some(Head::Set) => "set[",
            Some(Head::Stream) => "Stream[",
            Some(Head::String) => "String",
            Some(Head::Bytes) => "Bytes",
            Some(Head::Int) => "Int",
            Some(Head::Float) => "Float",
            Some(Head::Json) => "Json",
            _ => return false,
        };
        interface::takes(wanted, first)
    }

    fn near_methods(&self, ty: Ty, text: &str) -> Option<String> {
        let head = self.head(ty)?;
        let builtins = self.hir.builtins.iter().filter(|(_, candidates)| {
            candidates.iter().any(|(h, _)| *h == head || *h == Head::Any)
        });
        let methods = self.hir.methods.keys().filter(|(h, _)| *h == head).map(|(_, name)| *name);
        let names = builtins.map(|(&name, _)| name).chain(methods);
        closest(text, names.map(|name| self.c.names.resolve(name))).map(str::to_owned)
    }
}
