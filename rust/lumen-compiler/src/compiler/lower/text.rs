//! Making texts: interpolation with constants folded into the template.

use super::fx::{Dest, Fx};
use super::limits;
use super::value::{Place, Val, Want};
use crate::compiler::hir::{ExprId, InterpPart};
use crate::compiler::typecheck::types::{Ty, TyKind};
use lumen_lir::{
    Align, ClassId, FormatSpec, FormatType, Op, Reg, Repr, Slots, Template, TemplatePart,
};

impl<'a> Fx<'_, 'a> {
    pub(super) fn interp(&mut self, e: ExprId, parts: &'a [InterpPart], hint: Option<Reg>) -> Val {
        let mut template = Vec::with_capacity(parts.len());
        let mut values = Vec::new();
        let made = self.ty(e);
        for (n, part) in parts.iter().enumerate() {
            match part {
                InterpPart::Text(text) => template.push(TemplatePart::Text(text.to_string())),
                InterpPart::Value { expr, spec } => {
                    let v = self.read(*expr);
                    let v = if made == Ty::STRING { v } else { self.unsealed(v) };
                    let is_debug = spec.is_some_and(|spec| spec.ty == Some('?'));
                    let v = if is_debug { v } else { self.shown(v) };
                    let later = parts[n + 1..].iter().any(|p| match p {
                        InterpPart::Value { expr, .. } => self.assigns(*expr),
                        InterpPart::Text(_) => false,
                    });
                    let v = if later { self.snapshot(v) } else { v };
                    let ty = self.info(v.ty).id;
                    let spec = spec.map(format_spec).unwrap_or_default();
                    template.push(TemplatePart::Hole { ty, spec });
                    values.push(v);
                }
            }
        }
        if !self.r.reachable {
            values.into_iter().for_each(|v| self.done(v));
            return Val::never();
        }
        self.at_expr(e);
        if made == Ty::STRING {
            return self.fill(template, &values, hint);
        }
        // Something in it is untrusted, and so is the whole.
        let text = self.fill(template, &values, None);
        self.new_flat(made, None, &[text], hint)
    }

    /// What an untrusted value holds: for a text that is untrusted itself, or that the user only sees.
    pub(super) fn unsealed(&mut self, v: Val) -> Val {
        match self.kind(v.ty) {
            TyKind::Record(record, _) if self.p.hir.well_known.untrusted == Some(record) => {
                self.project(v, 0, Want::Borrow, None)
            }
            _ => v,
        }
    }

    /// The text of a template filled with values.
    pub(super) fn fill(
        &mut self,
        mut parts: Vec<TemplatePart>,
        values: &[Val],
        hint: Option<Reg>,
    ) -> Val {
        if values.iter().any(|v| v.place == Place::Never) {
            return Val::never();
        }
        let rest = self.fold_constants(&mut parts, values);
        let parts = merged(parts);
        if rest.is_empty() {
            let text = match parts.as_slice() {
                [TemplatePart::Text(text)] => text.as_str(),
                _ => "",
            };
            let k = self.p.module.string(text);
            return Val::new(Place::Str(k), Ty::STRING);
        }
        if self.p.module.module().consts.templates.len() > usize::from(u16::MAX) {
            return self.fill_by_joining(parts, rest);
        }
        let k = self.p.module.template(Template { parts }) as u16;
        let slots: Vec<Slots> = rest.iter().map(|v| self.info(v.ty).slots).collect();
        if let ([v], [Slots::One(_)]) = (rest.as_slice(), slots.as_slice()) {
            let v = self.lend(*v);
            let (reg, v) = self.reg(v);
            let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
            self.b.emit(Op::Interp, dst, reg, k);
            let out = self.owned(dst, Ty::STRING);
            self.done(v);
            return out;
        }
        self.fill_window(k, rest, &slots, hint)
    }

    /// Makes texts and numbers that are known here part of the template; gives the other values.
    fn fold_constants(&mut self, parts: &mut [TemplatePart], values: &[Val]) -> Vec<Val> {
        let mut rest = Vec::with_capacity(values.len());
        let mut at = 0;
        for v in values {
            while !matches!(parts.get(at), Some(TemplatePart::Hole { .. })) && at < parts.len() {
                at += 1;
            }
            let plain = matches!(&parts.get(at),
                Some(TemplatePart::Hole { spec, .. }) if *spec == FormatSpec::default());
            match v.place {
                Place::Str(k) if plain && v.ty == Ty::STRING => {
                    let text = self.p.module.module().consts.strings[k as usize].clone();
                    parts[at] = TemplatePart::Text(text);
                }
                Place::Int(n) if plain && v.ty == Ty::INT => {
                    parts[at] = TemplatePart::Text(n.to_string());
                }
                _ => rest.push(*v),
            }
            at += 1;
        }
        rest
    }

    /// Fills a template with values in consecutive registers.
    fn fill_window(
        &mut self,
        template: u16,
        values: Vec<Val>,
        slots: &[Slots],
        hint: Option<Reg>,
    ) -> Val {
        let reprs: Vec<Repr> = slots.iter().flat_map(|s| s.reprs()).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        for i in 0..reprs.len() as u16 {
            self.pin(base + i);
        }
        let mut kept = Vec::with_capacity(values.len());
        let mut reg = base;
        for (v, &slots) in values.into_iter().zip(slots) {
            let v = self.lend(v);
            let dest = Dest { reg, slots, ty: v.ty };
            kept.push(self.copy_into(v, dest));
            reg += slots.len() as u16;
        }
        for i in 0..reprs.len() as u16 {
            self.unpin(base + i);
            self.free(base + i);
        }
        let dst = self.temp(Repr::Ref(ClassId::STRING), hint);
        self.b.emit(Op::Interp, dst, base, template);
        let out = self.owned(dst, Ty::STRING);
        for v in kept {
            self.done(v);
        }
        out
    }

    /// The same without a template, for modules that have as many as an instruction can name.
    fn fill_by_joining(&mut self, parts: Vec<TemplatePart>, values: Vec<Val>) -> Val {
        let mut values = values.into_iter();
        let mut all = Val::new(Place::Str(self.p.module.string("")), Ty::STRING);
        for part in parts {
            let piece = match part {
                TemplatePart::Text(text) => {
                    Val::new(Place::Str(self.p.module.string(&text)), Ty::STRING)
                }
                TemplatePart::Hole { spec, .. } => {
                    let Some(v) = values.next() else { continue };
                    if spec != FormatSpec::default() {
                        let at = self.here();
                        let what = "a format spec in a module with more than 65,535 interpolations";
                        self.p.errors.push(limits::not_built(at, what));
                    }
                    self.text_of(v, false)
                }
            };
            all = self.join_text(all, piece, None);
        }
        all
    }
}

/// Neighbouring texts as one.
fn merged(parts: Vec<TemplatePart>) -> Vec<TemplatePart> {
    let mut out: Vec<TemplatePart> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (Some(TemplatePart::Text(before)), TemplatePart::Text(text)) => before.push_str(&text),
            (_, part) => out.push(part),
        }
    }
    out
}

fn format_spec(spec: crate::compiler::hir::FormatSpec) -> FormatSpec {
    FormatSpec {
        fill: spec.fill,
        align: match spec.align {
            Some('<') => Some(Align::Left),
            Some('^') => Some(Align::Center),
            Some('>') => Some(Align::Right),
            _ => None,
        },
        plus: spec.plus,
        alternate: spec.alternate,
        zero: spec.zero,
        width: spec.width,
        comma: spec.comma,
        precision: spec.precision,
        ty: match spec.ty {
            Some('d') => Some(FormatType::Decimal),
            Some('x') => Some(FormatType::HexLower),
            Some('X') => Some(FormatType::HexUpper),
            Some('b') => Some(FormatType::Binary),
            Some('o') => Some(FormatType::Octal),
            Some('e') => Some(FormatType::ExpLower),
            Some('E') => Some(FormatType::ExpUpper),
            Some('f') => Some(FormatType::Fixed),
            Some('%') => Some(FormatType::Percent),
            Some('s') => Some(FormatType::Str),
            Some('?') => Some(FormatType::Debug),
            Some('c') => Some(FormatType::Char),
            _ => None,
        },
    }
}
