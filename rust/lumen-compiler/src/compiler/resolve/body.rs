//! Functions: cells with a body of their own, lambdas, and groups of nested cells with what they capture.

use super::context::{BodyState, Ctx, Frame, FrameKind, Group};
use super::items::{Code, Job, placeholder};
use super::scope::What;
use super::signatures::no_effects;
use super::types::RowPlace;
use super::{diagnostics, free_names};
use crate::compiler::ast;
use crate::compiler::hir::{
    Block, CellAttrs, CellBody, CellId, CellOrigin, Const, ExprId, ExprKind, Lambda, LambdaId,
    LambdaParam, Local, LocalId, LocalKind, Pat, PatKind, Stmt, StmtKind,
};
use lumen_base::{Idx, Span, Symbol, sym};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Captured values of all cells of one group together: each cell has its own copy of each.
const GROUP_CAPTURES_MAX: usize = 1 << 18;

impl Ctx<'_, '_> {
    /// Resolves the body of a cell.
    pub(super) fn run(&mut self, job: Job) {
        let outer_generics = std::mem::replace(&mut self.generics, job.generics);
        let outer_self = std::mem::replace(&mut self.self_ty, job.self_ty);
        if self.frames.is_empty() {
            // PERF: the memory of one body serves all bodies of the file.
            self.cell_body(job.cell, job.code, job.frame, &[]);
        } else {
            let outer = std::mem::take(&mut self.body);
            self.cell_body(job.cell, job.code, job.frame, &[]);
            self.body = outer;
        }
        self.generics = outer_generics;
        self.self_ty = outer_self;
    }

    /// Fills the current (empty) body: captured values, parameters, code; and gives it to the cell. Gives the captured
    /// values that the code uses.
    fn cell_body(
        &mut self,
        cell: CellId,
        code: Code,
        kind: FrameKind,
        captured: &[Captured],
    ) -> BTreeSet<LocalId> {
        let mark = self.g.scope.mark();
        let mut captures = Vec::with_capacity(captured.len());
        for value in captured {
            let inner = self.add_local(value.name, value.span, LocalKind::Capture, false);
            captures.push((value.outer, inner));
        }
        self.body.body.captures = captures.iter().map(|(_, inner)| *inner).collect();
        let used = BTreeSet::new();
        self.frames.push(Frame { kind, first_loop: self.loops.len(), captures, used, exit: None });
        let frame = self.frame();
        let n = self.g.hir.cells[cell].params.len();
        let mut params = Vec::with_capacity(n);
        for i in 0..n {
            let param = &self.g.hir.cells[cell].params[i];
            let (name, span) = (param.name, param.span);
            let local = self.add_local(name, span, LocalKind::Param, false);
            self.g.scope.bind(name, What::Local(local), frame);
            params.push(local);
        }
        self.body.body.params = params.into();
        let root = match code {
            Code::Block(block) if self.g.hir.cells[cell].is_generator => {
                let span = self.g.hir.cells[cell].span;
                self.generator(block, span)
            }
            Code::Block(block) => self.block(block),
            // Reported by the parser.
            Code::Expr(expr) if self.g.hir.cells[cell].is_generator => {
                self.expr(expr);
                self.add(ExprKind::Missing, Span::default())
            }
            Code::Expr(expr) => self.expr(expr),
            Code::Script => self.script_block(),
            Code::Handler(handler) => self.handler_body(handler),
        };
        self.body.body.root = Some(root);
        let used = self.frames.pop().map(|frame| frame.used).unwrap_or_default();
        self.g.scope.leave(mark);
        self.check_unused_locals();
        self.check_loose_iters();
        let (body, is_broken) = self.body.finish();
        self.cell_mut(cell).body =
            if is_broken { CellBody::Error } else { CellBody::Lumen(Box::new(body)) };
        used
    }

    /// Warns of bindings that nothing reads.
    fn check_unused_locals(&mut self) {
        let is_std = self.g.hir.modules[self.module].is_std;
        if is_std || self.body.is_broken || self.g.modules[self.module.index()].is_broken {
            return;
        }
        let unused = |(id, local): (LocalId, &Local)| {
            let bound = matches!(local.kind, LocalKind::Let | LocalKind::Pattern);
            let silent = self.g.names.resolve(local.name).starts_with('_');
            (bound && !silent && !self.body.reads.contains(&id)).then(|| local.clone())
        };
        let unused: Vec<Local> = self.body.body.locals.iter().filter_map(unused).collect();
        for local in unused {
            let (at, text) = (self.at(local.span), self.text(local.name));
            let plain = local.kind == LocalKind::Let && !local.mutable;
            self.g.unused.push(diagnostics::unused_variable(at, &text, plain));
        }
    }

    /// All statements at the top level; the last value is not used.
    fn script_block(&mut self) -> ExprId {
        let ast = self.ast;
        let mut stmts = Vec::with_capacity(ast.statements.len());
        match self.open_script() {
            None => self.stmts(&ast.statements, &mut stmts),
            Some(opening) => self.entry_stmts(opening, &mut stmts),
        }
        let span = match (stmts.first(), stmts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        };
        self.add(ExprKind::Block(Block { stmts: stmts.into(), tail: None }), span)
    }

    /// `comptime e`: a constant without a name, which sees what a constant sees.
    pub(super) fn comptime(&mut self, block: ast::BlockId, span: Span) -> ExprKind {
        let init = self.add_small_cell(sym::COMPTIME, CellOrigin::Const, span);
        self.cell_mut(init).row = Some(no_effects(span));
        let (module, name) = (self.module, sym::COMPTIME);
        let id =
            self.g.hir.consts.alloc(Const { name, module, span, is_pub: false, ty: None, init });
        self.run(Job {
            cell: init,
            code: Code::Block(block),
            frame: FrameKind::Closed,
            generics: Vec::new(),
            self_ty: None,
        });
        ExprKind::Const(id)
    }

    /// The body of a generator cell: a lambda without parameters that makes the stream. The cell's parameters are its
    /// captures; inside they are locals of the same names, so that the body may change them.
    fn generator(&mut self, block: ast::BlockId, span: Span) -> ExprId {
        let params = self.body.body.params.clone();
        let outer = self.frame();
        let id = self.enter_lambda(FrameKind::Generator, span);
        self.body.body.lambdas[id].generates = true;
        let mark = self.g.scope.mark();
        let mut stmts = Vec::with_capacity(params.len());
        for param in params {
            let (name, span) = {
                let local = &self.body.body.locals[param];
                (local.name, local.span)
            };
            let twin = self.capture(outer, param);
            let init = self.add(ExprKind::Local(twin), span);
            let local = self.add_local(name, span, LocalKind::Param, false);
            let pat = self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span });
            let kind = StmtKind::Let { pat, ty: None, init, otherwise: None };
            stmts.push(Stmt { kind, span });
            let frame = self.frame();
            self.g.scope.bind(name, What::Local(local), frame);
        }
        let code = self.block(block);
        stmts.push(Stmt { kind: StmtKind::Expr(code), span });
        self.g.scope.leave(mark);
        let body = self.add(ExprKind::Block(Block { stmts: stmts.into(), tail: None }), span);
        self.leave_lambda(id, Box::default(), None, body);
        self.add(ExprKind::Lambda(id), span)
    }

    /// `yield e`.
    pub(super) fn yield_expr(&mut self, value: ast::ExprId, span: Span) -> ExprKind {
        let value = self.expr(value);
        let at = self.at(span);
        match self.frames.last().map(|frame| frame.kind) {
            Some(FrameKind::Generator(_)) => return ExprKind::Yield(value),
            Some(kind) if let Some(what) = kind.is_left_never() => {
                self.report(diagnostics::leaves_never(at, "yield", what));
            }
            Some(FrameKind::Lambda(_) | FrameKind::Handled(_)) => {
                self.report(diagnostics::yield_in_lambda(at));
            }
            _ => self.report(diagnostics::yield_outside_generator(at)),
        }
        ExprKind::Missing
    }

    /// `fn(x) => e`.
    pub(super) fn lambda(&mut self, id: ast::LambdaId, span: Span) -> ExprKind {
        let lambda = self.ast[id];
        let ast = self.ast;
        let ret = lambda.ret.map(|ty| self.ty(ty));
        let row = lambda.row.map(|row| self.row(row, RowPlace::Elsewhere));
        let id = self.enter_lambda(FrameKind::Lambda, span);
        let mark = self.g.scope.mark();
        let mut bound = Vec::new();
        let mut params = Vec::with_capacity(lambda.params.len());
        for param in &ast[lambda.params] {
            let ty = param.ty.map(|ty| self.ty(ty));
            let pat = self.pattern_into(param.pat, LocalKind::Param, &mut bound);
            params.push(LambdaParam { pat, ty });
        }
        self.bind_all(&bound);
        let body = self.block_value(lambda.body);
        self.g.scope.leave(mark);
        self.leave_lambda(id, params.into(), ret, body);
        self.body.body.lambdas[id].row = row;
        ExprKind::Lambda(id)
    }

    /// The body of a `defer`, as a lambda without parameters.
    pub(super) fn defer(&mut self, block: ast::BlockId, span: Span) -> LambdaId {
        let id = self.enter_lambda(FrameKind::Defer, span);
        let body = self.block(block);
        self.leave_lambda(id, Box::default(), None, body);
        id
    }

    /// Begins a lambda: what is resolved until [`Self::leave_lambda`] belongs to it.
    pub(super) fn enter_lambda(&mut self, kind: fn(LambdaId) -> FrameKind, span: Span) -> LambdaId {
        let id = self.body.body.lambdas.alloc(Lambda {
            params: Box::default(),
            ret: None,
            row: None,
            body: placeholder(),
            generates: false,
            resume: None,
            is_timed: false,
            is_handled: matches!(kind(Idx::from_raw(0)), FrameKind::Handled(_)),
            leaves: Vec::new(),
            captures: Vec::new(),
            span,
        });
        self.body.owner = Some(id);
        let (captures, used) = (Vec::new(), BTreeSet::new());
        let first_loop = self.loops.len();
        self.frames.push(Frame { kind: kind(id), first_loop, captures, used, exit: None });
        id
    }

    /// Ends a lambda.
    pub(super) fn leave_lambda(
        &mut self,
        id: LambdaId,
        params: Box<[LambdaParam]>,
        ret: Option<crate::compiler::hir::TyRefId>,
        body: ExprId,
    ) {
        let captures = self.frames.pop().map(|frame| frame.captures).unwrap_or_default();
        self.body.owner = match self.frames.last().map(|frame| frame.kind) {
            Some(
                FrameKind::Lambda(outer)
                | FrameKind::Defer(outer)
                | FrameKind::Timed(outer)
                | FrameKind::Generator(outer)
                | FrameKind::Handled(outer),
            ) => Some(outer),
            _ => None,
        };
        let lambda = &mut self.body.body.lambdas[id];
        (lambda.params, lambda.ret, lambda.body, lambda.captures) = (params, ret, body, captures);
    }

    /// Adjacent nested cells: they see each other, and capture what they use of the bodies around.
    pub(super) fn nested_cells(&mut self, sources: &[ast::CellId], span: Span) -> Stmt {
        let ast = self.ast;
        let frame = self.frame();
        let mut captured = self.captured_by(sources);
        if captured.len().saturating_mul(sources.len()) > GROUP_CAPTURES_MAX {
            self.report_not_built(span, "a group of nested cells that captures so much");
            captured.clear();
        }
        let mut pairs = Vec::with_capacity(captured.len());
        for value in &captured {
            let snapshot = self.add_local(value.name, value.span, LocalKind::Let, false);
            self.body.reads.insert(snapshot);
            pairs.push((value.outer, snapshot));
        }
        let group = self.groups.len() as u32;
        let snapshots = pairs.iter().map(|(_, snapshot)| *snapshot).collect();
        self.groups.push(Group { frame, snapshots });

        let names: Vec<ast::Name> = sources.iter().map(|&source| ast[source].name).collect();
        self.check_repeated(&names, "cell");
        let mut cells = Vec::with_capacity(sources.len());
        for &source in sources {
            let cell = &ast[source];
            let id = self.add_cell(cell, CellOrigin::Nested, false, CellAttrs::default());
            self.g.scope.bind(cell.name.symbol, What::Cell { cell: id, group }, frame);
            cells.push(id);
        }
        for (&source, &id) in sources.iter().zip(&cells) {
            let used = self.nested_cell(source, id, group, &captured);
            for outer in used {
                self.body.body.locals[outer].captured = true;
                self.body.kept_by_cells.insert(outer);
            }
        }
        Stmt { kind: StmtKind::NestedCells { cells: cells.into(), captures: pairs.into() }, span }
    }

    /// The locals of the current frame that the cell really uses.
    fn nested_cell(
        &mut self,
        source: ast::CellId,
        id: CellId,
        group: u32,
        captured: &[Captured],
    ) -> BTreeSet<LocalId> {
        let n_generics = self.generics.len();
        let mut jobs = Vec::new();
        self.signature(source, id, None, &mut jobs);
        let code = match self.ast[source].body {
            ast::CellBody::Block(block) => Code::Block(block),
            ast::CellBody::Expr(expr) => Code::Expr(expr),
            // The parser reads neither inside of a body.
            ast::CellBody::Extern | ast::CellBody::Required | ast::CellBody::Operation { .. } => {
                self.generics.truncate(n_generics);
                return BTreeSet::new();
            }
        };
        for job in jobs {
            self.run(job);
        }
        let outer: BodyState = std::mem::take(&mut self.body);
        let used = self.cell_body(id, code, FrameKind::Cell { group: Some(group) }, captured);
        self.body = outer;
        self.generics.truncate(n_generics);
        used
    }

    /// The locals of the current frame whose values the cells use, in order of first use. Names that the cells bind
    /// themselves may be among them: one value too many is harmless.
    fn captured_by(&mut self, sources: &[ast::CellId]) -> Vec<Captured> {
        let mut names: Vec<Symbol> = Vec::new();
        let mut seen: FxHashSet<Symbol> = FxHashSet::default();
        free_names::walk(self.ast, sources, |name| {
            if seen.insert(name) {
                names.push(name);
            }
        });
        let mut found: Vec<Captured> = Vec::new();
        let mut known: FxHashSet<LocalId> = FxHashSet::default();
        for name in names {
            let Some(binding) = self.g.scope.find(name) else { continue };
            if self.crosses_closed(binding.frame) {
                continue;
            }
            let locals: Box<[LocalId]> = match binding.what {
                What::Local(local) => {
                    self.note_read(binding.frame, local);
                    Box::new([self.capture(binding.frame, local)])
                }
                What::Cell { group, .. } => self.group_captures(group),
                // Reported where the cells name it.
                What::Cursor(_) => continue,
            };
            for &outer in &locals {
                if known.insert(outer) {
                    let local = &self.body.body.locals[outer];
                    found.push(Captured { outer, name: local.name, span: local.span });
                }
            }
        }
        found
    }
}

/// A value that nested cells capture.
struct Captured {
    /// Where it is, in the frame that declares the cells.
    outer: LocalId,
    name: Symbol,
    span: Span,
}
