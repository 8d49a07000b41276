//! What an arm binds: parts borrowed from the scrutinee, or the fields of one that is taken apart.

use super::codes;
use super::decide::Deciding;
use super::fx::Fx;
use super::pattern::{OccId, Step};
use super::value::{Own, Place, Val};
use crate::compiler::hir::LocalId;
use crate::compiler::typecheck::types::Ty;
use lumen_lir::{Op, Reg, Repr};

impl<'a> Fx<'_, 'a> {
    /// Binds the locals of a leaf to their parts; the parts are theirs from then on.
    pub(super) fn bind_parts(&mut self, d: &mut Deciding<'a>, binds: &[(LocalId, OccId)]) {
        if self.takes_whole_apart(d, binds) {
            self.take_apart(d, binds);
            return;
        }
        // Load everything first: a part may be the base of another.
        for &(_, occ) in binds {
            self.part(d, occ);
        }
        for (i, &(local, occ)) in binds.iter().enumerate() {
            let v = self.part(d, occ);
            let ty = self.local_ty(local);
            let needed = binds[i + 1..].iter().any(|b| self.within(d, b.1, occ));
            let v = if needed || (occ == 0 && binds.len() > 1) || self.aliased(d, occ) {
                let v = self.alias(v);
                let v = self.convert(v, ty, None);
                self.bind_copy(local, v);
                continue;
            } else {
                d.loaded[occ] = None;
                v
            };
            let v = self.convert(v, ty, None);
            self.bind_local(local, v);
        }
    }

    /// Whether the register of a part is also that of another part (a narrowed optional).
    pub(super) fn aliased(&self, d: &Deciding<'a>, occ: OccId) -> bool {
        let Some((first, last)) = d.loaded[occ].and_then(registers) else { return false };
        d.loaded.iter().enumerate().any(|(other, v)| {
            other != occ && v.and_then(registers).is_some_and(|(f, l)| f <= last && first <= l)
        })
    }

    /// Whether `occ` is a part of `of`, or it.
    pub(super) fn within(&self, d: &Deciding<'a>, mut occ: OccId, of: OccId) -> bool {
        loop {
            if occ == of {
                return true;
            }
            if occ == 0 {
                return false;
            }
            occ = d.occs[occ].parent;
        }
    }

    /// Gives back what the leaf did not bind, and the whole.
    pub(super) fn release_parts(&mut self, d: &mut Deciding<'a>) {
        self.drop_parts(d);
        if let Some(v) = d.loaded[0].take() {
            self.done(v);
        }
    }

    /// Gives back the loaded parts; the whole stays.
    pub(super) fn drop_parts(&mut self, d: &mut Deciding<'a>) {
        for occ in (1..d.loaded.len()).rev() {
            if let Some(v) = d.loaded[occ].take() {
                self.done(v);
            }
        }
        let lengths: Vec<Reg> = {
            let mut all: Vec<Reg> = d.lengths.drain().map(|l| l.1).collect();
            all.sort_unstable();
            all
        };
        for reg in lengths {
            self.free(reg);
        }
    }

    /// Whether the scrutinee is owned, dies here, and some consumed binding is a field of it.
    pub(super) fn takes_whole_apart(&self, d: &Deciding<'a>, binds: &[(LocalId, OccId)]) -> bool {
        let Some(Val { place: Place::One(reg, Own::Owned), .. }) = d.loaded[0] else {
            return false;
        };
        let parts = d.loaded.iter().skip(1).filter(|v| {
            matches!(v, Some(Val { place: Place::One(_, Own::Loan { root: Some(root), .. }), .. }) if *root == reg)
        });
        if self.r.state(reg).loans as usize != parts.count() {
            return false;
        }
        let facts = self.program.facts(self.frame().cell);
        let live = &self.frame().live;
        binds.iter().all(|b| self.by_fields(d, b.1) && b.1 != 0)
            && binds.iter().any(|&(local, occ)| {
                facts.own.contains(local.raw())
                    && !live.dead_bind(local)
                    && self.p.types.is_counted_kind(d.occs[occ].ty)
            })
    }

    /// Whether a part is reached through fields of flat objects (and known optionals) alone.
    pub(super) fn by_fields(&self, d: &Deciding<'a>, mut occ: OccId) -> bool {
        while occ != 0 {
            match d.occs[occ].step {
                Step::Field(_) => {}
                Step::Narrow if !self.p.types.is_dynamic(d.occs[d.occs[occ].parent].ty) => {}
                _ => return false,
            }
            occ = d.occs[occ].parent;
        }
        true
    }

    /// Consumes the scrutinee and binds its fields as values of their own.
    pub(super) fn take_apart(&mut self, d: &mut Deciding<'a>, binds: &[(LocalId, OccId)]) {
        let Some(whole) = d.loaded[0] else { return };
        // Loaded parts were borrowed; the fields come anew.
        for occ in (1..d.loaded.len()).rev() {
            if let Some(v) = d.loaded[occ].take() {
                self.done(v);
            }
        }
        d.loaded[0] = None;
        self.open_object(d, 0, whole, binds);
    }

    /// Binds `occ`, whose owned value is `v`, and the parts of it that are bound.
    pub(super) fn open_object(
        &mut self,
        d: &mut Deciding<'a>,
        occ: OccId,
        v: Val,
        binds: &[(LocalId, OccId)],
    ) {
        let here: Vec<LocalId> = binds.iter().filter(|b| b.1 == occ).map(|b| b.0).collect();
        let deeper = binds.iter().any(|b| b.1 != occ && self.within(d, b.1, occ));
        if !deeper {
            match here.as_slice() {
                [] => self.done(v),
                [local] => {
                    let ty = self.local_ty(*local);
                    let v = self.convert(v, ty, None);
                    self.bind_local(*local, v);
                }
                _ => {
                    for local in &here[1..] {
                        let again = self.alias(v);
                        let ty = self.local_ty(*local);
                        let again = self.own(again, None);
                        let again = self.convert(again, ty, None);
                        self.bind_local(*local, again);
                    }
                    self.bind_local(here[0], v);
                }
            }
            return;
        }
        for local in here {
            let again = self.alias(v);
            let again = self.own(again, None);
            self.bind_local(local, again);
        }
        let children: Vec<OccId> = (1..d.occs.len()).filter(|&o| d.occs[o].parent == occ).collect();
        let wanted: Vec<OccId> = children
            .into_iter()
            .filter(|&o| binds.iter().any(|b| self.within(d, b.1, o)))
            .collect();
        if let [narrow] = wanted.as_slice()
            && d.occs[*narrow].step == Step::Narrow
        {
            let ty = d.occs[*narrow].ty;
            let inner = self.convert(v, ty, None);
            self.open_object(d, *narrow, inner, binds);
            return;
        }
        let variant = wanted.first().and_then(|&o| d.occs[o].variant);
        let types = match variant {
            Some(ordinal) => self.payload(v.ty, ordinal),
            None => self.fields(v.ty),
        };
        if let (Some(ordinal), true) = (variant, occ != 0) {
            self.assume_variant(v, ordinal);
        }
        let fields = self.unpack(v, &types);
        for (n, field) in fields.into_iter().enumerate() {
            let part = wanted.iter().copied().find(|&o| d.occs[o].step == Step::Field(n as u32));
            match part {
                Some(part) => self.open_object(d, part, field, binds),
                None => self.done(field),
            }
        }
    }

    /// The variant was tested on a borrow; this register is another one.
    pub(super) fn assume_variant(&mut self, v: Val, ordinal: u32) {
        let Place::One(reg, _) = v.place else { return };
        let known = self.b.new_label();
        self.jump_variant(reg, v.ty, ordinal, known);
        let failed = self.fail_text(codes::UNREACHABLE, "a variant has changed");
        self.done(failed);
        self.r.reachable = true;
        self.b.bind(known);
    }

    /// Consumes an object whose fields have these types.
    pub(super) fn unpack(&mut self, v: Val, types: &[Ty]) -> Vec<Val> {
        let Place::One(src, _) = v.place else { return Vec::new() };
        let reprs: Vec<Repr> = types.iter().map(|&t| self.one(t)).collect();
        let base = self.r.alloc_run(&mut self.b, &reprs, false, 0);
        self.b.emit(Op::Unpack, base, src, types.len() as u16);
        self.consumed(v);
        let mut fields = Vec::with_capacity(types.len());
        for (n, &ty) in types.iter().enumerate() {
            fields.push(self.defined(base + n as u16, ty));
        }
        fields
            .into_iter()
            .map(|v| {
                let ty = v.ty;
                self.unpack_optional(v, ty, None)
            })
            .collect()
    }
}

/// The registers that a value is in, first and last.
fn registers(v: Val) -> Option<(Reg, Reg)> {
    match v.place {
        Place::One(reg, _) => Some((reg, reg)),
        Place::Two(reg, _) => Some((reg, reg + 1)),
        _ => None,
    }
}
