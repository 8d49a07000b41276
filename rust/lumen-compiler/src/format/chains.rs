//! Calls, fields and the other forms behind an operand: `a.b(c)[d]?`.

use super::layout::{Op, Region};
use super::lists::{BRACKETS, PARENS, Set};
use super::writer::Writer;
use crate::compiler::ast::{Arg, ArgKind, ExprId, ExprKind, StmtKind};
use crate::compiler::tokens::TokenKind;
use lumen_base::{Slice, Span};

/// Most characters before an argument that brings its own lines.
const HUGGED_WIDTH: u32 = 60;

impl Writer<'_> {
    /// An operand with everything behind it; a row of method calls may stand one call a line.
    pub(super) fn postfix(&mut self, id: ExprId) {
        let (base, steps) = self.steps(id);
        let calls: Vec<bool> = steps.windows(2).map(|pair| self.is_method_call(pair)).collect();
        let n_calls = calls.iter().filter(|&&is_call| is_call).count();
        let starts_line =
            |step: &ExprId| self.dot_of(*step).is_some_and(|dot| self.starts_line(dot));
        let is_broken = n_calls > 0 && steps.iter().any(starts_line);
        let may_break = is_broken || n_calls >= 2;
        self.open(if may_break { Region::Group } else { Region::Barrier });
        if is_broken {
            self.push(Op::Break);
        }
        self.expr(base);
        let mut is_indented = false;
        for (at, &step) in steps.iter().enumerate() {
            if may_break && calls.get(at) == Some(&true) && !self.is_type_name(base, at) {
                if !is_indented {
                    self.push(Op::In);
                    is_indented = true;
                }
                self.line("");
            }
            self.step(step);
        }
        if is_indented {
            self.push(Op::Out);
        }
        self.close();
    }

    /// The operand at the left end, and the forms behind it from left to right.
    fn steps(&self, id: ExprId) -> (ExprId, Vec<ExprId>) {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(base) = self.base_of(at) {
            steps.push(at);
            // Between parentheses an operand stands for itself.
            let is_bare = self.file[base].span.lo == self.file[at].span.lo;
            at = base;
            if !is_bare {
                break;
            }
        }
        steps.reverse();
        (at, steps)
    }

    fn base_of(&self, id: ExprId) -> Option<ExprId> {
        Some(match self.file[id].kind {
            ExprKind::Field { base, .. }
            | ExprKind::TupleField { base, .. }
            | ExprKind::Index { base, .. }
            | ExprKind::Update { base, .. }
            | ExprKind::Propagate(base)
            | ExprKind::Unwrap(base)
            | ExprKind::Call { callee: base, .. } => base,
            ExprKind::TypeArgs(args) => self.file[args].base,
            _ => return None,
        })
    }

    /// Whether a field is the name of a method that is called.
    fn is_method_call(&self, pair: &[ExprId]) -> bool {
        let is_field = matches!(self.file[pair[0]].kind, ExprKind::Field { .. });
        let next = self.file[pair[1]].kind;
        is_field && matches!(next, ExprKind::Call { .. } | ExprKind::TypeArgs(_))
    }

    /// Whether the first step is a member of a type or module: `Shape.Circle(1.0)`.
    fn is_type_name(&self, base: ExprId, at: usize) -> bool {
        let is_name = matches!(self.file[base].kind, ExprKind::Name(_));
        at == 0 && is_name && self.tokens_before().is_some_and(|kind| kind == TokenKind::Upper)
    }

    /// Where the dot of a field stands.
    fn dot_of(&self, id: ExprId) -> Option<u32> {
        match self.file[id].kind {
            ExprKind::Field { name_lo, .. } => self.tokens_to(name_lo).last().map(|dot| dot.lo),
            _ => None,
        }
    }

    fn step(&mut self, id: ExprId) {
        let file = self.file;
        let node = file[id];
        match node.kind {
            ExprKind::Index { index, safe, .. } => {
                let open = if safe { TokenKind::QBracket } else { TokenKind::LBracket };
                self.enclosed((open, TokenKind::RBracket), |w| w.unindented(index));
            }
            ExprKind::TypeArgs(args) => {
                let args = file[args];
                match args.index {
                    Some(index) if args.types.is_empty() => {
                        self.enclosed(BRACKETS, |w| w.unindented(index));
                    }
                    // One type before a comma is no index: without the comma it could be one.
                    None if file[args.types].len() == 1 => self.enclosed(BRACKETS, |w| {
                        w.ty(file[args.types][0]);
                        if w.at(TokenKind::Comma) {
                            w.token();
                        }
                    }),
                    _ => {
                        let types = &file[args.types];
                        self.hugging(BRACKETS, types.len(), |w, at| w.ty(types[at]));
                    }
                }
            }
            ExprKind::Call { args, .. } => self.args(args, node.span.hi),
            ExprKind::Update { args, .. } => {
                self.space();
                self.token();
                self.space();
                self.args(args, node.span.hi);
            }
            _ => self.atoms(node.span.hi),
        }
    }

    /// Arguments in parentheses that end at `hi`.
    pub(super) fn args(&mut self, list: Slice<Arg>, hi: u32) {
        let file = self.file;
        let list = &file[list];
        if self.hugs_last(list, hi) {
            self.hugging(PARENS, list.len(), |w, at| w.arg(&list[at]));
        } else {
            self.bracketed(PARENS, list.len(), Set::Lines, |w, at| w.arg(&list[at]));
        }
    }

    fn arg(&mut self, arg: &Arg) {
        if arg.kind == ArgKind::Spread {
            return self.spread(arg.value);
        }
        if let Some(name) = arg.name {
            self.atoms(name.span.hi);
            self.expect(TokenKind::Colon);
            if arg.kind == ArgKind::Pun {
                return;
            }
            self.space();
        }
        self.expr(arg.value);
    }

    /// Whether the last argument brings its own lines, so that the parentheses need none.
    fn hugs_last(&self, list: &[Arg], hi: u32) -> bool {
        let Some(last) = list.last() else { return false };
        if last.kind != ArgKind::Value {
            return false;
        }
        let span = self.file[last.value].span;
        let tokens = self.tokens_to(hi);
        let [.., before, close] = tokens else { return false };
        let keeps_lines = before.kind == TokenKind::Comma && close.starts_line();
        let others = self.tokens_to(span.lo).iter().map(|token| token.hi - token.lo).sum::<u32>();
        if keeps_lines || others > HUGGED_WIDTH || self.has_comments(span.lo) {
            return false;
        }
        let is_bare = self.tokens_to(span.lo).last().is_some_and(|before| {
            let opens = before.kind == TokenKind::LParen && list.len() == 1;
            opens || matches!(before.kind, TokenKind::Comma | TokenKind::Colon)
        });
        let tail = Span::new(span.hi, close.lo);
        let rivals = list[..list.len() - 1].iter().any(|arg| self.brings_lines(arg.value));
        is_bare
            && !rivals
            && !self.contains_comment(tail)
            && self.is_hugged(last.value, list.len() == 1)
    }

    /// Whether an argument of this kind is set right behind the parenthesis.
    fn is_hugged(&self, id: ExprId, is_only: bool) -> bool {
        let file = self.file;
        match file[id].kind {
            ExprKind::Lambda(lambda) => {
                let body = &file[lambda].body;
                let is_arrow = self
                    .tokens_to(file[*body].span.lo)
                    .last()
                    .is_some_and(|token| token.kind == TokenKind::FatArrow);
                let only = match &file[file[*body].stmts] {
                    [only] => file[*only].kind,
                    _ => return !is_arrow,
                };
                !is_arrow || matches!(only, StmtKind::Expr(value) if self.brings_lines(value))
            }
            // A string is not worth breaking for.
            ExprKind::Str(_) | ExprKind::Interp(_) => is_only,
            _ => self.brings_lines(id),
        }
    }

    /// Whether an expression is a bracket or block.
    pub(super) fn brings_lines(&self, id: ExprId) -> bool {
        match self.file[id].kind {
            ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Set(_)
            | ExprKind::Comprehension(_)
            | ExprKind::Lambda(_)
            | ExprKind::Match { .. }
            | ExprKind::When(_)
            | ExprKind::Do(_)
            | ExprKind::Handle(_)
            | ExprKind::With { .. }
            | ExprKind::Comptime { is_block: true, .. } => true,
            ExprKind::Str(_) | ExprKind::Interp(_) => self.spans_lines(self.file[id].span),
            _ => false,
        }
    }
}
