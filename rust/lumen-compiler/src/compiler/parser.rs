//! Tokens to syntax tree: recursive descent, with precedence climbing for operators; never fails.
//!
//! Recovery: the first error of a statement is reported and sets `panicking`; everything then
//! returns quickly without reading on, and the enclosing block goes on at the next line that can
//! begin a statement. Holes of strings, headers of blocks and arms recover by themselves.
//!
//! Newlines: a token knows whether it starts a line; `newlines` says whether that counts here
//! (it does not inside brackets, and does again in a block inside them).
//!
//! Depth: `enter` counts what nests and `deepen` what is wrapped from the left, so no tree is
//! higher than `SYNTAX_DEPTH_MAX`; beyond it the parser reports once and skips the file's rest.
//!
//! A missing `end` shows only at the end of the file. Then the file is parsed once more, guided by
//! its indentation, to find the place.

mod cascades;
mod diagnostics;
mod exprs;
mod advice;
mod operators;
mod collections;
mod control;
mod stmts;
mod items;
mod declarations;
mod traits;
mod tools;
mod patterns;
mod types;
mod handlers;
mod unbuilt;

pub use control::goes_on;
pub use unbuilt::{takes_block, unbuilt_name};

use super::ast::{self, Expr, ExprId, ExprKind, Name};
use super::tokens::{Token, TokenKind, Tokens};
use super::{habits, lexer};
use lumen_base::{Code, Diagnostic, FileId, FileSpan, Interner, Span, limits};

/// What the parser must know besides the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions<'a> {
    /// The file declares builtins: `extern cell` is allowed.
    pub is_std: bool,
    /// Where the program begins in the text.
    pub start: u32,
    /// For each documented fence of a Markdown document, in order: where its body begins, and the prose before it.
    pub docs: &'a [(u32, Span)],
}

/// Parses one file. `text` is the program text of a document (see `markdown`) or plain source.
pub fn parse(
    text: &str,
    file: FileId,
    names: &mut Interner,
    diags: &mut Vec<Diagnostic>,
    options: ParseOptions<'_>,
) -> ast::File {
    let before = diags.len();
    let tokens = lexer::lex(text, options.start, file, names, diags);
    let tree = read(text, file, &tokens, diags, options, before);
    let too_deep = |found: &Diagnostic| found.code == Code::E0201;
    if diags.len() == before || options.is_std || diags[before..].iter().any(too_deep) {
        return tree;
    }
    let Some(mut mended) = habits::mend(text, options.start, file, names) else { return tree };
    diags.truncate(before);
    diags.append(&mut mended.diagnostics);
    let tree = read(&mended.text, file, &mended.tokens, diags, options, before);
    let mut at = 0;
    diags.retain(|diagnostic| {
        at += 1;
        at <= before || !mended.explains(text, diagnostic)
    });
    tree
}

/// Tokens to tree; behind `before` stand the diagnostics of the file.
fn read(
    text: &str,
    file: FileId,
    tokens: &Tokens,
    diags: &mut Vec<Diagnostic>,
    options: ParseOptions<'_>,
    before: usize,
) -> ast::File {
    let lexed = diags.len();
    let mut parser = Parser::new(text, file, tokens, diags, options);
    parser.file();
    if !parser.lacks_end {
        let tree = parser.tree;
        cascades::remove(text, diags, before);
        return tree;
    }
    diags.truncate(lexed);
    let mut parser = Parser::new(text, file, tokens, diags, options);
    parser.guided = true;
    parser.file();
    let tree = parser.tree;
    cascades::remove(text, diags, before);
    tree
}

/// State of one run.
struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    docs: &'a Tokens,
    options: ParseOptions<'a>,
    diags: &'a mut Vec<Diagnostic>,
    tree: ast::File,
    scratch: Scratch,
    /// Index of the current token; at most that of `Eof`.
    pos: usize,
    /// Whether line breaks end statements here.
    newlines: bool,
    /// Whether a `|` at the start of a line goes on with the expression.
    leading_bar: bool,
    /// Brackets open in the innermost block.
    brackets: u32,
    /// Brackets open anywhere.
    all_brackets: u32,
    /// An error was reported and not yet recovered from.
    panicking: bool,
    /// `brackets` at that error.
    error_brackets: u32,
    /// Nesting at the current token.
    depth: u32,
    /// Deepest node of the construct at hand.
    deepest: u32,
    /// The nesting went too deep: nothing more is read or reported.
    is_dead: bool,
    /// A block was open at the end of the file.
    lacks_end: bool,
    /// The next block is the body of a `handle`, which its clauses end.
    handled: bool,
    /// What is read stands between a keyword and its block: the end of the line ends it.
    in_header: bool,
    /// Second run: indentation says where blocks end.
    guided: bool,
    /// Where the innermost statement begins, if one is read.
    statement: Option<u32>,
}

/// Stacks on which child lists grow until they move into their pools.
#[derive(Default)]
struct Scratch {
    exprs: Vec<ast::ExprId>,
    clauses: Vec<ast::Clause>,
    stmts: Vec<ast::StmtId>,
    args: Vec<ast::Arg>,
    links: Vec<ast::ChainLink>,
    elements: Vec<ast::Element>,
    entries: Vec<ast::Entry>,
    if_arms: Vec<ast::IfArm>,
    match_arms: Vec<ast::MatchArm>,
    when_arms: Vec<ast::WhenArm>,
    str_parts: Vec<ast::StrPart>,
    pats: Vec<ast::PatId>,
    pat_fields: Vec<ast::PatField>,
    types: Vec<ast::TypeId>,
    row_entries: Vec<ast::RowEntry>,
    names: Vec<ast::Name>,
    params: Vec<ast::Param>,
    lambda_params: Vec<ast::LambdaParam>,
    type_params: Vec<ast::TypeParam>,
    fields: Vec<ast::FieldDecl>,
    variants: Vec<ast::Variant>,
    variant_fields: Vec<ast::VariantField>,
    cells: Vec<ast::CellId>,
    import_names: Vec<ast::ImportName>,
    constraints: Vec<ast::Constraint>,
}

/// Moves what grew on a scratch stack since `$base` into its pool.
macro_rules! finish_list {
    ($parser:expr, $stack:ident, $pool:ident, $base:expr) => {
        $parser.tree.$pool.alloc($parser.scratch.$stack.drain($base..))
    };
}
use finish_list;

/// What `enter` changed, for `leave`.
#[must_use]
#[derive(Clone, Copy)]
struct Depth(u32);

/// A place to which the parser can go back.
#[derive(Clone, Copy)]
struct Mark {
    pos: usize,
    n_diags: usize,
    panicking: bool,
}

impl<'a> Parser<'a> {
    fn new(
        text: &'a str,
        file: FileId,
        tokens: &'a Tokens,
        diags: &'a mut Vec<Diagnostic>,
        options: ParseOptions<'a>,
    ) -> Self {
        let mut tree = ast::File { id: file, ..ast::File::default() };
        // PERF: programs have an expression for 2.6 tokens, a statement for 12, a pattern for 14, a block for 20; growing
        // the large arenas step by step cost 10 % of parsing.
        let n_tokens = tokens.list.len();
        tree.exprs.reserve(n_tokens * 2 / 5);
        tree.stmts.reserve(n_tokens / 12);
        tree.blocks.reserve(n_tokens / 20);
        tree.args.reserve(n_tokens / 20);
        tree.types.reserve(n_tokens / 18);
        tree.pats.reserve(n_tokens / 14);
        tree.stmt_lists.reserve(n_tokens / 12);
        Self {
            text,
            tokens: &tokens.list,
            docs: tokens,
            options,
            diags,
            tree,
            scratch: Scratch::default(),
            pos: 0,
            newlines: true,
            leading_bar: true,
            brackets: 0,
            all_brackets: 0,
            panicking: false,
            error_brackets: 0,
            depth: 0,
            deepest: 0,
            is_dead: false,
            lacks_end: false,
            handled: false,
            in_header: false,
            guided: false,
            statement: None,
        }
    }

    #[inline]
    fn tok(&self) -> Token {
        self.tokens[self.pos]
    }

    #[inline]
    fn kind(&self) -> TokenKind {
        self.tokens[self.pos].kind
    }

    /// The token `ahead` of the current one; `Eof` beyond the end.
    #[inline]
    fn peek(&self, ahead: usize) -> Token {
        self.tokens[(self.pos + ahead).min(self.tokens.len() - 1)]
    }

    #[inline]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Whether the current token is the contextual keyword `symbol`.
    #[inline]
    fn at_word(&self, symbol: lumen_base::Symbol) -> bool {
        let token = self.tok();
        token.kind == TokenKind::Ident && token.symbol == symbol
    }

    /// Whether a line that counts ends before the current token.
    #[inline]
    fn line_ends(&self) -> bool {
        self.line_ends_before(self.tok())
    }

    /// Whether a line that counts ends before the token.
    #[inline]
    fn line_ends_before(&self, token: Token) -> bool {
        self.newlines && token.starts_line()
    }

    #[inline]
    fn bump(&mut self) -> Token {
        let token = self.tok();
        if token.kind != TokenKind::Eof {
            self.pos += 1;
        }
        token
    }

    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Steps over a `kind`, or reports that it is missing; `wanted` says what for.
    fn expect(&mut self, kind: TokenKind, wanted: &str) -> bool {
        if self.eat(kind) {
            return true;
        }
        self.unexpected(&format!("{}{wanted}", kind.describe()));
        false
    }

    /// End of the token before the current one.
    fn prev_hi(&self) -> u32 {
        if self.pos == 0 { 0 } else { self.tokens[self.pos - 1].hi }
    }

    /// The token before the current one.
    fn prev_span(&self) -> Span {
        self.tokens[self.pos.saturating_sub(1)].span()
    }

    fn span_from(&self, lo: u32) -> Span {
        Span::new(lo, self.prev_hi().max(lo))
    }

    fn in_file(&self, span: Span) -> FileSpan {
        span.in_file(self.tree.id)
    }

    /// Reports, and reads on as if nothing was wrong.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.panicking && !self.is_dead {
            self.diags.push(diagnostic);
        }
    }

    /// Reports, and gives up on the statement.
    fn error(&mut self, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.error_brackets = if self.panicking { self.error_brackets } else { self.brackets };
        self.panicking = true;
    }

    /// With the advice for what is written as elsewhere.
    fn advised(&self, found: Diagnostic) -> Diagnostic {
        match self.habit() {
            Some(help) => found.with_help(help),
            None => found,
        }
    }

    /// Gives up because `wanted` is not here.
    #[cold]
    fn unexpected(&mut self, wanted: &str) {
        let token = self.tok();
        if token.kind == TokenKind::Error {
            // Reported by the lexer.
            self.error_brackets = self.brackets;
            self.panicking = true;
            return;
        }
        let text = token.span().text(self.text);
        let found = diagnostics::unexpected(self.in_file(token.span()), wanted, token.kind, text);
        self.error(self.advised(found));
    }

    /// Counts one more nested construct.
    #[inline]
    fn enter(&mut self) -> Depth {
        self.depth += 1;
        if self.depth > limits::SYNTAX_DEPTH_MAX {
            self.too_deep();
        }
        Depth(std::mem::replace(&mut self.deepest, self.depth))
    }

    #[inline]
    fn leave(&mut self, depth: Depth) {
        self.depth -= 1;
        self.deepest = self.deepest.max(depth.0);
    }

    /// Counts a node that was wrapped around what was read since `enter`.
    #[inline]
    fn deepen(&mut self) {
        self.deepest += 1;
        if self.deepest > limits::SYNTAX_DEPTH_MAX {
            self.too_deep();
        }
    }

    #[cold]
    fn too_deep(&mut self) {
        if self.is_dead {
            return;
        }
        let at = self.in_file(self.tok().span());
        self.diags.push(diagnostics::too_deep(at));
        self.is_dead = true;
        self.panicking = true;
        self.pos = self.tokens.len() - 1;
    }

    fn mark(&self) -> Mark {
        Mark { pos: self.pos, n_diags: self.diags.len(), panicking: self.panicking }
    }

    /// Goes back, as if nothing had been read since. Not possible once the parser is dead.
    fn rewind(&mut self, mark: Mark) {
        if !self.is_dead {
            self.pos = mark.pos;
            self.diags.truncate(mark.n_diags);
            self.panicking = mark.panicking;
        }
    }

    /// After an error: skips to the next line that can begin a statement, or to an `end` or `else`.
    fn recover(&mut self) {
        if self.is_dead {
            return;
        }
        let mut open = self.error_brackets;
        while !self.at(TokenKind::Eof) {
            let token = self.tok();
            let starts = token.starts_line() && (open == 0 || begins_statement(token.kind));
            if starts || open == 0 && matches!(token.kind, TokenKind::End | TokenKind::Else) {
                break;
            }
            match token.kind {
                TokenKind::LParen
                | TokenKind::LBracket
                | TokenKind::LBrace
                | TokenKind::QBracket => open += 1,
                TokenKind::RParen | TokenKind::RBracket | TokenKind::RBrace => {
                    open = open.saturating_sub(1);
                }
                // A block inside a hole must not run out of it.
                TokenKind::HoleClose => break,
                _ => {}
            }
            self.bump();
        }
        self.panicking = false;
    }

    /// Opens a bracket: newlines stop counting. Returns what `close_bracket` needs.
    fn open_bracket(&mut self) -> (Token, bool) {
        let open = self.bump();
        self.brackets += 1;
        self.all_brackets += 1;
        (open, std::mem::replace(&mut self.newlines, false))
    }

    /// Closes a bracket that `open_bracket` opened.
    fn close_bracket(&mut self, kind: TokenKind, opened: (Token, bool)) {
        if !self.at(kind) && !self.panicking {
            let (open, found) = (opened.0, self.tok());
            if found.kind != TokenKind::Error {
                let missing = diagnostics::unclosed(
                    self.in_file(found.span()),
                    self.in_file(open.span()),
                    kind,
                    found.kind,
                );
                self.error(self.advised(missing));
            }
            self.error_brackets = self.brackets;
            self.panicking = true;
        }
        self.brackets = self.brackets.saturating_sub(1);
        self.all_brackets = self.all_brackets.saturating_sub(1);
        if !self.panicking {
            self.bump();
        }
        self.newlines = opened.1;
    }

    /// Reads `item`s separated by commas up to `close`; a comma may follow the last one.
    fn comma_list(&mut self, close: TokenKind, mut item: impl FnMut(&mut Self)) {
        while !self.at(close) && !self.at(TokenKind::Eof) && !self.panicking {
            item(self);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
    }

    fn alloc(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.tree.exprs.alloc(Expr { kind, span })
    }

    /// The expression that stands for what could not be read.
    fn error_expr(&mut self, lo: u32) -> ExprId {
        let span = self.span_from(lo);
        self.alloc(ExprKind::Error, span)
    }

    fn name_of(token: Token) -> Name {
        Name { symbol: token.symbol, span: token.span() }
    }

    /// White space before the first token of the line that holds `at`.
    fn indent_at(&self, at: u32) -> &'a str {
        let text = self.text;
        let before = &text.as_bytes()[..(at as usize).min(text.len())];
        let lo = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = &text[lo..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}

/// Kinds that begin a statement or declaration wherever they start a line.
fn begins_statement(kind: TokenKind) -> bool {
    use TokenKind as K;
    matches!(
        kind,
        K::Cell | K::Record | K::Enum | K::Import | K::Pub | K::Let | K::End | K::Else | K::Return
    )
}

#[cfg(test)]
mod tests;
