//! The arguments of a cell from those of the function that its name stands for (`typecheck/adapt.rs`).

use super::extern_cell;
use super::fx::Fx;
use super::value::Val;
use crate::compiler::hir::CellId;
use crate::compiler::typecheck::types::Ty;

impl Fx<'_, '_> {
    /// The same for a builtin that is no cell in LIR: those that look at the type of a value take it as it is.
    pub(super) fn adapted_to_builtin(
        &mut self,
        key: &str,
        cell: CellId,
        type_args: &[Ty],
        values: &[Val],
    ) -> Vec<Val> {
        let known = self.formals(cell, type_args);
        let args = self.adapted_args(cell, type_args, values);
        let as_it_is = usize::from(extern_cell::any_subject(key));
        let convert = |(i, v): (usize, Val)| match known.params.get(i) {
            Some(param) if i >= as_it_is => self.convert(v, param.ty, None),
            _ => v,
        };
        args.into_iter().enumerate().map(convert).collect()
    }

    /// What the cell's parameters get: the literals of those that are left out, and a variadic parameter's list.
    pub(super) fn adapted_args(
        &mut self,
        cell: CellId,
        type_args: &[Ty],
        values: &[Val],
    ) -> Vec<Val> {
        let hir = self.p.hir;
        let params = &hir.cells[cell].params;
        let known = self.formals(cell, type_args);
        // Captures come first; a cell that has them is not adapted.
        if known.params.len() != params.len() {
            return values.to_vec();
        }
        let fixed = params.iter().take_while(|param| !param.variadic).count();
        // A function of the cell's own type takes the variadic parameter's list.
        let is_own = values.len() == params.len()
            && params.get(fixed).is_some()
            && values[fixed].ty == known.params[fixed].ty;
        if is_own {
            return values.to_vec();
        }
        let mut args: Vec<Val> = values.iter().copied().take(fixed).collect();
        for param in &params[args.len()..fixed] {
            let value = param.default.and_then(|default| self.literal_body(default, type_args));
            args.extend(value);
        }
        if fixed < params.len() {
            let rest = values.get(fixed..).unwrap_or_default();
            let list = self.list_of_values(known.params[fixed].ty, rest);
            args.push(list);
        }
        args
    }
}
