//! HIR as text, for tests and `lumen emit hir`: one S-expression for each cell.
//!
//! Locals print as `name#id`, so that shadowing and captures are visible. Left spines are printed flat, because they may
//! be a million deep.

mod expr;
mod pattern;

use super::{
    Body, Cell, CellBody, CellId, CellOrigin, Hir, LocalId, Place, PlaceStep, RowRef, Stmt,
    StmtKind, TyRefId, TyRefKind,
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
        CellBody::Extern(_)
        | CellBody::Host
        | CellBody::Tool(_)
        | CellBody::Required
        | CellBody::Kept(_)
        | CellBody::Operation { .. }
        | CellBody::Error => &empty,
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
        CellBody::Host => printer.out.push_str(" host"),
        CellBody::Tool(_) => printer.out.push_str(" tool"),
        CellBody::Required => printer.out.push_str(" required"),
        CellBody::Kept(_) => printer.out.push_str(" kept"),
        CellBody::Operation { multi } => {
            printer.out.push_str(if *multi { " multi operation" } else { " operation" });
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
            CellOrigin::Trait(_) => "trait",
            CellOrigin::Operation(_) => "operation",
            CellOrigin::Handler => "handler",
            CellOrigin::Impl(_) => "impl",
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
        for (i, instance) in row.instances.iter().enumerate() {
            let is_first = i == 0 && row.effects.is_empty() && row.vars.is_empty();
            self.out.push_str(if is_first { "" } else { ", " });
            self.word(self.hir.effects[instance.effect].name);
            self.tys("[", &instance.args, "]");
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
            TyRefKind::Stream(inner) => self.applied("Stream", &[*inner]),
            TyRefKind::Tuple(items) => self.tys("(", items, ")"),
            TyRefKind::Record(id, args) => self.applied(self.text(hir.records[*id].name), args),
            TyRefKind::Enum(id, args) => self.applied(self.text(hir.enums[*id].name), args),
            TyRefKind::Alias(id, args) => self.applied(self.text(hir.aliases[*id].name), args),
            TyRefKind::SelfType(of) => self.ty(*of),
            TyRefKind::Param(id) => self.word(hir.type_params[*id].name),
            TyRefKind::AnyTrait(traits) => {
                for &of in traits {
                    self.out.push_str("any ");
                    self.out.push_str(self.text(hir.traits[of].name));
                }
            }
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
                let _ = write!(self.out, "({}= ", op.map_or("", |(op, _)| op.text()));
                self.place(place);
                self.out.push(' ');
                self.expr(*value);
                self.out.push(')');
            }
            StmtKind::Cursor { local, stream } => {
                self.out.push_str("(cursor ");
                self.local(*local);
                self.out.push(' ');
                self.expr(*stream);
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
}
