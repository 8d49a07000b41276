//! `Secret[T]` and `Untrusted[T]`: records of std that only std opens.
//!
//! What would show a secret, or make a text of an untrusted value that does not say where it came from, is an error
//! where the type says so. Where it does not (a type parameter, a field of a record, an `Any`), the run time writes `…`
//! instead and refuses JSON: nothing here is needed for soundness but that both stay closed.

use super::body::BodyCx;
use super::diagnostics as d;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::{CellBody, CellId, ExprId, Grant, RecordId, ToolId};
use lumen_base::{FileSpan, Span};
use lumen_lir::Seal;

impl BodyCx<'_, '_> {
    /// Whether this code may not see what the record holds.
    pub(super) fn is_closed(&self, record: RecordId) -> bool {
        self.hir.well_known.seal(record) != Seal::Open
            && !self.hir.modules[self.hir.cells[self.cell].module].is_std
    }

    /// Reports that a sealed record is made or taken apart.
    pub(super) fn opened(&mut self, record: RecordId, span: Span) -> Ty {
        let at = self.here(span);
        self.fail(d::sealed_opened(at, self.hir.well_known.seal(record)))
    }

    /// `Untrusted[ty]`.
    pub(super) fn untrusted(&mut self, ty: Ty) -> Ty {
        match self.hir.well_known.untrusted {
            Some(record) => self.c.store.intern(TyKind::Record(record, Box::new([ty]))),
            None => Ty::ERROR,
        }
    }

    /// What an `Untrusted` whose text can be shown holds.
    pub(super) fn shown_untrusted(&mut self, ty: Ty) -> Option<Ty> {
        let ty = self.c.zonk(ty);
        match self.kind(ty) {
            TyKind::Record(record, args) if self.hir.well_known.untrusted == Some(*record) => {
                let held = args[0];
                let sealed = TyFlags::SECRET.union(TyFlags::UNTRUSTED).union(TyFlags::FN);
                (!self.c.store.flags(held).any(sealed)).then_some(held)
            }
            _ => None,
        }
    }

    /// Whether a value of the type, as far as that shows, is sealed or holds something sealed.
    pub(super) fn is_sealed(&mut self, ty: Ty) -> bool {
        let ty = self.c.zonk(ty);
        self.c.store.flags(ty).any(TyFlags::SECRET.union(TyFlags::UNTRUSTED))
    }

    /// Reports a sealed value that would become a text, an `Any` or JSON; whether it is one.
    pub(super) fn refuse_sealed(&mut self, ty: Ty, expr: ExprId) -> bool {
        let ty = self.c.zonk(ty);
        let flags = self.c.store.flags(ty);
        if !flags.any(TyFlags::SECRET.union(TyFlags::UNTRUSTED)) {
            return false;
        }
        let (at, shown) = (self.at(expr), self.c.show(ty));
        self.report(match flags.any(TyFlags::SECRET) {
            true => d::secret_shown(at, &shown),
            false => d::untrusted_converted(at, &shown),
        });
        true
    }

    /// Notes the arguments of `print` and `debug`, which show untrusted values to the user.
    pub(super) fn note_printed(&mut self, cell: CellId, args: impl Iterator<Item = ExprId>) {
        let CellBody::Extern(key) = self.hir.cells[cell].body else { return };
        if matches!(self.c.names.resolve(key), "any.print" | "any.debug") {
            self.printed.extend(args);
        }
    }
}

/// Sealed values that go to tools, or come from them.
impl BodyCx<'_, '_> {
    /// A tool without a written signature takes no secrets.
    pub(super) fn refuse_secret(&mut self, tool: ToolId, ty: Ty, at: FileSpan) {
        let ty = self.c.zonk(ty);
        if self.c.holds_secret(ty) {
            let name = self.c.names.resolve(self.hir.tools[tool].name);
            self.report(d::secret_argument(at, name));
        }
    }

    /// A grant with `no_untrusted` lets nothing untrusted through; dispatch looks again.
    pub(super) fn refuse_untrusted(&mut self, tool: ToolId, ty: Ty, at: FileSpan) {
        let ty = self.c.zonk(ty);
        if !self.c.store.flags(ty).any(TyFlags::UNTRUSTED) {
            return;
        }
        let tool = &self.hir.tools[tool];
        let module = &self.hir.modules[self.hir.cells[self.cell].module];
        let grants = module.authority.get(&tool.target).into_iter().flatten();
        let is_strict = |grant: &&Grant| grant.constraints.iter().any(|c| c.key == "no_untrusted");
        let mut grants = grants.filter_map(|&at| self.hir.grants.get(at as usize));
        let Some(grant) = grants.find(is_strict) else { return };
        let grant = grant.span.in_file(self.hir.modules[grant.module].file);
        let (name, shown) = (self.c.names.resolve(tool.name), self.c.show(ty));
        self.report(d::untrusted_argument(at, name, &shown, grant));
    }

    /// A reply is a secret as a whole, or holds none.
    pub(super) fn require_whole_secret(&mut self, ty: Ty, at: FileSpan) {
        let ty = self.c.zonk(ty);
        let is_whole = match self.kind(ty) {
            TyKind::Record(record, args) => {
                self.hir.well_known.secret == Some(*record) && args[0] == Ty::STRING
            }
            _ => false,
        };
        if !is_whole && self.c.holds_secret(ty) {
            let shown = self.c.show(ty);
            self.report(d::secret_in_reply(at, &shown));
        }
    }

    /// What an embedding program gives stands in traces as it is: no secret comes from there.
    pub(super) fn refuse_secret_of_host(&mut self, cell: CellId, span: Span) {
        let ret = self.c.tables.sigs[cell].ret;
        if self.c.holds_secret(ret) {
            let (at, shown) = (self.here(span), self.c.show(ret));
            self.report(d::secret_in_reply(at, &shown));
        }
    }
}
