//! Declarations that need themselves: aliases that never end, constants that can never be computed.

use super::context::Global;
use super::diagnostics;
use crate::compiler::hir::{AliasId, CellBody, CellId, ExprKind, TyRefId, TyRefKind};
use lumen_base::limits::SYNTAX_DEPTH_MAX;
use lumen_base::{FileSpan, Symbol};

impl Global<'_> {
    /// Reports aliases that contain themselves and makes them the error type, so that later passes may expand aliases.
    pub(super) fn check_aliases(&mut self) {
        let n = self.hir.aliases.len();
        // Height of the expansion; 0: not visited; `OPEN`: on the path from the start.
        const OPEN: u32 = u32::MAX;
        let mut height = vec![0_u32; n];
        for start in self.hir.aliases.ids() {
            if height[start.index()] != 0 {
                continue;
            }
            height[start.index()] = OPEN;
            let mut path = vec![(start, self.aliases_in(self.hir.aliases[start].ty), 1_u32)];
            while let Some((alias, uses, tallest)) = path.last_mut() {
                let alias = *alias;
                if let Some(next) = uses.pop() {
                    match height[next.index()] {
                        0 => {
                            height[next.index()] = OPEN;
                            path.push((next, self.aliases_in(self.hir.aliases[next].ty), 1));
                        }
                        OPEN => self.cut_alias(alias),
                        known => *tallest = (*tallest).max(known + 1),
                    }
                    continue;
                }
                let mut done = *tallest;
                if done > SYNTAX_DEPTH_MAX {
                    self.cut_alias(alias);
                    done = 1;
                }
                height[alias.index()] = done;
                path.pop();
                if let Some((_, _, tallest)) = path.last_mut() {
                    *tallest = (*tallest).max(done + 1);
                }
            }
        }
    }

    /// The aliases that a written type mentions.
    fn aliases_in(&self, ty: TyRefId) -> Vec<AliasId> {
        let mut found = Vec::new();
        let mut left = vec![ty];
        while let Some(ty) = left.pop() {
            match &self.hir.ty_refs[ty].kind {
                TyRefKind::List(inner)
                | TyRefKind::Set(inner)
                | TyRefKind::Stream(inner)
                | TyRefKind::Optional(inner) => left.push(*inner),
                TyRefKind::Map(key, value) => left.extend([*key, *value]),
                TyRefKind::Tuple(list)
                | TyRefKind::Union(list)
                | TyRefKind::Record(_, list)
                | TyRefKind::Enum(_, list) => left.extend(list.iter().copied()),
                TyRefKind::Fn { params, ret, .. } => {
                    left.extend(params.iter().copied());
                    left.push(*ret);
                }
                TyRefKind::Alias(alias, list) => {
                    found.push(*alias);
                    left.extend(list.iter().copied());
                }
                _ => {}
            }
        }
        found
    }

    fn cut_alias(&mut self, alias: AliasId) {
        let it = &self.hir.aliases[alias];
        if matches!(self.hir.ty_refs[it.ty].kind, TyRefKind::Error) {
            return;
        }
        let (name, ty) = (it.name, it.ty);
        let at = it.span.in_file(self.hir.modules[it.module].file);
        self.hir.ty_refs[ty].kind = TyRefKind::Error;
        self.diagnostics.push(diagnostics::endless_alias(at, self.names.resolve(name)));
    }

    /// Reports constants whose value needs themselves, through constants and cells named in between.
    pub(super) fn check_constants(&mut self) {
        let mut knots = Knots::new(self.hir.cells.len());
        for constant in self.hir.consts.values() {
            knots.visit(constant.init, |cell| self.cells_in(cell));
        }
        let endless: Vec<(FileSpan, Symbol)> = self
            .hir
            .consts
            .values()
            .filter(|constant| knots.is_knotted[constant.init.index()])
            .map(|it| (it.span.in_file(self.hir.modules[it.module].file), it.name))
            .collect();
        for (at, name) in endless {
            self.diagnostics.push(diagnostics::endless_constant(at, self.names.resolve(name)));
        }
    }

    /// The cells, and initialisers of constants, that a cell's body names.
    fn cells_in(&self, cell: CellId) -> Vec<CellId> {
        let CellBody::Lumen(body) = &self.hir.cells[cell].body else { return Vec::new() };
        let named = body.exprs.values().filter_map(|expr| match expr.kind {
            ExprKind::Cell(cell) | ExprKind::NestedCell { cell, .. } => Some(cell),
            ExprKind::Const(constant) => Some(self.hir.consts[constant].init),
            _ => None,
        });
        named.collect()
    }
}

/// Tarjan's strongly connected components, without recursion: finds the cells that lead back to themselves.
struct Knots {
    /// By cell: order of discovery plus one, or zero.
    found: Vec<u32>,
    /// By cell: the earliest open cell that it leads to.
    low: Vec<u32>,
    is_open: Vec<bool>,
    is_knotted: Vec<bool>,
    open: Vec<CellId>,
    n_found: u32,
}

impl Knots {
    fn new(n_cells: usize) -> Self {
        Self {
            found: vec![0; n_cells],
            low: vec![0; n_cells],
            is_open: vec![false; n_cells],
            is_knotted: vec![false; n_cells],
            open: Vec::new(),
            n_found: 0,
        }
    }

    fn enter(&mut self, cell: CellId) {
        self.n_found += 1;
        (self.found[cell.index()], self.low[cell.index()]) = (self.n_found, self.n_found);
        self.is_open[cell.index()] = true;
        self.open.push(cell);
    }

    /// Visits everything that a cell leads to.
    fn visit(&mut self, start: CellId, next_of: impl Fn(CellId) -> Vec<CellId>) {
        if self.found[start.index()] != 0 {
            return;
        }
        self.enter(start);
        let mut path = vec![(start, next_of(start))];
        while let Some((cell, left)) = path.last_mut() {
            let cell = *cell;
            let Some(next) = left.pop() else {
                path.pop();
                self.leave(cell);
                if let Some((before, _)) = path.last() {
                    self.low[before.index()] = self.low[before.index()].min(self.low[cell.index()]);
                }
                continue;
            };
            if next == cell {
                self.is_knotted[cell.index()] = true;
            } else if self.found[next.index()] == 0 {
                self.enter(next);
                path.push((next, next_of(next)));
            } else if self.is_open[next.index()] {
                self.low[cell.index()] = self.low[cell.index()].min(self.found[next.index()]);
            }
        }
    }

    /// Closes the component whose first cell this is.
    fn leave(&mut self, cell: CellId) {
        if self.low[cell.index()] != self.found[cell.index()] {
            return;
        }
        let start = self.open.iter().rposition(|open| *open == cell).unwrap_or(0);
        let component = self.open.split_off(start);
        for &member in &component {
            self.is_open[member.index()] = false;
            self.is_knotted[member.index()] |= component.len() > 1;
        }
    }
}
