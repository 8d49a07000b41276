//! The names that nested cells mention, whatever they mean there: a superset of what the cells capture.
//!
//! An iterative walk over everything below the cells' bodies; a body nested in them is walked too.

use crate::compiler::ast::{
    self, CellBody, Cond, Element, Entry, ExprKind, File, LoopKind, StmtKind, StrPart,
};
use lumen_base::Symbol;

/// Calls `found` for each name in expressions of the cells' bodies.
pub(super) fn walk(file: &File, cells: &[ast::CellId], mut found: impl FnMut(Symbol)) {
    let mut walk = Walk::new(file);
    for &cell in cells {
        walk.cell(cell);
    }
    loop {
        if let Some(expr) = walk.exprs.pop() {
            if let ExprKind::Name(name) = file[expr].kind {
                found(name);
            } else {
                walk.expr(expr);
            }
        } else if let Some(block) = walk.blocks.pop() {
            walk.block(block);
        } else {
            return;
        }
    }
}

/// What is left to visit.
pub(super) struct Walk<'f> {
    file: &'f File,
    exprs: Vec<ast::ExprId>,
    blocks: Vec<ast::BlockId>,
}

impl<'f> Walk<'f> {
    pub(super) fn new(file: &'f File) -> Self {
        Walk { file, exprs: Vec::new(), blocks: Vec::new() }
    }

    /// What is left to visit.
    pub(super) fn take_exprs(&mut self) -> impl Iterator<Item = ast::ExprId> {
        self.exprs.drain(..)
    }

    /// What is left to visit.
    pub(super) fn take_blocks(&mut self) -> impl Iterator<Item = ast::BlockId> {
        self.blocks.drain(..)
    }

    fn cell(&mut self, cell: ast::CellId) {
        match self.file[cell].body {
            CellBody::Block(block) => self.blocks.push(block),
            CellBody::Expr(expr) => self.exprs.push(expr),
            CellBody::Extern | CellBody::Required | CellBody::Operation { .. } => {}
        }
    }

    fn block(&mut self, block: ast::BlockId) {
        let file = self.file;
        for &stmt in &file[file[block].stmts] {
            self.stmt(stmt);
        }
    }

    /// Leaves what a statement is made of to be visited.
    pub(super) fn stmt(&mut self, stmt: ast::StmtId) {
        match self.file[stmt].kind {
            StmtKind::Let { value, otherwise, .. } => {
                self.exprs.push(value);
                self.blocks.extend(otherwise);
            }
            StmtKind::Assign { target, value, .. } => self.exprs.extend([target, value]),
            StmtKind::Expr(expr) | StmtKind::Emit(expr) => self.exprs.push(expr),
            StmtKind::Cell(cell) => self.cell(cell),
            StmtKind::Defer(block) => self.blocks.push(block),
            StmtKind::Assert { cond: value, message }
            | StmtKind::AssertMatches { value, message, .. } => {
                self.exprs.push(value);
                self.exprs.extend(message);
            }
        }
    }

    fn args(&mut self, args: lumen_base::Slice<ast::Arg>) {
        self.exprs.extend(self.file[args].iter().map(|arg| arg.value));
    }

    fn elements(&mut self, elements: lumen_base::Slice<Element>) {
        self.exprs.extend(self.file[elements].iter().map(|element| match *element {
            Element::Value(value) | Element::Spread(value) => value,
        }));
    }

    /// Leaves what a condition is made of to be visited.
    pub(super) fn cond(&mut self, cond: Cond) {
        match cond {
            Cond::Expr(expr) | Cond::Let(_, expr) => self.exprs.push(expr),
        }
    }

    /// Leaves what an expression is made of to be visited.
    pub(super) fn expr(&mut self, expr: ast::ExprId) {
        let file = self.file;
        match file[expr].kind {
            ExprKind::Error
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Name(_) => {}
            ExprKind::Interp(parts) => {
                self.exprs.extend(file[parts].iter().filter_map(|part| match *part {
                    StrPart::Text(_) => None,
                    StrPart::Hole { expr, .. } => Some(expr),
                }));
            }
            ExprKind::Field { base, .. } | ExprKind::TupleField { base, .. } => {
                self.exprs.push(base)
            }
            ExprKind::Index { base, index, .. } => self.exprs.extend([base, index]),
            ExprKind::TypeArgs(id) => {
                self.exprs.push(file[id].base);
                self.exprs.extend(file[id].index);
            }
            ExprKind::Call { callee: base, args } | ExprKind::Update { base, args } => {
                self.exprs.push(base);
                self.args(args);
            }
            ExprKind::Perform(inner)
            | ExprKind::Propagate(inner)
            | ExprKind::Unwrap(inner)
            | ExprKind::Try(inner)
            | ExprKind::Halt(inner)
            | ExprKind::Yield(inner)
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::As { expr: inner, .. }
            | ExprKind::Is { expr: inner, .. } => self.exprs.push(inner),
            ExprKind::Binary { lhs, rhs, .. } => self.exprs.extend([lhs, rhs]),
            ExprKind::Chain { first, rest } => {
                self.exprs.push(first);
                self.exprs.extend(file[rest].iter().map(|link| link.operand));
            }
            ExprKind::Range { lo, hi, step, .. } => {
                self.exprs.extend([lo, hi, step].into_iter().flatten());
            }
            ExprKind::Tuple(items) => self.exprs.extend_from_slice(&file[items]),
            ExprKind::List(items) | ExprKind::Set(items) => self.elements(items),
            ExprKind::Map(entries) => {
                for entry in &file[entries] {
                    match *entry {
                        Entry::Pair(key, value) => self.exprs.extend([key, value]),
                        Entry::Spread(map) => self.exprs.push(map),
                    }
                }
            }
            ExprKind::Return(value) => self.exprs.extend(value),
            ExprKind::Break(jump) | ExprKind::Continue(jump) => self.exprs.extend(file[jump].value),
            ExprKind::Comprehension(_)
            | ExprKind::Lambda(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::When(_)
            | ExprKind::Do(_)
            | ExprKind::Comptime { .. }
            | ExprKind::Handle(_)
            | ExprKind::With { .. }
            | ExprKind::Loop(_) => self.structure(file[expr].kind),
        }
    }

    fn structure(&mut self, kind: ExprKind) {
        let file = self.file;
        match kind {
            ExprKind::Comprehension(id) => {
                let it = &file[id];
                self.exprs.push(it.iterable);
                self.exprs.extend_from_slice(&file[it.conditions]);
                match it.what {
                    ast::Comprehended::List(e)
                    | ast::Comprehended::Set(e)
                    | ast::Comprehended::Nested(e) => self.exprs.push(e),
                    ast::Comprehended::Map(key, value) => self.exprs.extend([key, value]),
                }
            }
            ExprKind::Lambda(id) => self.blocks.push(file[id].body),
            ExprKind::If { arms, otherwise } => {
                for arm in &file[arms] {
                    self.cond(arm.cond);
                    self.blocks.push(arm.then);
                }
                self.blocks.extend(otherwise);
            }
            ExprKind::Match { scrutinee, arms } => {
                self.exprs.push(scrutinee);
                for arm in &file[arms] {
                    self.exprs.extend(arm.guard);
                    self.blocks.push(arm.body);
                }
            }
            ExprKind::When(arms) => {
                for arm in &file[arms] {
                    self.exprs.extend(arm.cond);
                    self.blocks.push(arm.body);
                }
            }
            ExprKind::Do(block) | ExprKind::Comptime { body: block, .. } => self.blocks.push(block),
            ExprKind::Handle(id) => {
                self.blocks.push(file[id].body);
                self.blocks.extend(file[file[id].clauses].iter().map(|clause| clause.body));
            }
            ExprKind::With { handler, body } => {
                self.exprs.push(handler);
                self.blocks.push(body);
            }
            ExprKind::Loop(id) => {
                let it = &file[id];
                self.blocks.push(it.body);
                match it.kind {
                    LoopKind::Loop => {}
                    LoopKind::While(cond) => self.cond(cond),
                    LoopKind::For { iterable, condition, .. } => {
                        self.exprs.push(iterable);
                        self.exprs.extend(condition);
                    }
                }
            }
            _ => {}
        }
    }
}
