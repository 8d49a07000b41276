//! Operators: precedence, association, and which of them go on with a line.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{BinOp, ChainLink, ExprId, ExprKind, TypeId, UnOp};
use crate::compiler::lexer::literals;
use crate::compiler::tokens::Token;
use lumen_base::sym;

/// Precedence; higher binds tighter. Zero: no infix operator.
type Level = u8;
const PIPE: Level = 1;
const OR: Level = 2;
const AND: Level = 3;
const NOT: Level = 4;
const COMPARE: Level = 5;
const COALESCE: Level = 6;
const RANGE: Level = 7;
const CONCAT: Level = 8;
const BIT_OR: Level = 9;
const BIT_XOR: Level = 10;
const BIT_AND: Level = 11;
const SHIFT: Level = 12;
const ADD: Level = 13;
const MUL: Level = 14;
const AS: Level = 15;
const PREFIX: Level = 16;
const POW: Level = 17;

/// What an infix token does.
#[derive(Clone, Copy)]
enum Infix {
    None,
    /// Left-associative.
    Left(BinOp),
    /// Does not associate.
    Compare(BinOp),
    Pow,
    Range,
    As,
    Is,
}

/// Level, meaning, and whether it may begin a continuation line.
#[inline]
fn infix(kind: TokenKind) -> (Level, Infix, bool) {
    use BinOp as B;
    use Infix as I;
    use TokenKind as K;
    match kind {
        K::PipeGt => (PIPE, I::Left(B::Pipe), true),
        K::TildeGt => (PIPE, I::Left(B::Compose), true),
        K::Or => (OR, I::Left(B::Or), true),
        K::And => (AND, I::Left(B::And), true),
        K::EqEq => (COMPARE, I::Compare(B::Eq), true),
        K::Ne => (COMPARE, I::Compare(B::Ne), true),
        K::Lt => (COMPARE, I::Compare(B::Lt), true),
        K::Le => (COMPARE, I::Compare(B::Le), true),
        K::Gt => (COMPARE, I::Compare(B::Gt), true),
        K::Ge => (COMPARE, I::Compare(B::Ge), true),
        K::In => (COMPARE, I::Compare(B::In), true),
        K::Is => (COMPARE, I::Is, true),
        K::QQ => (COALESCE, I::Left(B::Coalesce), true),
        K::DotDot | K::DotDotEq => (RANGE, I::Range, false),
        K::PlusPlus => (CONCAT, I::Left(B::Concat), true),
        K::Bar => (BIT_OR, I::Left(B::BitOr), true),
        K::Caret => (BIT_XOR, I::Left(B::BitXor), true),
        K::Amp => (BIT_AND, I::Left(B::BitAnd), true),
        K::Shl => (SHIFT, I::Left(B::Shl), false),
        K::Shr => (SHIFT, I::Left(B::Shr), false),
        K::Plus => (ADD, I::Left(B::Add), true),
        K::Minus => (ADD, I::Left(B::Sub), false),
        K::Star => (MUL, I::Left(B::Mul), true),
        K::Slash => (MUL, I::Left(B::Div), true),
        K::SlashSlash => (MUL, I::Left(B::FloorDiv), true),
        K::Percent => (MUL, I::Left(B::Rem), false),
        K::As => (AS, I::As, true),
        K::StarStar => (POW, I::Pow, true),
        _ => (0, I::None, false),
    }
}

/// Whether a line that begins with the token goes on with the expression before it.
pub(super) fn goes_on_with_line(kind: TokenKind) -> bool {
    infix(kind).2
}

impl Parser<'_> {
    /// Any expression.
    pub(super) fn expr(&mut self) -> ExprId {
        self.binary(PIPE)
    }

    /// The infix operator here, unless the line ends before it.
    #[inline]
    fn infix_here(&self) -> (Level, Infix) {
        let kind = self.kind();
        let (level, what, continues) = infix(kind);
        if level == RANGE && self.at_open_end() {
            return (0, Infix::None);
        }
        if level != 0
            && self.line_ends()
            && (!continues || kind == TokenKind::Bar && !self.leading_bar)
        {
            return (0, Infix::None);
        }
        (level, what)
    }

    /// An expression whose operators bind at least as tight as `min`.
    fn binary(&mut self, min: Level) -> ExprId {
        let depth = self.enter();
        let lo = self.tok().lo;
        let mut left = self.prefix(min);
        loop {
            let (level, what) = self.infix_here();
            if level < min || level == 0 || self.panicking {
                break;
            }
            left = match what {
                Infix::Left(op) => self.left_chain(lo, left, level, op),
                Infix::Compare(op) => self.comparison(lo, left, op),
                Infix::Is => self.is_test(lo, left),
                Infix::As => self.cast(lo, left),
                Infix::Range => self.range(lo, left),
                Infix::Pow => self.power(lo, left),
                Infix::None => break,
            };
            self.deepen();
        }
        self.leave(depth);
        left
    }

    /// `left op right`, and all further operators of the same level, in one flat node.
    fn left_chain(&mut self, lo: u32, first: ExprId, level: Level, op: BinOp) -> ExprId {
        let op_lo = self.bump().lo;
        self.check_doubled(op);
        let rhs = self.binary(level + 1);
        let (next, _) = self.infix_here();
        if next != level || self.panicking {
            let kind = ExprKind::Binary { op, op_lo, lhs: first, rhs };
            let span = self.span_from(lo);
            return self.alloc(kind, span);
        }
        let base = self.scratch.links.len();
        self.scratch.links.push(ChainLink { op, op_lo, operand: rhs });
        while let (next, Infix::Left(op)) = self.infix_here()
            && next == level
            && !self.panicking
        {
            let op_lo = self.bump().lo;
            self.check_doubled(op);
            let operand = self.binary(level + 1);
            self.scratch.links.push(ChainLink { op, op_lo, operand });
        }
        let rest = finish_list!(self, links, chain_links, base);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Chain { first, rest }, span)
    }

    /// `&&` and `||` of other languages.
    fn check_doubled(&mut self, op: BinOp) {
        let (kind, word) = match op {
            BinOp::BitAnd => (TokenKind::Amp, "and"),
            BinOp::BitOr => (TokenKind::Bar, "or"),
            _ => return,
        };
        if self.at(kind) && self.tok().is_adjacent() {
            let lo = self.bump().lo - 1;
            let span = self.span_from(lo);
            let found =
                diagnostics::foreign_operator(self.in_file(span), span.text(self.text), word);
            self.report(found);
        }
    }

    fn comparison(&mut self, lo: u32, lhs: ExprId, op: BinOp) -> ExprId {
        let op_lo = self.bump().lo;
        if op == BinOp::Eq && self.at(TokenKind::Eq) && self.tok().is_adjacent() {
            self.bump();
            let span = self.span_from(op_lo);
            let found = diagnostics::foreign_operator(self.in_file(span), "===", "==");
            self.report(found);
        }
        let rhs = self.binary(COMPARE + 1);
        let span = self.span_from(lo);
        let left = self.alloc(ExprKind::Binary { op, op_lo, lhs, rhs }, span);
        let middle = self.tree.exprs[rhs].span;
        self.check_chained(op.span_at(op_lo), Some(middle));
        left
    }

    fn is_test(&mut self, lo: u32, expr: ExprId) -> ExprId {
        let op = self.bump();
        let ty = self.ty_single();
        self.check_union(ty);
        let span = self.span_from(lo);
        let left = self.alloc(ExprKind::Is { expr, ty }, span);
        self.check_chained(op.span(), None);
        left
    }

    /// A second comparison on the same level is an error; it is read and left out.
    fn check_chained(&mut self, first: lumen_base::Span, middle: Option<lumen_base::Span>) {
        let second = self.tok().span();
        if self.infix_here().0 != COMPARE || self.panicking {
            return;
        }
        let mut count = 0;
        while self.infix_here().0 == COMPARE && !self.panicking {
            count += 1;
            if self.bump().kind == TokenKind::Is {
                self.ty_single();
            } else {
                self.binary(COMPARE + 1);
            }
        }
        let middle = middle.filter(|_| count == 1).map(|span| span.text(self.text));
        let found =
            diagnostics::chained_comparison(self.in_file(second), self.in_file(first), middle);
        self.report(found);
    }

    /// `is A | B`, where `|` would be the operator: the other members are read and left out.
    fn check_union(&mut self, first: TypeId) {
        let lo = self.tree.types[first].span.lo;
        let begins_type = |token: Token, text: &str| {
            // A constant may stand behind the operator.
            token.kind == TokenKind::Upper && token.span().text(text).contains(char::is_lowercase)
        };
        let mut is_union = false;
        while self.at(TokenKind::Bar) && begins_type(self.peek(1), self.text) && !self.panicking {
            is_union = true;
            self.bump();
            self.ty_single();
        }
        if is_union {
            let span = self.span_from(lo);
            let found = diagnostics::union_in_expression(self.in_file(span), span.text(self.text));
            self.report(found);
        }
    }

    fn cast(&mut self, lo: u32, expr: ExprId) -> ExprId {
        self.bump();
        let ty = self.ty_single();
        self.check_union(ty);
        let span = self.span_from(lo);
        self.alloc(ExprKind::As { expr, ty }, span)
    }

    fn range(&mut self, lo: u32, left: ExprId) -> ExprId {
        let inclusive = self.bump().kind == TokenKind::DotDotEq;
        let hi = self.binary(RANGE + 1);
        let has_step = self.at_word(sym::STEP) && !self.line_ends() && !self.panicking;
        let step = if has_step {
            self.bump();
            Some(self.binary(RANGE + 1))
        } else {
            None
        };
        let span = self.span_from(lo);
        let range =
            self.alloc(ExprKind::Range { lo: Some(left), hi: Some(hi), step, inclusive }, span);
        if self.infix_here().0 == RANGE && !self.panicking {
            self.unexpected("the end of the range");
        }
        range
    }

    /// Whether a range without an end stands here: `..]`.
    fn at_open_end(&self) -> bool {
        self.at(TokenKind::DotDot) && self.peek(1).kind == TokenKind::RBracket
    }

    /// What stands in the brackets of an index: an expression, or a range that may lack one end.
    pub(super) fn subscript(&mut self) -> ExprId {
        let start = self.tok().lo;
        let from_start = matches!(self.kind(), TokenKind::DotDot | TokenKind::DotDotEq);
        let lo = if from_start && !self.at_open_end() { None } else { Some(self.expr()) };
        let takes_end = lo.is_none() || self.at_open_end();
        if let Some(lo) = lo
            && (self.panicking || !takes_end)
        {
            return lo;
        }
        let inclusive = self.bump().kind == TokenKind::DotDotEq;
        let hi = if lo.is_none() { Some(self.binary(RANGE + 1)) } else { None };
        let span = self.span_from(start);
        self.alloc(ExprKind::Range { lo, hi, step: None, inclusive }, span)
    }

    fn power(&mut self, lo: u32, lhs: ExprId) -> ExprId {
        let op_lo = self.bump().lo;
        let rhs = self.binary(PREFIX);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Binary { op: BinOp::Pow, op_lo, lhs, rhs }, span)
    }

    /// A prefix operator with its operand, or an operand.
    #[inline]
    fn prefix(&mut self, min: Level) -> ExprId {
        let token = self.tok();
        match token.kind {
            TokenKind::Minus => self.negation(token),
            TokenKind::Tilde => self.unary(token, UnOp::BitNot, PREFIX),
            TokenKind::Not => {
                if min > NOT {
                    let found = diagnostics::not_needs_parentheses(self.in_file(token.span()));
                    self.report(found);
                }
                self.unary(token, UnOp::Not, NOT)
            }
            TokenKind::Bang => {
                let found = diagnostics::foreign_operator(self.in_file(token.span()), "!", "not ");
                self.report(found);
                self.unary(token, UnOp::Not, PREFIX)
            }
            TokenKind::Try => {
                self.bump();
                let operand = self.binary(PREFIX);
                let span = self.span_from(token.lo);
                self.alloc(ExprKind::Try(operand), span)
            }
            TokenKind::Await => {
                let found = diagnostics::not_built(self.in_file(token.span()), "`await`")
                    .with_help("a call waits for its result: leave `await` out");
                self.report(found);
                self.bump();
                self.binary(PREFIX);
                self.error_expr(token.lo)
            }
            _ => self.postfix(),
        }
    }

    /// A literal, perhaps with a sign.
    pub(super) fn prefixed_operand(&mut self) -> ExprId {
        self.binary(PREFIX)
    }

    fn unary(&mut self, token: Token, op: UnOp, level: Level) -> ExprId {
        self.bump();
        let operand = self.binary(level);
        let span = self.span_from(token.lo);
        self.alloc(ExprKind::Unary { op, operand }, span)
    }

    /// `-e`; of `-9223372036854775808` the sign belongs to the literal.
    fn negation(&mut self, token: Token) -> ExprId {
        let (next, after) = (self.peek(1), self.peek(2));
        if next.kind == TokenKind::Int
            && after.kind != TokenKind::StarStar
            && literals::int(next.span().text(self.text)) == Some(1 << 63)
        {
            self.bump();
            self.bump();
            let span = self.span_from(token.lo);
            return self.alloc(ExprKind::Int(i64::MIN), span);
        }
        self.unary(token, UnOp::Neg, PREFIX)
    }
}
