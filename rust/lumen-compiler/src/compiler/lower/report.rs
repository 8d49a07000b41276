//! Builtins that print, format and fail.

use super::codes;
use super::fx::Fx;
use super::value::{Place, Val, Want};
use crate::compiler::hir::ExprId;
use crate::compiler::typecheck::tables::{ArgSource, Call};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::sym;
use lumen_lir::{FormatSpec, FormatType, Op, TemplatePart};

impl<'a> Fx<'_, 'a> {
    /// The text of a value, quoted inside or everywhere.
    pub(super) fn text_of(&mut self, v: Val, debug: bool) -> Val {
        let v = if debug { v } else { self.shown(v) };
        if v.ty == Ty::STRING && !debug {
            return v;
        }
        let ty = v.ty;
        self.rt(if debug { "debug_string" } else { "to_string" }, &[v], Ty::STRING, Some(ty))
    }

    pub(super) fn print(&mut self, e: ExprId, call: &'a Call) -> Val {
        let mut items: Vec<ExprId> = Vec::new();
        for source in &call.args {
            match source {
                ArgSource::Expr(e) => items.push(*e),
                ArgSource::Variadic(all) if all.iter().any(|i| i.1) => {
                    return self.print_spread(e, all);
                }
                ArgSource::Variadic(all) => items.extend(all.iter().map(|i| i.0)),
                ArgSource::Default(_) => {}
            }
        }
        let mut values = Vec::with_capacity(items.len());
        for (n, &item) in items.iter().enumerate() {
            let v = self.unadjusted(item);
            let v = self.unsealed(v);
            let v = self.shown(v);
            let later = items[n + 1..].iter().any(|&e| self.assigns(e));
            values.push(if later { self.snapshot(v) } else { v });
        }
        if !self.r.reachable {
            values.into_iter().for_each(|v| self.done(v));
            return Val::never();
        }
        self.at_expr(e);
        let text = match values.as_slice() {
            [v] if v.ty == Ty::STRING => *v,
            [] => Val::new(Place::Str(self.p.module.string("")), Ty::STRING),
            _ => {
                let mut parts = Vec::new();
                for (i, v) in values.iter().enumerate() {
                    if i > 0 {
                        parts.push(TemplatePart::Text(" ".to_owned()));
                    }
                    let ty = self.info(v.ty).id;
                    parts.push(TemplatePart::Hole { ty, spec: FormatSpec::default() });
                }
                self.fill(parts, &values, None)
            }
        };
        self.rt("print", &[text], Ty::NULL, None)
    }

    /// `print(a, ...xs)`
    fn print_spread(&mut self, e: ExprId, items: &[(ExprId, bool)]) -> Val {
        let texts = self.texts_of(items, true);
        self.at_expr(e);
        let space = Val::new(Place::Str(self.p.module.string(" ")), Ty::STRING);
        let text = self.rt("list.join", &[texts, space], Ty::STRING, None);
        self.rt("print", &[text], Ty::NULL, None)
    }

    /// The texts of values, and of those in lists that are spread, as a list.
    fn texts_of(&mut self, items: &[(ExprId, bool)], opens: bool) -> Val {
        let ty = self.p.types.store.intern(TyKind::List(Ty::STRING));
        let mut texts = self.list_of_values(ty, &[]);
        for &(item, spread) in items {
            if !spread {
                let v = self.unadjusted(item);
                let v = if opens { self.unsealed(v) } else { v };
                let text = self.text_of(v, false);
                texts = self.list_push(texts, text);
                continue;
            }
            let v = self.expr(item, Want::Borrow, None);
            self.at_expr(item);
            let (TyKind::List(elem), Some(cell)) =
                (self.kind(v.ty), self.p.std_cell(sym::SPREAD_TEXTS))
            else {
                self.confused("a spread of what is no list");
                return Val::never();
            };
            let more = self.call_with(cell, &[elem], &[v], None);
            texts = self.rt("list.concat", &[texts, more], ty, None);
        }
        texts
    }

    /// `format(template, …)`: the values as texts in a list.
    pub(super) fn format_call(&mut self, e: ExprId, call: &'a Call, _type_args: &[Ty]) -> Val {
        let mut template = None;
        let mut items: Vec<(ExprId, bool)> = Vec::new();
        for source in &call.args {
            match source {
                ArgSource::Expr(e) if template.is_none() => {
                    template = Some(self.argument(*e, Want::Borrow, None));
                }
                ArgSource::Expr(e) => items.push((*e, false)),
                ArgSource::Variadic(all) => items.extend(all.iter().copied()),
                ArgSource::Default(_) => {}
            }
        }
        let Some(template) = template else { return Val::never() };
        let template = match items.iter().any(|&(item, _)| self.assigns(item)) {
            true => self.snapshot(template),
            false => template,
        };
        let list = self.texts_of(&items, false);
        self.at_expr(e);
        self.rt("string.format", &[template, list], Ty::STRING, None)
    }

    pub(super) fn assert_equal(&mut self, equal: bool, args: &[Val]) -> Val {
        let [actual, expected, rest @ ..] = args else { return Val::unit() };
        let (actual, expected) = (self.lend(*actual), self.lend(*expected));
        let (_, actual) = self.reg(actual);
        let (_, expected) = self.reg(expected);
        let message = rest.first().map(|m| {
            let m = self.lend(*m);
            self.reg(m).1
        });
        let (a, b) = (self.alias(actual), self.alias(expected));
        let op =
            if equal { crate::compiler::hir::CmpOp::Eq } else { crate::compiler::hir::CmpOp::Ne };
        let holds = self.compare_values(op, a, b, None);
        let fine = self.b.new_label();
        self.jump_truth(holds, true, fine, false);
        let fork = self.r.fork();
        let spec = FormatSpec { ty: Some(FormatType::Debug), ..FormatSpec::default() };
        let (ea, aa) = (self.info(expected.ty).id, self.info(actual.ty).id);
        let mut parts = Vec::new();
        let mut values = Vec::new();
        if equal {
            parts.push(TemplatePart::Text("expected ".to_owned()));
            parts.push(TemplatePart::Hole { ty: ea, spec });
            parts.push(TemplatePart::Text(", found ".to_owned()));
            parts.push(TemplatePart::Hole { ty: aa, spec });
            values.push(self.alias(expected));
        } else {
            parts.push(TemplatePart::Text("both sides are ".to_owned()));
            parts.push(TemplatePart::Hole { ty: aa, spec });
        }
        values.push(self.alias(actual));
        let text = self.fill(parts, &values, None);
        if let Some(message) = message {
            let plain = self.b.new_label();
            let m = self.alias(message);
            let m = self.jump_null(m, true, plain);
            let inner = self.present(m, Ty::STRING);
            let sep = Val::new(Place::Str(self.p.module.string(": ")), Ty::STRING);
            let both = self.join_text(inner, sep, None);
            let again = self.alias(text);
            let both = self.join_text(both, again, None);
            let v = self.fail_assertion(equal, [actual, expected], both);
            self.done(v);
            self.b.bind(plain);
            self.r.reachable = true;
        }
        let v = self.fail_assertion(equal, [actual, expected], text);
        self.done(v);
        self.r.rewind(&self.b, &fork);
        self.b.bind(fine);
        self.r.join(fork);
        self.done(actual);
        self.done(expected);
        if let Some(message) = message {
            self.done(message);
        }
        Val::unit()
    }

    /// Fails an assertion about two values; of values with parts that should be equal it says where they differ.
    fn fail_assertion(&mut self, equal: bool, [actual, expected]: [Val; 2], text: Val) -> Val {
        if !equal || actual.ty != expected.ty || !self.has_parts(actual.ty) {
            return self.fail_with(codes::ASSERTION, text);
        }
        let (a, b) = (self.alias(actual), self.alias(expected));
        let v = self.rt("assert.unequal", &[a, b, text], Ty::NULL, Some(actual.ty));
        self.done(v);
        self.after_never();
        Val::never()
    }

    /// Whether values of the type may be made of parts that have places of their own.
    fn has_parts(&self, mut ty: Ty) -> bool {
        while let TyKind::Optional(inner) | TyKind::Refined { base: inner, .. } =
            self.p.types.kind(ty)
        {
            ty = *inner;
        }
        matches!(
            self.p.types.kind(ty),
            TyKind::Json
                | TyKind::Any
                | TyKind::Union(_)
                | TyKind::List(_)
                | TyKind::Map(..)
                | TyKind::Set(_)
                | TyKind::Tuple(_)
                | TyKind::Record(..)
                | TyKind::Enum(..)
        )
    }

    /// Fails with a computed message.
    pub(super) fn fail_with(&mut self, code: u16, message: Val) -> Val {
        if !self.r.reachable {
            return Val::never();
        }
        if let Place::Str(k) = message.place {
            self.b.emit_imm(Op::Fail, code, k as i32);
        } else {
            let (reg, message) = self.reg(message);
            self.b.emit(Op::FailR, code, reg, 0);
            let _ = message;
        }
        self.r.reachable = false;
        Val::never()
    }

    pub(super) fn fail_text(&mut self, code: u16, text: &str) -> Val {
        let k = self.p.module.string(text);
        self.fail_with(code, Val::new(Place::Str(k), Ty::STRING))
    }

    pub(super) fn here(&self) -> lumen_base::FileSpan {
        let frame = self.frame();
        let span = frame
            .body
            .root
            .map_or_else(lumen_base::Span::default, |root| frame.body.exprs[root].span);
        span.in_file(self.p.file_of(frame.cell))
    }
}
