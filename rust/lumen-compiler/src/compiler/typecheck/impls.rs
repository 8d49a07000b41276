//! Which impl gives a trait to a type: the table of impls, and the one way to look into it.
//!
//! Type checking fills it from the declarations; type checking and lowering ask it. Invariant: no two impls of one trait
//! match the same type (overlaps were reported), so an answer never depends on an order.

use super::types::{Ty, TyKind, TyStore, head_of};
use crate::compiler::hir::{CellId, Head, Impl, ImplId, TraitId, TypeParamId};
use lumen_base::ArenaMap;
use rustc_hash::FxHashMap;

/// The impls of a compilation.
#[derive(Default)]
pub struct Impls {
    by_head: FxHashMap<(TraitId, Head), Vec<ImplId>>,
    infos: ArenaMap<Impl, ImplInfo>,
}

/// An impl that can be used.
pub struct ImplInfo {
    /// The type behind `for`, mentioning the impl's type parameters.
    pub target: Ty,
    pub type_params: Box<[TypeParamId]>,
    /// By position of the trait's methods: the cell that implements it; nothing where the trait's own body stands.
    pub methods: Box<[Option<CellId>]>,
}

impl Impls {
    /// Adds an impl of `of` for a type with this head.
    pub(super) fn add(&mut self, of: TraitId, head: Head, id: ImplId, info: ImplInfo) {
        self.by_head.entry((of, head)).or_default().push(id);
        self.infos.insert(id, info);
    }

    /// What is known of an impl; nothing when it was rejected.
    pub fn info(&self, id: ImplId) -> Option<&ImplInfo> {
        self.infos.get(id)
    }

    pub(super) fn info_mut(&mut self, id: ImplId) -> Option<&mut ImplInfo> {
        self.infos.get_mut(id)
    }

    /// The impls of a trait for types with this head.
    pub fn with_head(&self, of: TraitId, head: Head) -> &[ImplId] {
        self.by_head.get(&(of, head)).map_or(&[], Vec::as_slice)
    }

    /// Whether anything implements a trait.
    pub fn has_any(&self, of: TraitId) -> bool {
        self.by_head.keys().any(|(known, _)| *known == of)
    }

    /// The impl of a trait that matches a type, with what its type parameters stand for. Their bounds are not looked at.
    pub fn find(&self, store: &TyStore, of: TraitId, ty: Ty) -> Option<(ImplId, Box<[Ty]>)> {
        let head = head_of(store.kind(ty))?;
        self.with_head(of, head).iter().find_map(|&id| {
            let info = &self.infos[id];
            let mut args = vec![None; info.type_params.len()];
            let fits = matches(store, info.target, ty, &info.type_params, &mut args);
            // Each parameter occurs in the target.
            fits.then(|| (id, args.into_iter().map(|arg| arg.unwrap_or(Ty::ERROR)).collect()))
        })
    }
}

/// Whether `ty` is `pattern` with its parameters replaced; notes by what.
fn matches(
    store: &TyStore,
    pattern: Ty,
    ty: Ty,
    params: &[TypeParamId],
    args: &mut [Option<Ty>],
) -> bool {
    if let TyKind::Param(param) = store.kind(pattern)
        && let Some(at) = params.iter().position(|known| known == param)
    {
        return *args[at].get_or_insert(ty) == ty;
    }
    if pattern == ty {
        return true;
    }
    let (left, right) = (store.kind(pattern), store.kind(ty));
    if !same_head(left, right) {
        return false;
    }
    let (left, right) = (parts(left), parts(right));
    left.len() == right.len()
        && left.iter().zip(&right).all(|(&a, &b)| matches(store, a, b, params, args))
}

/// Whether some type may match both patterns. Parameters stand for anything, each time they occur.
pub(super) fn overlap(store: &TyStore, a: Ty, b: Ty) -> bool {
    let (left, right) = (store.kind(a), store.kind(b));
    if a == b || matches!(left, TyKind::Param(_)) || matches!(right, TyKind::Param(_)) {
        return true;
    }
    if !same_head(left, right) {
        return false;
    }
    let (left, right) = (parts(left), parts(right));
    left.len() == right.len()
        && !left.is_empty()
        && left.iter().zip(&right).all(|(&a, &b)| overlap(store, a, b))
}

fn same_head(a: &TyKind, b: &TyKind) -> bool {
    match (a, b) {
        (TyKind::List(_), TyKind::List(_))
        | (TyKind::Set(_), TyKind::Set(_))
        | (TyKind::Map(..), TyKind::Map(..))
        | (TyKind::Tuple(_), TyKind::Tuple(_)) => true,
        (TyKind::Record(a, _), TyKind::Record(b, _)) => a == b,
        (TyKind::Enum(a, _), TyKind::Enum(b, _)) => a == b,
        _ => false,
    }
}

/// The parts of a type that a pattern may look into.
fn parts(kind: &TyKind) -> Vec<Ty> {
    match kind {
        TyKind::List(a) | TyKind::Set(a) => vec![*a],
        TyKind::Map(k, v) => vec![*k, *v],
        TyKind::Tuple(parts) | TyKind::Record(_, parts) | TyKind::Enum(_, parts) => parts.to_vec(),
        _ => Vec::new(),
    }
}
