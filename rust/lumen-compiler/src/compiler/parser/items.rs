//! The file itself: declarations with their attributes and docstrings, directives, imports, names.

use super::declarations::CellForm;
use super::{Parser, TokenKind, diagnostics, finish_list};
use crate::compiler::ast::{
    Attribute, Import, ImportName, ImportWhat, Item, ItemId, ItemKind, Name,
};
use crate::compiler::tokens::Token;
use lumen_base::{Slice, Span, Symbol, sym};

impl Parser<'_> {
    /// The whole file.
    pub(super) fn file(&mut self) {
        while !self.at(TokenKind::Eof) {
            let before = self.pos;
            self.top_level();
            if self.pos == before && !self.at(TokenKind::Eof) {
                self.bump();
            }
        }
    }

    fn top_level(&mut self) {
        let token = self.tok();
        if token.kind == TokenKind::At && self.is_directive() {
            self.directive();
        } else if token.kind == TokenKind::End || token.kind == TokenKind::Else {
            let text = token.span().text(self.text);
            let found = diagnostics::stray(self.in_file(token.span()), text);
            self.report(found);
            self.bump();
            if token.kind == TokenKind::End {
                return;
            }
        } else if self.begins_item() {
            if let Some(item) = self.item() {
                self.tree.items.push(item);
            }
        } else {
            let stmt = self.stmt();
            self.tree.statements.push(stmt);
        }
        self.finish_line();
    }

    /// Whether a declaration begins here.
    fn begins_item(&self) -> bool {
        let (token, next) = (self.tok(), self.peek(1));
        match token.kind {
            TokenKind::Cell
            | TokenKind::Record
            | TokenKind::Enum
            | TokenKind::Import
            | TokenKind::Type
            | TokenKind::Pub
            | TokenKind::At => true,
            TokenKind::Ident if next.starts_line() => false,
            TokenKind::Ident => match token.symbol {
                sym::CONST => matches!(next.kind, TokenKind::Ident | TokenKind::Upper),
                sym::EXTERN => next.kind == TokenKind::Cell,
                _ => {
                    self.begins_trait()
                        || self.begins_impl()
                        || self.begins_effect_or_handler()
                        || self.begins_authority()
                }
            },
            _ => false,
        }
    }

    /// A declaration; nothing when it was rejected.
    pub(super) fn item(&mut self) -> Option<ItemId> {
        let lo = self.tok().lo;
        let mut doc = self.doc_here();
        let (attributes, is_rejected) = self.attributes();
        doc = doc.or_else(|| self.doc_here());
        let is_pub = self.eat(TokenKind::Pub);
        let token = self.tok();
        let kind = match token.kind {
            TokenKind::Cell => self.cell(CellForm::Plain, doc).map(ItemKind::Cell),
            TokenKind::Record => self.record().map(ItemKind::Record),
            TokenKind::Enum => self.enumeration().map(ItemKind::Enum),
            TokenKind::Type => self.alias().map(ItemKind::Alias),
            TokenKind::Import if !is_pub => self.import().map(ItemKind::Import),
            TokenKind::Ident if token.symbol == sym::CONST => self.constant().map(ItemKind::Const),
            TokenKind::Ident if self.begins_trait() => self.trait_decl().map(ItemKind::Trait),
            TokenKind::Ident if self.begins_effect_or_handler() && token.symbol == sym::EFFECT => {
                self.effect_decl().map(ItemKind::Effect)
            }
            TokenKind::Ident if self.begins_effect_or_handler() => {
                self.handler_decl().map(ItemKind::Handler)
            }
            TokenKind::Ident if !is_pub && self.begins_authority() => self.authority(),
            TokenKind::Ident if self.begins_impl() => {
                if is_pub {
                    let found = diagnostics::pub_impl(self.in_file(self.prev_span()));
                    self.report(found);
                }
                self.impl_decl().map(ItemKind::Impl)
            }
            TokenKind::Ident
                if token.symbol == sym::EXTERN && self.peek(1).kind == TokenKind::Cell =>
            {
                let word = self.bump();
                self.cell(CellForm::Extern(word), doc).map(ItemKind::Cell)
            }
            _ => {
                if self.unbuilt_stmt(token).is_none() {
                    self.unexpected("a declaration");
                }
                None
            }
        };
        let kind = kind.filter(|_| !is_rejected)?;
        let span = self.span_from(lo);
        Some(self.tree.item_nodes.alloc(Item { kind, span, is_pub, attributes, doc }))
    }

    /// Attributes before a declaration, and whether one of them makes it a thing that is not built.
    fn attributes(&mut self) -> (Slice<Attribute>, bool) {
        let mut list = Vec::new();
        let mut is_rejected = false;
        while self.at(TokenKind::At) && !self.panicking {
            match self.attribute() {
                Some(attribute) => list.push(attribute),
                None => is_rejected = true,
            }
        }
        (self.tree.attributes.alloc(list), is_rejected)
    }

    /// `@name` or `@name(args)`; nothing when it was rejected.
    fn attribute(&mut self) -> Option<Attribute> {
        let lo = self.bump().lo;
        let token = self.tok();
        let name = self.lower_name("an attribute");
        if is_unbuilt_attribute(name.symbol) && !self.panicking {
            let text = format!("`@{}`", token.span().text(self.text));
            self.reject_unbuilt_at(self.span_from(lo), &text);
            self.skip_line();
            return None;
        }
        let has_args = !self.panicking && self.at(TokenKind::LParen) && !self.tok().starts_line();
        let args = if has_args { self.args() } else { Slice::EMPTY };
        let span = self.span_from(lo);
        match name.symbol {
            sym::TEST | sym::DEPRECATED => return Some(Attribute { name, args, span }),
            _ if self.options.is_std && token.span().text(self.text) == "inline" => {
                return Some(Attribute { name, args, span });
            }
            _ if self.panicking => {}
            _ => {
                let text = token.span().text(self.text);
                let found = diagnostics::unknown_attribute(self.in_file(span), text);
                self.report(found);
            }
        }
        None
    }

    /// An attribute on something inside a block.
    pub(super) fn attribute_in_block(&mut self) {
        let lo = self.tok().lo;
        if self.attribute().is_some() {
            let span = self.span_from(lo);
            let found = diagnostics::attribute_in_block(self.in_file(span));
            self.report(found);
        }
    }

    /// Whether `@strict`, `@doc_mode` or `@deterministic` stands here.
    fn is_directive(&self) -> bool {
        let name = self.peek(1);
        name.kind == TokenKind::Ident
            && matches!(name.symbol, sym::STRICT | sym::DOC_MODE | sym::DETERMINISTIC)
    }

    fn directive(&mut self) {
        let lo = self.bump().lo;
        let name = self.bump();
        let value = match self.kind() {
            TokenKind::True => true,
            TokenKind::False => false,
            _ => {
                let text = name.span().text(self.text);
                let at = self.in_file(self.span_from(lo));
                self.error(diagnostics::bad_directive(at, text));
                return;
            }
        };
        self.bump();
        let span = self.span_from(lo);
        match name.symbol {
            sym::DOC_MODE => self.tree.directives.doc_mode = value,
            sym::STRICT if !value => self.reject_unbuilt_at(span, "`@strict false`"),
            sym::DETERMINISTIC if value => {
                self.reject_unbuilt_at(span, "`@deterministic true`");
            }
            // What holds anyway.
            _ => {}
        }
    }

    /// The docstring right before the current token: a block of a plain source file, or the prose
    /// before the fence that begins with this token.
    pub(super) fn doc_here(&self) -> Option<Span> {
        let blocks = &self.docs.docs;
        let pos = self.pos as u32;
        let after = blocks.partition_point(|block| block.next <= pos);
        if let Some(block) = after.checked_sub(1).map(|at| blocks[at])
            && block.next == pos
        {
            return Some(block.text);
        }
        let lo = self.tok().lo;
        let fences = self.options.docs;
        let after = fences.partition_point(|&(body, _)| body <= lo);
        let (body, text) = fences[after.checked_sub(1)?];
        (self.prev_hi() <= body).then_some(text)
    }

    /// A lower-case name, for `what`; reports and goes on when the case is wrong.
    pub(super) fn lower_name(&mut self, what: &str) -> Name {
        let token = self.tok();
        match token.kind {
            TokenKind::Ident => {}
            TokenKind::Upper => self.wrong_case(token, what, &snake_case),
            _ => return self.no_name(what),
        }
        self.bump();
        Self::name_of(token)
    }

    /// An upper-case name, for `what`; reports and goes on when the case is wrong.
    pub(super) fn upper_name(&mut self, what: &str) -> Name {
        let token = self.tok();
        match token.kind {
            TokenKind::Upper => {}
            // The prelude declares `result` with `ok` and `err`.
            TokenKind::Ident | TokenKind::Ok | TokenKind::Err if self.options.is_std => {}
            TokenKind::Ident => self.wrong_case(token, what, &camel_case),
            _ => return self.no_name(what),
        }
        self.bump();
        Self::name_of(token)
    }

    /// The name of a constant: `UPPER_SNAKE`.
    pub(super) fn constant_name(&mut self) -> Name {
        let token = self.tok();
        if !matches!(token.kind, TokenKind::Upper | TokenKind::Ident) {
            return self.no_name("a constant");
        }
        let text = token.span().text(self.text);
        if token.kind == TokenKind::Ident || text.chars().any(char::is_lowercase) {
            self.wrong_case(token, "a constant", &|text| snake_case(text).to_uppercase());
        }
        self.bump();
        Self::name_of(token)
    }

    #[cold]
    fn wrong_case(&mut self, token: Token, what: &str, fix: &dyn Fn(&str) -> String) {
        let text = token.span().text(self.text);
        let found = diagnostics::wrong_case(self.in_file(token.span()), text, what, fix(text));
        self.report(found);
    }

    #[cold]
    pub(super) fn no_name(&mut self, what: &str) -> Name {
        let token = self.tok();
        if token.kind.is_keyword() {
            let text = token.span().text(self.text);
            let found = diagnostics::reserved_word(self.in_file(token.span()), text, what);
            self.error(found);
        } else {
            self.unexpected(&format!("the name of {what}"));
        }
        Name { symbol: Symbol(sym::EMPTY.0), span: token.span().before() }
    }

    /// `import a.b`, `import a.b: x, Y as Z`, `import a.b: *`.
    fn import(&mut self) -> Option<crate::compiler::ast::ImportId> {
        let lo = self.bump().lo;
        let base = self.scratch.names.len();
        loop {
            let name = self.lower_name("a module");
            self.scratch.names.push(name);
            if self.panicking || !self.eat(TokenKind::Dot) {
                break;
            }
        }
        let path = finish_list!(self, names, names, base);
        let what = if self.panicking {
            return None;
        } else if self.eat(TokenKind::Colon) {
            self.imported()
        } else if self.eat(TokenKind::As) {
            ImportWhat::Module(Some(self.lower_name("a module")))
        } else {
            ImportWhat::Module(None)
        };
        let grants = self.passed_grants();
        let span = self.span_from(lo);
        Some(self.tree.imports.alloc(Import { path, what, grants, span }))
    }

    /// What stands behind the colon of an import.
    fn imported(&mut self) -> ImportWhat {
        if self.at(TokenKind::Star) {
            return ImportWhat::All(self.bump().span());
        }
        let base = self.scratch.import_names.len();
        loop {
            let token = self.tok();
            let name = match token.kind {
                TokenKind::Ident | TokenKind::Upper => {
                    self.bump();
                    Self::name_of(token)
                }
                _ => self.no_name("what is imported"),
            };
            let has_alias = !self.panicking && self.eat(TokenKind::As);
            let alias = if !has_alias {
                None
            } else if token.kind == TokenKind::Upper {
                Some(self.upper_name("this import"))
            } else {
                Some(self.lower_name("this import"))
            };
            self.scratch.import_names.push(ImportName { name, alias });
            if self.panicking || !self.eat(TokenKind::Comma) {
                break;
            }
        }
        ImportWhat::Names(finish_list!(self, import_names, import_names, base))
    }
}

/// `FooBar` or `FOO_BAR` as `foo_bar`.
fn snake_case(text: &str) -> String {
    let is_shouting = !text.chars().any(char::is_lowercase);
    let mut out = String::with_capacity(text.len() + 4);
    let mut after_lower = false;
    for c in text.chars() {
        if c.is_uppercase() && after_lower && !is_shouting {
            out.push('_');
        }
        after_lower = c.is_lowercase() || c.is_numeric();
        out.extend(c.to_lowercase());
    }
    out
}

/// `foo_bar` as `FooBar`.
fn camel_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split('_') {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    out
}

/// Whether later versions have this attribute.
const fn is_unbuilt_attribute(name: Symbol) -> bool {
    matches!(name, sym::HINT | sym::DURABLE | sym::SUPERVISOR | sym::UNVERIFIED | sym::TAIL)
}
