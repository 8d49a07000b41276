//! Calls: of cells and builtins, of constructors, of function values; and callables used as values.
//!
//! A generic callable gets fresh variables at each use; the arguments decide them, then what the context wants.

use super::args::{Given, Params};
use super::body::{BodyCx, Want};
use super::diagnostics as d;
use super::subst::Inst;
use super::tables::{Call, FnValue, Target};
use super::types::{RowTy, Ty, TyFlags, TyKind};
use crate::compiler::effects::row::Why;
use crate::compiler::hir::{
    Arg, CellId, EnumId, ExprId, ExprKind, RecordId, TyRefId, TypeParamId, VariantRef,
};
use lumen_base::{Span, Symbol, sym};

/// What stays the same while one call is checked.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub expr: ExprId,
    pub given: Given<'a>,
    pub type_args: &'a [TyRefId],
    pub want: Want,
    /// `x?.f(…)`.
    pub optional: bool,
}

impl<'a> BodyCx<'_, 'a> {
    pub(super) fn call(
        &mut self,
        expr: ExprId,
        callee: ExprId,
        type_args: &'a [TyRefId],
        args: &'a [Arg],
        want: Want,
    ) -> Ty {
        let node = self.node(callee);
        let given = Given { first: None, args, name: sym::EMPTY, span: node.span };
        let site = |name: Symbol| Site {
            expr,
            given: Given { name, ..given },
            type_args,
            want,
            optional: false,
        };
        match &node.kind {
            ExprKind::Cell(cell) | ExprKind::NestedCell { cell, .. } => {
                self.call_cell(*cell, site(self.hir.cells[*cell].name))
            }
            ExprKind::Builtin(name) => self.call_builtin(*name, site(*name)),
            ExprKind::Record(record) => {
                self.construct_record(*record, site(self.hir.records[*record].name))
            }
            ExprKind::Variant(variant) => {
                let name = self.hir.enums[variant.owner].variants[variant.ordinal as usize].name;
                self.construct_variant(*variant, site(name))
            }
            ExprKind::AmbiguousVariant(name) => match self.wanted_variant(*name, want) {
                Some(variant) => self.construct_variant(variant, site(*name)),
                None => {
                    self.infer_args(args);
                    let at = self.at(callee);
                    let diagnostic = self.ambiguous_variant(*name, at);
                    self.fail(diagnostic)
                }
            },
            _ => self.call_value(callee, site(sym::EMPTY)),
        }
    }

    /// The arguments of a call that was rejected: nothing follows for the parameters of lambdas.
    pub(super) fn infer_args(&mut self, args: &[Arg]) {
        for arg in args {
            match self.body.exprs[arg.value].kind {
                ExprKind::Lambda(_) => self.expr(arg.value, Want::Ty(Ty::ERROR)),
                _ => self.infer(arg.value),
            };
        }
    }

    /// Fresh variables for a callable's parameters; written type arguments bind them.
    /// The first `n_outer` are fixed: those of the cells around a nested one.
    fn variables(
        &mut self,
        name: Symbol,
        params: &[TypeParamId],
        n_outer: usize,
        site: &Site<'_>,
    ) -> Vec<Ty> {
        let written = site.type_args;
        let n_types =
            params[n_outer..].iter().filter(|&&p| !self.hir.type_params[p].is_row).count();
        let given = !written.is_empty();
        if given && written.len() != n_types {
            let at = self.here(site.given.span);
            let name = self.c.names.resolve(name);
            self.report(d::type_arg_count(at, name, n_types, written.len()));
        }
        let mut written = written.iter();
        let mut args = Vec::with_capacity(params.len());
        for (i, &param) in params.iter().enumerate() {
            if i < n_outer {
                args.push(self.c.store.intern(TyKind::Param(param)));
                continue;
            }
            if self.hir.type_params[param].is_row {
                args.push(Ty::ERROR);
                continue;
            }
            let ty = match written.next() {
                Some(&ty) => self.written(ty),
                None if given => Ty::ERROR,
                None => self.fresh(),
            };
            args.push(ty);
        }
        args
    }

    fn cell_instance(&mut self, cell: CellId, site: &Site<'_>) -> Inst<'a> {
        let decl = &self.hir.cells[cell];
        let args = if decl.type_params.is_empty() && site.type_args.is_empty() {
            Vec::new()
        } else {
            self.variables(decl.name, &decl.type_params, decl.n_outer, site)
        };
        let mut rows = Vec::new();
        for i in 0..self.c.cells[cell.index()].row_params.len() {
            let param = self.c.cells[cell.index()].row_params[i];
            let var = self.c.rows.fresh();
            rows.push((param, self.c.rows.row_of(var, &mut self.c.store)));
        }
        let at = self.here(site.given.span);
        self.meet_instance(cell, &args, at);
        Inst { params: &decl.type_params, args, rows, at }
    }

    pub(super) fn call_cell(&mut self, cell: CellId, site: Site<'a>) -> Ty {
        let decl = &self.hir.cells[cell];
        if !self.c.ensure_ret(cell) {
            self.infer_args(site.given.args);
            let (at, name) = (self.here(site.given.span), self.c.names.resolve(decl.name));
            return self.fail(d::recursive_inference(at, name));
        }
        self.require_grant(cell, site.given.span);
        let inst = self.cell_instance(cell, &site);
        let params = Params::Cell(decl);
        let Some((placed, sources)) = self.place_args(params, site.given) else {
            let ret = self.c.tables.sigs[cell].ret;
            return if inst.is_empty() { ret } else { Ty::ERROR };
        };
        let ret = self.c.tables.sigs[cell].ret;
        let ret = self.c.instantiate(ret, &inst);
        let param_ty = |cx: &mut Self, i: usize| {
            let ty = cx.c.tables.sigs[cell].params[i];
            let ty = cx.c.instantiate(ty, &inst);
            cx.element_of(params, i, ty)
        };
        let (want, span) = (site.want, site.given.span);
        let generic = !inst.args.is_empty();
        self.note_printed(cell, placed.iter().map(|arg| arg.value));
        self.check_args(&placed, generic, param_ty, |cx| cx.meet_want(ret, want, span));
        self.require_bounds(&inst);
        self.require_tool_json(cell, span);
        self.require_trusted(cell, placed.iter().map(|arg| arg.value));
        self.call_row(cell, &inst, span);
        let type_args = inst.args.into_boxed_slice();
        let target = Target::Cell(cell);
        let call = Call { target, type_args, args: sources, optional: site.optional };
        self.out.calls.insert(site.expr, call);
        ret
    }

    /// Lets the context decide what the arguments left open.
    fn meet_want(&mut self, ret: Ty, want: Want, span: Span) {
        let Want::Ty(wanted) = want else { return };
        let (ret, wanted) = (self.c.zonk(ret), self.c.zonk(wanted));
        if !self.c.store.flags(ret).any(TyFlags::INFER) {
            return;
        }
        let optional_ret = matches!(self.kind(ret), TyKind::Optional(_));
        let open_ret = matches!(self.kind(ret), TyKind::Infer(_));
        match *self.kind(wanted) {
            TyKind::Infer(_) | TyKind::Any | TyKind::Json | TyKind::Union(_) | TyKind::Null => {}
            TyKind::Optional(_) if open_ret => {}
            TyKind::Optional(inner) if !optional_ret => {
                self.unify_soft(ret, inner, span);
            }
            _ => {
                self.unify_soft(ret, wanted, span);
            }
        }
    }

    pub(super) fn require_bounds(&mut self, inst: &Inst<'_>) {
        for (&param, &ty) in inst.params.iter().zip(&inst.args) {
            for bound in self.c.bounds_of(param) {
                self.c.require(ty, bound, inst.at);
            }
        }
    }

    fn call_row(&mut self, cell: CellId, inst: &Inst<'_>, span: Span) {
        // To make a stream does nothing; its consumer has its row.
        if self.hir.cells[cell].is_generator {
            return;
        }
        let why = Why { at: self.here(span), callee: Some(cell) };
        let to = self.frame().row;
        let info = &self.c.cells[cell.index()];
        if info.row_declared {
            let row = self.c.tables.sigs[cell].row;
            if row != RowTy::EMPTY {
                let row = self.c.instantiate_row(row, inst);
                self.c.agree(to, row, why.at);
                self.c.rows.include(to, row, &self.c.store, why);
            }
        } else {
            self.c.row_instance(to, info.row_var, inst, why);
            let row = self.c.performed(cell, inst);
            self.c.agree(to, row, why.at);
            self.c.rows.learn(to, row, RowTy::EMPTY, &self.c.store);
        }
    }

    /// A call of an overloaded builtin: the first argument's type chooses.
    fn call_builtin(&mut self, name: Symbol, site: Site<'a>) -> Ty {
        if let Some(only) = self.only_meaning(name) {
            return self.call_cell(only, site);
        }
        let args = site.given.args;
        if self.meaningless(name) {
            self.infer_args(args);
            return Ty::ERROR;
        }
        let first = args.first().filter(|arg| arg.name.is_none() && !arg.spread);
        let Some(first) = first else {
            if let (true, Some(cell)) = (args.is_empty(), self.overload_without_args(name)) {
                return self.call_cell(cell, site);
            }
            self.infer_args(args);
            let (at, text) = (self.here(site.given.span), self.c.names.resolve(name));
            return self.fail(d::overload_needs_first(at, text));
        };
        if matches!(self.node(first.value).kind, ExprKind::Lambda(_))
            && let Some(cell) = self.function_overload(name)
        {
            return self.call_cell(cell, site);
        }
        let own = self.infer(first.value);
        let own = self.c.zonk(own);
        match self.overload(name, own) {
            Some(cell) => {
                self.check_ambiguity(cell, own, site.given.span);
                let known = Some((first.value, own));
                let given = Given { first: known, args: &args[1..], ..site.given };
                self.warn_deprecated(cell, given.span);
                self.call_cell(cell, Site { given, ..site })
            }
            None => {
                self.infer_args(&args[1..]);
                let at = self.at(first.value);
                let diagnostic = match self.kind(own) {
                    TyKind::Error | TyKind::Never => return Ty::ERROR,
                    TyKind::Infer(_) => d::annotate(at),
                    TyKind::Optional(_) => {
                        let shown = self.c.show(own);
                        d::optional_access(at, self.here(site.given.span), &shown)
                    }
                    _ => {
                        let shown = self.c.show(own);
                        d::no_overload(at, self.c.names.resolve(name), &shown)
                    }
                };
                self.fail(diagnostic)
            }
        }
    }

    fn call_value(&mut self, callee: ExprId, site: Site<'a>) -> Ty {
        let own = self.infer(callee);
        let own = self.c.zonk(own);
        let TyKind::Fn { params, ret, row } = self.kind(own).clone() else {
            self.infer_args(site.given.args);
            let at = self.at(callee);
            let diagnostic = match self.kind(own) {
                TyKind::Error | TyKind::Never => return Ty::ERROR,
                TyKind::Infer(_) => d::annotate(at),
                _ => {
                    let shown = self.c.show(own);
                    d::not_callable(at, &shown)
                }
            };
            return self.fail(diagnostic);
        };
        self.call_fn_type(&params, ret, row, Target::Value, site)
    }

    /// A call of a value of function type.
    pub(super) fn call_fn_type(
        &mut self,
        params: &[Ty],
        ret: Ty,
        row: RowTy,
        target: Target,
        site: Site<'a>,
    ) -> Ty {
        if !site.type_args.is_empty() {
            let at = self.here(site.given.span);
            self.report(d::type_arg_count(at, "fn", 0, site.type_args.len()));
        }
        let Some((placed, sources)) = self.place_args(Params::Value(params.len()), site.given)
        else {
            return ret;
        };
        self.check_args(&placed, true, |_, i| params[i], |_| {});
        let why = Why { at: self.here(site.given.span), callee: None };
        let to = self.frame().row;
        self.c.agree(to, row, why.at);
        self.c.rows.include(to, row, &self.c.store, why);
        let type_args = Box::new([]);
        let call = Call { target, type_args, args: sources, optional: site.optional };
        self.out.calls.insert(site.expr, call);
        ret
    }

    fn construct_record(&mut self, id: RecordId, site: Site<'a>) -> Ty {
        if self.is_closed(id) {
            self.infer_args(site.given.args);
            return self.opened(id, site.given.span);
        }
        let record = &self.hir.records[id];
        let args = self.variables(record.name, &record.type_params, 0, &site);
        let ty = self.c.store.intern(TyKind::Record(id, args.clone().into_boxed_slice()));
        self.meet_nominal(ty, site.want, site.given.span);
        let params = Params::Record(record);
        let Some((placed, sources)) = self.place_args(params, site.given) else { return ty };
        let field_ty = |cx: &mut Self, i: usize| cx.field_ty(id, &args, i as u32);
        self.check_args(&placed, !args.is_empty(), field_ty, |_| {});
        self.finish_construction(Target::Record(id), params.type_params(), args, sources, site);
        ty
    }

    fn finish_construction(
        &mut self,
        target: Target,
        params: &'a [TypeParamId],
        args: Vec<Ty>,
        sources: Box<[super::tables::ArgSource]>,
        site: Site<'a>,
    ) {
        let at = self.here(site.given.span);
        self.require_bounds(&Inst { params, args: args.clone(), rows: Vec::new(), at });
        let type_args = args.into_boxed_slice();
        self.out
            .calls
            .insert(site.expr, Call { target, type_args, args: sources, optional: site.optional });
    }

    fn construct_variant(&mut self, variant: VariantRef, site: Site<'a>) -> Ty {
        let decl = &self.hir.enums[variant.owner];
        let args = self.variables(decl.name, &decl.type_params, 0, &site);
        let ty = TyKind::Enum(variant.owner, args.clone().into_boxed_slice());
        let ty = self.c.store.intern(ty);
        self.meet_nominal(ty, site.want, site.given.span);
        let params = Params::Variant(&decl.variants[variant.ordinal as usize]);
        let Some((placed, sources)) = self.place_args(params, site.given) else { return ty };
        let payload_ty = |cx: &mut Self, i: usize| cx.payload_ty(variant, &args, i);
        self.check_args(&placed, !args.is_empty(), payload_ty, |_| {});
        let target = Target::Variant(variant);
        self.finish_construction(target, &decl.type_params, args, sources, site);
        ty
    }

    pub(super) fn payload_ty(&mut self, variant: VariantRef, args: &[Ty], at: usize) -> Ty {
        let ty = self.c.tables.variants[variant.owner][variant.ordinal as usize][at];
        self.c.replace(ty, &self.hir.enums[variant.owner].type_params, args)
    }

    /// A constructed type takes its arguments from the context where the context names the same type.
    fn meet_nominal(&mut self, ty: Ty, want: Want, span: Span) {
        let target = self.kind(ty).clone();
        let wanted = self.wanted_part(want, |kind| match (kind, &target) {
            (TyKind::Record(a, args), TyKind::Record(b, _)) if a == b => Some(args.clone()),
            (TyKind::Enum(a, args), TyKind::Enum(b, _)) if a == b => Some(args.clone()),
            _ => None,
        });
        let (TyKind::Record(_, own) | TyKind::Enum(_, own)) = target else { return };
        if let Some(args) = wanted {
            for (&own, &arg) in own.iter().zip(&args) {
                self.unify_soft(own, arg, span);
            }
        }
    }

    /// A cell, builtin or record's name used as a value.
    pub(super) fn callable_value(&mut self, expr: ExprId, want: Want) -> Ty {
        let span = self.span(expr);
        let cell = match &self.node(expr).kind {
            ExprKind::Cell(cell) | ExprKind::NestedCell { cell, .. } => *cell,
            ExprKind::Builtin(name) => match self.builtin_value(*name, span, want) {
                Some(cell) => cell,
                None => {
                    let at = self.here(span);
                    return self.fail(d::overloaded_value(at, self.c.names.resolve(*name)));
                }
            },
            ExprKind::Record(id) => return self.record_value(expr, *id, want),
            _ => return Ty::ERROR,
        };
        if self.reaches_out(cell) {
            let (at, name) = (self.here(span), self.hir.cells[cell].name);
            return self.fail(d::granted_as_value(at, self.c.names.resolve(name)));
        }
        if !self.c.ensure_ret(cell) {
            let (at, name) = (self.here(span), self.hir.cells[cell].name);
            return self.fail(d::recursive_inference(at, self.c.names.resolve(name)));
        }
        let given = Given { first: None, args: &[], name: self.hir.cells[cell].name, span };
        let site = Site { expr, given, type_args: &[], want, optional: false };
        let inst = self.cell_instance(cell, &site);
        let n = self.c.tables.sigs[cell].params.len();
        let mut params = Vec::with_capacity(n);
        for i in 0..n {
            let ty = self.c.tables.sigs[cell].params[i];
            params.push(self.c.instantiate(ty, &inst));
        }
        let ret = self.c.tables.sigs[cell].ret;
        let ret = self.c.instantiate(ret, &inst);
        let info = &self.c.cells[cell.index()];
        let row = if self.hir.cells[cell].is_generator {
            RowTy::EMPTY
        } else if info.row_declared {
            let row = self.c.tables.sigs[cell].row;
            self.c.instantiate_row(row, &inst)
        } else {
            let from = info.row_var;
            let var = self.c.rows.fresh();
            let why = Why { at: inst.at, callee: Some(cell) };
            self.c.row_instance(var, from, &inst, why);
            let row = self.c.performed(cell, &inst);
            self.c.rows.learn(var, row, RowTy::EMPTY, &self.c.store);
            self.c.rows.row_of(var, &mut self.c.store)
        };
        self.require_bounds(&inst);
        let type_args = inst.args.into_boxed_slice();
        self.out.fn_values.insert(expr, FnValue { target: Target::Cell(cell), type_args });
        let params = self.adapted(expr, cell, params.into_boxed_slice(), want);
        self.c.store.intern(TyKind::Fn { params, ret, row })
    }

    fn record_value(&mut self, expr: ExprId, id: RecordId, want: Want) -> Ty {
        if self.is_closed(id) {
            let span = self.span(expr);
            return self.opened(id, span);
        }
        let record = &self.hir.records[id];
        let args: Vec<Ty> = record.type_params.iter().map(|_| self.fresh()).collect();
        let params: Box<[Ty]> =
            (0..record.fields.len()).map(|i| self.field_ty(id, &args, i as u32)).collect();
        let ret = TyKind::Record(id, args.clone().into_boxed_slice());
        let ret = self.c.store.intern(ret);
        let _ = want;
        self.constructor_value(expr, Target::Record(id), params, ret, args)
    }

    fn constructor_value(
        &mut self,
        expr: ExprId,
        target: Target,
        params: Box<[Ty]>,
        ret: Ty,
        args: Vec<Ty>,
    ) -> Ty {
        let type_args = args.into_boxed_slice();
        self.out.fn_values.insert(expr, FnValue { target, type_args });
        self.c.store.intern(TyKind::Fn { params, ret, row: RowTy::EMPTY })
    }

    /// A variant's name used as a value: the value itself, or a function when it has a payload.
    pub(super) fn variant_value(&mut self, expr: ExprId, want: Want) -> Ty {
        let variant = match &self.node(expr).kind {
            ExprKind::Variant(variant) => *variant,
            ExprKind::AmbiguousVariant(name) => match self.wanted_variant(*name, want) {
                Some(variant) => variant,
                None => {
                    let at = self.at(expr);
                    let diagnostic = self.ambiguous_variant(*name, at);
                    return self.fail(diagnostic);
                }
            },
            _ => return Ty::ERROR,
        };
        let decl = &self.hir.enums[variant.owner];
        let args: Vec<Ty> = decl.type_params.iter().map(|_| self.fresh()).collect();
        let ty = TyKind::Enum(variant.owner, args.clone().into_boxed_slice());
        let ty = self.c.store.intern(ty);
        let n = decl.variants[variant.ordinal as usize].fields.len();
        if n == 0 {
            self.meet_nominal(ty, want, self.span(expr));
            self.out.variants.insert(expr, variant);
            return ty;
        }
        let params: Box<[Ty]> = (0..n).map(|i| self.payload_ty(variant, &args, i)).collect();
        self.constructor_value(expr, Target::Variant(variant), params, ty, args)
    }

    /// The variant `name` of the enum that the context wants (or a function type's result).
    fn wanted_variant(&mut self, name: Symbol, want: Want) -> Option<VariantRef> {
        let owner = self.wanted_part(want, |kind| match kind {
            TyKind::Enum(id, _) => self.variant_named(*id, name).map(|_| *id),
            TyKind::Fn { ret, .. } => match self.kind(*ret) {
                TyKind::Enum(id, _) => self.variant_named(*id, name).map(|_| *id),
                _ => None,
            },
            _ => None,
        })?;
        self.variant_named(owner, name)
    }

    pub(super) fn variant_named(&self, owner: EnumId, name: Symbol) -> Option<VariantRef> {
        let variants = &self.hir.enums[owner].variants;
        let ordinal = variants.iter().position(|variant| variant.name == name)? as u32;
        Some(VariantRef { owner, ordinal })
    }

    pub(super) fn ambiguous_variant(
        &self,
        name: Symbol,
        at: lumen_base::FileSpan,
    ) -> lumen_base::Diagnostic {
        let owners = self.hir.variants.get(&name).map_or(&[][..], Vec::as_slice);
        let mut owners: Vec<&str> = owners
            .iter()
            .map(|variant| self.c.names.resolve(self.hir.enums[variant.owner].name))
            .collect();
        owners.sort_unstable();
        d::ambiguous_variant(at, self.c.names.resolve(name), &owners)
    }
}
