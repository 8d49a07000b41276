//! Types that contain ever larger instances of themselves: `Tree[T]` with a field of type `Tree[list[T]]`.
//!
//! Declared field types → E0400 for each such declaration. Every instance of a type has a class of its own, and such
//! a type would need one for `Tree[Int]`, `Tree[list[Int]]`, `Tree[list[list[Int]]]`, …
//!
//! The test is that of ECMA-335 (II.9.2): where a field mentions `D[…, A, …]` and `A` contains the parameter `X`, there
//! is an edge from `X` to the parameter of `D` that `A` stands for, expansive unless `A` is just `X`. The instances
//! are finite if and only if no cycle has an expansive edge.

use super::Checker;
use super::diagnostics as d;
use super::types::{Ty, TyFlags, TyKind};
use crate::compiler::hir::TypeParamId;
use lumen_base::FileSpan;
use rustc_hash::{FxHashMap, FxHashSet};

/// An expansive edge, and the field that it comes from.
struct Growth {
    from: TypeParamId,
    to: TypeParamId,
    at: FileSpan,
}

/// The parameters of types as a graph.
#[derive(Default)]
struct Graph {
    edges: FxHashMap<TypeParamId, Vec<TypeParamId>>,
    growths: Vec<Growth>,
}

impl Graph {
    /// Whether a way leads from one parameter to another.
    fn leads(&self, from: TypeParamId, to: TypeParamId) -> bool {
        let mut seen = FxHashSet::default();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            if seen.insert(at) {
                open.extend(self.edges.get(&at).into_iter().flatten());
            }
        }
        false
    }
}

impl Checker<'_> {
    /// Reports declared types whose instances never end.
    pub(super) fn check_regular(&mut self) {
        let hir = self.hir;
        let mut graph = Graph::default();
        let mut fields: Vec<(Ty, FileSpan)> = Vec::new();
        for (id, record) in hir.records.iter().filter(|(_, r)| !r.type_params.is_empty()) {
            let file = hir.modules[record.module].file;
            let tys = self.tables.records.get(id).into_iter().flatten();
            fields.extend(
                tys.zip(&record.fields).map(|(&ty, f)| (ty, hir.ty_refs[f.ty].span.in_file(file))),
            );
        }
        for (id, decl) in hir.enums.iter().filter(|(_, e)| !e.type_params.is_empty()) {
            let file = hir.modules[decl.module].file;
            let variants = self.tables.variants.get(id).into_iter().flatten();
            for (tys, variant) in variants.zip(&decl.variants) {
                let spans = variant.fields.iter().map(|f| hir.ty_refs[f.ty].span.in_file(file));
                fields.extend(tys.iter().copied().zip(spans));
            }
        }
        for (ty, at) in fields {
            self.add_edges(ty, at, &mut graph);
        }
        let mut told = FxHashSet::default();
        for growth in &graph.growths {
            if graph.leads(growth.to, growth.from) && told.insert(growth.at) {
                self.diags.push(d::growing_type(growth.at));
            }
        }
    }

    /// The edges of everything that a field's type mentions.
    fn add_edges(&self, ty: Ty, at: FileSpan, graph: &mut Graph) {
        let mut seen = FxHashSet::default();
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            if !self.store.flags(ty).any(TyFlags::PARAM) || !seen.insert(ty) {
                continue;
            }
            let kind = self.store.kind(ty);
            kind.each_part(|part| open.push(part));
            let (params, args) = match kind {
                TyKind::Record(id, args) => (&self.hir.records[*id].type_params, args),
                TyKind::Enum(id, args) => (&self.hir.enums[*id].type_params, args),
                _ => continue,
            };
            for (&to, &arg) in params.iter().zip(args) {
                for from in self.params_in(arg) {
                    graph.edges.entry(from).or_default().push(to);
                    if !matches!(self.store.kind(arg), TyKind::Param(_)) {
                        graph.growths.push(Growth { from, to, at });
                    }
                }
            }
        }
    }

    /// The type parameters that a type mentions.
    fn params_in(&self, ty: Ty) -> Vec<TypeParamId> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            if self.store.flags(ty).any(TyFlags::PARAM) && seen.insert(ty) {
                match self.store.kind(ty) {
                    TyKind::Param(param) => found.push(*param),
                    kind => kind.each_part(|part| open.push(part)),
                }
            }
        }
        found
    }
}
