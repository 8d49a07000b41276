//! Arguments: which argument goes to which parameter, and in which order they are checked.
//!
//! Written arguments and a parameter list → one source for each parameter. Lambdas come last, because the other
//! arguments decide the types of their parameters; integer literals just before, so that they fit what the rest asks.

use super::body::{BodyCx, Want};
use super::diagnostics as d;
use super::tables::ArgSource;
use super::types::{Ty, TyKind};
use crate::compiler::hir::{Arg, Cell, CellId, ExprId, ExprKind, Record, TypeParamId, Variant};
use lumen_base::{Span, Symbol};

/// A parameter list.
#[derive(Clone, Copy)]
pub(super) enum Params<'a> {
    Cell(&'a Cell),
    Record(&'a Record),
    Variant(&'a Variant),
    /// A function value: positions only.
    Value(usize),
}

impl<'a> Params<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Params::Cell(cell) => cell.params.len(),
            Params::Record(record) => record.fields.len(),
            Params::Variant(variant) => variant.fields.len(),
            Params::Value(n) => n,
        }
    }

    pub(super) fn name(self, at: usize) -> Option<Symbol> {
        match self {
            Params::Cell(cell) => Some(cell.params[at].name),
            Params::Record(record) => Some(record.fields[at].name),
            Params::Variant(variant) => variant.fields[at].name,
            Params::Value(_) => None,
        }
    }

    fn default(self, at: usize) -> Option<CellId> {
        match self {
            Params::Cell(cell) => cell.params[at].default,
            Params::Record(record) => record.fields[at].default,
            _ => None,
        }
    }

    pub(super) fn variadic(self, at: usize) -> bool {
        matches!(self, Params::Cell(cell) if cell.params[at].variadic)
    }

    pub(super) fn type_params(self) -> &'a [TypeParamId] {
        match self {
            Params::Cell(cell) => &cell.type_params,
            Params::Record(record) => &record.type_params,
            _ => &[],
        }
    }

    fn has_variadic(self) -> bool {
        matches!(self, Params::Cell(cell) if cell.params.last().is_some_and(|p| p.variadic))
    }
}

/// An argument with the parameter it goes to.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub value: ExprId,
    pub param: usize,
    pub spread: bool,
    /// The receiver, or the first argument that chose an overload: checked already, with this type.
    pub known: Option<Ty>,
}

/// Written arguments, the receiver of a method call first.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// An argument whose type is known already: the receiver, or `args[0]` of an overloaded call.
    pub first: Option<(ExprId, Ty)>,
    /// The rest.
    pub args: &'a [Arg],
    /// What is called, for messages.
    pub name: Symbol,
    pub span: Span,
}

impl<'a> BodyCx<'_, 'a> {
    /// Where each argument goes; sources has one entry for each parameter.
    pub(super) fn place_args(
        &mut self,
        params: Params<'a>,
        given: Given<'a>,
    ) -> Option<(Vec<Placed>, Box<[ArgSource]>)> {
        let n = params.len();
        let mut placed: Vec<Placed> = Vec::with_capacity(given.args.len() + 1);
        let mut slots: Vec<Option<ExprId>> = vec![None; n];
        let mut rest: Vec<(ExprId, bool)> = Vec::new();
        let fixed = if params.has_variadic() { n - 1 } else { n };
        let mut next = 0;
        let mut fine = true;
        if let Some((value, ty)) = given.first {
            let at = Placed { value, param: 0, spread: false, known: Some(ty) };
            if n == 0 {
                let here = self.here(given.span);
                self.report(d::too_many_arguments(here, self.c.names.resolve(given.name), 0, 1));
                fine = false;
            } else if fixed == 0 {
                placed.push(at);
                rest.push((value, false));
            } else {
                placed.push(at);
                slots[0] = Some(value);
                next = 1;
            }
        }
        let mut extra = 0;
        for arg in given.args {
            let (value, spread) = (arg.value, arg.spread);
            if let Some((name, span)) = arg.name {
                match self.named(params, &slots, name, span, given.name) {
                    Some(param) => {
                        slots[param] = Some(value);
                        placed.push(Placed { value, param, spread: false, known: None });
                    }
                    None => {
                        fine = false;
                        self.infer(value);
                    }
                }
                continue;
            }
            while next < fixed && slots[next].is_some() {
                next += 1;
            }
            if spread && fixed == n {
                fine = false;
                self.infer(value);
                let at = self.at(value);
                self.report(d::spread_argument(at));
            } else if next < fixed && !spread {
                self.pun_warning(params, next, value);
                slots[next] = Some(value);
                placed.push(Placed { value, param: next, spread, known: None });
                next += 1;
            } else if fixed < n {
                rest.push((value, spread));
                placed.push(Placed { value, param: fixed, spread, known: None });
            } else {
                extra += 1;
                self.infer(value);
            }
        }
        if extra > 0 {
            let here = self.here(given.span);
            let written = n + extra;
            let name = self.c.names.resolve(given.name);
            self.report(d::too_many_arguments(here, name, n, written));
            fine = false;
        }
        let sources = self.sources(params, given, &slots, rest, &mut fine);
        if !fine {
            for arg in &placed {
                if arg.known.is_none() && !self.out.expr_ty.contains(arg.value) {
                    self.infer(arg.value);
                }
            }
            return None;
        }
        Some((placed, sources))
    }

    fn sources(
        &mut self,
        params: Params<'a>,
        given: Given<'a>,
        slots: &[Option<ExprId>],
        rest: Vec<(ExprId, bool)>,
        fine: &mut bool,
    ) -> Box<[ArgSource]> {
        let mut sources = Vec::with_capacity(slots.len());
        let mut missing: Vec<String> = Vec::new();
        let mut rest = Some(rest);
        for (i, slot) in slots.iter().enumerate() {
            if params.variadic(i) && slot.is_none() {
                let rest = rest.take().unwrap_or_default();
                sources.push(ArgSource::Variadic(rest.into_boxed_slice()));
                continue;
            }
            match (slot, params.default(i)) {
                (Some(value), _) => sources.push(ArgSource::Expr(*value)),
                (None, Some(default)) => sources.push(ArgSource::Default(default)),
                (None, None) => missing.push(match params.name(i) {
                    Some(name) => self.c.names.resolve(name).to_owned(),
                    None => format!("{}", i + 1),
                }),
            }
        }
        if !missing.is_empty() && std::mem::replace(fine, false) {
            let (at, name) = (self.here(given.span), self.c.names.resolve(given.name));
            let diagnostic = match params {
                Params::Record(_) => d::missing_fields(at, name, &missing),
                _ => d::missing_arguments(at, name, &missing),
            };
            self.report(diagnostic);
        }
        sources.into_boxed_slice()
    }

    fn named(
        &mut self,
        params: Params<'a>,
        slots: &[Option<ExprId>],
        name: Symbol,
        span: Span,
        callee: Symbol,
    ) -> Option<usize> {
        let at = self.here(span);
        let text = self.c.names.resolve(name);
        let callee = self.c.names.resolve(callee);
        let found = (0..params.len()).find(|&i| params.name(i) == Some(name));
        match found {
            Some(param) if params.variadic(param) => {
                self.report(d::named_variadic(at, text));
                None
            }
            Some(param) if slots[param].is_some() => {
                self.report(d::argument_twice(at, text));
                None
            }
            Some(param) => Some(param),
            None => {
                let known: Vec<&str> = (0..params.len())
                    .filter_map(|i| params.name(i))
                    .map(|name| self.c.names.resolve(name))
                    .collect();
                let diagnostic = match params {
                    Params::Value(_) => d::named_on_value(at, text),
                    Params::Record(_) => d::unknown_field(at, text, callee, &known, false, None),
                    _ => d::unknown_argument(at, text, callee, &known),
                };
                self.report(diagnostic);
                None
            }
        }
    }

    /// A bare name in the place of one field that names another field (decisions 35).
    fn pun_warning(&mut self, params: Params<'a>, param: usize, value: ExprId) {
        if !matches!(params, Params::Record(_) | Params::Variant(_)) {
            return;
        }
        let ExprKind::Local(local) = self.node(value).kind else { return };
        let name = self.body.locals[local].name;
        if params.name(param) == Some(name) {
            return;
        }
        let other = (0..params.len()).any(|i| params.name(i) == Some(name));
        if let (true, Some(field)) = (other, params.name(param)) {
            let at = self.at(value);
            let (name, field) = (self.c.names.resolve(name), self.c.names.resolve(field));
            self.report(d::misplaced_pun(at, name, field));
        }
    }

    /// Checks arguments against the types of their parameters.
    ///
    /// `param_ty` gives a parameter's instantiated type, the element type for a variadic one; `between` runs once after
    /// the arguments that decide types and before literals and lambdas.
    pub(super) fn check_args(
        &mut self,
        placed: &[Placed],
        generic: bool,
        mut param_ty: impl FnMut(&mut Self, usize) -> Ty,
        between: impl FnOnce(&mut Self),
    ) {
        if !generic {
            between(self);
            for arg in placed {
                let ty = param_ty(self, arg.param);
                self.check_arg(arg, ty);
            }
            return;
        }
        for arg in placed {
            if self.rank(arg) == 0 {
                let ty = param_ty(self, arg.param);
                self.check_arg(arg, ty);
            }
        }
        between(self);
        for rank in 1..=2 {
            for arg in placed {
                if self.rank(arg) != rank {
                    continue;
                }
                let ty = param_ty(self, arg.param);
                self.check_arg(arg, ty);
            }
        }
    }

    /// 0: decides types; 1: an integer literal; 2: needs types.
    fn rank(&self, arg: &Placed) -> u32 {
        if arg.known.is_some() {
            return 0;
        }
        match &self.node(arg.value).kind {
            ExprKind::Lambda(_) => 2,
            ExprKind::Builtin(name) => match self.hir.builtins.get(name) {
                Some(candidates) if candidates.len() > 1 => 2,
                _ => 0,
            },
            ExprKind::AmbiguousVariant(_) => 2,
            ExprKind::Lit(crate::compiler::hir::Lit::Null) => 1,
            _ if self.is_int_literal(arg.value) => 1,
            _ => 0,
        }
    }

    fn check_arg(&mut self, arg: &Placed, ty: Ty) {
        if arg.spread && self.shallow(ty) == Ty::ANY {
            // Everything is an Any: each element becomes one by itself.
            let own = self.infer(arg.value);
            if matches!(self.kind(own), TyKind::List(_)) {
                self.refuse_sealed(own, arg.value);
                return;
            }
        }
        if arg.spread {
            let list = self.c.store.list(ty);
            let own = self.expr(arg.value, Want::Ty(list));
            if !self.spreads_into(own, ty, self.span(arg.value)) {
                self.coerce(arg.value, own, list);
            }
            return;
        }
        match arg.known {
            Some(own) => {
                self.coerce(arg.value, own, ty);
            }
            None => {
                self.check(arg.value, ty);
            }
        }
    }

    /// The type of one argument to parameter `at`: a variadic parameter's list is seen as its element.
    pub(super) fn element_of(&self, params: Params<'_>, at: usize, ty: Ty) -> Ty {
        if params.variadic(at)
            && let TyKind::List(elem) = self.kind(ty)
        {
            return *elem;
        }
        ty
    }
}
