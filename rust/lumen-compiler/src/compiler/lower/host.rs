//! The code of an `extern cell`: its arguments go to the embedding program, and what comes back is converted.
//!
//! (Host cell) → a cell that puts its parameters into a `list[Any]`, calls the host function, and converts the value as
//! `as T` does: a value that does not fit is a failed conversion, with conditions and defaults as everywhere.

use super::fx::{Dest, Fx, Ret};
use super::value::Val;
use super::{Job, Lower, limits};
use crate::compiler::hir::CellId;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{HostFn, Op, Repr};

impl Lower<'_> {
    pub(super) fn lower_host(&mut self, job: &Job, cell: CellId) {
        let name = self.cell_name(cell);
        let mut frame = self.bare_frame(cell);
        let mut fx = self.start(name, cell, &[]);
        let known = fx.formals(cell, &[]);
        let (formals, ret) = (&known.params, known.ret);
        frame.ret = Ret::Cell(ret);
        fx.r.open_env(0);
        fx.frames.push(frame);
        let params: Vec<Dest> = formals.iter().map(|f| fx.param(f.ty, f.owned)).collect();
        fx.results(ret);
        let span = fx.p.hir.cells[cell].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let values: Vec<Val> =
            params.iter().zip(formals).map(|(&d, f)| fx.param_value(d, f.owned)).collect();
        let v = fx.call_host(cell, &values, ret);
        fx.leave_with(v, ret);
        fx.close_cell(job, ret);
    }
}

impl Fx<'_, '_> {
    /// Calls the host function of a cell, and converts what it gives.
    fn call_host(&mut self, cell: CellId, args: &[Val], ret: Ty) -> Val {
        let Some(index) = self.host_function(cell) else {
            let at = self.here();
            let name = self.p.cell_name(cell);
            self.p.errors.push(limits::too_large(at, &name, "it is one extern cell too many"));
            return Val::never();
        };
        let any = self.p.types.store.intern(TyKind::List(Ty::ANY));
        let list = self.list_of_values(any, args);
        let (reg, list) = self.reg(list);
        let dst = self.r.alloc(&mut self.b, Repr::Dyn);
        self.b.emit(Op::Host, dst, reg, index);
        self.done(list);
        let given = self.defined(dst, Ty::ANY);
        match ret {
            Ty::NULL => {
                self.done(given);
                Val::unit()
            }
            Ty::ANY => given,
            _ => {
                let exact = self.p.tables.exact_host_result(cell);
                self.dynamic_as(given, exact)
            }
        }
    }

    /// Its number in the table of host functions.
    fn host_function(&mut self, cell: CellId) -> Option<u16> {
        let sig = self.p.tables.sigs.get(cell)?;
        let effects = self.p.types.store.row(sig.row).effects;
        let name = self.p.cell_name(cell);
        let params: Vec<_> = sig.params.iter().map(|&ty| self.info(ty).id).collect();
        let ret = self.info(sig.ret).id;
        self.effects = self.effects.union(effects);
        let index = self.p.module.host(HostFn { name, params, ret, effects });
        u16::try_from(index).ok()
    }
}
