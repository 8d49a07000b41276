//! Patterns: names become locals, constructors become variants and records.

use super::context::{Ctx, VariantChoice};
use super::diagnostics;
use super::lookup::Prefix;
use super::types::kind_of;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{
    Def, Lit, LocalId, LocalKind, Pat, PatArg, PatId, PatKind, PatVariant, RecordId,
};
use lumen_base::{Slice, Span, Symbol};

/// A name that a pattern binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) name: Symbol,
    pub(super) local: LocalId,
    pub(super) span: Span,
}

/// What one pattern has bound so far.
struct Names {
    kind: LocalKind,
    bound: Vec<Bound>,
    /// For each or-pattern around, innermost last: the names of its first alternative, which the others share.
    shared: Vec<Vec<Bound>>,
}

/// What a constructor's path stands for.
enum Constructor {
    Variant(PatVariant),
    Record(RecordId),
    Error,
}

impl Ctx<'_, '_> {
    /// A pattern whose names are in scope from here on.
    pub(super) fn bind_pattern(&mut self, id: ast::PatId, kind: LocalKind) -> PatId {
        let mut bound = Vec::new();
        let pat = self.pattern_into(id, kind, &mut bound);
        self.bind_all(&bound);
        pat
    }

    /// A pattern; the names it binds are added to `bound`, not yet in scope.
    pub(super) fn pattern_into(
        &mut self,
        id: ast::PatId,
        kind: LocalKind,
        bound: &mut Vec<Bound>,
    ) -> PatId {
        if let ast::Pat { kind: ast::PatKind::Bind(name), span } = self.ast[id]
            && bound.is_empty()
        {
            // PERF: by far the most common pattern; needs no table of names.
            let local = self.add_local(name, span, kind, false);
            bound.push(Bound { name, local, span });
            return self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span });
        }
        let mut names = Names { kind, bound: std::mem::take(bound), shared: Vec::new() };
        let pat = self.pattern(id, &mut names);
        *bound = names.bound;
        pat
    }

    fn pattern(&mut self, id: ast::PatId, names: &mut Names) -> PatId {
        let ast = self.ast;
        let ast::Pat { kind, span } = ast[id];
        let kind = match kind {
            ast::PatKind::Error => PatKind::Missing,
            ast::PatKind::Wildcard => PatKind::Wild,
            ast::PatKind::Bind(name) => PatKind::Bind(self.bind_name(name, span, names)),
            ast::PatKind::At { name, pat } => {
                let local = self.bind_name(name.symbol, name.span, names);
                PatKind::At(local, self.pattern(pat, names))
            }
            ast::PatKind::Int(value) => PatKind::Lit(Lit::Int(value)),
            ast::PatKind::Float(value) => PatKind::Lit(Lit::Float(value)),
            ast::PatKind::Str(text) => PatKind::Lit(self.str_lit(text)),
            ast::PatKind::Bytes(bytes) => PatKind::Lit(Lit::Bytes(ast[bytes].into())),
            ast::PatKind::Bool(value) => PatKind::Lit(Lit::Bool(value)),
            ast::PatKind::Null => PatKind::Lit(Lit::Null),
            ast::PatKind::Range { lo, hi, inclusive } => {
                self.range_pattern(lo, hi, inclusive, span)
            }
            ast::PatKind::Constructor { path, fields, shape } => {
                return self.constructor_pattern(path, fields, shape, span, names);
            }
            ast::PatKind::Tuple(items) => {
                PatKind::Tuple(ast[items].iter().map(|&item| self.pattern(item, names)).collect())
            }
            ast::PatKind::List(items) => self.list_pattern(items, names),
            // The parser puts it into lists only.
            ast::PatKind::Rest(_) => PatKind::Missing,
            ast::PatKind::Typed { pat, ty } => {
                let pat = self.pattern(pat, names);
                PatKind::Type { pat, ty: self.ty(ty) }
            }
            ast::PatKind::Or(alternatives) => self.or_pattern(alternatives, names),
        };
        self.body.body.pats.alloc(Pat { kind, span })
    }

    /// The local of a name in a pattern: a new one, or that of the first alternative of an or-pattern around.
    fn bind_name(&mut self, name: Symbol, span: Span, names: &mut Names) -> LocalId {
        if let Some(first) = names.bound.iter().find(|bound| bound.name == name) {
            let (at, first, text) = (self.at(span), self.at(first.span), self.text(name));
            self.report(diagnostics::repeated_binding(at, "name", &text, first));
        }
        let shared = names.shared.iter().rev().flatten().find(|bound| bound.name == name);
        let local = match shared {
            Some(bound) => bound.local,
            None => self.add_local(name, span, names.kind, false),
        };
        names.bound.push(Bound { name, local, span });
        local
    }

    fn or_pattern(&mut self, alternatives: Slice<ast::PatId>, names: &mut Names) -> PatKind {
        let ast = self.ast;
        let list = &ast[alternatives];
        let start = names.bound.len();
        let Some((&first, others)) = list.split_first() else { return PatKind::Missing };
        let mut out = vec![self.pattern(first, names)];
        let common: Vec<Bound> = names.bound.split_off(start);
        let mut extra: Vec<Bound> = Vec::new();
        for &other in others {
            names.shared.push(common.clone());
            out.push(self.pattern(other, names));
            names.shared.pop();
            let here = names.bound.split_off(start);
            self.check_same_names(&common, &here, ast[other].span);
            // What only one alternative binds was reported; the arm may use it all the same.
            extra.extend(here.into_iter().filter(|bound| lacks(&common, bound.name)));
        }
        names.bound.extend(common);
        names.bound.extend(extra);
        PatKind::Or(out.into())
    }

    fn check_same_names(&mut self, common: &[Bound], here: &[Bound], span: Span) {
        let missing =
            common.iter().filter(|bound| lacks(here, bound.name)).map(|bound| (bound.name, span));
        let extra = here
            .iter()
            .filter(|bound| lacks(common, bound.name))
            .map(|bound| (bound.name, bound.span));
        for (name, span) in missing.chain(extra).collect::<Vec<_>>() {
            let (at, text) = (self.at(span), self.text(name));
            self.report(diagnostics::or_pattern_names(at, &text));
        }
    }

    fn range_pattern(
        &mut self,
        lo: Option<ast::PatId>,
        hi: Option<ast::PatId>,
        inclusive: bool,
        span: Span,
    ) -> PatKind {
        use ast::PatKind as Ast;
        let (lo, hi) = (lo.map(|lo| self.ast[lo].kind), hi.map(|hi| self.ast[hi].kind));
        let ends = [lo, hi];
        let all = |test: fn(&Ast) -> bool| ends.iter().flatten().all(test);
        let number = |end: Option<Ast>| match end {
            Some(Ast::Int(value)) => Some(value as f64),
            Some(Ast::Float(value)) => Some(value),
            _ => None,
        };
        if all(|end| matches!(end, Ast::Int(_))) {
            let end = |end| if let Some(Ast::Int(value)) = end { Some(value) } else { None };
            return PatKind::Range { lo: end(lo), hi: end(hi), inclusive };
        }
        if all(|end| matches!(end, Ast::Int(_) | Ast::Float(_))) {
            return PatKind::FloatRange { lo: number(lo), hi: number(hi), inclusive };
        }
        if all(|end| matches!(end, Ast::Str(_))) {
            let mut long = false;
            let mut end = |end| {
                let Some(Ast::Str(text)) = end else { return None };
                let only = self.single_char(text);
                long |= only.is_none();
                only
            };
            let (lo, hi) = (end(lo), end(hi));
            if !long {
                return PatKind::CharRange { lo, hi, inclusive };
            }
            self.report_not_built(span, "a range of Strings longer than one character");
        } else if !ends.iter().flatten().any(|end| matches!(end, Ast::Error)) {
            self.report_not_built(span, "a range of these values as a pattern");
        }
        PatKind::Missing
    }

    fn single_char(&self, text: Symbol) -> Option<char> {
        let mut chars = self.g.names.resolve(text).chars();
        let first = chars.next()?;
        chars.next().is_none().then_some(first)
    }

    fn list_pattern(&mut self, items: Slice<ast::PatId>, names: &mut Names) -> PatKind {
        let ast = self.ast;
        let mut out = Vec::with_capacity(items.len());
        let mut rest = None;
        for &item in &ast[items] {
            let ast::Pat { kind, span } = ast[item];
            let ast::PatKind::Rest(name) = kind else {
                out.push(self.pattern(item, names));
                continue;
            };
            let pat = name.map(|name| {
                let local = self.bind_name(name, span, names);
                self.body.body.pats.alloc(Pat { kind: PatKind::Bind(local), span })
            });
            rest = Some((out.len() as u32, pat));
        }
        PatKind::List { items: out.into(), rest }
    }

    fn constructor_pattern(
        &mut self,
        path: Slice<Name>,
        fields: Slice<ast::PatField>,
        shape: ast::Shape,
        span: Span,
        names: &mut Names,
    ) -> PatId {
        let ast = self.ast;
        let constructor = self.constructor(&ast[path]);
        let field_names: Vec<Name> = ast[fields].iter().filter_map(|field| field.name).collect();
        self.check_repeated(&field_names, "field");
        let mut args = Vec::with_capacity(fields.len());
        for field in &ast[fields] {
            let pat = self.pattern(field.pat, names);
            args.push(PatArg { name: field.name.map(|name| (name.symbol, name.span)), pat });
        }
        let (args, rest) = (args.into_boxed_slice(), shape == ast::Shape::Open);
        let kind = match constructor {
            Constructor::Variant(variant) => PatKind::Variant { variant, args, rest },
            Constructor::Record(record) => PatKind::Record { record, args, rest },
            Constructor::Error => PatKind::Variant { variant: PatVariant::Error(None), args, rest },
        };
        self.body.body.pats.alloc(Pat { kind, span })
    }

    /// What `Circle`, `Shape.Circle`, `shapes.Point` or `shapes.Shape.Circle` stands for.
    fn constructor(&mut self, path: &[Name]) -> Constructor {
        match *path {
            [name] => self.plain_constructor(name),
            [before, name] => match self.pattern_prefix(before) {
                Some(prefix) => self.prefixed_constructor(prefix, name),
                None => Constructor::Error,
            },
            [module, owner, name] => match self.member_of_named(module, owner) {
                Some(def) => match self.g.through_alias(def) {
                    Def::Enum(id) => self.prefixed_constructor(Prefix::Enum(id), name),
                    def => self.not_a_constructor(owner, def, "an enum"),
                },
                None => Constructor::Error,
            },
            _ => Constructor::Error,
        }
    }

    fn plain_constructor(&mut self, name: Name) -> Constructor {
        if let Some(def) = self.module_def(name.symbol) {
            return self.def_constructor(def, name);
        }
        match self.g.modules[self.module.index()].variants.get(&name.symbol) {
            Some(VariantChoice::One(variant)) => {
                let variant = *variant;
                self.mark_variant_used(name.symbol, variant);
                Constructor::Variant(PatVariant::Known(variant))
            }
            Some(VariantChoice::Many) => Constructor::Variant(PatVariant::Unresolved(name.symbol)),
            None => match self.g.std_item(name.symbol) {
                Some(def) => self.def_constructor(def, name),
                None => {
                    self.unknown_constructor(name);
                    Constructor::Error
                }
            },
        }
    }

    fn def_constructor(&mut self, def: Def, name: Name) -> Constructor {
        match self.g.through_alias(def) {
            Def::Record(record) => Constructor::Record(record),
            Def::Variant(variant) => Constructor::Variant(PatVariant::Known(variant)),
            Def::Error => Constructor::Error,
            def => self.not_a_constructor(name, def, "a variant or record"),
        }
    }

    fn not_a_constructor(&mut self, name: Name, def: Def, wanted: &str) -> Constructor {
        let (at, text) = (self.at(name.span), self.text(name.symbol));
        let mut diagnostic = diagnostics::wrong_kind(at, &text, kind_of(def), wanted);
        if matches!(def, Def::Const(_)) {
            diagnostic = diagnostic
                .with_help(format!("bind the value and compare in a guard: `x if x == {text}`"));
        }
        if matches!(def, Def::Enum(_)) {
            diagnostic =
                diagnostic.with_help("name one of its variants, or test the type: `x: Type`");
        }
        self.report(diagnostic);
        Constructor::Error
    }

    /// The enum or module before the dot in a pattern.
    fn pattern_prefix(&mut self, name: Name) -> Option<Prefix> {
        let def = match self.module_def(name.symbol) {
            Some(def) => def,
            None => match self.g.std_item(name.symbol) {
                Some(def) => def,
                None => {
                    let (at, text) = (self.at(name.span), self.text(name.symbol));
                    self.report_unresolved(diagnostics::unknown_type(at, &text));
                    return None;
                }
            },
        };
        match self.g.through_alias(def) {
            Def::Enum(id) => Some(Prefix::Enum(id)),
            Def::Module(module) => Some(Prefix::Module(module)),
            Def::Error => None,
            def => {
                self.not_a_constructor(name, def, "an enum or module");
                None
            }
        }
    }

    fn prefixed_constructor(&mut self, prefix: Prefix, name: Name) -> Constructor {
        match prefix {
            Prefix::Enum(owner) => match self.variant_of(owner, name.symbol) {
                Some(variant) => Constructor::Variant(PatVariant::Known(variant)),
                None => {
                    self.unknown_variant_of(owner, name);
                    Constructor::Variant(PatVariant::Error(Some(owner)))
                }
            },
            Prefix::Module(module) => match self.member(module, name) {
                Some(def) => self.def_constructor(def, name),
                None => Constructor::Error,
            },
            Prefix::Record(_) | Prefix::Trait(_) | Prefix::Effect(_) => Constructor::Error,
        }
    }
}

fn lacks(list: &[Bound], name: Symbol) -> bool {
    list.iter().all(|bound| bound.name != name)
}
