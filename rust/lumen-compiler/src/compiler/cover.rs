//! Instrumentation for coverage: bodies that tell their host which places they reach.
//!
//! Input: resolved bodies with their types, and which modules count. Output: the same bodies with [`ExprKind::Cover`]
//! before each statement and in each branch, and the [`Point`]s by their numbers. It runs behind every check, so that
//! what a program means and whether it is accepted do not depend on it; what is not reached by lowering has points too.
//!
//! Branches are the arms of `if` (also the missing `else`), `match`, `let … else`, and the bodies of `while` and `for`.
//! `and`, `or`, `??` and `?` are no branches. `@test` cells and what is inside them have no points: they are the tests.

use super::hir::{
    Body, CellBody, CellOrigin, Expr, ExprId, ExprKind, Hir, LambdaId, Stmt, StmtKind,
};
use super::typecheck::tables::{TypeTables, TypedBody};
use super::typecheck::types::Ty;
use lumen_base::{FileId, Interner, Span};

/// A place that coverage counts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Point {
    pub file: FileId,
    /// What is reached.
    pub span: Span,
    pub kind: PointKind,
}

/// What a place is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PointKind {
    /// A cell of this name is entered.
    Cell(String),
    /// A statement begins.
    Line,
    /// An arm of a construct is taken.
    Branch {
        /// The construct.
        of: Span,
        /// Position of the arm in it.
        arm: u32,
        /// The arm is not written: an `else` that is missing.
        implicit: bool,
    },
}

/// Instruments all cells of documents; point `n` of the result is what `Cover(n)` reports.
pub fn instrument(hir: &mut Hir, tables: &mut TypeTables, names: &Interner) -> Vec<Point> {
    let tests: Vec<(FileId, Span)> = hir
        .cells
        .values()
        .filter(|cell| cell.attrs.is_test)
        .map(|cell| (hir.modules[cell.module].file, cell.span))
        .collect();
    let ids: Vec<_> = hir.cells.ids().collect();
    let mut points = Vec::new();
    for id in ids {
        let cell = &mut hir.cells[id];
        let module = &hir.modules[cell.module];
        let within = |&(file, span): &(FileId, Span)| {
            file == module.file && span.lo <= cell.span.lo && cell.span.hi <= span.hi
        };
        let counts =
            !matches!(cell.origin, CellOrigin::Default | CellOrigin::Where | CellOrigin::Const);
        if module.is_std || !counts || tests.iter().any(within) {
            continue;
        }
        let (CellBody::Lumen(body), Some(typed)) = (&mut cell.body, tables.bodies.get_mut(id))
        else {
            continue;
        };
        let mut cover = Cover { file: module.file, body, typed, points: &mut points };
        cover.constructs();
        if cell.origin != CellOrigin::Script {
            let name = PointKind::Cell(names.resolve(cell.name).to_owned());
            cover.root(name, cell.name_span);
        }
    }
    points
}

struct Cover<'a> {
    file: FileId,
    body: &'a mut Body,
    typed: &'a mut TypedBody,
    points: &'a mut Vec<Point>,
}

impl Cover<'_> {
    /// Instruments every construct that the body has so far.
    fn constructs(&mut self) {
        let written: Vec<ExprId> = self.body.exprs.ids().collect();
        for id in written {
            let span = self.body.exprs[id].span;
            let mut kind = std::mem::replace(&mut self.body.exprs[id].kind, ExprKind::Missing);
            match &mut kind {
                ExprKind::Block(block) => {
                    let stmts = std::mem::take(&mut block.stmts);
                    let mut covered = self.statements(stmts.into_vec());
                    if let Some(tail) = block.tail {
                        covered.push(self.line(self.body.exprs[tail].span));
                    }
                    block.stmts = covered.into();
                }
                ExprKind::If { branches, otherwise } => {
                    for (arm, (_, body)) in branches.iter_mut().enumerate() {
                        *body = self.branch(*body, span, arm as u32);
                    }
                    let last = branches.len() as u32;
                    *otherwise = Some(match *otherwise {
                        Some(body) => self.branch(body, span, last),
                        None => self.implicit(span, last),
                    });
                }
                ExprKind::Match { arms, .. } => {
                    for (arm, it) in arms.iter_mut().enumerate() {
                        it.body = self.branch(it.body, span, arm as u32);
                    }
                }
                ExprKind::While { body, .. } | ExprKind::For { body, .. } => {
                    *body = self.branch(*body, span, 0);
                }
                _ => {}
            }
            self.body.exprs[id].kind = kind;
        }
    }

    /// Statements, each behind a place of its own.
    fn statements(&mut self, stmts: Vec<Stmt>) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(stmts.len() * 2);
        for mut stmt in stmts {
            let span = match stmt.kind {
                StmtKind::Expr(e) => self.body.exprs[e].span,
                _ => stmt.span,
            };
            if !matches!(stmt.kind, StmtKind::NestedCells { .. }) {
                out.push(self.line(span));
            }
            let mut matched = None;
            if let StmtKind::Let { otherwise: Some(body), .. } = &mut stmt.kind {
                *body = self.branch(*body, span, 1);
                let kind = PointKind::Branch { of: span, arm: 0, implicit: true };
                matched = Some(self.report(span, kind));
            }
            out.push(stmt);
            out.extend(matched.map(|e| Stmt { kind: StmtKind::Expr(e), span }));
        }
        out
    }

    fn line(&mut self, span: Span) -> Stmt {
        let e = self.report(span, PointKind::Line);
        Stmt { kind: StmtKind::Expr(e), span }
    }

    /// An arm that says that it is taken.
    fn branch(&mut self, body: ExprId, of: Span, arm: u32) -> ExprId {
        let span = self.body.exprs[body].span;
        let e = self.report(span, PointKind::Branch { of, arm, implicit: false });
        self.before(e, body)
    }

    /// The arm that a construct without `else` takes otherwise.
    fn implicit(&mut self, of: Span, arm: u32) -> ExprId {
        self.report(of, PointKind::Branch { of, arm, implicit: true })
    }

    /// The whole body says that the cell is entered.
    fn root(&mut self, kind: PointKind, at: Span) {
        let Some(root) = self.body.root else { return };
        // The body of a generator is what computes its elements.
        let generator = match self.body.exprs[root].kind {
            ExprKind::Lambda(lambda) if self.body.lambdas[lambda].generates => Some(lambda),
            _ => None,
        };
        let inner = generator.map_or(root, |lambda: LambdaId| self.body.lambdas[lambda].body);
        let e = self.report(at, kind);
        let span = self.body.exprs[inner].span;
        let is_block = matches!(self.body.exprs[inner].kind, ExprKind::Block(_));
        let inner = if is_block {
            inner
        } else {
            let line = self.report(span, PointKind::Line);
            self.before(line, inner)
        };
        let whole = self.before(e, inner);
        match generator {
            Some(lambda) => self.body.lambdas[lambda].body = whole,
            None => self.body.root = Some(whole),
        }
    }

    /// The report, then the expression.
    fn before(&mut self, report: ExprId, e: ExprId) -> ExprId {
        let span = self.body.exprs[e].span;
        let ty = self.typed.adjusted(e);
        let stmts = [Stmt { kind: StmtKind::Expr(report), span }].into();
        let kind = ExprKind::Block(super::hir::Block { stmts, tail: Some(e) });
        let id = self.body.exprs.alloc(Expr { kind, span });
        self.typed.expr_ty.insert(id, ty);
        id
    }

    fn report(&mut self, span: Span, kind: PointKind) -> ExprId {
        let number = self.points.len() as u32;
        self.points.push(Point { file: self.file, span, kind });
        let id = self.body.exprs.alloc(Expr { kind: ExprKind::Cover(number), span });
        self.typed.expr_ty.insert(id, Ty::NULL);
        id
    }
}
