//! Methods of impls against the declarations of their traits.
//!
//! (Trait, impl) → which cell implements which method, and the signatures of those cells where the trait decides them:
//! a missing result is the trait's, a missing row too. Runs when all signatures are known, before any body.

use super::diagnostics as d;
use super::subst::Inst;
use super::types::{RowTy, Ty, TyKind};
use super::{Checker, Ret};
use crate::compiler::hir::{Bound, CellBody, CellId, ImplId, TraitId, TypeParamId};
use crate::compiler::resolve::closest;
use lumen_base::FileSpan;

impl<'a> Checker<'a> {
    /// Checks every impl in the table.
    pub(super) fn check_impls(&mut self) {
        let hir = self.hir;
        for (id, decl) in hir.impls.iter() {
            let (Some(of), Some(info)) = (decl.of, self.tables.impls.info(id)) else {
                self.forget_methods(id);
                continue;
            };
            let target = info.target;
            self.match_methods(id, of, target);
            self.check_parents(id, of, target);
        }
    }

    /// The methods of a rejected impl are checked as far as they say what they are.
    fn forget_methods(&mut self, id: ImplId) {
        for &cell in &self.hir.impls[id].methods {
            self.cells[cell.index()].ret = Ret::Known;
        }
    }

    fn match_methods(&mut self, id: ImplId, of: TraitId, target: Ty) {
        let hir = self.hir;
        let (decl, of_decl) = (&hir.impls[id], &hir.traits[of]);
        let file = hir.modules[decl.module].file;
        let of_name = self.names.resolve(of_decl.name);
        for &cell in &decl.methods {
            let name = hir.cells[cell].name;
            if !of_decl.methods.iter().any(|&method| hir.cells[method].name == name) {
                let at = hir.cells[cell].name_span.in_file(file);
                let text = self.names.resolve(name);
                let names = of_decl.methods.iter().map(|&m| self.names.resolve(hir.cells[m].name));
                let near = closest(text, names).map(str::to_owned);
                self.diags.push(d::not_in_trait(at, of_name, text, near.as_deref()));
            }
        }
        let mut missing = Vec::new();
        for (at, &method) in of_decl.methods.iter().enumerate() {
            let name = hir.cells[method].name;
            let found = decl.methods.iter().copied().find(|&cell| hir.cells[cell].name == name);
            match found {
                Some(cell) => {
                    self.match_signature(method, cell, target, &decl.type_params);
                    if let Some(info) = self.tables.impls.info_mut(id) {
                        info.methods[at] = Some(cell);
                    }
                }
                // What a builtin trait does by itself is what types without an impl have.
                None if matches!(hir.cells[method].body, CellBody::Required)
                    || of_decl.builtin != crate::compiler::hir::Bounds::default() =>
                {
                    missing.push(self.method_text(method, target));
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            let shown = self.show(target);
            let end = lumen_base::Span::point(decl.span.hi.saturating_sub(3)).in_file(file);
            let at = self.head_place(id);
            self.diags.push(d::missing_method(at, end, of_name, &shown, &missing));
        }
    }

    /// The signature of a trait's method as an impl for `target` writes it.
    fn method_text(&mut self, method: CellId, target: Ty) -> String {
        let cell = &self.hir.cells[method];
        let params: Vec<TypeParamId> = cell.type_params.first().copied().into_iter().collect();
        let sig = self.tables.sigs[method].clone();
        let mut text = format!("cell {}", self.names.resolve(cell.name));
        let own = cell.type_params.iter().skip(1);
        let own: Vec<String> = own
            .filter(|&&param| !self.hir.type_params[param].is_row)
            .map(|&param| self.param_text(param))
            .collect();
        if !own.is_empty() {
            text.push_str(&format!("[{}]", own.join(", ")));
        }
        for (i, param) in cell.params.iter().enumerate() {
            let name = self.names.resolve(param.name);
            if i == 0 {
                text.push_str(&format!("({name}"));
                continue;
            }
            let ty = self.replace(sig.params[i], &params, &[target]);
            let (dots, ty) = match (param.variadic, self.store.kind(ty)) {
                (true, TyKind::List(elem)) => ("...", *elem),
                _ => ("", ty),
            };
            let shown = self.show(ty);
            text.push_str(&format!(", {dots}{name}: {shown}"));
        }
        let ret = self.replace(sig.ret, &params, &[target]);
        let shown = self.show(ret);
        text.push_str(&format!(") -> {shown}"));
        if cell.row.is_some() && sig.row != RowTy::EMPTY {
            text.push_str(&format!(" / {}", self.printer().row(sig.row)));
        }
        text
    }

    /// `T: Eq + Shape`.
    fn param_text(&self, param: TypeParamId) -> String {
        let name = self.names.resolve(self.hir.type_params[param].name);
        let bounds = self.bounds_of(param).into_iter();
        let bounds: Vec<&str> = bounds.map(|bound| self.bound_name(bound)).collect();
        if bounds.is_empty() { name.to_owned() } else { format!("{name}: {}", bounds.join(" + ")) }
    }

    /// Compares a method of an impl with the trait's and completes its signature.
    fn match_signature(
        &mut self,
        method: CellId,
        cell: CellId,
        target: Ty,
        impl_params: &[TypeParamId],
    ) {
        let hir = self.hir;
        let at = hir.cells[cell].name_span.in_file(self.file_of(cell));
        let wanted = self.method_text(method, target);
        let inst = match self.method_instance(method, cell, target, impl_params, at) {
            Ok(inst) => inst,
            Err(problem) => {
                self.diags.push(d::impl_signature(at, problem, &wanted));
                self.complete(cell, Ty::ERROR, RowTy::EMPTY);
                return;
            }
        };
        let sig = self.tables.sigs[method].clone();
        let own = self.tables.sigs[cell].clone();
        let (params, own_params) = (&hir.cells[method].params, &hir.cells[cell].params);
        if params.len() != own_params.len() {
            self.diags.push(d::impl_signature(at, "it has other parameters", &wanted));
            self.complete(cell, Ty::ERROR, RowTy::EMPTY);
            return;
        }
        for (i, (param, own_param)) in params.iter().zip(own_params).enumerate() {
            let ty = self.instantiate(sig.params[i], &inst);
            let at = own_param.span.in_file(self.file_of(cell));
            if own_param.default.is_some() {
                self.diags.push(d::impl_signature(at, "a default belongs to the trait", &wanted));
            } else if ty != own.params[i] && !self.is_error(ty) && !self.is_error(own.params[i]) {
                let problem = format!("this parameter has type `{}`", self.show(own.params[i]));
                self.diags.push(d::impl_signature(at, &problem, &wanted));
            } else if param.variadic != own_param.variadic {
                self.diags.push(d::impl_signature(at, "only one of the two is variadic", &wanted));
            }
        }
        let ret = self.instantiate(sig.ret, &inst);
        if hir.cells[cell].ret.is_some() && ret != own.ret && !self.is_error(own.ret) {
            let problem = format!("its result has type `{}`", self.show(own.ret));
            self.diags.push(d::impl_signature(at, &problem, &wanted));
        }
        let row = self.instantiate_row(sig.row, &inst);
        if hir.cells[cell].row.is_some() && !self.row_within(own.row, row) {
            let problem = format!("its effects are `{}`", self.printer().row(own.row));
            self.diags.push(d::impl_signature(at, &problem, &wanted));
        }
        let row = if hir.cells[cell].row.is_some() { own.row } else { row };
        self.complete(cell, ret, row);
    }

    fn is_error(&self, ty: Ty) -> bool {
        self.store.flags(ty).any(super::types::TyFlags::ERROR)
    }

    fn row_within(&self, row: RowTy, allowed: RowTy) -> bool {
        let (row, allowed) = (self.store.row(row), self.store.row(allowed));
        row.effects.difference(allowed.effects).is_empty()
            && row.params.iter().all(|param| allowed.params.contains(param))
            && row.instances.iter().all(|it| allowed.instances.contains(it))
    }

    /// Fills in what an impl's method leaves to the trait.
    fn complete(&mut self, cell: CellId, ret: Ty, row: RowTy) {
        let written = self.hir.cells[cell].ret.is_some();
        self.cells[cell.index()].ret = Ret::Known;
        let sig = self.sig_mut(cell);
        sig.row = row;
        if !written {
            sig.ret = ret;
        }
    }

    /// The trait's method as the impl sees it: `Self` is the target, its own parameters are the cell's.
    fn method_instance(
        &mut self,
        method: CellId,
        cell: CellId,
        target: Ty,
        impl_params: &[TypeParamId],
        at: FileSpan,
    ) -> Result<Inst<'a>, &'static str> {
        let hir = self.hir;
        let params: &'a [TypeParamId] = &hir.cells[method].type_params;
        let is_type = |param: &&TypeParamId| !hir.type_params[**param].is_row;
        let wanted: Vec<TypeParamId> = params.iter().filter(is_type).skip(1).copied().collect();
        let all = hir.cells[cell].type_params.iter().filter(is_type);
        let own: Vec<TypeParamId> = all.skip(impl_params.len()).copied().collect();
        if wanted.len() != own.len() {
            return Err("it has other type parameters");
        }
        for (&param, &other) in wanted.iter().zip(&own) {
            let given = self.implied_by(param);
            let enough = self.bounds_of(other).into_iter().all(|bound| match bound {
                Bound::Builtin(bound) => given.bounds.contains(bound),
                Bound::Trait(of) => given.traits.binary_search(&of).is_ok(),
            });
            if !enough {
                return Err("its type parameters ask for more");
            }
        }
        let mut args = Vec::with_capacity(params.len());
        let mut own = own.into_iter();
        for (i, &param) in params.iter().enumerate() {
            args.push(match i {
                0 => target,
                _ if hir.type_params[param].is_row => Ty::ERROR,
                _ => match own.next() {
                    Some(param) => self.store.intern(TyKind::Param(param)),
                    None => Ty::ERROR,
                },
            });
        }
        let theirs = self.cells[method.index()].row_params.clone();
        let ours = self.cells[cell.index()].row_params.clone();
        if theirs.len() != ours.len() {
            return Err("its function parameters have other effects");
        }
        let mut rows = Vec::with_capacity(theirs.len());
        for (&their, &our) in theirs.iter().zip(&ours) {
            let kind = super::types::RowKind { params: Box::new([our]), ..Default::default() };
            rows.push((their, self.store.intern_row(kind)));
        }
        Ok(Inst { params, args, rows, at })
    }

    /// Who implements a trait implements its parents.
    fn check_parents(&mut self, id: ImplId, of: TraitId, target: Ty) {
        for &(parent, _) in &self.hir.traits[of].parents {
            if !self.has_bound(target, parent) {
                let shown = self.show(target);
                let (name, parent) =
                    (self.names.resolve(self.hir.traits[of].name), self.bound_name(parent));
                let at = self.head_place(id);
                self.diags.push(d::missing_parent_impl(at, name, parent, &shown));
            }
        }
    }
}
