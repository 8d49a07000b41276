//! Texts of values whose type, or a type inside of it, implements `Show`.
//!
//! (Type) → a cell that makes the text: the impl's where there is one, else the text of the structure with the texts of
//! the parts in it. Types without any impl inside keep the runtime's text by descriptor.

use super::call::Formal;
use super::fx::{Fx, Ret};
use super::value::{Place, Val, Want};
use super::{Job, Key, Lower, codes, limits, program};
use crate::compiler::hir::CellId;
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_base::{Symbol, sym};
use lumen_lir::{FormatSpec, FormatType, Op, TemplatePart};

impl Lower<'_> {
    /// The cell of std that the compiler itself calls.
    pub(super) fn std_cell(&self, name: Symbol) -> Option<CellId> {
        program::std_cell(self.hir, name)
    }

    /// Whether the text of a type is not that of its structure alone.
    pub(super) fn has_own_text(&mut self, ty: Ty) -> bool {
        let Some(show) = self.hir.well_known.show else { return false };
        if !self.tables.impls.has_any(show) {
            return false;
        }
        if let Some(&known) = self.own_texts.get(&ty) {
            return known;
        }
        let parts = self.types.types_in(self.tables, ty);
        let own = |&part: &Ty| {
            self.is_shown(part) || self.tables.impls.find(&self.types.store, show, part).is_some()
        };
        let found = parts.iter().any(own);
        self.own_texts.insert(ty, found);
        found
    }

    /// The cell that makes the text of a type with a text of its own.
    pub(super) fn lower_text(&mut self, job: &Job, ty: Ty) {
        let Some(show) = self.hir.well_known.show else { return };
        let Some(&at) = self.hir.traits[show].methods.first() else { return };
        let mut frame = self.bare_frame(at);
        frame.ret = Ret::Cell(Ty::STRING);
        let name = format!("text of {}", self.types.name(ty));
        let mut fx = self.start(name, at, &[]);
        fx.r.envs.push(Vec::new());
        fx.frames.push(frame);
        let dest = fx.param(ty, false);
        fx.results(Ty::STRING);
        let span = fx.p.hir.cells[at].name_span;
        fx.at(span);
        fx.b.emit(Op::Enter, 0, 0, 0);
        let v = fx.param_value(dest, false);
        let text = fx.own_text(v);
        fx.leave_with(text, Ty::STRING);
        fx.close_cell(job, Ty::STRING);
    }
}

impl Fx<'_, '_> {
    /// A value as what a text shows: itself, or its own text.
    pub(super) fn shown(&mut self, v: Val) -> Val {
        let may_be_text = match self.kind(v.ty) {
            TyKind::Optional(inner) => self.p.is_object(inner),
            _ => self.p.is_object(v.ty),
        } || self.p.types.store.members(v.ty).contains(&Ty::STRING);
        if !may_be_text || !self.r.reachable || !self.p.has_own_text(v.ty) {
            return self.shown_inside(v);
        }
        // A String that is not part of another value stands without quotes.
        let dest = self.dest(Ty::STRING);
        let (other, end) = (self.b.new_label(), self.b.new_label());
        let v = self.load(v, None);
        let test = self.alias(v);
        self.jump_is(test, Ty::STRING, false, other, false);
        let fork = self.r.fork();
        let again = self.alias(v);
        let text = self.convert(again, Ty::STRING, None);
        let text = self.own(text, None);
        self.place(text, dest);
        let first = self.end_first(&fork, end);
        self.b.bind(other);
        let again = self.alias(v);
        let text = self.shown_inside(again);
        self.place(text, dest);
        self.end_second(fork, first, end);
        self.done(v);
        self.take_dest(dest)
    }

    /// A value inside of another as what a text shows.
    fn shown_inside(&mut self, v: Val) -> Val {
        if !self.r.reachable || !self.p.has_own_text(v.ty) {
            return v;
        }
        let formal = Formal { ty: v.ty, owned: false };
        let mut window = self.open_window(&[formal], 2, |_| true);
        self.put(&mut window, 0, v);
        let id = self.p.ask(Key::Text(formal.ty), None, Vec::new()).0;
        self.finish_call(window, id, Ty::STRING, None)
    }

    /// The text of a value with a text of its own.
    fn own_text(&mut self, v: Val) -> Val {
        let (ty, show) = (v.ty, self.p.hir.well_known.show);
        let by_impl =
            show.filter(|&of| self.p.tables.impls.find(&self.p.types.store, of, ty).is_some());
        if let Some(&method) = by_impl.and_then(|of| self.p.hir.traits[of].methods.first()) {
            return self.call_with(method, &[ty], &[v], None);
        }
        match self.kind(ty) {
            TyKind::List(part) => self.text_by(sym::LIST_TEXT, &[part], v),
            TyKind::Set(part) => self.text_by(sym::SET_TEXT, &[part], v),
            TyKind::Map(key, value) => self.text_by(sym::MAP_TEXT, &[key, value], v),
            TyKind::Optional(_) => self.optional_text(v),
            TyKind::Union(members) => self.union_text(v, &members),
            TyKind::Enum(id, _) => {
                let names = self.p.hir.enums[id].variants.iter().map(|variant| variant.name);
                let names: Vec<Symbol> = names.collect();
                self.enum_text(v, &names)
            }
            TyKind::Record(id, _) => {
                let record = &self.p.hir.records[id];
                let mut texts = Vec::with_capacity(record.fields.len());
                for (i, field) in record.fields.iter().enumerate() {
                    let (open, name) = (if i == 0 { "(" } else { ", " }, field.name);
                    let name = self.p.names.resolve(name);
                    texts.push(format!("{open}{name}: "));
                }
                let name = self.p.names.resolve(record.name).to_owned();
                let types = self.fields(ty);
                self.parts_text(v, &types, &name, &texts)
            }
            TyKind::Tuple(_) => {
                let types = self.fields(ty);
                self.parts_text(v, &types, "", &commas(types.len()))
            }
            TyKind::Object(_) => self.object_text(v),
            _ => self.text_of(v, true),
        }
    }

    fn text_by(&mut self, name: Symbol, type_args: &[Ty], v: Val) -> Val {
        match self.p.std_cell(name) {
            Some(cell) => self.call_with(cell, type_args, &[v], None),
            None => {
                self.confused("std has no cell for the text of a container");
                Val::never()
            }
        }
    }

    /// The text of a value inside of another: its own, or that of its structure with texts in quotes.
    pub(super) fn inner_text(&mut self, v: Val) -> Val {
        if self.p.has_own_text(v.ty) { self.shown_inside(v) } else { self.text_of(v, true) }
    }

    fn optional_text(&mut self, v: Val) -> Val {
        let inner_ty = self.non_null(v.ty);
        let dest = self.dest(Ty::STRING);
        let (absent, end) = (self.b.new_label(), self.b.new_label());
        let (v, fork) = self.fork_null(v, absent);
        let again = self.alias(v);
        let inner = self.present(again, inner_ty);
        let text = self.inner_text(inner);
        let text = self.own(text, None);
        self.place(text, dest);
        let first = self.end_first(&fork, end);
        self.b.bind(absent);
        let null = Val::new(Place::Str(self.p.module.string("null")), Ty::STRING);
        self.place(null, dest);
        self.end_second(fork, first, end);
        self.done(v);
        self.take_dest(dest)
    }

    /// Members with texts of their own are tested for; the others have that of their structure.
    fn union_text(&mut self, v: Val, members: &[Ty]) -> Val {
        for &member in members {
            if !self.p.has_own_text(member) {
                continue;
            }
            let other = self.b.new_label();
            let test = self.alias(v);
            self.jump_is(test, member, false, other, false);
            let fork = self.r.fork();
            let again = self.alias(v);
            let inner = self.convert(again, member, None);
            let text = self.inner_text(inner);
            self.leave_with(text, Ty::STRING);
            self.r.rewind(&self.b, &fork);
            self.b.bind(other);
            self.r.join(fork);
        }
        self.text_of(v, true)
    }

    fn enum_text(&mut self, v: Val, names: &[Symbol]) -> Val {
        let (reg, v) = self.reg(v);
        for (ordinal, &name) in names.iter().enumerate() {
            let ordinal = ordinal as u32;
            let (yes, other) = (self.b.new_label(), self.b.new_label());
            let fork = self.r.fork();
            self.jump_variant(reg, v.ty, ordinal, yes);
            self.b.jmp(other);
            self.b.bind(yes);
            let types = self.payload(v.ty, ordinal);
            let name = self.p.names.resolve(name).to_owned();
            let again = self.alias(v);
            let text = self.parts_text(again, &types, &name, &commas(types.len()));
            self.leave_with(text, Ty::STRING);
            self.r.rewind(&self.b, &fork);
            self.b.bind(other);
            self.r.join(fork);
        }
        self.fail_text(codes::UNREACHABLE, "a value has no variant")
    }

    /// `Name(a, b)`: `before` stands before each part.
    fn parts_text(&mut self, v: Val, types: &[Ty], name: &str, before: &[String]) -> Val {
        let mut template = vec![TemplatePart::Text(name.to_owned())];
        let mut values = Vec::with_capacity(types.len());
        for (i, (&ty, before)) in types.iter().zip(before).enumerate() {
            template.push(TemplatePart::Text(before.clone()));
            let again = self.alias(v);
            let part = self.load_field(again, i as u32, ty, Want::Borrow, None);
            let own = self.p.has_own_text(ty);
            let part = if own { self.shown_inside(part) } else { part };
            let debug = FormatSpec { ty: Some(FormatType::Debug), ..FormatSpec::default() };
            let spec = if own { FormatSpec::default() } else { debug };
            template.push(TemplatePart::Hole { ty: self.info(part.ty).id, spec });
            values.push(part);
        }
        if !types.is_empty() {
            template.push(TemplatePart::Text(")".to_owned()));
        }
        let text = self.fill(template, &values, None);
        self.done(v);
        text
    }

    // ---- order ----

    /// Whether values of a type are ordered by an impl of `Ord`, by themselves or in their parts.
    pub(super) fn has_own_order(&self, ty: Ty) -> bool {
        let Some(ord) = self.p.hir.well_known.ord else { return false };
        match self.p.types.kind(ty) {
            TyKind::Record(..) | TyKind::Enum(..) => {
                self.p.tables.impls.find(&self.p.types.store, ord, ty).is_some()
            }
            TyKind::List(part) => self.has_own_order(*part),
            TyKind::Tuple(parts) => parts.iter().any(|&part| self.has_own_order(part)),
            _ => false,
        }
    }

    /// A negative number, zero or a positive one: how two values of a type with an order of its own compare.
    pub(super) fn own_order(&mut self, a: Val, b: Val) -> Val {
        match self.kind(a.ty) {
            TyKind::List(part) => match self.p.std_cell(sym::LIST_COMPARE) {
                Some(cell) => self.call_with(cell, &[part], &[a, b], None),
                None => {
                    self.confused("std has no cell for the order of lists");
                    Val::never()
                }
            },
            TyKind::Tuple(parts) => self.tuple_order(a, b, &parts),
            _ => self.compare_by_trait(a, b),
        }
    }

    fn compare_by_trait(&mut self, a: Val, b: Val) -> Val {
        let methods = self.p.hir.well_known.ord.map(|of| &self.p.hir.traits[of].methods);
        match methods.and_then(|methods| methods.first().copied()) {
            Some(method) => {
                let ty = a.ty;
                self.call_with(method, &[ty], &[a, b], None)
            }
            None => {
                self.confused("std has no order");
                Val::never()
            }
        }
    }

    /// The first parts that differ decide.
    fn tuple_order(&mut self, a: Val, b: Val, parts: &[Ty]) -> Val {
        let dest = self.dest(Ty::INT);
        let end = self.b.new_label();
        let (_, a) = self.reg(a);
        let (_, b) = self.reg(b);
        for (i, &part) in parts.iter().enumerate() {
            let (x, y) = (self.alias(a), self.alias(b));
            let x = self.load_field(x, i as u32, part, Want::Borrow, None);
            let y = self.load_field(y, i as u32, part, Want::Borrow, None);
            let order = self.compare_by_trait(x, y);
            self.place(order, dest);
            if i + 1 < parts.len() {
                let next = self.b.new_label();
                self.b.branch(Op::JEqI, dest.reg, 0, next);
                self.b.jmp(end);
                self.b.bind(next);
            }
        }
        self.b.bind(end);
        self.done(a);
        self.done(b);
        self.take_dest(dest)
    }

    /// `sort` and `sort_keyed` of values whose order is Lumen code.
    pub(super) fn own_sort(&mut self, name: Symbol, type_args: &[Ty], args: &[Val]) -> Val {
        match self.p.std_cell(name) {
            Some(cell) => self.call_with(cell, type_args, args, None),
            None => {
                let at = self.here();
                self.p.errors.push(limits::confused(at, "sort", "std has no cell for it"));
                Val::never()
            }
        }
    }
}

/// What stands before each of `n` parts in parentheses.
fn commas(n: usize) -> Vec<String> {
    (0..n).map(|i| if i == 0 { "(" } else { ", " }.to_owned()).collect()
}
