//! Expressions as text.

use super::Printer;
use crate::compiler::hir::{
    Arg, Comprehension, Cond, ExprId, ExprKind, InterpPart, Item, LambdaId, Lit, MapItem, TyRefId,
    VariantRef,
};
use lumen_base::Symbol;
use std::fmt::Write as _;

impl Printer<'_> {
    /// `(head a b …)`.
    fn node(&mut self, head: &str, children: &[ExprId]) {
        let _ = write!(self.out, "({head}");
        for &child in children {
            self.out.push(' ');
            self.expr(child);
        }
        self.out.push(')');
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        let body = self.body;
        match &body.exprs[id].kind {
            ExprKind::Missing => self.out.push_str("<missing>"),
            ExprKind::Lit(lit) => self.lit(lit),
            ExprKind::Interp(parts) => self.interp(parts),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Cell(cell) => self.word(self.hir.cells[*cell].name),
            ExprKind::NestedCell { cell, captures } => {
                self.out.push_str("(nested ");
                self.word(self.hir.cells[*cell].name);
                for local in captures {
                    self.out.push(' ');
                    self.local(*local);
                }
                self.out.push(')');
            }
            ExprKind::Builtin(name) | ExprKind::AmbiguousVariant(name) => {
                self.out.push('@');
                self.word(*name);
            }
            ExprKind::Const(id) => self.word(self.hir.consts[*id].name),
            ExprKind::Record(id) => self.word(self.hir.records[*id].name),
            ExprKind::Variant(variant) => self.variant(*variant),
            ExprKind::Field { base, name, optional, .. } => {
                self.node(if *optional { "?." } else { "." }, &[*base]);
                self.suffix(*name);
            }
            ExprKind::TupleField { base, index, .. } => self.node(&format!(".{index}"), &[*base]),
            ExprKind::Index { base, index, optional } => {
                self.node(if *optional { "?[]" } else { "[]" }, &[*base, *index]);
            }
            ExprKind::Slice { base, lo, hi, inclusive, .. } => {
                let ends: Vec<ExprId> = [Some(*base), *lo, *hi].into_iter().flatten().collect();
                self.node(if *inclusive { "slice=" } else { "slice" }, &ends);
            }
            ExprKind::Call { callee, type_args, args } => {
                self.out.push_str("(call ");
                self.expr(*callee);
                self.args(type_args, args);
            }
            ExprKind::MethodCall { recv, name, type_args, args, optional, .. } => {
                let _ = write!(
                    self.out,
                    "({}{} ",
                    if *optional { "?." } else { "." },
                    self.text(*name)
                );
                self.expr(*recv);
                self.args(type_args, args);
            }
            ExprKind::Update { base, fields } => {
                self.out.push_str("(with ");
                self.expr(*base);
                for (name, _, value) in fields {
                    let _ = write!(self.out, " {}=", self.text(*name));
                    self.expr(*value);
                }
                self.out.push(')');
            }
            ExprKind::Neg(inner) => self.node("neg", &[*inner]),
            ExprKind::BitNot(inner) => self.node("bitnot", &[*inner]),
            ExprKind::Not(inner) => self.node("not", &[*inner]),
            ExprKind::Binary { .. } | ExprKind::Logic { .. } => self.spine(id),
            ExprKind::Compare { op, lhs, rhs, .. } => self.node(op.text(), &[*lhs, *rhs]),
            ExprKind::In { item, container } => self.node("in", &[*item, *container]),
            ExprKind::Is { value, ty } => self.typed("is", *value, *ty),
            ExprKind::As { value, ty } => self.typed("as", *value, *ty),
            ExprKind::Coalesce { value, default } => self.node("??", &[*value, *default]),
            ExprKind::Propagate(inner) => self.node("?", &[*inner]),
            ExprKind::Unwrap(inner) => self.node("!", &[*inner]),
            ExprKind::Try(inner) => self.node("try", &[*inner]),
            ExprKind::ToolCall { args, .. } => {
                let args: Vec<ExprId> = args.iter().map(|(_, value)| *value).collect();
                self.node("tool", &args);
            }
            ExprKind::Range { lo, hi, inclusive, step } => {
                let parts: Vec<ExprId> =
                    [Some(*lo), Some(*hi), *step].into_iter().flatten().collect();
                self.node(if *inclusive { "..=" } else { ".." }, &parts);
            }
            _ => self.compound(id),
        }
    }

    /// Literals of collections, and what leaves or branches.
    fn compound(&mut self, id: ExprId) {
        let body = self.body;
        match &body.exprs[id].kind {
            ExprKind::List(items) => self.items("list", items),
            ExprKind::Set(items) => self.items("set", items),
            ExprKind::Map(items) => self.map(items),
            ExprKind::Tuple(items) => self.node("tuple", items),
            ExprKind::Handle(handle) => {
                let parts: Vec<_> = handle.parts().collect();
                self.node("handle", &parts);
            }
            ExprKind::Exit { body, .. } => self.node("exit", &[*body]),
            ExprKind::Emit(inner) => self.node("emit", &[*inner]),
            ExprKind::Halt(inner) => self.node("halt", &[*inner]),
            ExprKind::Assert { cond, message } => {
                let parts: Vec<ExprId> = [Some(*cond), *message].into_iter().flatten().collect();
                self.node("assert", &parts);
            }
            ExprKind::Keep { value, .. } => self.node("keep", &[*value]),
            ExprKind::CursorNext(local) => {
                self.out.push_str("(next ");
                self.local(*local);
                self.out.push(')');
            }
            ExprKind::CursorClose(local) => {
                self.out.push_str("(close ");
                self.local(*local);
                self.out.push(')');
            }
            ExprKind::Yield(value) => self.node("yield", &[*value]),
            ExprKind::Return(value) => self.node("return", value.as_slice()),
            ExprKind::Break { target, value } => {
                self.node(&format!("break @{}", target.raw()), value.as_slice());
            }
            ExprKind::Cover(point) => self.node(&format!("cover {point}"), &[]),
            ExprKind::Continue { target } => self.node(&format!("continue @{}", target.raw()), &[]),
            ExprKind::Lambda(id) => self.lambda(*id),
            _ => self.structure(id),
        }
    }

    /// A chain of operators, leftmost operand first: `(+ - a b c)` is `(a + b) - c`.
    fn spine(&mut self, id: ExprId) {
        let body = self.body;
        let mut links = Vec::new();
        let mut at = id;
        loop {
            at = match &body.exprs[at].kind {
                ExprKind::Binary { op, lhs, rhs, .. } => {
                    links.push((op.text(), *rhs));
                    *lhs
                }
                ExprKind::Logic { is_and, lhs, rhs } => {
                    links.push((if *is_and { "and" } else { "or" }, *rhs));
                    *lhs
                }
                _ => break,
            };
        }
        self.out.push('(');
        for (op, _) in links.iter().rev() {
            let _ = write!(self.out, "{op} ");
        }
        self.expr(at);
        for (_, operand) in links.iter().rev() {
            self.out.push(' ');
            self.expr(*operand);
        }
        self.out.push(')');
    }

    fn suffix(&mut self, name: Symbol) {
        self.out.pop();
        let _ = write!(self.out, " {})", self.text(name));
    }

    fn typed(&mut self, head: &str, value: ExprId, ty: TyRefId) {
        let _ = write!(self.out, "({head} ");
        self.expr(value);
        self.out.push(' ');
        self.ty(ty);
        self.out.push(')');
    }

    pub(super) fn variant(&mut self, variant: VariantRef) {
        let owner = &self.hir.enums[variant.owner];
        let name = owner.variants.get(variant.ordinal as usize).map_or("?", |v| self.text(v.name));
        let _ = write!(self.out, "{}.{name}", self.text(owner.name));
    }

    fn args(&mut self, type_args: &[TyRefId], args: &[Arg]) {
        if !type_args.is_empty() {
            self.tys(" [", type_args, "]");
        }
        for arg in args {
            self.out.push(' ');
            self.out.push_str(if arg.spread { "..." } else { "" });
            if let Some((name, _)) = arg.name {
                let _ = write!(self.out, "{}=", self.text(name));
            }
            self.expr(arg.value);
        }
        self.out.push(')');
    }

    fn items(&mut self, head: &str, items: &[Item]) {
        let _ = write!(self.out, "({head}");
        for item in items {
            self.out.push_str(if item.spread { " ..." } else { " " });
            self.expr(item.value);
        }
        self.out.push(')');
    }

    fn map(&mut self, items: &[MapItem]) {
        self.out.push_str("(map");
        for item in items {
            match item {
                MapItem::Entry(key, value) => {
                    self.out.push(' ');
                    self.expr(*key);
                    self.out.push(':');
                    self.expr(*value);
                }
                MapItem::Spread(value) => {
                    self.out.push_str(" ...");
                    self.expr(*value);
                }
            }
        }
        self.out.push(')');
    }

    pub(super) fn lit(&mut self, lit: &Lit) {
        let _ = match lit {
            Lit::Int(value) => write!(self.out, "{value}"),
            Lit::Float(value) => write!(self.out, "{value:?}"),
            Lit::Bool(value) => write!(self.out, "{value}"),
            Lit::Null => write!(self.out, "null"),
            Lit::Str(text) => write!(self.out, "{text:?}"),
            Lit::Bytes(bytes) => write!(self.out, "b{bytes:02x?}"),
        };
    }

    fn interp(&mut self, parts: &[InterpPart]) {
        self.out.push_str("(interp");
        for part in parts {
            match part {
                InterpPart::Text(text) => {
                    let _ = write!(self.out, " {text:?}");
                }
                InterpPart::Value { expr, spec } => {
                    self.out.push(' ');
                    self.expr(*expr);
                    if let Some(spec) = spec {
                        let _ = write!(
                            self.out,
                            ":{:?}/{:?}/{:?}",
                            spec.width, spec.precision, spec.ty
                        );
                    }
                }
            }
        }
        self.out.push(')');
    }

    pub(super) fn lambda(&mut self, id: LambdaId) {
        let lambda = &self.body.lambdas[id];
        self.out.push_str("(fn (");
        for (outer, inner) in &lambda.captures {
            self.local(*inner);
            self.out.push_str("<-");
            self.local(*outer);
            self.out.push(' ');
        }
        for param in &lambda.params {
            self.pat(param.pat);
            if let Some(ty) = param.ty {
                self.out.push_str(": ");
                self.ty(ty);
            }
            self.out.push(' ');
        }
        if self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push_str(") ");
        self.expr(lambda.body);
        self.out.push(')');
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Bool(expr) => self.expr(*expr),
            Cond::Let { pat, value } => {
                self.out.push_str("(let ");
                self.pat(*pat);
                self.out.push(' ');
                self.expr(*value);
                self.out.push(')');
            }
        }
    }

    fn structure(&mut self, id: ExprId) {
        let body = self.body;
        self.indent += 1;
        match &body.exprs[id].kind {
            ExprKind::If { branches, otherwise } => {
                self.out.push_str("(if");
                for (cond, then) in branches {
                    self.line();
                    self.cond(cond);
                    self.out.push_str(" => ");
                    self.expr(*then);
                }
                if let Some(otherwise) = otherwise {
                    self.line();
                    self.out.push_str("else => ");
                    self.expr(*otherwise);
                }
            }
            ExprKind::Match { value, arms } => {
                self.out.push_str("(match ");
                self.expr(*value);
                for arm in arms {
                    self.line();
                    self.pat(arm.pat);
                    if let Some(guard) = arm.guard {
                        self.out.push_str(" if ");
                        self.expr(guard);
                    }
                    self.out.push_str(" => ");
                    self.expr(arm.body);
                }
            }
            ExprKind::Block(block) => {
                self.out.push_str("(do");
                for stmt in &block.stmts {
                    self.line();
                    self.stmt(stmt);
                }
                if let Some(tail) = block.tail {
                    self.line();
                    self.expr(tail);
                }
            }
            _ => self.loops(id),
        }
        self.indent -= 1;
        self.out.push(')');
    }

    fn loops(&mut self, id: ExprId) {
        let body = self.body;
        match &body.exprs[id].kind {
            ExprKind::While { id, cond, body } => {
                let _ = write!(self.out, "(while @{} ", id.raw());
                self.cond(cond);
                self.line();
                self.expr(*body);
            }
            ExprKind::Loop { id, body } => {
                let _ = write!(self.out, "(loop @{}", id.raw());
                self.line();
                self.expr(*body);
            }
            ExprKind::For { id, pat, iter, guard, body } => {
                let _ = write!(self.out, "(for @{} ", id.raw());
                self.pat(*pat);
                self.out.push_str(" in ");
                self.expr(*iter);
                if let Some(guard) = guard {
                    self.out.push_str(" if ");
                    self.expr(*guard);
                }
                self.line();
                self.expr(*body);
            }
            ExprKind::Comprehension { kind, pat, iter, guards, .. } => {
                let (head, items): (&str, &[ExprId]) = match kind {
                    Comprehension::List(value) => ("list-of", &[*value]),
                    Comprehension::Set(value) => ("set-of", &[*value]),
                    Comprehension::Map(key, value) => ("map-of", &[*key, *value]),
                    Comprehension::Nested(inner) => ("nested-of", &[*inner]),
                };
                self.node(head, items);
                self.out.pop();
                self.out.push_str(" for ");
                self.pat(*pat);
                self.out.push_str(" in ");
                self.expr(*iter);
                for guard in guards {
                    self.out.push_str(" if ");
                    self.expr(*guard);
                }
            }
            _ => {}
        }
    }
}
