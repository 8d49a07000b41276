//! The tree as S-expressions, for tests and `lumen emit --format ast`.
//!
//! A file gives one line for each root. The dump shows the structure without spans.

mod handlers;
mod tool;

use super::*;
use lumen_base::Interner;
use std::fmt::Write;

/// The dump of a whole file: declarations, then statements, one line each.
pub fn print(file: &File, names: &Interner) -> String {
    let mut printer = Printer { file, names, out: String::new() };
    for &item in &file.items {
        printer.item(&file[item]);
        printer.out.push('\n');
    }
    for &stmt in &file.statements {
        printer.stmt(stmt);
        printer.out.push('\n');
    }
    printer.out
}

struct Printer<'a> {
    file: &'a File,
    names: &'a Interner,
    out: String,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn symbol(&mut self, symbol: Symbol) {
        self.out.push_str(self.names.resolve(symbol));
    }

    fn name(&mut self, name: Name) {
        self.symbol(name.symbol);
    }

    /// `(head …)`.
    fn node(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.out.push('(');
        self.out.push_str(head);
        body(self);
        self.out.push(')');
    }

    fn quoted(&mut self, symbol: Symbol) {
        let text = self.names.resolve(symbol);
        let _ = write!(self.out, "{text:?}");
    }

    fn item(&mut self, item: &Item) {
        for attribute in &self.file[item.attributes] {
            self.text("@");
            self.name(attribute.name);
            self.args(attribute.args);
            self.text(" ");
        }
        if item.is_pub {
            self.text("pub ");
        }
        match item.kind {
            ItemKind::Cell(id) => self.cell(id),
            ItemKind::Record(id) => self.record(&self.file[id]),
            ItemKind::Enum(id) => self.enumeration(&self.file[id]),
            ItemKind::Alias(id) => {
                let alias = &self.file[id];
                self.node("type ", |p| {
                    p.name(alias.name);
                    p.type_params(alias.type_params);
                    p.text(" ");
                    p.ty(alias.ty);
                    if let Some(condition) = alias.condition {
                        p.text(" where ");
                        p.expr(condition);
                    }
                });
            }
            ItemKind::Const(id) => {
                let constant = &self.file[id];
                self.node("const ", |p| {
                    p.name(constant.name);
                    p.annotation(constant.ty);
                    p.text(" ");
                    p.expr(constant.value);
                });
            }
            ItemKind::Import(id) => self.import(&self.file[id]),
            ItemKind::Effect(id) => self.effect(&self.file[id]),
            ItemKind::Handler(id) => self.handler(&self.file[id]),
            ItemKind::Trait(id) => self.trait_decl(&self.file[id]),
            ItemKind::Impl(id) => self.impl_decl(&self.file[id]),
            ItemKind::Tool(_) | ItemKind::Grant(_) | ItemKind::Bind(_) => self.authority(item.kind),
        }
    }

    fn trait_decl(&mut self, decl: &Trait) {
        self.node("trait ", |p| {
            p.name(decl.name);
            for (i, &parent) in p.file[decl.parents].iter().enumerate() {
                p.text(if i == 0 { ":" } else { "+" });
                p.name(parent);
            }
            p.methods(decl.methods);
        });
    }

    fn impl_decl(&mut self, decl: &Impl) {
        self.node("impl", |p| {
            p.type_params(decl.type_params);
            p.text(" ");
            p.name(decl.of);
            p.text(" ");
            p.ty(decl.target);
            p.methods(decl.methods);
        });
    }

    fn methods(&mut self, methods: Slice<CellId>) {
        for &method in &self.file[methods] {
            self.text(" ");
            self.cell(method);
        }
    }

    fn path(&mut self, path: Slice<Name>) {
        for (i, &name) in self.file[path].iter().enumerate() {
            if i > 0 {
                self.text(".");
            }
            self.name(name);
        }
    }

    fn type_params(&mut self, list: Slice<TypeParam>) {
        if list.is_empty() {
            return;
        }
        self.text("[");
        for (i, param) in self.file[list].iter().enumerate() {
            if i > 0 {
                self.text(" ");
            }
            self.name(param.name);
            for (j, &bound) in self.file[param.bounds].iter().enumerate() {
                self.text(if j == 0 { ":" } else { "+" });
                self.name(bound);
            }
        }
        self.text("]");
    }

    fn annotation(&mut self, ty: Option<TypeId>) {
        if let Some(ty) = ty {
            self.text(":");
            self.ty(ty);
        }
    }

    fn cell(&mut self, id: CellId) {
        let cell = &self.file[id];
        self.node("cell ", |p| {
            p.name(cell.name);
            p.type_params(cell.type_params);
            p.params(cell.params);
            if cell.is_generator {
                p.text(" yields");
            }
            p.signature_end(cell.ret, cell.row);
            match cell.body {
                CellBody::Block(block) => p.block(block),
                CellBody::Expr(expr) => {
                    p.text(" = ");
                    p.expr(expr);
                }
                CellBody::Extern => p.text(" extern"),
                CellBody::Required | CellBody::Operation { .. } => {}
            }
        });
    }

    fn signature_end(&mut self, ret: Option<TypeId>, row: Option<RowId>) {
        if let Some(ret) = ret {
            self.text(" -> ");
            self.ty(ret);
        }
        if let Some(row) = row {
            self.row(row);
        }
    }

    fn row(&mut self, row: RowId) {
        self.text(" /{");
        for (i, &entry) in self.file[self.file[row].entries].iter().enumerate() {
            if i > 0 {
                self.text(" ");
            }
            self.name(entry.name);
            if !entry.args.is_empty() {
                self.text("[");
                self.types(entry.args);
                self.text("]");
            }
        }
        self.text("}");
    }

    fn record(&mut self, record: &Record) {
        self.node("record ", |p| {
            p.name(record.name);
            p.type_params(record.type_params);
            for field in &p.file[record.fields] {
                p.text(" ");
                p.name(field.name);
                p.annotation(Some(field.ty));
                if let Some(default) = field.default {
                    p.text("=");
                    p.expr(default);
                }
                if let Some(condition) = field.condition {
                    p.text(" where ");
                    p.expr(condition);
                }
            }
        });
    }

    fn enumeration(&mut self, node: &Enum) {
        self.node("enum ", |p| {
            p.name(node.name);
            p.type_params(node.type_params);
            for variant in &p.file[node.variants] {
                p.text(" ");
                if variant.fields.is_empty() {
                    p.name(variant.name);
                    continue;
                }
                p.node("", |p| {
                    p.name(variant.name);
                    for field in &p.file[variant.fields] {
                        p.text(" ");
                        if let Some(name) = field.name {
                            p.name(name);
                            p.text(":");
                        }
                        p.ty(field.ty);
                    }
                });
            }
            for &method in &p.file[node.methods] {
                p.text(" ");
                p.cell(method);
            }
        });
    }

    fn ty(&mut self, id: TypeId) {
        match self.file[id].kind {
            TypeKind::Error => self.text("<error>"),
            TypeKind::Named { module, name, args } => {
                if let Some(module) = module {
                    self.name(module);
                    self.text(".");
                }
                self.name(name);
                if !args.is_empty() {
                    self.text("[");
                    self.types(args);
                    self.text("]");
                }
            }
            TypeKind::AnyTrait(traits) => self.node("any", |p| {
                for &name in &p.file[traits] {
                    p.text(" ");
                    p.name(name);
                }
            }),
            TypeKind::Optional(inner) => {
                self.ty(inner);
                self.text("?");
            }
            TypeKind::Union(members) => self.node("| ", |p| p.types(members)),
            TypeKind::Tuple(members) => self.node("", |p| p.types(members)),
            TypeKind::Fn { params, ret, row } => self.node("fn (", |p| {
                p.types(params);
                p.text(")");
                p.signature_end(Some(ret), row);
            }),
        }
    }

    fn types(&mut self, list: Slice<TypeId>) {
        for (i, &ty) in self.file[list].iter().enumerate() {
            if i > 0 {
                self.text(" ");
            }
            self.ty(ty);
        }
    }

    /// ` {stmt; stmt}`.
    fn block(&mut self, id: BlockId) {
        self.text(" {");
        for (i, &stmt) in self.file[self.file[id].stmts].iter().enumerate() {
            if i > 0 {
                self.text("; ");
            }
            self.stmt(stmt);
        }
        self.text("}");
    }

    fn stmt(&mut self, id: StmtId) {
        match self.file[id].kind {
            StmtKind::Let { pat, ty, value, otherwise, is_mut } => {
                self.node(if is_mut { "let mut " } else { "let " }, |p| {
                    p.pat(pat);
                    p.annotation(ty);
                    p.text(" ");
                    p.expr(value);
                    if let Some(block) = otherwise {
                        p.text(" else");
                        p.block(block);
                    }
                });
            }
            StmtKind::Assign { target, op, value } => {
                self.node(op.map_or("", BinOp::text), |p| {
                    p.text("= ");
                    p.expr(target);
                    p.text(" ");
                    p.expr(value);
                });
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Cell(cell) => self.cell(cell),
            StmtKind::Defer(block) => self.node("defer", |p| p.block(block)),
            StmtKind::Assert { cond, message } => self.node("assert ", |p| {
                p.expr(cond);
                if let Some(message) = message {
                    p.text(" ");
                    p.expr(message);
                }
            }),
            StmtKind::AssertMatches { value, pat, message } => self.node("assert_matches ", |p| {
                p.expr(value);
                p.text(" ");
                p.pat(pat);
                if let Some(message) = message {
                    p.text(" ");
                    p.expr(message);
                }
            }),
            StmtKind::Emit(value) => self.node("emit ", |p| p.expr(value)),
        }
    }

    fn args(&mut self, list: Slice<Arg>) {
        for arg in &self.file[list] {
            self.text(" ");
            if arg.kind == ArgKind::Spread {
                self.text("...");
            }
            if let Some(name) = arg.name {
                self.name(name);
                self.text(":");
            }
            self.expr(arg.value);
        }
    }

    fn exprs(&mut self, head: &str, list: &[ExprId]) {
        self.node(head, |p| {
            for &expr in list {
                p.text(" ");
                p.expr(expr);
            }
        });
    }

    fn elements(&mut self, head: &str, list: Slice<Element>) {
        self.node(head, |p| {
            for &element in &p.file[list] {
                p.text(" ");
                match element {
                    Element::Value(value) => p.expr(value),
                    Element::Spread(value) => {
                        p.text("...");
                        p.expr(value);
                    }
                }
            }
        });
    }

    fn expr(&mut self, id: ExprId) {
        let file = self.file;
        match file[id].kind {
            ExprKind::Error => self.text("<error>"),
            ExprKind::Int(value) => {
                let _ = write!(self.out, "{value}");
            }
            ExprKind::Float(value) => {
                let _ = write!(self.out, "{value:?}");
            }
            ExprKind::Bool(value) => self.text(if value { "true" } else { "false" }),
            ExprKind::Null => self.text("null"),
            ExprKind::Str(symbol) => self.quoted(symbol),
            ExprKind::Interp(parts) => self.interpolation(parts),
            ExprKind::Bytes(bytes) => {
                let _ = write!(self.out, "b{:02x?}", &file[bytes]);
            }
            ExprKind::Name(symbol) => self.symbol(symbol),
            ExprKind::Field { base, name, safe, .. } => {
                self.node(if safe { "?. " } else { ". " }, |p| {
                    p.expr(base);
                    p.text(" ");
                    p.symbol(name);
                });
            }
            ExprKind::TupleField { base, index, safe } => {
                self.node(if safe { "?. " } else { ". " }, |p| {
                    p.expr(base);
                    let _ = write!(p.out, " {index}");
                });
            }
            ExprKind::Index { base, index, safe } => {
                self.exprs(if safe { "?[]" } else { "[]" }, &[base, index]);
            }
            ExprKind::TypeArgs(args) => self.type_args(&file[args]),
            ExprKind::Call { callee, args } => self.node("call ", |p| {
                p.expr(callee);
                p.args(args);
            }),
            ExprKind::Update { base, args } => self.node("with ", |p| {
                p.expr(base);
                p.args(args);
            }),
            ExprKind::Propagate(inner) => self.exprs("?", &[inner]),
            ExprKind::Unwrap(inner) => self.exprs("!", &[inner]),
            ExprKind::Try(inner) => self.exprs("try", &[inner]),
            ExprKind::Unary { op, operand } => self.exprs(op.text(), &[operand]),
            ExprKind::Binary { op, lhs, rhs, .. } => self.exprs(op.text(), &[lhs, rhs]),
            ExprKind::Chain { first, rest } => self.node("chain ", |p| {
                p.expr(first);
                for link in &p.file[rest] {
                    p.text(" ");
                    p.text(link.op.text());
                    p.text(" ");
                    p.expr(link.operand);
                }
            }),
            ExprKind::Range { lo, hi, step, inclusive } => {
                let heads = if lo.is_some() { ["..", "..="] } else { ["start..", "start..="] };
                let parts: Vec<_> = [lo, hi, step].into_iter().flatten().collect();
                self.exprs(heads[usize::from(inclusive)], &parts);
            }
            ExprKind::As { expr, ty } => self.typed("as ", expr, ty),
            ExprKind::Is { expr, ty } => self.typed("is ", expr, ty),
            ExprKind::Tuple(list) => self.exprs("tuple", &file[list]),
            ExprKind::List(list) => self.elements("list", list),
            ExprKind::Set(list) => self.elements("set", list),
            ExprKind::Map(list) => self.map(list),
            ExprKind::Comprehension(comprehension) => self.comprehension(&file[comprehension]),
            ExprKind::Lambda(lambda) => self.lambda(&file[lambda]),
            _ => self.control(id),
        }
    }

    /// The block-like expressions.
    fn control(&mut self, id: ExprId) {
        let file = self.file;
        match file[id].kind {
            ExprKind::If { arms, otherwise } => self.node("if", |p| {
                for arm in &p.file[arms] {
                    p.text(" ");
                    p.cond(arm.cond);
                    p.block(arm.then);
                }
                if let Some(block) = otherwise {
                    p.text(" else");
                    p.block(block);
                }
            }),
            ExprKind::Match { scrutinee, arms } => self.node("match ", |p| {
                p.expr(scrutinee);
                for arm in &p.file[arms] {
                    p.text(" ");
                    p.pat(arm.pat);
                    if let Some(guard) = arm.guard {
                        p.text(" if ");
                        p.expr(guard);
                    }
                    p.block(arm.body);
                }
            }),
            ExprKind::When(arms) => self.node("when", |p| {
                for arm in &p.file[arms] {
                    p.text(" ");
                    match arm.cond {
                        Some(cond) => p.expr(cond),
                        None => p.text("_"),
                    }
                    p.block(arm.body);
                }
            }),
            ExprKind::Do(block) => self.node("do", |p| p.block(block)),
            ExprKind::Comptime { body, .. } => self.node("comptime", |p| p.block(body)),
            ExprKind::Loop(id) => self.loop_node(&file[id]),
            ExprKind::Return(value) => {
                let value: Vec<_> = value.into_iter().collect();
                self.exprs("return", &value);
            }
            ExprKind::Break(jump) => self.jump("break", &file[jump]),
            ExprKind::Continue(jump) => self.jump("continue", &file[jump]),
            ExprKind::Halt(message) => self.exprs("halt", &[message]),
            ExprKind::Yield(value) => self.exprs("yield", &[value]),
            _ => self.handling(file[id].kind),
        }
    }

    fn interpolation(&mut self, parts: Slice<StrPart>) {
        self.node("str", |p| {
            for &part in &p.file[parts] {
                p.text(" ");
                match part {
                    StrPart::Text(text) => p.quoted(text),
                    StrPart::Hole { expr, spec } => {
                        p.expr(expr);
                        if let Some(spec) = spec {
                            p.format_spec(&p.file[spec]);
                        }
                    }
                }
            }
        });
    }

    fn format_spec(&mut self, spec: &FormatSpec) {
        self.text(":");
        if let Some(align) = spec.align {
            let _ = write!(self.out, "{}{align:?}", spec.fill);
        }
        let flags = [(spec.plus, "+"), (spec.alternate, "#"), (spec.zero, "0")];
        for (is_set, text) in flags {
            if is_set {
                self.text(text);
            }
        }
        if let Some(width) = spec.width {
            let _ = write!(self.out, "{width}");
        }
        if spec.grouped {
            self.text(",");
        }
        if let Some(precision) = spec.precision {
            let _ = write!(self.out, ".{precision}");
        }
        if let Some(kind) = spec.kind {
            let _ = write!(self.out, "{kind:?}");
        }
    }

    fn type_args(&mut self, node: &TypeArgs) {
        self.node("types ", |p| {
            p.expr(node.base);
            p.text(" [");
            p.types(node.types);
            p.text("]");
            if let Some(index) = node.index {
                p.text(" or ");
                p.expr(index);
            }
        });
    }

    fn typed(&mut self, head: &str, expr: ExprId, ty: TypeId) {
        self.node(head, |p| {
            p.expr(expr);
            p.text(" ");
            p.ty(ty);
        });
    }

    fn map(&mut self, list: Slice<Entry>) {
        self.node("map", |p| {
            for &entry in &p.file[list] {
                p.text(" ");
                match entry {
                    Entry::Pair(key, value) => {
                        p.expr(key);
                        p.text(":");
                        p.expr(value);
                    }
                    Entry::Spread(value) => {
                        p.text("...");
                        p.expr(value);
                    }
                }
            }
        });
    }

    fn comprehension(&mut self, node: &Comprehension) {
        let head = match node.what {
            Comprehended::List(_) => "list-of ",
            Comprehended::Set(_) => "set-of ",
            Comprehended::Map(..) => "map-of ",
            Comprehended::Nested(_) => "nested-of ",
        };
        self.node(head, |p| {
            match node.what {
                Comprehended::List(value)
                | Comprehended::Set(value)
                | Comprehended::Nested(value) => p.expr(value),
                Comprehended::Map(key, value) => {
                    p.expr(key);
                    p.text(":");
                    p.expr(value);
                }
            }
            p.text(" for ");
            p.pat(node.pat);
            p.text(" ");
            p.expr(node.iterable);
            for &condition in &p.file[node.conditions] {
                p.text(" if ");
                p.expr(condition);
            }
        });
    }

    fn lambda(&mut self, node: &Lambda) {
        self.node("fn (", |p| {
            for (i, param) in p.file[node.params].iter().enumerate() {
                if i > 0 {
                    p.text(" ");
                }
                p.pat(param.pat);
                p.annotation(param.ty);
            }
            p.text(")");
            p.signature_end(node.ret, node.row);
            p.block(node.body);
        });
    }

    fn cond(&mut self, cond: Cond) {
        match cond {
            Cond::Expr(expr) => self.expr(expr),
            Cond::Let(pat, value) => self.node("let ", |p| {
                p.pat(pat);
                p.text(" ");
                p.expr(value);
            }),
        }
    }

    fn loop_node(&mut self, node: &Loop) {
        let head = match node.kind {
            LoopKind::Loop => "loop",
            LoopKind::While(_) => "while",
            LoopKind::For { .. } => "for",
        };
        self.node(head, |p| {
            if let Some(label) = node.label {
                p.text(" @");
                p.name(label);
            }
            match node.kind {
                LoopKind::Loop => {}
                LoopKind::While(cond) => {
                    p.text(" ");
                    p.cond(cond);
                }
                LoopKind::For { pat, iterable, condition } => {
                    p.text(" ");
                    p.pat(pat);
                    p.text(" ");
                    p.expr(iterable);
                    if let Some(condition) = condition {
                        p.text(" if ");
                        p.expr(condition);
                    }
                }
            }
            p.block(node.body);
        });
    }

    fn jump(&mut self, head: &str, jump: &Jump) {
        self.node(head, |p| {
            if let Some(label) = jump.label {
                p.text(" @");
                p.name(label);
            }
            if let Some(value) = jump.value {
                p.text(" ");
                p.expr(value);
            }
        });
    }

    fn pats(&mut self, head: &str, list: Slice<PatId>) {
        self.node(head, |p| {
            for &pat in &p.file[list] {
                p.text(" ");
                p.pat(pat);
            }
        });
    }

    fn pat(&mut self, id: PatId) {
        let file = self.file;
        match file[id].kind {
            PatKind::Error => self.text("<error>"),
            PatKind::Wildcard => self.text("_"),
            PatKind::Bind(symbol) => self.symbol(symbol),
            PatKind::At { name, pat } => self.node("@ ", |p| {
                p.name(name);
                p.text(" ");
                p.pat(pat);
            }),
            PatKind::Int(value) => {
                let _ = write!(self.out, "{value}");
            }
            PatKind::Float(value) => {
                let _ = write!(self.out, "{value:?}");
            }
            PatKind::Str(symbol) => self.quoted(symbol),
            PatKind::Bytes(bytes) => {
                let _ = write!(self.out, "b{:02x?}", &file[bytes]);
            }
            PatKind::Bool(value) => self.text(if value { "true" } else { "false" }),
            PatKind::Null => self.text("null"),
            PatKind::Range { lo, hi, inclusive } => {
                self.node(if inclusive { "..= " } else { ".. " }, |p| {
                    lo.into_iter().for_each(|lo| p.pat(lo));
                    p.text(" ");
                    hi.into_iter().for_each(|hi| p.pat(hi));
                });
            }
            PatKind::Constructor { path, shape: Shape::Bare, .. } => self.path(path),
            PatKind::Constructor { path, fields, shape } => self.node("", |p| {
                p.path(path);
                for field in &p.file[fields] {
                    p.text(" ");
                    if let Some(name) = field.name {
                        p.name(name);
                        p.text(":");
                    }
                    p.pat(field.pat);
                }
                if shape == Shape::Open {
                    p.text(" ..");
                }
            }),
            PatKind::Tuple(list) => self.pats("tuple", list),
            PatKind::List(list) => self.pats("list", list),
            PatKind::Rest(name) => {
                self.text("...");
                if let Some(name) = name {
                    self.symbol(name);
                }
            }
            PatKind::Typed { pat, ty } => {
                self.pat(pat);
                self.annotation(Some(ty));
            }
            PatKind::Or(list) => self.pats("|", list),
        }
    }
}
