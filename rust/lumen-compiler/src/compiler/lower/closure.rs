//! Function values: closures of lambdas, cells and constructors.

use super::fx::Fx;
use super::value::{Binding, InlineLambda, Own, Place, Val};
use super::{Key, StubTarget};
use crate::compiler::hir::{ExprId, ExprKind, LambdaId};
use crate::compiler::typecheck::tables::Target;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::Span;
use lumen_lir::{ClassDesc, ClassId, Op, Reg};

impl Fx<'_, '_> {
    /// A lambda as a value.
    pub(super) fn lambda_value(&mut self, e: ExprId, lambda: LambdaId, hint: Option<Reg>) -> Val {
        let ty = self.ty(e);
        let frame = self.frames.len() - 1;
        self.closure(frame, lambda, ty, true, hint)
    }

    /// A lambda that was to be expanded, needed as a value after all.
    pub(super) fn materialise(&mut self, known: InlineLambda, hint: Option<Reg>) -> Val {
        self.closure(known.frame, known.lambda, known.ty, false, hint)
    }

    /// The closure of a `defer` block.
    pub(super) fn defer_closure(&mut self, lambda: LambdaId, span: Span) -> Val {
        let ty = self.p.types.store.intern(TyKind::Fn {
            params: Box::default(),
            ret: Ty::NULL,
            row: crate::compiler::typecheck::types::RowTy::EMPTY,
        });
        self.at(span);
        let frame = self.frames.len() - 1;
        let v = self.closure(frame, lambda, ty, true, None);
        self.load(v, None)
    }

    /// The closure of a lambda written here, as one of this type.
    pub(super) fn lambda_as(&mut self, lambda: LambdaId, ty: Ty, hint: Option<Reg>) -> Val {
        let frame = self.frames.len() - 1;
        self.closure(frame, lambda, ty, true, hint)
    }

    /// Makes a closure object. `here`: it is written where control is, and its captures may die by it; else they are
    /// the values that expansion has bound.
    fn closure(
        &mut self,
        frame: usize,
        lambda: LambdaId,
        ty: Ty,
        here: bool,
        hint: Option<Reg>,
    ) -> Val {
        let body = self.frames[frame].body;
        let info = &body.lambdas[lambda];
        let dying = if here { self.capture_deaths(info.body) } else { Vec::new() };
        let mut values = Vec::with_capacity(info.captures.len());
        let env = self.frames[frame].env;
        for &(outer, twin) in &info.captures {
            let v = if here {
                self.capture_local(outer, dying.contains(&outer))
            } else {
                match self.r.envs[env].get(twin.index()).copied() {
                    Some(Binding::Fixed(v) | Binding::Val(v)) => self.alias(v),
                    Some(Binding::Lambda(inner)) => self.materialise(inner, None),
                    _ => Val::never(),
                }
            };
            values.push(v);
        }
        let captures: Vec<Ty> = values.iter().map(|v| v.ty).collect();
        let cell = self.frames[frame].cell;
        let subst = std::rc::Rc::clone(&self.frames[frame].subst);
        let Some(of) = self.info(ty).class() else { return Val::never() };
        let class = self.p.lambda(cell, lambda, ty, &subst, of, &captures);
        self.new_closure(class, ty, &values, hint)
    }

    fn new_closure(&mut self, class: ClassId, ty: Ty, values: &[Val], hint: Option<Reg>) -> Val {
        self.new_object(class, ty, values, hint)
    }

    /// A cell, builtin or constructor as a value.
    pub(super) fn cell_value(&mut self, e: ExprId, hint: Option<Reg>) -> Val {
        let typed = self.typed();
        let Some(value) = typed.fn_values.get(&e) else {
            self.confused("a name used as a value that the type checker did not resolve");
            return Val::never();
        };
        let type_args: Box<[Ty]> = value.type_args.iter().map(|&t| self.close_exact(t)).collect();
        let ty = self.ty(e);
        let target = match value.target {
            Target::Cell(cell) => StubTarget::Cell(cell),
            Target::Variant(variant) => StubTarget::Variant(variant),
            Target::Record(record) => StubTarget::Record(record),
            Target::Value | Target::FieldValue { .. } => {
                self.confused("a value that stands for itself");
                return Val::never();
            }
        };
        let mut values = Vec::new();
        if let ExprKind::NestedCell { captures, .. } = &self.body().exprs[e].kind {
            let dying = self.capture_deaths(e);
            for &local in captures {
                let v = self.capture_local(local, dying.contains(&local));
                values.push(v);
            }
        }
        let captures: Vec<Ty> = values.iter().map(|v| v.ty).collect();
        let Some(of) = self.info(ty).class() else { return Val::never() };
        let key = Key::Stub(target, type_args, ty);
        let class = self.p.closure_class(key, of, &captures);
        self.new_closure(class, ty, &values, hint)
    }

    /// The captures of the closure being lowered, read from register 0.
    pub(super) fn load_captures(&mut self, types: &[Ty]) -> Vec<Val> {
        let mut out = Vec::with_capacity(types.len());
        for (i, &ty) in types.iter().enumerate() {
            let repr = self.one(ty);
            let dst = self.r.alloc(&mut self.b, repr);
            let op = if repr.is_counted() { Op::FldR } else { Op::Fld };
            self.b.emit(op, dst, 0, i as u16);
            let own =
                if repr.is_counted() { Own::Loan { root: None, temp: true } } else { Own::Temp };
            let v = Val::new(Place::One(dst, own), ty);
            let v = self.unpack_optional(v, ty, None);
            out.push(v);
        }
        out
    }
}

/// Describes a closure class once its code has an id.
pub(super) fn closure_desc(
    of: ClassId,
    cell: lumen_lir::CellId,
    captures: Vec<lumen_lir::TypeId>,
) -> ClassDesc {
    ClassDesc::Closure { of, cell: cell.0, captures }
}
