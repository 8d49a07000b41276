//! HIR as text, for tests and `lumen emit hir`: one S-expression for each cell.
//!
//! Locals print as `name#id`, so that shadowing and captures are visible. Left spines are printed flat, because they may
//! be a million deep.

use super::{
    Arg, BinOp, Body, Cell, CellBody, CellId, CellOrigin, CmpOp, Comprehension, Cond, ExprId,
    ExprKind, Hir, InterpPart, Item, LambdaId, Lit, LocalId, MapItem, PatArg, PatId, PatKind,
    PatVariant, Place, PlaceStep, RowRef, Stmt, StmtKind, TyRefId, TyRefKind, VariantRef,
};
use lumen_base::{Interner, Symbol};
use std::fmt::Write as _;

/// All cells of modules that are not std, in order of declaration.
pub fn print(hir: &Hir, names: &Interner) -> String {
    let mut out = String::new();
    for (id, cell) in hir.cells.iter() {
        if !hir.modules[cell.module].is_std {
            print_cell(hir, names, id, &mut out);
        }
    }
    out
}

/// One cell.
pub fn print_cell(hir: &Hir, names: &Interner, id: CellId, out: &mut String) {
    let cell = &hir.cells[id];
    let empty = Body::default();
    let body = match &cell.body {
        CellBody::Lumen(body) => body,
        CellBody::Extern(_) | CellBody::Error => &empty,
    };
    let mut printer = Printer { hir, names, body, out, indent: 1 };
    printer.head(cell);
    match &cell.body {
        CellBody::Lumen(body) => {
            if let Some(root) = body.root {
                printer.line();
                printer.expr(root);
            }
        }
        CellBody::Extern(key) => {
            let _ = write!(printer.out, " extern {}", names.resolve(*key));
        }
        CellBody::Error => printer.out.push_str(" error"),
    }
    printer.out.push('\n');
}

struct Printer<'a> {
    hir: &'a Hir,
    names: &'a Interner,
    body: &'a Body,
    out: &'a mut String,
    indent: usize,
}

impl<'a> Printer<'a> {
    fn head(&mut self, cell: &Cell) {
        let origin = match cell.origin {
            CellOrigin::TopLevel => "cell",
            CellOrigin::Method => "method",
            CellOrigin::Nested => "nested",
            CellOrigin::Script => "script",
            CellOrigin::Default => "default",
            CellOrigin::Where => "where",
            CellOrigin::Const => "const",
        };
        let _ = write!(self.out, "{origin} {}", self.text(cell.name));
        for (i, param) in cell.type_params.iter().enumerate() {
            self.out.push_str(if i == 0 { "[" } else { ", " });
            let name = self.text(self.hir.type_params[*param].name);
            self.out.push_str(name);
        }
        self.out.push_str(if cell.type_params.is_empty() { "(" } else { "](" });
        for (i, local) in self.body.captures.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.local(*local);
        }
        self.out.push_str(if self.body.captures.is_empty() { "" } else { "; " });
        for (i, param) in cell.params.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.out.push_str(if param.variadic { "..." } else { "" });
            self.word(param.name);
            self.out.push_str(": ");
            self.ty(param.ty);
        }
        self.out.push(')');
        if let Some(ret) = cell.ret {
            self.out.push_str(" -> ");
            self.ty(ret);
        }
        if let Some(row) = &cell.row {
            self.row(row);
        }
    }

    fn text(&self, name: Symbol) -> &'a str {
        self.names.resolve(name)
    }

    fn word(&mut self, name: Symbol) {
        let text = self.text(name);
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.indent));
    }

    fn row(&mut self, row: &RowRef) {
        self.out.push_str(" / {");
        let vars = row.vars.iter().map(|var| self.hir.type_params[*var].name);
        let all: Vec<Symbol> = row.effects.iter().map(|(name, _)| *name).chain(vars).collect();
        for (i, name) in all.into_iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.word(name);
        }
        self.out.push('}');
    }

    fn ty(&mut self, id: TyRefId) {
        let hir = self.hir;
        match &hir.ty_refs[id].kind {
            TyRefKind::Error => self.out.push_str("<error>"),
            TyRefKind::Int => self.out.push_str("Int"),
            TyRefKind::Float => self.out.push_str("Float"),
            TyRefKind::Bool => self.out.push_str("Bool"),
            TyRefKind::String => self.out.push_str("String"),
            TyRefKind::Bytes => self.out.push_str("Bytes"),
            TyRefKind::Null => self.out.push_str("Null"),
            TyRefKind::Never => self.out.push_str("Never"),
            TyRefKind::Json => self.out.push_str("Json"),
            TyRefKind::Any => self.out.push_str("Any"),
            TyRefKind::Infer => self.out.push('_'),
            TyRefKind::List(inner) => self.applied("list", &[*inner]),
            TyRefKind::Set(inner) => self.applied("set", &[*inner]),
            TyRefKind::Map(key, value) => self.applied("map", &[*key, *value]),
            TyRefKind::Tuple(items) => self.tys("(", items, ")"),
            TyRefKind::Record(id, args) => self.applied(self.text(hir.records[*id].name), args),
            TyRefKind::Enum(id, args) => self.applied(self.text(hir.enums[*id].name), args),
            TyRefKind::Alias(id, args) => self.applied(self.text(hir.aliases[*id].name), args),
            TyRefKind::Param(id) => self.word(hir.type_params[*id].name),
            TyRefKind::Optional(inner) => {
                self.ty(*inner);
                self.out.push('?');
            }
            TyRefKind::Union(members) => self.tys("(|", members, ")"),
            TyRefKind::Fn { params, ret, row } => {
                self.tys("fn(", params, ") -> ");
                self.ty(*ret);
                if let Some(row) = row {
                    self.row(row);
                }
            }
        }
    }

    fn applied(&mut self, name: &str, args: &[TyRefId]) {
        self.out.push_str(name);
        if !args.is_empty() {
            self.tys("[", args, "]");
        }
    }

    fn tys(&mut self, open: &str, list: &[TyRefId], close: &str) {
        self.out.push_str(open);
        for (i, ty) in list.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.ty(*ty);
        }
        self.out.push_str(close);
    }

    fn local(&mut self, id: LocalId) {
        let local = &self.body.locals[id];
        let mutable = if local.mutable { "!" } else { "" };
        let _ = write!(self.out, "{}#{}{mutable}", self.text(local.name), id.raw());
    }

    /// `(head a b …)`.
    fn node(&mut self, head: &str, children: &[ExprId]) {
        let _ = write!(self.out, "({head}");
        for &child in children {
            self.out.push(' ');
            self.expr(child);
        }
        self.out.push(')');
    }

    fn expr(&mut self, id: ExprId) {
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
            ExprKind::Slice { base, lo, hi, inclusive } => {
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
            ExprKind::Compare { op, lhs, rhs, .. } => self.node(cmp_text(*op), &[*lhs, *rhs]),
            ExprKind::In { item, container } => self.node("in", &[*item, *container]),
            ExprKind::Is { value, ty } => self.typed("is", *value, *ty),
            ExprKind::As { value, ty } => self.typed("as", *value, *ty),
            ExprKind::Coalesce { value, default } => self.node("??", &[*value, *default]),
            ExprKind::Propagate(inner) => self.node("?", &[*inner]),
            ExprKind::Unwrap(inner) => self.node("!", &[*inner]),
            ExprKind::Range { lo, hi, inclusive, step } => {
                let parts: Vec<ExprId> =
                    [Some(*lo), Some(*hi), *step].into_iter().flatten().collect();
                self.node(if *inclusive { "..=" } else { ".." }, &parts);
            }
            ExprKind::List(items) => self.items("list", items),
            ExprKind::Set(items) => self.items("set", items),
            ExprKind::Map(items) => self.map(items),
            ExprKind::Tuple(items) => self.node("tuple", items),
            ExprKind::Emit(inner) => self.node("emit", &[*inner]),
            ExprKind::Halt(inner) => self.node("halt", &[*inner]),
            ExprKind::Assert { cond, message } => {
                let parts: Vec<ExprId> = [Some(*cond), *message].into_iter().flatten().collect();
                self.node("assert", &parts);
            }
            ExprKind::Return(value) => self.node("return", value.as_slice()),
            ExprKind::Break { target, value } => {
                self.node(&format!("break @{}", target.raw()), value.as_slice());
            }
            ExprKind::Continue { target } => self.node(&format!("continue @{}", target.raw()), &[]),
            ExprKind::Lambda(id) => self.lambda(*id),
            ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Block(_)
            | ExprKind::While { .. }
            | ExprKind::Loop { .. }
            | ExprKind::For { .. }
            | ExprKind::Comprehension { .. } => self.structure(id),
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
                    links.push((bin_text(*op), *rhs));
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

    fn variant(&mut self, variant: VariantRef) {
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

    fn lit(&mut self, lit: &Lit) {
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

    fn lambda(&mut self, id: LambdaId) {
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
        self.indent -= 1;
        self.out.push(')');
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expr(*expr),
            StmtKind::Let { pat, ty, init, otherwise } => {
                self.out.push_str("(let ");
                self.pat(*pat);
                if let Some(ty) = ty {
                    self.out.push_str(": ");
                    self.ty(*ty);
                }
                self.out.push(' ');
                self.expr(*init);
                if let Some(otherwise) = otherwise {
                    self.out.push_str(" else ");
                    self.expr(*otherwise);
                }
                self.out.push(')');
            }
            StmtKind::Assign { place, op, value } => {
                let _ = write!(self.out, "({}= ", op.map_or("", |(op, _)| bin_text(op)));
                self.place(place);
                self.out.push(' ');
                self.expr(*value);
                self.out.push(')');
            }
            StmtKind::Defer(lambda) => {
                self.out.push_str("(defer ");
                self.lambda(*lambda);
                self.out.push(')');
            }
            StmtKind::NestedCells { cells, captures } => {
                self.out.push_str("(cells");
                for cell in cells {
                    let _ = write!(self.out, " {}", self.text(self.hir.cells[*cell].name));
                }
                for (outer, snapshot) in captures {
                    self.out.push(' ');
                    self.local(*snapshot);
                    self.out.push_str("<-");
                    self.local(*outer);
                }
                self.out.push(')');
            }
        }
    }

    fn place(&mut self, place: &Place) {
        self.local(place.local);
        for step in &place.path {
            match step {
                PlaceStep::Field { name, .. } => {
                    let _ = write!(self.out, ".{}", self.text(*name));
                }
                PlaceStep::TupleField { index, .. } => {
                    let _ = write!(self.out, ".{index}");
                }
                PlaceStep::Index { index, .. } => {
                    self.out.push('[');
                    self.expr(*index);
                    self.out.push(']');
                }
            }
        }
    }

    fn pat(&mut self, id: PatId) {
        let body = self.body;
        match &body.pats[id].kind {
            PatKind::Missing => self.out.push_str("<missing>"),
            PatKind::Wild => self.out.push('_'),
            PatKind::Bind(local) => self.local(*local),
            PatKind::At(local, pat) => {
                self.local(*local);
                self.out.push_str(" @ ");
                self.pat(*pat);
            }
            PatKind::Lit(lit) => self.lit(lit),
            PatKind::Range { lo, hi, inclusive } => {
                let end = |end: &Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
                let _ = write!(
                    self.out,
                    "{}..{}{}",
                    end(lo),
                    if *inclusive { "=" } else { "" },
                    end(hi)
                );
            }
            PatKind::CharRange { lo, hi, inclusive } => {
                let _ = write!(self.out, "{lo:?}..{}{hi:?}", if *inclusive { "=" } else { "" });
            }
            PatKind::Variant { variant, args, rest } => {
                match variant {
                    PatVariant::Known(variant) => self.variant(*variant),
                    PatVariant::Unresolved(name) => {
                        self.out.push('@');
                        self.word(*name);
                    }
                    PatVariant::Error(_) => self.out.push_str("<error>"),
                }
                self.pat_args(args, *rest);
            }
            PatKind::Record { record, args, rest } => {
                self.word(self.hir.records[*record].name);
                self.pat_args(args, *rest);
            }
            PatKind::Tuple(items) => self.pats("(", items, ", ", ")"),
            PatKind::List { items, rest } => self.list_pat(items, *rest),
            PatKind::Type { pat, ty } => {
                self.pat(*pat);
                self.out.push_str(": ");
                self.ty(*ty);
            }
            PatKind::Or(items) => self.pats("", items, " | ", ""),
        }
    }

    fn pats(&mut self, open: &str, list: &[PatId], between: &str, close: &str) {
        self.out.push_str(open);
        for (i, pat) in list.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { between });
            self.pat(*pat);
        }
        self.out.push_str(close);
    }

    fn list_pat(&mut self, items: &[PatId], rest: Option<(u32, Option<PatId>)>) {
        self.out.push('[');
        for i in 0..=items.len() {
            if let Some((at, pat)) = rest
                && at as usize == i
            {
                self.out.push_str("...");
                if let Some(pat) = pat {
                    self.pat(pat);
                }
                self.out.push_str(", ");
            }
            if let Some(item) = items.get(i) {
                self.pat(*item);
                self.out.push_str(", ");
            }
        }
        if self.out.ends_with(", ") {
            self.out.truncate(self.out.len() - 2);
        }
        self.out.push(']');
    }

    fn pat_args(&mut self, args: &[PatArg], rest: bool) {
        if args.is_empty() && !rest {
            return;
        }
        self.out.push('(');
        for (i, arg) in args.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            if let Some((name, _)) = arg.name {
                let _ = write!(self.out, "{}: ", self.text(name));
            }
            self.pat(arg.pat);
        }
        self.out.push_str(if rest { ", ..)" } else { ")" });
    }
}

fn bin_text(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::FloorDiv => "//",
        BinOp::Rem => "%",
        BinOp::Pow => "**",
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "^",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
        BinOp::Concat => "++",
    }
}

fn cmp_text(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "==",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    }
}
