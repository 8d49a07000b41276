//! Which classes of two modules say the same.
//!
//! (module so far, module of a new entry) → for each class of the entry the number that it has in the longer module.
//! Invariant: classes with one number have the same layout, names and parts, however deep, so that objects of one are
//! objects of the other.

use crate::module::Module;
use crate::typedesc::{ClassDesc, ClassId, TypeDesc, TypeId, fixed_classes};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// For each class of `new`: the class of `base` that says the same, or the next free number. The classes of an enum stay
/// together, since they are the same together or not at all.
pub(super) fn classes(base: &Module, new: &Module) -> Vec<ClassId> {
    let mut by_name: FxHashMap<(u8, &str), Vec<ClassId>> = FxHashMap::default();
    for (id, class) in base.classes.iter().enumerate() {
        by_name.entry(headline(class)).or_default().push(ClassId(id as u32));
    }
    let n_fixed = fixed_classes().len();
    let mut same: Vec<Option<ClassId>> = vec![None; new.classes.len()];
    for (id, slot) in same.iter_mut().enumerate().take(n_fixed) {
        *slot = Some(ClassId(id as u32));
    }
    for id in n_fixed..new.classes.len() {
        if same[id].is_some() {
            continue;
        }
        let candidates = by_name.get(&headline(&new.classes[id])).map_or(&[][..], Vec::as_slice);
        for &candidate in candidates {
            let mut twins = Twins { base, new, assumed: BTreeMap::new(), known: &same };
            if twins.are_same(ClassId(id as u32), candidate) {
                for (twin, of) in twins.assumed {
                    same[twin.index()] = Some(of);
                }
                break;
            }
        }
    }
    let mut next = base.classes.len() as u32;
    let mut fresh = || {
        next += 1;
        ClassId(next - 1)
    };
    same.into_iter().map(|slot| slot.unwrap_or_else(&mut fresh)).collect()
}

/// What only equal classes share, cheaply told.
fn headline(class: &ClassDesc) -> (u8, &str) {
    match class {
        ClassDesc::String => (0, ""),
        ClassDesc::Bytes => (1, ""),
        ClassDesc::BoxedInt => (2, ""),
        ClassDesc::List { .. } => (3, ""),
        ClassDesc::Map { .. } => (4, ""),
        ClassDesc::Set { .. } => (5, ""),
        ClassDesc::Tuple { .. } => (6, ""),
        ClassDesc::Record { name, .. } => (7, name),
        ClassDesc::Enum { name, .. } => (8, name),
        ClassDesc::Variant { name, .. } => (9, name),
        ClassDesc::Fn { .. } => (10, ""),
        ClassDesc::Stream { .. } => (11, ""),
        ClassDesc::Run { .. } => (12, ""),
        ClassDesc::Closure { .. } => (13, ""),
        ClassDesc::Resumption { .. } => (14, ""),
    }
}

/// The question whether two classes say the same, where classes may lead back to themselves: they do unless something
/// differs.
struct Twins<'a> {
    base: &'a Module,
    new: &'a Module,
    /// Class of `new` → class of `base` that it would have to be.
    assumed: BTreeMap<ClassId, ClassId>,
    /// What was found before.
    known: &'a [Option<ClassId>],
}

impl Twins<'_> {
    fn are_same(&mut self, new: ClassId, base: ClassId) -> bool {
        let mut left = Vec::new();
        if !self.assume(new, base, &mut left) {
            return false;
        }
        while let Some((new, base)) = left.pop() {
            if !self.compare(new, base, &mut left) {
                return false;
            }
        }
        true
    }

    /// Asks for two classes to be the same; false when they are known not to be.
    fn assume(&mut self, new: ClassId, base: ClassId, left: &mut Vec<(ClassId, ClassId)>) -> bool {
        if let Some(Some(known)) = self.known.get(new.index()) {
            return *known == base;
        }
        match self.assumed.insert(new, base) {
            Some(before) => before == base,
            None => {
                left.push((new, base));
                true
            }
        }
    }

    fn compare(&mut self, new: ClassId, base: ClassId, left: &mut Vec<(ClassId, ClassId)>) -> bool {
        let (this, other) = (self.new, self.base);
        let (Some(a), Some(b)) = (this.classes.get(new.index()), other.classes.get(base.index()))
        else {
            return false;
        };
        match (a, b) {
            (ClassDesc::List { elem: a }, ClassDesc::List { elem: b })
            | (ClassDesc::Set { elem: a }, ClassDesc::Set { elem: b }) => self.ty(*a, *b, left),
            (ClassDesc::Map { key: ka, value: va }, ClassDesc::Map { key: kb, value: vb }) => {
                self.ty(*ka, *kb, left) && self.ty(*va, *vb, left)
            }
            (ClassDesc::Tuple { elems: a }, ClassDesc::Tuple { elems: b }) => self.tys(a, b, left),
            (
                ClassDesc::Record { name: na, fields: a, seal: sa },
                ClassDesc::Record { name: nb, fields: b, seal: sb },
            ) => {
                na == nb
                    && sa == sb
                    && a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && self.ty(a.1, b.1, left))
            }
            (
                ClassDesc::Enum { name: na, variants: a },
                ClassDesc::Enum { name: nb, variants: b },
            ) => {
                let with_payload = a.iter().any(|variant| variant.payload);
                let n = if with_payload { a.len() as u32 } else { 0 };
                na == nb
                    && a == b
                    && (1..=n).all(|i| self.assume(ClassId(new.0 + i), ClassId(base.0 + i), left))
            }
            (
                ClassDesc::Variant { of: oa, ordinal: ia, name: na, fields: a },
                ClassDesc::Variant { of: ob, ordinal: ib, name: nb, fields: b },
            ) => {
                (ia, na, a.len()) == (ib, nb, b.len())
                    && self.assume(*oa, *ob, left)
                    && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && self.ty(a.1, b.1, left))
            }
            (
                ClassDesc::Fn { params: pa, ret: ra, effects: ea },
                ClassDesc::Fn { params: pb, ret: rb, effects: eb },
            ) => ea == eb && self.tys(pa, pb, left) && self.ty(*ra, *rb, left),
            (
                ClassDesc::Stream { elem: a, effects: ea },
                ClassDesc::Stream { elem: b, effects: eb },
            ) => ea == eb && self.ty(*a, *b, left),
            (
                ClassDesc::Resumption { value: va, result: ra },
                ClassDesc::Resumption { value: vb, result: rb },
            ) => self.ty(*va, *vb, left) && self.ty(*ra, *rb, left),
            (ClassDesc::Run { of: a }, ClassDesc::Run { of: b }) => self.assume(*a, *b, left),
            (ClassDesc::String, ClassDesc::String)
            | (ClassDesc::Bytes, ClassDesc::Bytes)
            | (ClassDesc::BoxedInt, ClassDesc::BoxedInt) => true,
            // The code of a closure is its own.
            _ => false,
        }
    }

    fn tys(&mut self, a: &[TypeId], b: &[TypeId], left: &mut Vec<(ClassId, ClassId)>) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.ty(a, b, left))
    }

    /// Types hold each other as `Optional` and `Union` only, which do not nest further than this.
    fn ty(&mut self, a: TypeId, b: TypeId, left: &mut Vec<(ClassId, ClassId)>) -> bool {
        const PAIRS_MAX: usize = 10_000;
        let mut pairs = vec![(a, b)];
        let mut n_pairs = 0;
        while let Some((a, b)) = pairs.pop() {
            n_pairs += 1;
            let (Some(x), Some(y)) =
                (self.new.types.get(a.index()), self.base.types.get(b.index()))
            else {
                return false;
            };
            let is_same = n_pairs < PAIRS_MAX
                && match (x, y) {
                    (TypeDesc::Enum(x), TypeDesc::Enum(y))
                    | (TypeDesc::Obj(x), TypeDesc::Obj(y)) => self.assume(*x, *y, left),
                    (TypeDesc::Optional(x), TypeDesc::Optional(y)) => {
                        pairs.push((*x, *y));
                        true
                    }
                    (TypeDesc::Union(x), TypeDesc::Union(y)) => {
                        pairs.extend(x.iter().copied().zip(y.iter().copied()));
                        x.len() == y.len()
                    }
                    (x, y) => x == y,
                };
            if !is_same {
                return false;
            }
        }
        true
    }
}
