//! Calls: plain ones, members of modules and enums, methods, and type arguments before the parenthesis.

use super::context::Ctx;
use super::lookup::Found;
use super::scope::What;
use super::types::RowPlace;
use crate::compiler::ast::{self, Name};
use crate::compiler::hir::{Arg, Def, ExprId, ExprKind, TyRefId};
use lumen_base::{Slice, Span, sym};

impl Ctx<'_, '_> {
    /// A call; `first` is a value that a pipe puts before the arguments.
    pub(super) fn call(
        &mut self,
        callee: ast::ExprId,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        if let Some(tool) = self.untyped_tool(callee) {
            return self.tool_call(tool, self.ast[callee].span, args, first);
        }
        let ast::Expr { kind, span } = self.ast[callee];
        match kind {
            ast::ExprKind::Field { base, name, name_lo, safe } => {
                let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
                self.dotted_call(base, name, safe, Box::default(), args, first)
            }
            ast::ExprKind::TypeArgs(id) => self.call_with_types(id, span, args, first),
            ast::ExprKind::Name(sym::ASSERT) if first.is_none() && self.is_assert(args) => {
                self.assert(args)
            }
            _ if first.is_none() && self.is_timeout(callee) => self.timeout(args, span),
            _ => {
                let callee = self.expr(callee);
                self.plain_call(callee, Box::default(), args, first)
            }
        }
    }

    /// Whether `assert(…)` is the statement in the form of a call: no declaration has the name.
    fn is_assert(&mut self, args: Slice<ast::Arg>) -> bool {
        let plain =
            self.ast[args].iter().all(|a| a.name.is_none() && a.kind != ast::ArgKind::Spread);
        plain && matches!(args.len(), 1 | 2) && matches!(self.find(sym::ASSERT), Found::Nothing)
    }

    fn assert(&mut self, args: Slice<ast::Arg>) -> ExprKind {
        let values = self.args(args, None);
        let mut values = values.iter().map(|arg| arg.value);
        match values.next() {
            Some(cond) => ExprKind::Assert { cond, message: values.next() },
            None => ExprKind::Missing,
        }
    }

    fn plain_call(
        &mut self,
        callee: ExprId,
        type_args: Box<[TyRefId]>,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        let args = self.args(args, first);
        ExprKind::Call { callee, type_args, args }
    }

    /// `base.name(…)`: a member of a module or enum, or a method call.
    fn dotted_call(
        &mut self,
        base: ast::ExprId,
        name: Name,
        safe: bool,
        type_args: Box<[TyRefId]>,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        if !safe
            && let Some((of, Some(types))) = self.effect_before_dot(base)
            && type_args.is_empty()
        {
            let at = self.ast[base].span.to(name.span);
            return self.call_of_instance((of, types), name, at, args, first);
        }
        if !safe && let Some(prefix) = self.prefix(base) {
            let kind = self.prefixed(prefix, name);
            let callee = self.add(kind, self.ast[base].span.to(name.span));
            return self.plain_call(callee, type_args, args, first);
        }
        if !safe && let Some(kind) = self.cursor_call(base, name, args) {
            return kind;
        }
        let recv = self.expr(base);
        self.method_call(recv, name, safe, type_args, args, first)
    }

    /// `recv.name(…)` on a value.
    pub(super) fn method_call(
        &mut self,
        recv: ExprId,
        name: Name,
        optional: bool,
        type_args: Box<[TyRefId]>,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        self.g.std.request(name.symbol);
        if self.has_imports {
            self.mark_used(name.symbol);
        }
        let args = self.args(args, first);
        ExprKind::MethodCall {
            recv,
            name: name.symbol,
            name_span: name.span,
            type_args,
            args,
            optional,
        }
    }

    /// `base[A, B](…)`: type arguments if the base is a cell, a type or a variant; else an element is called.
    fn call_with_types(
        &mut self,
        id: ast::TypeArgsId,
        span: Span,
        args: Slice<ast::Arg>,
        first: Option<ExprId>,
    ) -> ExprKind {
        let it = self.ast[id];
        if self.is_value(it.base)
            && let Some(index) = it.index
        {
            let kind = self.index(it.base, index, false, span);
            let callee = self.add(kind, span);
            return self.plain_call(callee, Box::default(), args, first);
        }
        let type_args = self.tys(it.types, RowPlace::Elsewhere);
        let ast::Expr { kind, span } = self.ast[it.base];
        if let ast::ExprKind::Field { base, name, name_lo, safe } = kind {
            let name = Name { symbol: name, span: Span::new(name_lo, span.hi) };
            return self.dotted_call(base, name, safe, type_args, args, first);
        }
        let callee = self.expr(it.base);
        self.plain_call(callee, type_args, args, first)
    }

    /// Whether the base of `base[…](…)` is a value, so that the brackets are an index.
    fn is_value(&mut self, base: ast::ExprId) -> bool {
        match self.ast[base].kind {
            ast::ExprKind::Name(name) => {
                let is_nested = |b: super::scope::Binding| matches!(b.what, What::Cell { .. });
                match self.find(name) {
                    Found::Bound(binding) => !is_nested(binding),
                    Found::Def(def) => matches!(def, Def::Const(_)),
                    Found::ManyVariants | Found::Builtin | Found::Nothing => false,
                }
            }
            // A field of a value is more often a list of functions than a generic method with written types.
            ast::ExprKind::Field { base, name, .. } => {
                self.prefix(base).is_none() && !self.g.std.is_cell(name)
            }
            _ => true,
        }
    }

    /// `base[A]` with nothing called: only an element.
    pub(super) fn bare_type_args(&mut self, id: ast::TypeArgsId, span: Span) -> ExprKind {
        let it = self.ast[id];
        match it.index {
            Some(index) => self.index(it.base, index, false, span),
            None => {
                let what = "type arguments without a call";
                self.report_not_built(span, what);
                ExprKind::Missing
            }
        }
    }

    pub(super) fn args(&mut self, list: Slice<ast::Arg>, first: Option<ExprId>) -> Box<[Arg]> {
        let ast = self.ast;
        let first = first.map(|value| Arg { name: None, value, spread: false });
        let mut args = Vec::with_capacity(list.len() + usize::from(first.is_some()));
        args.extend(first);
        for arg in &ast[list] {
            if arg.kind == ast::ArgKind::Spread {
                self.g.std.request(sym::SPREAD_TEXTS);
            }
            args.push(Arg {
                name: arg.name.map(|name| (name.symbol, name.span)),
                value: self.expr(arg.value),
                spread: arg.kind == ast::ArgKind::Spread,
            });
        }
        args.into()
    }
}
