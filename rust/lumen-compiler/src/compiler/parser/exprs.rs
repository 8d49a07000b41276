//! Operands: literals, names, calls and the other postfix forms, strings with holes, lambdas.

use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{
    Arg, ArgKind, Block, ExprId, ExprKind, Lambda, LambdaParam, StrPart, TypeArgs,
};
use crate::compiler::lexer::literals;
use crate::compiler::tokens::Token;
use lumen_base::{Slice, Span, sym};

/// Whether a token of this kind can begin an expression.
pub(super) fn begins_expr(kind: TokenKind) -> bool {
    use TokenKind as K;
    matches!(
        kind,
        K::Ident
            | K::Upper
            | K::Int
            | K::Float
            | K::Str
            | K::Bytes
            | K::StrOpen
            | K::Await
            | K::Break
            | K::Continue
            | K::Err
            | K::False
            | K::Fn
            | K::For
            | K::If
            | K::Loop
            | K::Match
            | K::Not
            | K::Null
            | K::Ok
            | K::Return
            | K::True
            | K::Try
            | K::While
            | K::Yield
            | K::LParen
            | K::LBracket
            | K::LBrace
            | K::Minus
            | K::Tilde
    )
}

impl Parser<'_> {
    /// An operand with its calls, fields, indexes and the like.
    pub(super) fn postfix(&mut self) -> ExprId {
        let lo = self.tok().lo;
        let mut base = self.primary();
        loop {
            let token = self.tok();
            if self.panicking {
                break;
            }
            base = match token.kind {
                TokenKind::Dot | TokenKind::QDot => self.member(lo, base),
                TokenKind::QBracket => self.index(lo, base),
                _ if self.line_ends() => break,
                TokenKind::LParen => {
                    let args = self.args();
                    let span = self.span_from(lo);
                    self.alloc(ExprKind::Call { callee: base, args }, span)
                }
                TokenKind::LBracket => self.brackets(lo, base),
                TokenKind::Question => {
                    self.bump();
                    let span = self.span_from(lo);
                    self.alloc(ExprKind::Propagate(base), span)
                }
                TokenKind::Bang if token.is_adjacent() => self.bang(lo, base),
                TokenKind::Ident => match self.postfix_word(lo, base) {
                    Some(node) => node,
                    None => break,
                },
                _ => break,
            };
            self.deepen();
        }
        base
    }

    /// `.name`, `.0`, `?.name`, `?.0`.
    fn member(&mut self, lo: u32, base: ExprId) -> ExprId {
        let safe = self.bump().kind == TokenKind::QDot;
        let token = self.tok();
        match token.kind {
            TokenKind::Ident | TokenKind::Upper => {
                self.bump();
                let span = self.span_from(lo);
                let kind = ExprKind::Field { base, name: token.symbol, name_lo: token.lo, safe };
                self.alloc(kind, span)
            }
            TokenKind::Int => {
                self.bump();
                let index = token.span().text(self.text).parse::<u32>();
                let index = index.unwrap_or_else(|_| {
                    let found = diagnostics::bad_tuple_index(self.in_file(token.span()));
                    self.report(found);
                    0
                });
                let span = self.span_from(lo);
                self.alloc(ExprKind::TupleField { base, index, safe }, span)
            }
            _ => {
                self.unexpected("the name of a field or method");
                self.error_expr(lo)
            }
        }
    }

    /// `?[e]`, or `[e]` that is surely an index.
    fn index(&mut self, lo: u32, base: ExprId) -> ExprId {
        let safe = self.at(TokenKind::QBracket);
        let opened = self.open_bracket();
        let index = self.subscript();
        self.close_bracket(TokenKind::RBracket, opened);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Index { base, index, safe }, span)
    }

    /// `[…]` behind an operand: an index, or type arguments when `(` follows, or `.` behind the name of an effect.
    fn brackets(&mut self, lo: u32, base: ExprId) -> ExprId {
        let is_upper = self.tokens[self.pos.saturating_sub(1)].kind == TokenKind::Upper;
        let may_be_types = self.is_path(base)
            && match self.follows_bracket() {
                Some(TokenKind::LParen) => true,
                Some(TokenKind::Dot) => is_upper,
                _ => false,
            };
        if !may_be_types {
            return self.index(lo, base);
        }
        let start = self.mark();
        let n_types = self.scratch.types.len();
        let opened = self.open_bracket();
        self.comma_list(TokenKind::RBracket, |p| {
            let ty = p.ty();
            p.scratch.types.push(ty);
        });
        self.close_bracket(TokenKind::RBracket, opened);
        if self.panicking || self.diags.len() > start.n_diags {
            self.scratch.types.truncate(n_types);
            self.rewind(start);
            return self.index(lo, base);
        }
        let types = finish_list!(self, types, type_lists, n_types);
        let end = self.pos;
        self.rewind(start);
        let index = self.bracket_as_index(end);
        let span = self.span_from(lo);
        let args = self.tree.type_args.alloc(TypeArgs { base, types, index });
        self.alloc(ExprKind::TypeArgs(args), span)
    }

    /// Reads the brackets that end before token `end` once more, as one expression. Ends there in any case.
    fn bracket_as_index(&mut self, end: usize) -> Option<ExprId> {
        let start = self.mark();
        let opened = self.open_bracket();
        let index = self.expr();
        self.close_bracket(TokenKind::RBracket, opened);
        let reads = !self.panicking && self.diags.len() == start.n_diags && self.pos == end;
        if !reads {
            self.rewind(start);
            if !self.is_dead {
                self.pos = end;
            }
        }
        reads.then_some(index)
    }

    /// Whether the expression is a name, or fields of a name.
    fn is_path(&self, mut expr: ExprId) -> bool {
        loop {
            match self.tree[expr].kind {
                ExprKind::Name(_) => return true,
                ExprKind::Field { base, safe: false, .. } => expr = base,
                _ => return false,
            }
        }
    }

    /// What stands behind the bracket that opens here, when types may be in it: `(` that goes on with it, or a dot.
    fn follows_bracket(&self) -> Option<TokenKind> {
        let mut open = 0_u32;
        for (at, token) in self.tokens.iter().enumerate().skip(self.pos) {
            match token.kind {
                TokenKind::LBracket
                | TokenKind::LParen
                | TokenKind::LBrace
                | TokenKind::QBracket => open += 1,
                TokenKind::RBracket | TokenKind::RParen | TokenKind::RBrace => {
                    open -= 1;
                    if open == 0 {
                        let next = self.tokens[(at + 1).min(self.tokens.len() - 1)];
                        let counts = next.kind == TokenKind::Dot || !self.line_ends_before(next);
                        return counts.then_some(next.kind);
                    }
                }
                // None of these is in a type.
                TokenKind::Eof
                | TokenKind::End
                | TokenKind::Int
                | TokenKind::Str
                | TokenKind::StrOpen
                | TokenKind::Plus
                | TokenKind::Minus
                | TokenKind::DotDot
                | TokenKind::FatArrow => return None,
                _ => {}
            }
        }
        None
    }

    /// `e!`, or a macro call `name!(…)`.
    fn bang(&mut self, lo: u32, base: ExprId) -> ExprId {
        let bang = self.bump();
        let before = self.tokens[self.pos.saturating_sub(2)].kind;
        let is_name = matches!(before, TokenKind::Ident | TokenKind::Upper);
        if is_name && self.at(TokenKind::LParen) && self.tok().is_adjacent() {
            self.reject_unbuilt_at(Span::new(lo, bang.hi), "a macro call");
            self.args();
            return self.error_expr(lo);
        }
        let span = self.span_from(lo);
        self.alloc(ExprKind::Unwrap(base), span)
    }

    /// `u with (…)`, `e expect schema T`.
    fn postfix_word(&mut self, lo: u32, base: ExprId) -> Option<ExprId> {
        let (token, next) = (self.tok(), self.peek(1));
        match token.symbol {
            sym::WITH if next.kind == TokenKind::LParen && !self.line_ends_before(next) => {
                self.bump();
                let args = self.args();
                for arg in &self.tree.args[args] {
                    if arg.name.is_none() {
                        let at = self.tree.exprs[arg.value].span;
                        let found = diagnostics::update_needs_names(at.in_file(self.tree.id));
                        self.diags.push(found);
                    }
                }
                let span = self.span_from(lo);
                Some(self.alloc(ExprKind::Update { base, args }, span))
            }
            sym::EXPECT if next.kind == TokenKind::Ident && next.symbol == sym::SCHEMA => {
                self.reject_unbuilt(token, "`expect schema`");
                self.bump();
                self.bump();
                self.ty();
                Some(self.error_expr(lo))
            }
            _ => None,
        }
    }

    /// Arguments in parentheses.
    pub(super) fn args(&mut self) -> Slice<Arg> {
        let base = self.scratch.args.len();
        let opened = self.open_bracket();
        let mut has_named = false;
        self.comma_list(TokenKind::RParen, |p| {
            let arg = p.arg();
            if arg.name.is_some() {
                has_named = true;
            } else if has_named && !p.panicking {
                let at = p.tree[arg.value].span;
                let found = diagnostics::positional_after_named(p.in_file(at));
                p.report(found);
            }
            p.scratch.args.push(arg);
        });
        self.close_bracket(TokenKind::RParen, opened);
        finish_list!(self, args, args, base)
    }

    fn arg(&mut self) -> Arg {
        if self.eat(TokenKind::Ellipsis) {
            return Arg { name: None, value: self.expr(), kind: ArgKind::Spread };
        }
        let token = self.tok();
        let is_named = self.peek(1).kind == TokenKind::Colon
            && (matches!(token.kind, TokenKind::Ident | TokenKind::Upper)
                || token.kind.is_keyword());
        if !is_named {
            return Arg { name: None, value: self.expr(), kind: ArgKind::Value };
        }
        let name = self.lower_name("an argument");
        self.bump();
        if matches!(self.kind(), TokenKind::Comma | TokenKind::RParen) {
            let value = self.alloc(ExprKind::Name(name.symbol), name.span);
            return Arg { name: Some(name), value, kind: ArgKind::Pun };
        }
        Arg { name: Some(name), value: self.expr(), kind: ArgKind::Value }
    }

    /// A literal, name, bracketed or block-like expression.
    fn primary(&mut self) -> ExprId {
        let token = self.tok();
        let kind = match token.kind {
            TokenKind::Ident => {
                if (token.symbol.0 as usize) < sym::TEXTS.len()
                    && let Some(special) = self.word(token)
                {
                    return special;
                }
                ExprKind::Name(token.symbol)
            }
            TokenKind::Upper | TokenKind::Ok | TokenKind::Err => ExprKind::Name(token.symbol),
            TokenKind::Int => ExprKind::Int(self.int_value(token)),
            TokenKind::Str => ExprKind::Str(token.symbol),
            TokenKind::Float => ExprKind::Float(self.float_value(token)),
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Null => ExprKind::Null,
            TokenKind::Bytes => {
                let bytes = literals::bytes(token.span().text(self.text));
                ExprKind::Bytes(self.tree.bytes.alloc(bytes))
            }
            TokenKind::LParen => return self.parenthesised(),
            TokenKind::LBracket => return self.list(),
            TokenKind::LBrace => return self.braces(),
            TokenKind::StrOpen => return self.interpolation(),
            TokenKind::Fn => return self.lambda(),
            _ => return self.keyword_expr(),
        };
        self.bump();
        self.alloc(kind, token.span())
    }

    pub(super) fn int_value(&mut self, token: Token) -> i64 {
        let value = literals::int(token.span().text(self.text));
        value.and_then(|value| i64::try_from(value).ok()).unwrap_or_else(|| {
            let found = diagnostics::integer_too_large(self.in_file(token.span()));
            self.report(found);
            0
        })
    }

    pub(super) fn float_value(&mut self, token: Token) -> f64 {
        literals::float(token.span().text(self.text)).unwrap_or_else(|| {
            let found = diagnostics::float_too_large(self.in_file(token.span()));
            self.report(found);
            0.0
        })
    }

    /// A string with holes.
    fn interpolation(&mut self) -> ExprId {
        let depth = self.enter();
        let open = self.bump();
        let lo = open.lo;
        let is_multi = open.span().text(self.text).ends_with("\"\"\"");
        let base = self.scratch.str_parts.len();
        loop {
            let token = self.tok();
            match token.kind {
                TokenKind::StrText => {
                    self.bump();
                    if token.symbol != sym::EMPTY {
                        self.scratch.str_parts.push(StrPart::Text(token.symbol));
                    }
                }
                TokenKind::HoleOpen => {
                    let part = self.hole(is_multi);
                    self.scratch.str_parts.push(part);
                }
                TokenKind::StrClose => {
                    self.bump();
                    break;
                }
                _ => break,
            }
        }
        let parts = finish_list!(self, str_parts, str_parts, base);
        self.leave(depth);
        let span = self.span_from(lo);
        self.alloc(ExprKind::Interp(parts), span)
    }

    /// `{expr}` or `{expr:spec}`. An error in it ends with it.
    fn hole(&mut self, is_multi: bool) -> StrPart {
        let open = self.bump();
        let newlines = std::mem::replace(&mut self.newlines, false);
        let brackets = std::mem::replace(&mut self.brackets, 0);
        self.all_brackets += 1;
        let expr = if matches!(self.kind(), TokenKind::HoleClose | TokenKind::HoleSpec) {
            let at = open.span().to(self.tok().span());
            let found = diagnostics::empty_hole(self.in_file(at));
            self.report(found);
            self.error_expr(open.hi)
        } else {
            self.expr()
        };
        let mut spec = None;
        if self.at(TokenKind::HoleSpec) && !self.panicking {
            let token = self.bump();
            // As in `"""{"key": 1}"""`.
            let is_literal = matches!(self.tree.exprs[expr].kind, ExprKind::Str(_));
            match literals::format_spec(token.span().text(self.text), token.span()) {
                Ok(_) | Err(_) if is_multi && is_literal => {
                    let brace = self.in_file(open.span());
                    self.report(diagnostics::format_of_literal(brace));
                }
                Ok(value) => spec = Some(self.tree.format_specs.alloc(value)),
                Err(problem) => {
                    let at = self.in_file(token.span());
                    let computed = token.span().text(self.text).contains('{');
                    self.report(diagnostics::bad_format_spec(at, problem, computed));
                }
            }
        }
        if !self.at(TokenKind::HoleClose) && !self.panicking {
            self.unexpected("`}` after the expression in the string");
        }
        self.skip_hole();
        self.newlines = newlines;
        self.brackets = brackets;
        self.all_brackets = self.all_brackets.saturating_sub(1);
        StrPart::Hole { expr, spec }
    }

    /// Skips to the end of the hole and steps over it; an error in the hole is over then.
    fn skip_hole(&mut self) {
        let mut inner = 0_u32;
        loop {
            match self.kind() {
                TokenKind::Eof => return,
                TokenKind::HoleOpen => inner += 1,
                TokenKind::HoleClose if inner == 0 => break,
                TokenKind::HoleClose => inner -= 1,
                _ => {}
            }
            self.bump();
        }
        self.bump();
        if !self.is_dead {
            self.panicking = false;
        }
    }

    /// `fn(x) => e`, or `fn(x: T) -> R … end`.
    fn lambda(&mut self) -> ExprId {
        let depth = self.enter();
        let open = self.bump();
        if matches!(self.kind(), TokenKind::Ident | TokenKind::Upper) && !self.line_ends() {
            let found = diagnostics::named_lambda(self.in_file(self.tok().span()));
            self.error(found);
        }
        let params = self.lambda_params();
        let ret = if self.eat(TokenKind::Arrow) { Some(self.lambda_ret()) } else { None };
        let row = if self.at(TokenKind::Slash) { Some(self.row()) } else { None };
        let body = if !self.panicking && self.eat(TokenKind::FatArrow) {
            self.one_line_block()
        } else {
            self.header_end("`=>` or the end of the line");
            let body = self.block(open);
            self.end_of_block(open);
            body
        };
        self.leave(depth);
        let span = self.span_from(open.lo);
        let lambda = self.tree.lambdas.alloc(Lambda { params, ret, row, body });
        self.alloc(ExprKind::Lambda(lambda), span)
    }

    pub(super) fn lambda_params(&mut self) -> Slice<LambdaParam> {
        if !self.at(TokenKind::LParen) {
            self.unexpected("`(` and the parameters of the function");
            return Slice::EMPTY;
        }
        let base = self.scratch.lambda_params.len();
        let opened = self.open_bracket();
        self.comma_list(TokenKind::RParen, |p| {
            let pat = p.binding_pattern("a parameter");
            let ty = if p.eat(TokenKind::Colon) { Some(p.ty()) } else { None };
            p.scratch.lambda_params.push(LambdaParam { pat, ty });
        });
        self.close_bracket(TokenKind::RParen, opened);
        finish_list!(self, lambda_params, lambda_params, base)
    }

    /// One statement as a block: the body of a lambda, or of a one-line `if` or arm.
    pub(super) fn one_line_block(&mut self) -> crate::compiler::ast::BlockId {
        let depth = self.enter();
        let lo = self.tok().lo;
        let stmt = self.stmt();
        let stmts = self.tree.stmt_lists.alloc([stmt]);
        self.leave(depth);
        let span = self.span_from(lo);
        self.tree.blocks.alloc(Block { stmts, span })
    }
}
