//! Expressions: AST → HIR, without names and sugar.

use super::context::Ctx;
use super::diagnostics;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    BinOp, CmpOp, ExprId, ExprKind, FormatSpec, InterpPart, Item, Lit, MapItem, Way,
};
use lumen_base::{Slice, Span, Symbol};

/// The operators of HIR that an operator of the source can be.
#[derive(Clone, Copy)]
enum Op {
    Binary(BinOp),
    Compare(CmpOp),
    Logic { is_and: bool },
    In,
    Coalesce,
    Pipe,
    Compose,
}

impl Ctx<'_, '_> {
    /// An expression. The recursion is as deep as the syntax tree, which the parser bounds.
    pub(super) fn expr(&mut self, id: ast::ExprId) -> ExprId {
        if !self.body.evaluated.is_empty()
            && let Some(value) = self.evaluated(id)
        {
            return value;
        }
        let ast::Expr { kind, span } = self.ast[id];
        let kind = match kind {
            ast::ExprKind::Error => ExprKind::Missing,
            ast::ExprKind::Int(value) => ExprKind::Lit(Lit::Int(value)),
            ast::ExprKind::Float(value) => ExprKind::Lit(Lit::Float(value)),
            ast::ExprKind::Bool(value) => ExprKind::Lit(Lit::Bool(value)),
            ast::ExprKind::Null => ExprKind::Lit(Lit::Null),
            ast::ExprKind::Str(text) => ExprKind::Lit(self.str_lit(text)),
            ast::ExprKind::Interp(parts) => self.interp(parts),
            ast::ExprKind::Bytes(bytes) => ExprKind::Lit(Lit::Bytes(self.ast[bytes].into())),
            ast::ExprKind::Name(name) => self.name(name, span),
            ast::ExprKind::Field { base, name, name_lo, safe } => {
                let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
                if let Some((_, Some(_))) = self.effect_before_dot(base) {
                    self.report_not_built(span, "an effect with its types without a call");
                    return self.add(ExprKind::Missing, span);
                }
                self.field(base, name, safe)
            }
            ast::ExprKind::TupleField { base, index, safe } => {
                ExprKind::TupleField { base: self.expr(base), index, span, optional: safe }
            }
            ast::ExprKind::Index { base, index, safe } => self.index(base, index, safe, span),
            ast::ExprKind::TypeArgs(id) => self.bare_type_args(id, span),
            ast::ExprKind::Call { callee, args } => self.call(callee, args, None),
            ast::ExprKind::Update { base, args } => self.update(base, args),
            ast::ExprKind::Handle(id) => self.handle(id, span),
            ast::ExprKind::With { handler, body } => self.with_handler(handler, body, span),
            ast::ExprKind::Perform(call) => return self.perform(call, span),
            ast::ExprKind::Propagate(inner) => {
                let leaves = self.leave_function(span, "?");
                let inner = self.expr(inner);
                let inner = self.attempted(inner);
                if leaves { ExprKind::Propagate(inner) } else { ExprKind::Missing }
            }
            ast::ExprKind::Unwrap(inner) => ExprKind::Unwrap(self.expr(inner)),
            ast::ExprKind::Try(inner) => {
                self.g.tries_tools = true;
                ExprKind::Try(self.expr(inner))
            }
            ast::ExprKind::Unary { op, operand } => self.unary(op, operand),
            ast::ExprKind::Binary { op, op_lo, lhs, rhs } => {
                let left = self.expr(lhs);
                return self.binary(op, op_lo, left, rhs, span);
            }
            ast::ExprKind::Chain { first, rest } => return self.chain(first, rest),
            ast::ExprKind::Range { lo, hi, step, inclusive } => {
                let (Some(lo), Some(hi)) = (lo, hi) else {
                    return self.add(ExprKind::Missing, span);
                };
                let (lo, hi) = (self.expr(lo), self.expr(hi));
                let step = step.map(|step| self.expr(step));
                ExprKind::Range { lo, hi, inclusive, step }
            }
            ast::ExprKind::As { expr, ty } => {
                self.g.has_conversions = true;
                ExprKind::As { value: self.expr(expr), ty: self.ty(ty) }
            }
            ast::ExprKind::Is { expr, ty } => {
                self.g.has_conversions = true;
                ExprKind::Is { value: self.expr(expr), ty: self.ty(ty) }
            }
            ast::ExprKind::Tuple(items) => ExprKind::Tuple(self.exprs(items)),
            ast::ExprKind::List(items) => ExprKind::List(self.items(items)),
            ast::ExprKind::Set(items) => ExprKind::Set(self.items(items)),
            ast::ExprKind::Map(entries) => ExprKind::Map(self.entries(entries)),
            ast::ExprKind::Comprehension(id) => self.comprehension(id, span),
            ast::ExprKind::Lambda(id) => self.lambda(id, span),
            ast::ExprKind::If { arms, otherwise } => self.if_expr(arms, otherwise),
            ast::ExprKind::Match { scrutinee, arms } => self.match_expr(scrutinee, arms),
            ast::ExprKind::When(arms) => self.when(arms),
            ast::ExprKind::Do(block) => return self.block(block),
            ast::ExprKind::Comptime { body, .. } => self.comptime(body, span),
            ast::ExprKind::Loop(id) => self.loop_expr(id, span),
            ast::ExprKind::Return(value) => {
                let leaves = self.leave_function(span, "return");
                self.check_leaves_twice(value, "return");
                let value = value.map(|value| self.expr(value));
                if leaves { ExprKind::Return(value) } else { ExprKind::Missing }
            }
            ast::ExprKind::Yield(value) => self.yield_expr(value, span),
            ast::ExprKind::Break(jump) => self.jump(jump, span, "break"),
            ast::ExprKind::Continue(jump) => self.jump(jump, span, "continue"),
            ast::ExprKind::Halt(message) => ExprKind::Halt(self.expr(message)),
        };
        self.add(kind, span)
    }

    fn unary(&mut self, op: ast::UnOp, operand: ast::ExprId) -> ExprKind {
        let operand = self.expr(operand);
        match op {
            ast::UnOp::Neg => ExprKind::Neg(operand),
            ast::UnOp::BitNot => ExprKind::BitNot(operand),
            ast::UnOp::Not => ExprKind::Not(operand),
        }
    }

    /// `return` and `?`: they must not leave a `defer` or `timeout`. False where they have no meaning, which is reported.
    pub(super) fn leave_function(&mut self, span: Span, word: &str) -> bool {
        let home = self.function_left();
        if let Some(what) = self.frames.get(home).and_then(|frame| frame.kind.is_left_never()) {
            let at = self.at(span);
            self.report(diagnostics::leaves_never(at, word, what));
            return true;
        }
        self.leave_for(home, Way::Return, span, word)
    }

    pub(super) fn str_lit(&self, text: Symbol) -> Lit {
        Lit::Str(self.g.names.resolve(text).into())
    }

    fn exprs(&mut self, list: Slice<ast::ExprId>) -> Box<[ExprId]> {
        let ast = self.ast;
        ast[list].iter().map(|&expr| self.expr(expr)).collect()
    }

    fn interp(&mut self, parts: Slice<ast::StrPart>) -> ExprKind {
        let ast = self.ast;
        let parts = ast[parts].iter().map(|part| match *part {
            ast::StrPart::Text(text) => InterpPart::Text(self.g.names.resolve(text).into()),
            ast::StrPart::Hole { expr, spec } => InterpPart::Value {
                expr: self.expr(expr),
                spec: spec.map(|spec| format_spec(&ast[spec])),
            },
        });
        ExprKind::Interp(parts.collect())
    }

    fn items(&mut self, list: Slice<ast::Element>) -> Box<[Item]> {
        let ast = self.ast;
        ast[list]
            .iter()
            .map(|element| match *element {
                ast::Element::Value(value) => Item { value: self.expr(value), spread: false },
                ast::Element::Spread(value) => Item { value: self.expr(value), spread: true },
            })
            .collect()
    }

    fn entries(&mut self, list: Slice<ast::Entry>) -> Box<[MapItem]> {
        let ast = self.ast;
        ast[list]
            .iter()
            .map(|entry| match *entry {
                ast::Entry::Pair(key, value) => {
                    let key = self.expr(key);
                    MapItem::Entry(key, self.expr(value))
                }
                ast::Entry::Spread(map) => MapItem::Spread(self.expr(map)),
            })
            .collect()
    }

    /// `base.name` that is not called.
    fn field(&mut self, base: ast::ExprId, name: Name, safe: bool) -> ExprKind {
        if !safe && let Some(prefix) = self.prefix(base) {
            return self.prefixed(prefix, name);
        }
        let base = self.expr(base);
        ExprKind::Field { base, name: name.symbol, name_span: name.span, optional: safe }
    }

    /// `base[index]`, where a range selects a slice.
    pub(super) fn index(
        &mut self,
        base: ast::ExprId,
        index: ast::ExprId,
        safe: bool,
        span: Span,
    ) -> ExprKind {
        let base = self.expr(base);
        let ast::ExprKind::Range { lo, hi, step, inclusive } = self.ast[index].kind else {
            return ExprKind::Index { base, index: self.expr(index), optional: safe };
        };
        if step.is_some() {
            let at = self.at(span);
            self.report(diagnostics::stepped_slice(at));
        }
        let (lo, hi) = (lo.map(|lo| self.expr(lo)), hi.map(|hi| self.expr(hi)));
        ExprKind::Slice { base, lo, hi, inclusive, optional: safe }
    }

    /// `base with (x: 1, y:)`.
    fn update(&mut self, base: ast::ExprId, args: Slice<ast::Arg>) -> ExprKind {
        let ast = self.ast;
        let base = self.expr(base);
        let names: Vec<Name> = ast[args].iter().filter_map(|arg| arg.name).collect();
        self.check_repeated(&names, "field");
        let mut fields = Vec::with_capacity(args.len());
        for arg in &ast[args] {
            let value = self.expr(arg.value);
            if let Some(name) = arg.name {
                fields.push((name.symbol, name.span, value));
            }
        }
        ExprKind::Update { base, fields: fields.into() }
    }

    /// `left op rhs`.
    fn binary(
        &mut self,
        op: ast::BinOp,
        op_lo: u32,
        left: ExprId,
        rhs: ast::ExprId,
        span: Span,
    ) -> ExprId {
        let op_span = op.span_at(op_lo);
        let kind = match operator(op) {
            Op::Pipe => return self.pipe(left, rhs, span),
            Op::Compose => self.compose(left, rhs, span),
            Op::Binary(op) => ExprKind::Binary { op, op_span, lhs: left, rhs: self.expr(rhs) },
            Op::Compare(op) => ExprKind::Compare { op, op_span, lhs: left, rhs: self.expr(rhs) },
            Op::Logic { is_and } => ExprKind::Logic { is_and, lhs: left, rhs: self.expr(rhs) },
            Op::In => ExprKind::In { item: left, container: self.expr(rhs) },
            Op::Coalesce => ExprKind::Coalesce { value: left, default: self.expr(rhs) },
        };
        self.add(kind, span)
    }

    /// Operators of one precedence, folded from the left in a loop.
    fn chain(&mut self, first: ast::ExprId, rest: Slice<ast::ChainLink>) -> ExprId {
        let ast = self.ast;
        let start = ast[first].span;
        let mut left = self.expr(first);
        let links = &ast[rest];
        let deep =
            |link: &ast::ChainLink| !matches!(operator(link.op), Op::Binary(_) | Op::Logic { .. });
        if !links.iter().any(deep) {
            for link in links {
                let span = start.to(ast[link.operand].span);
                left = self.binary(link.op, link.op_lo, left, link.operand, span);
            }
            return left;
        }
        let mut stmts = Vec::new();
        for (n, link) in links.iter().enumerate() {
            let span = start.to(ast[link.operand].span);
            left = self.binary(link.op, link.op_lo, left, link.operand, span);
            if (n + 1) % NESTED_LINKS_MAX == 0 && n + 1 < links.len() {
                left = self.name_value(left, span, &mut stmts);
            }
        }
        self.with_stmts(stmts, left, start)
    }
}

/// Links of a chain of pipes or `??` that may nest in HIR; longer chains go through temporaries, because passes recurse
/// over nested calls.
const NESTED_LINKS_MAX: usize = 8;

fn operator(op: ast::BinOp) -> Op {
    match op {
        ast::BinOp::Pow => Op::Binary(BinOp::Pow),
        ast::BinOp::Mul => Op::Binary(BinOp::Mul),
        ast::BinOp::Div => Op::Binary(BinOp::Div),
        ast::BinOp::FloorDiv => Op::Binary(BinOp::FloorDiv),
        ast::BinOp::Rem => Op::Binary(BinOp::Rem),
        ast::BinOp::Add => Op::Binary(BinOp::Add),
        ast::BinOp::Sub => Op::Binary(BinOp::Sub),
        ast::BinOp::Shl => Op::Binary(BinOp::Shl),
        ast::BinOp::Shr => Op::Binary(BinOp::Shr),
        ast::BinOp::BitAnd => Op::Binary(BinOp::BitAnd),
        ast::BinOp::BitXor => Op::Binary(BinOp::BitXor),
        ast::BinOp::BitOr => Op::Binary(BinOp::BitOr),
        ast::BinOp::Concat => Op::Binary(BinOp::Concat),
        ast::BinOp::Coalesce => Op::Coalesce,
        ast::BinOp::Eq => Op::Compare(CmpOp::Eq),
        ast::BinOp::Ne => Op::Compare(CmpOp::Ne),
        ast::BinOp::Lt => Op::Compare(CmpOp::Lt),
        ast::BinOp::Le => Op::Compare(CmpOp::Le),
        ast::BinOp::Gt => Op::Compare(CmpOp::Gt),
        ast::BinOp::Ge => Op::Compare(CmpOp::Ge),
        ast::BinOp::In => Op::In,
        ast::BinOp::And => Op::Logic { is_and: true },
        ast::BinOp::Or => Op::Logic { is_and: false },
        ast::BinOp::Pipe => Op::Pipe,
        ast::BinOp::Compose => Op::Compose,
    }
}

/// The operator of a compound assignment.
pub(super) fn assign_op(op: ast::BinOp) -> Option<BinOp> {
    match operator(op) {
        Op::Binary(op) => Some(op),
        _ => None,
    }
}

fn format_spec(spec: &ast::FormatSpec) -> FormatSpec {
    FormatSpec {
        fill: (spec.fill != ' ').then_some(spec.fill),
        align: spec.align.map(|align| match align {
            ast::Align::Left => '<',
            ast::Align::Right => '>',
            ast::Align::Center => '^',
        }),
        plus: spec.plus,
        alternate: spec.alternate,
        zero: spec.zero,
        width: spec.width,
        comma: spec.grouped,
        precision: spec.precision,
        ty: spec.kind.map(|kind| match kind {
            ast::FormatKind::Decimal => 'd',
            ast::FormatKind::Binary => 'b',
            ast::FormatKind::Octal => 'o',
            ast::FormatKind::LowerHex => 'x',
            ast::FormatKind::UpperHex => 'X',
            ast::FormatKind::Fixed => 'f',
            ast::FormatKind::LowerExp => 'e',
            ast::FormatKind::UpperExp => 'E',
            ast::FormatKind::Percent => '%',
            ast::FormatKind::Str => 's',
            ast::FormatKind::Debug => '?',
        }),
        span: spec.span,
    }
}
