//! Expressions: operands, operators, collections, lambdas.

use super::layout::{Op, Region};
use super::lists::{BRACES, BRACKETS, PARENS, Set};
use super::stmts::is_pipe;
use super::writer::Writer;
use crate::compiler::ast::{
    BinOp, ChainLink, Comprehended, Comprehension, Element, Entry, ExprId, ExprKind, Lambda,
    LambdaParam, UnOp,
};
use crate::compiler::tokens::TokenKind;
use lumen_base::Slice;

/// Most bytes of an element of which many stand on a line.
const SHORT: u32 = 24;

/// Whether the lines that an operator goes on with are indented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Continuation {
    Indented,
    /// The whole expression stands on lines of its own already.
    Aligned,
}

impl Writer<'_> {
    /// An expression; its continuation lines are indented.
    pub(super) fn expr(&mut self, id: ExprId) {
        self.expression(id, Continuation::Indented);
    }

    /// An expression on a line of its own that is indented already.
    pub(super) fn unindented(&mut self, id: ExprId) {
        self.expression(id, Continuation::Aligned);
    }

    fn expression(&mut self, id: ExprId, lines: Continuation) {
        let file = self.file;
        let node = file[id];
        let parens = self.open_parens(node.span.lo);
        let lines = if parens > 0 { Continuation::Aligned } else { lines };
        match node.kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Str(_)
            | ExprKind::Interp(_)
            | ExprKind::Bytes(_)
            | ExprKind::Name(_) => self.atoms(node.span.hi),
            ExprKind::Field { .. }
            | ExprKind::TupleField { .. }
            | ExprKind::Index { .. }
            | ExprKind::TypeArgs(_)
            | ExprKind::Call { .. }
            | ExprKind::Update { .. }
            | ExprKind::Propagate(_)
            | ExprKind::Unwrap(_) => self.postfix(id),
            ExprKind::Unary { op, operand } => {
                self.token();
                if op == UnOp::Not {
                    self.space();
                }
                self.expr(operand);
            }
            ExprKind::Try(operand) => {
                self.words(1);
                self.expr(operand);
            }
            ExprKind::Binary { op, op_lo, lhs, rhs } => {
                self.operators(lhs, &[ChainLink { op, op_lo, operand: rhs }], lines);
            }
            ExprKind::Chain { first, rest } => self.operators(first, &file[rest], lines),
            ExprKind::Range { lo, hi, step, .. } => {
                if let Some(lo) = lo {
                    self.expr(lo);
                }
                self.token();
                if let Some(hi) = hi {
                    self.expr(hi);
                }
                if let Some(step) = step {
                    self.space();
                    self.token();
                    self.space();
                    self.expr(step);
                }
            }
            ExprKind::As { expr, ty } | ExprKind::Is { expr, ty } => {
                self.expr(expr);
                self.space();
                self.token();
                self.space();
                self.ty(ty);
            }
            ExprKind::Tuple(list) => {
                let list = &file[list];
                self.bracketed(PARENS, list.len(), Set::Lines, |w, at| w.expr(list[at]));
            }
            ExprKind::List(list) => self.elements(BRACKETS, &file[list], node.span.hi),
            ExprKind::Set(list) => self.elements(BRACES, &file[list], node.span.hi),
            ExprKind::Map(list) => self.entries(&file[list]),
            ExprKind::Comprehension(node) => self.comprehension(&file[node]),
            ExprKind::Lambda(node) => self.lambda(&file[node]),
            _ => self.control(id),
        }
        self.close_parens(parens);
    }

    /// `first op operand…`, on one line or with a line for each operand.
    fn operators(&mut self, first: ExprId, links: &[ChainLink], lines: Continuation) {
        let pipes = links.iter().any(|link| is_pipe(link.op));
        let is_broken = pipes && links.iter().any(|link| self.starts_line(link.op_lo));
        let leads = links.iter().all(|link| leads_line(link.op));
        let is_indented = lines == Continuation::Indented || pipes;
        let is_alone = links.len() == 1 && !pipes;
        self.open(Region::Group);
        if is_broken {
            self.push(Op::Break);
        }
        // A sum on the left of a comparison goes on where the comparison does.
        self.expression(first, if pipes { Continuation::Indented } else { lines });
        if is_indented {
            self.push(Op::In);
        }
        for link in links {
            self.up_to(link.op_lo);
            if is_alone && self.brings_lines(link.operand) {
                self.space();
                self.token();
                self.space();
                self.open(Region::Barrier);
                self.expr(link.operand);
                self.close();
                continue;
            }
            if leads {
                self.line(" ");
                self.token();
                self.space();
            } else {
                self.space();
                self.token();
                self.line(" ");
            }
            self.expr(link.operand);
        }
        if is_indented {
            self.push(Op::Out);
        }
        self.close();
    }

    /// A list or set; numbers stand many on a line.
    fn elements(&mut self, brackets: (TokenKind, TokenKind), list: &[Element], hi: u32) {
        let is_short = |element: &Element| match *element {
            Element::Value(value) => self.is_short(value),
            Element::Spread(_) => false,
        };
        let set = if list.iter().all(is_short) { Set::Filled { hi } } else { Set::Lines };
        self.bracketed(brackets, list.len(), set, |w, at| match list[at] {
            Element::Value(value) => w.expr(value),
            Element::Spread(value) => w.spread(value),
        });
    }

    /// Whether it is a literal or name of which many stand on a line.
    fn is_short(&self, id: ExprId) -> bool {
        let node = self.file[id];
        let is_atom = match node.kind {
            ExprKind::Unary { op: UnOp::Neg, operand } => {
                matches!(self.file[operand].kind, ExprKind::Int(_) | ExprKind::Float(_))
            }
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Str(_)
            | ExprKind::Name(_) => true,
            ExprKind::Tuple(list) => self.file[list].iter().all(|&part| self.is_short(part)),
            _ => false,
        };
        is_atom && node.span.len() <= SHORT && !self.spans_lines(node.span)
    }

    pub(super) fn spread(&mut self, value: ExprId) {
        self.expect(TokenKind::Ellipsis);
        self.expr(value);
    }

    fn entries(&mut self, list: &[Entry]) {
        self.bracketed(BRACES, list.len(), Set::Lines, |w, at| match list[at] {
            Entry::Pair(key, value) => w.pair(key, value),
            Entry::Spread(value) => w.spread(value),
        });
    }

    fn pair(&mut self, key: ExprId, value: ExprId) {
        self.expr(key);
        self.expect(TokenKind::Colon);
        self.space();
        self.expr(value);
    }

    /// Each `for` on a line of its own when the whole does not fit one.
    fn comprehension(&mut self, node: &Comprehension) {
        let mut clauses = vec![*node];
        let mut what = node.what;
        while let Comprehended::Nested(inner) = what
            && let ExprKind::Comprehension(inner) = self.file[inner].kind
        {
            clauses.push(self.file[inner]);
            what = self.file[inner].what;
        }
        let brackets = match what {
            Comprehended::List(_) | Comprehended::Nested(_) => BRACKETS,
            Comprehended::Set(_) | Comprehended::Map(..) => BRACES,
        };
        self.enclosed(brackets, |w| {
            match what {
                Comprehended::List(value)
                | Comprehended::Set(value)
                | Comprehended::Nested(value) => w.expr(value),
                Comprehended::Map(key, value) => w.pair(key, value),
            }
            for clause in clauses {
                w.line(" ");
                w.expect(TokenKind::For);
                w.space();
                w.pattern(clause.pat);
                w.space();
                w.expect(TokenKind::In);
                w.space();
                w.expr(clause.iterable);
                for &condition in &w.file[clause.conditions] {
                    w.line(" ");
                    w.expect(TokenKind::If);
                    w.space();
                    w.expr(condition);
                }
            }
        });
    }

    /// The parameters of a lambda or clause.
    pub(super) fn lambda_params(&mut self, params: Slice<LambdaParam>) {
        self.bracketed(PARENS, params.len(), Set::Lines, |w, at| {
            let param = w.file[params][at];
            w.pattern(param.pat);
            if let Some(ty) = param.ty {
                w.expect(TokenKind::Colon);
                w.space();
                w.ty(ty);
            }
        });
    }

    fn lambda(&mut self, node: &Lambda) {
        let file = self.file;
        let is_arrow = self.is_one_line(node.body, TokenKind::FatArrow)
            || self
                .tokens_to(file[node.body].span.lo)
                .last()
                .is_some_and(|t| t.kind == TokenKind::FatArrow);
        self.expect(TokenKind::Fn);
        self.lambda_params(node.params);
        self.signature_end(node.ret, node.row);
        if !is_arrow {
            self.block(node.body);
            return self.expect(TokenKind::End);
        }
        self.space();
        self.expect(TokenKind::FatArrow);
        self.body(node.body);
    }
}

/// Whether a line may begin with the operator.
const fn leads_line(op: BinOp) -> bool {
    !matches!(op, BinOp::Sub | BinOp::Rem | BinOp::Shl | BinOp::Shr | BinOp::BitOr)
}
